"""The release binary: what kind of file it is, and that it works alone in an empty directory."""

import gzip
import os
import pathlib
import shutil
import socket
import subprocess

import pytest

import program
from harness import Stage, eventually, not_run
from name_server import NameServer
from private_network import PrivateNetwork
from standin.ecr import Ecr
from standin.kubernetes_api import KubernetesApi
from standin.sts import Sts
from standin.world import REGION, REGISTRY, SECRET, keys_of

SIZE_MAX, GZIPPED_MAX = 5_800_000, 2_600_000
SERVICE_ADDRESS = "10.96.0.1"
STS_ADDRESS, ECR_ADDRESS = "127.0.0.2", "127.0.0.3"
SILENT_ADDRESS, NOBODYS_ADDRESS = "127.0.0.98", "127.0.0.99"
STS_NAME, ECR_NAME = f"sts.{REGION}.amazonaws.com", f"api.ecr.{REGION}.amazonaws.com"
MIRROR_NAME = "ecr-mirror"
ADDRESSES = {STS_NAME: STS_ADDRESS, ECR_NAME: ECR_ADDRESS}
RESOLV_CONF = "nameserver 127.0.0.1\n"
SEARCH = "search apps.svc.cluster.local svc.cluster.local\n"


@pytest.fixture(scope="module")
def static_binary():
    binary = program.find_binary("ECR_SECRET_STATIC", "build/ecr-secret")
    if binary is not None and binary.exists():
        return binary
    reason = "no static binary: run make static, or name one by ECR_SECRET_STATIC"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(f"not run: {reason}")


