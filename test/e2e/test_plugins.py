"""The program as a plugin of others: docker's credential helper, kubelet's credential provider."""

import json
import pathlib
import shutil
import subprocess
import tempfile

import pytest
import trustme
import yaml

from harness import Stage, not_run
from pod import BINARY
from program import ROOT
from registry import IMAGE, Registry, make_image
from standin import faults
from standin.ecr import TOKEN_ROUTE
from standin.identities import role_arn
from standin.proxy import Proxy
from standin.server import FOREVER
from standin.world import REGION, REGISTRY
from test_pull import proof_in

HELPER = "docker-credential-ecr-secret"
CONFIG = ROOT / "packaging" / "credential-provider.yaml"
POD_ROLE = role_arn("444455556666", "team/puller")
HERE = pathlib.Path(__file__).parent


def go_program(folder):
    command = [HERE / "go_program.sh", folder]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@pytest.fixture(scope="module")
def servers():
    if BINARY is None:
        pytest.fail("nothing to test: run `make static` first")
    return Stage()


@pytest.fixture
def stage(servers, tmp_path):
    """A machine with AWS not far away, and the program on its PATH by both of its names."""
    servers.settle_in(tmp_path)
    folder = tmp_path / "bin"
    folder.mkdir()
    shutil.copy(BINARY, folder / "ecr-secret")
    (folder / HELPER).symlink_to("ecr-secret")
    environment = servers.outside()
    servers.environment = {**environment, "PATH": f"{folder}:{environment['PATH']}"}
    yield servers
    assert not servers.defects()


def run(stage, *command, **options):
    environment = options.pop("environment", stage.environment)
    command = [str(word) for word in command]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, **options
    )


# --- skopeo and podman ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """A registry that has the name of one of ECR's, and the image in it."""
    directory = tmp_path_factory.mktemp("registry")
    content = make_image(directory / "image")
    server = Registry(directory, trustme.CA(), REGISTRY)
    server.content = content
    server.push(directory / "image")
    yield server
    server.stop()


@pytest.fixture
def way(stage, registry, monkeypatch):
    """The way to that registry, which knows a password as soon as ECR has given it out."""
    proxy = Proxy({f"{REGISTRY}:443": registry.address})
    stage.environment["HTTPS_PROXY"] = proxy.url
    registry.admit("nobody's")
    ask_ecr = stage.ecr.answer

    def answer_and_admit(request):
        answer = ask_ecr(request)
        if REGION in stage.ecr.passwords:
            registry.admit(stage.ecr.passwords[REGION])
        return answer

    monkeypatch.setattr(stage.ecr, "answer", answer_and_admit)
    yield registry
    proxy.close()


@pytest.fixture
def authfile(stage):
    path = stage.directory / "auth.json"
    path.write_text(json.dumps({"credHelpers": {REGISTRY: "ecr-secret"}}))
    return path


def skopeo_pull(stage, way, authfile, target):
    options = ("--src-authfile", authfile, "--src-cert-dir", way.certificates)
    command = ["skopeo", "--insecure-policy", "copy", *options]
    return run(stage, *command, f"docker://{REGISTRY}/{IMAGE}", f"dir:{target}")


def test_skopeo_pulls_through_the_helper(stage, way, authfile, tmp_path):
    for target in (tmp_path / "first", tmp_path / "second"):
        copied = skopeo_pull(stage, way, authfile, target)
        assert copied.returncode == 0, copied.stderr
        assert proof_in(target) == way.content
    assert len(stage.ecr.requests) == 1, "the second one was served by the cache"


def test_without_the_helper_skopeo_is_not_let_in(stage, way, tmp_path):
    nothing = tmp_path / "nothing.json"
    nothing.write_text("{}")
    refused = skopeo_pull(stage, way, nothing, tmp_path / "copy")
    assert refused.returncode != 0 and "unauthorized" in refused.stderr


def test_skopeo_shows_why_the_helper_has_no_credentials(stage, way, authfile, tmp_path):
    denied = faults.aws_error("AccessDeniedException", "no identity-based policy allows it")
    stage.ecr.misbehave(TOKEN_ROUTE, denied, FOREVER)
    refused = skopeo_pull(stage, way, authfile, tmp_path / "copy")
    assert refused.returncode != 0 and "no identity-based policy allows it" in refused.stderr


def test_podman_pulls_through_the_helper(stage, way, authfile, tmp_path):
    if shutil.which("podman") is None:
        not_run("no podman")
    policy = tmp_path / "policy.json"
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    options = ("--authfile", authfile, "--cert-dir", way.certificates)
    with tempfile.TemporaryDirectory() as short:  # podman takes 50 characters at most
        store = ("--storage-driver=vfs", f"--root={tmp_path / 'root'}", f"--runroot={short}")
        image = f"{REGISTRY}/{IMAGE}"
        command = ["podman", *store, "pull", "--signature-policy", policy, *options, image]
        pulled = run(stage, *command)
    assert pulled.returncode == 0, pulled.stderr
    (proof,) = (tmp_path / "root").rglob("proof")
    assert proof.read_bytes() == way.content
    assert len(stage.ecr.requests) == 1


def test_skopeo_logs_in_and_out_without_harm(stage, way, authfile, tmp_path):
    """The password that is stored is not kept: the next pull fetches its own."""
    password = json.loads(run(stage, HELPER, "get", input=REGISTRY).stdout)["Secret"]
    options = ("--authfile", authfile)
    login = ("--cert-dir", way.certificates, "--username", "AWS", "--password-stdin", REGISTRY)
    logged_in = run(stage, "skopeo", "login", *options, *login, input=password)
    assert logged_in.returncode == 0, logged_in.stderr
    assert password not in authfile.read_text()
    logged_out = run(stage, "skopeo", "logout", *options, REGISTRY)
    assert logged_out.returncode == 0, logged_out.stderr
    copied = skopeo_pull(stage, way, authfile, tmp_path / "copy")
    assert copied.returncode == 0, copied.stderr


# --- Docker's own client of helpers -----------------------------------------------------------


@pytest.fixture(scope="module")
def client():
    return go_program("docker_client")


@pytest.fixture
def docker(stage, client):
    """One call as docker makes it; returns what docker makes of the answer."""

    def call(*words):
        ended = run(stage, client, HELPER, *words)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    return call


def test_docker_gets_credentials(stage, docker):
    url = f"https://{REGISTRY}/v2/"
    said = docker("get", url)
    password = stage.ecr.passwords[REGION]
    assert said["result"] == {"ServerURL": url, "Username": "AWS", "Secret": password}
    assert docker("list")["result"] == {f"https://{REGISTRY}": "AWS"}


def test_docker_knows_that_there_are_none_for_others(docker):
    said = docker("get", "https://index.docker.io/v1/")
    assert said["is_not_found"]


def test_docker_is_told_why_there_are_none_for_ecr(stage, docker):
    stage.ecr.misbehave(TOKEN_ROUTE, faults.aws_error("AccessDeniedException", "no way"), FOREVER)
    said = docker("get", REGISTRY)
    assert not said["is_not_found"] and "no way" in said["error"]


def test_docker_stores_and_erases(docker):
    for call in (("store", REGISTRY, "AWS", "x"), ("erase", REGISTRY), ("erase", "ghcr.io")):
        assert docker(*call)["error"] == ""
    for call in (("store", "", "AWS", "x"), ("erase", ""), ("get", "")):
        assert "no credentials server URL" in docker(*call)["error"]
    assert "no credentials username" in docker("store", REGISTRY, "", "x")["error"]


# --- Kubelet's own client of providers --------------------------------------------------------


@pytest.fixture(scope="module")
def kubelets_client():
    return go_program("apiserver/credentials")