def readelf(binary, what):
    if shutil.which("readelf") is None:
        not_run("no readelf (binutils)")
    command = ["readelf", "--wide", what, str(binary)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def lines_with(word, text):
    return [line.split() for line in text.splitlines() if word in line.split()]


def test_it_is_a_position_independent_program_that_needs_no_loader(static_binary):
    assert "DYN" in readelf(static_binary, "--file-header")
    assert not lines_with("INTERP", readelf(static_binary, "--program-headers"))
    assert not lines_with("(NEEDED)", readelf(static_binary, "--dynamic"))
    assert "PIE" in lines_with("(FLAGS_1)", readelf(static_binary, "--dynamic"))[0]


def test_its_relocations_become_read_only_at_the_start(static_binary):
    assert lines_with("GNU_RELRO", readelf(static_binary, "--program-headers"))
    assert "BIND_NOW" in lines_with("(FLAGS)", readelf(static_binary, "--dynamic"))[0]


def test_no_memory_is_writable_and_executable(static_binary):
    headers = readelf(static_binary, "--program-headers")
    (stack,) = lines_with("GNU_STACK", headers)
    assert stack[-2] == "RW"
    for segment in lines_with("LOAD", headers):
        assert not {"W", "E"} <= set("".join(segment[6:-1])), segment


def test_it_is_small(static_binary):
    content = static_binary.read_bytes()
    assert len(content) <= SIZE_MAX
    assert len(gzip.compress(content, 9)) <= GZIPPED_MAX


class Root:
    """A root directory with the binary and a pod's files in it, and nothing else."""

    def __init__(self, path, pod, binary):
        self.path = path
        service_account = path / "var/run/secrets/kubernetes.io/serviceaccount"
        shutil.copytree(pod.service_account, service_account)
        shutil.copy(binary, path / "ecr-secret")
        self.put("aws-ca.pem", pod.aws_authority.pem.decode())

    def put(self, name, text):
        """Adds a file."""
        file = self.path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def files(self):
        return {file for file in self.path.rglob("*") if file.is_file()}

    def enter(self):
        os.chroot(self.path)
        os.chdir("/")


@pytest.fixture(scope="module")
def network():
    """All of this needs the right to make a network and to change the root directory."""
    try:
        return PrivateNetwork(SERVICE_ADDRESS)
    except PermissionError:
        not_run("not root; `unshare --user --map-root-user make integration` does as well")


@pytest.fixture(scope="module")
def names(network):
    return network.run(NameServer)


@pytest.fixture(scope="module")
def silence(network):
    """A name server that takes questions and never answers."""
    with network.run(socket.socket, socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((SILENT_ADDRESS, 53))
        yield server


@pytest.fixture(scope="module")
def inside(network):
    """A world whose servers are where AWS's and a cluster's own are: known by name, on port 443."""
    return network.run(_make_stage)


def _make_stage():
    stage = Stage()
    for server in (stage.sts, stage.ecr, stage.kubernetes):
        server.close()
    for_sts = stage.aws_authority.server_context(STS_NAME)
    for_ecr = stage.aws_authority.server_context(ECR_NAME, ECR_ADDRESS, MIRROR_NAME)
    for_kubernetes = stage.cluster_authority.server_context(SERVICE_ADDRESS)
    at = {"clock": stage.clock, "port": 443}
    stage.sts = Sts(stage.identities, tls=for_sts, address=STS_ADDRESS, **at)
    stage.ecr = Ecr(stage.canaries, stage.identities, tls=for_ecr, address=ECR_ADDRESS, **at)
    stage.kubernetes = KubernetesApi(tls=for_kubernetes, address=SERVICE_ADDRESS, **at)
    stage.servers = (stage.sts, stage.ecr, stage.kubernetes)
    return stage


@pytest.fixture
def pod(inside, names, tmp_path):
    inside.settle_in(tmp_path)
    names.reset()
    yield inside
    assert not inside.defects()


@pytest.fixture
def root(pod, static_binary, tmp_path):
    return Root(tmp_path / "root", pod, static_binary)


@pytest.fixture
def run(network, pod, root):
    """Runs the binary in the root directory, as the only program there."""
    environment = {
        "KUBERNETES_SERVICE_HOST": SERVICE_ADDRESS,
        "KUBERNETES_SERVICE_PORT": "443",
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CA_BUNDLE": "/aws-ca.pem",
        **keys_of(pod.user),
    }

    def run_inside(*arguments, absent=(), **variables):
        before = root.files()
        given = {name: text for name, text in environment.items() if name not in absent}
        options = {"binary": "/ecr-secret", "preexec_fn": root.enter}
        outcome = network.run(pod.run, *arguments, environment={**given, **variables}, **options)
        assert root.files() == before, "it left a file behind"
        return outcome

    return run_inside


def registries(pod):
    return set(pod.docker_config()["auths"])


def test_a_tick_with_names_from_dns(pod, names, root, run):
    root.put("etc/resolv.conf", RESOLV_CONF)
    names.addresses = ADDRESSES
    role = pod.web_identity()
    token = pathlib.Path(role["AWS_WEB_IDENTITY_TOKEN_FILE"]).read_text()
    root.put("token", token)
    role["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token"
    outcome = run(absent=keys_of(pod.user), **role)
    assert outcome.code == 0, outcome.stderr
    assert registries(pod) == {REGISTRY}
    assert names.asked() == [STS_NAME, ECR_NAME]


def test_a_tick_with_names_from_etc_hosts(pod, names, root, run):
    root.put("etc/resolv.conf", RESOLV_CONF)
    root.put("etc/hosts", "".join(f"{ip} {name}\n" for name, ip in ADDRESSES.items()))
    outcome = run()
    assert outcome.code == 0, outcome.stderr
    assert registries(pod) == {REGISTRY}
    assert not names.questions


def test_a_tick_without_etc(pod, run):
    outcome = run(AWS_ENDPOINT_URL_ECR=f"https://{ECR_ADDRESS}")
    assert outcome.code == 0, outcome.stderr
    assert registries(pod) == {REGISTRY}


def test_a_truncated_answer_is_asked_for_again_over_tcp(names, root, run):
    root.put("etc/resolv.conf", RESOLV_CONF)
    names.addresses = ADDRESSES
    names.truncates = True
    outcome = run()
    assert outcome.code == 0, outcome.stderr
    assert names.asked("udp") == names.asked("tcp") == [ECR_NAME]


def test_a_short_name_is_searched_for(names, root, run):
    root.put("etc/resolv.conf", RESOLV_CONF + SEARCH)
    names.addresses = {f"{MIRROR_NAME}.svc.cluster.local": ECR_ADDRESS}
    outcome = run(AWS_ENDPOINT_URL_ECR=f"https://{MIRROR_NAME}")
    assert outcome.code == 0, outcome.stderr
    assert names.asked() == [
        f"{MIRROR_NAME}.apps.svc.cluster.local",
        f"{MIRROR_NAME}.svc.cluster.local",
    ]


@pytest.mark.parametrize(
    "ndots, asked",
    [
        (1, [ECR_NAME]),
        (
            5,  # what pods have unless told otherwise
            [
                f"{ECR_NAME}.apps.svc.cluster.local",
                f"{ECR_NAME}.svc.cluster.local",
                ECR_NAME,
            ],
        ),
    ],
)
def test_ndots_says_whether_a_full_name_is_searched_for_first(names, root, run, ndots, asked):
    root.put("etc/resolv.conf", f"{RESOLV_CONF}{SEARCH}options ndots:{ndots}\n")
    names.addresses = ADDRESSES
    outcome = run()
    assert outcome.code == 0, outcome.stderr
    assert names.asked() == asked


@pytest.mark.parametrize("first", [NOBODYS_ADDRESS, SILENT_ADDRESS], ids=["refuses", "is silent"])
def test_a_second_name_server_is_asked_when_the_first(names, silence, root, run, first):
    root.put("etc/resolv.conf", f"nameserver {first}\n{RESOLV_CONF}")
    names.addresses = ADDRESSES
    outcome = run("--timeout", "12s")
    assert outcome.code == 0, outcome.stderr


@pytest.mark.parametrize("first", ["127.0.0.1", NOBODYS_ADDRESS], ids=["no such name", "no server"])
def test_a_name_that_nobody_knows_is_75(pod, names, root, run, first):
    root.put("etc/resolv.conf", f"nameserver {first}\n")
    outcome = run("--timeout", "2s")
    assert outcome.code == 75, outcome.stderr
    assert ECR_NAME in outcome.stderr
    assert pod.secret(name=SECRET) is None


def test_without_a_bundle_only_the_roots_compiled_in_are_trusted(pod, names, root, run):
    root.put("etc/resolv.conf", RESOLV_CONF)
    names.addresses = ADDRESSES
    outcome = run(absent=["AWS_CA_BUNDLE"])
    assert outcome.code == 76, outcome.stderr
    assert "roots compiled in" in outcome.last_line
    assert eventually(lambda: len(pod.ecr.refused_handshakes) == 1)
    assert not pod.ecr.requests
    assert pod.secret(name=SECRET) is None