@pytest.fixture
def kubelet(stage, kubelets_client):
    """Asks for images as kubelet does; returns what it would pull each one with."""

    def ask(*images, config=CONFIG, **variables):
        environment = {**stage.environment, **variables}
        folder = stage.directory / "bin"
        ended = run(stage, kubelets_client, config, folder, *images, environment=environment)
        assert ended.returncode == 0, ended.stderr
        answers = [json.loads(line) for line in ended.stdout.splitlines()]
        assert [answer["image"] for answer in answers] == list(images)
        return [[tuple(auth.values()) for auth in answer["auths"]] for answer in answers], ended

    return ask


def test_kubelet_gets_credentials_by_the_example(stage, kubelet):
    images = [f"{REGISTRY}/team/app", "public.ecr.aws/a/b", "docker.io/library/busybox"]
    found, _ = kubelet(*images)
    private, public = stage.ecr.passwords[REGION], stage.ecr_public.passwords["us-east-1"]
    assert found == [[("AWS", private)], [("AWS", public)], []]


def test_kubelet_keeps_them_for_the_registry(stage, kubelet):
    first, second = kubelet(f"{REGISTRY}/team/app", f"{REGISTRY}/another")[0]
    assert first == second and len(stage.ecr.requests) == 1


def test_kubelet_matches_every_host_of_ecr_with_the_example(stage, kubelet):
    hosts = [
        f"111122223333.{service}{fips}.{region}.{suffix}"
        for service in ("dkr.ecr", "dkr-ecr")
        for fips in ("", "-fips")
        for region, suffix in (
            ("us-east-1", "amazonaws.com"),
            ("us-gov-west-1", "on.aws"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("cn-northwest-1", "on.amazonwebservices.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu"),
            ("us-iso-east-1", "c2s.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
            ("eu-isoe-west-1", "cloud.adc-e.uk"),
            ("us-isof-south-1", "csp.hci.ic.gov"),
        )
    ]
    found, _ = kubelet(*(f"{host}/app" for host in hosts))
    assert all(len(auths) == 1 for auths in found)
    for host, ((_, password),) in zip(hosts, found):
        assert stage.ecr.holder_of(password)[1] in host.split(".")


def test_kubelet_logs_why_there_are_none(stage, kubelet):
    stage.ecr.misbehave(TOKEN_ROUTE, faults.aws_error("AccessDeniedException", "no way"), FOREVER)
    found, ended = kubelet(f"{REGISTRY}/team/app")
    assert found == [[]] and "no way" in ended.stderr


@pytest.fixture
def with_tokens(stage):
    """The example with its tokenAttributes, which are comments in it."""
    head, _, tail = CONFIG.read_text().partition("  # tokenAttributes:\n")
    lines = ["  tokenAttributes:\n"] + [line.replace("  # ", "  ", 1) for line in tail.splitlines(True)]
    path = stage.directory / "with-tokens.yaml"
    path.write_text(head + "".join(lines))
    (provider,) = yaml.safe_load(path.read_text())["providers"]
    assert provider["tokenAttributes"]["cacheType"] == "ServiceAccount"
    return path


def test_kubelet_shows_a_service_accounts_token(stage, kubelet, with_tokens):
    token = stage.canaries.make("pod's token", 900)
    stage.sts.web_identity_tokens.add(token)
    annotations = json.dumps({"eks.amazonaws.com/ecr-role-arn": POD_ROLE, "other": "x"})
    variables = {"TOKEN": token, "ANNOTATIONS": annotations}
    ((found,), _) = kubelet(f"{REGISTRY}/team/app", config=with_tokens, **variables)
    assert found == [("AWS", stage.ecr.passwords[REGION])]
    ((identity, _, _),) = stage.ecr.issued
    assert identity.role_arn == POD_ROLE
    assert [call.form["WebIdentityToken"] for call in stage.sts.requests] == [token]


def test_without_the_annotation_kubelet_does_not_ask(stage, kubelet, with_tokens):
    ((found,), _) = kubelet(f"{REGISTRY}/team/app", config=with_tokens, TOKEN="t")
    assert found == [] and not stage.ecr.requests and not stage.sts.requests
