"""ecr-secret print into the pipes that it is for: kubectl, skopeo, podman."""

import base64
import json
import shutil
import subprocess
import tempfile

import pytest
import trustme

from harness import not_run
from registry import Registry, make_image
from standin.world import REGION, REGISTRY, SECRET
from test_pull import IMAGE, proof_in, pull, skopeo

TYPES = {
    "secret-yaml": "kubernetes.io/dockerconfigjson",
    "dockerconfigjson": "kubernetes.io/dockerconfigjson",
    "basic-auth": "kubernetes.io/basic-auth",
    "argocd-repository": "Opaque",
    "argocd-repo-creds": "Opaque",
}


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    directory = tmp_path_factory.mktemp("registry")
    server = Registry(directory, trustme.CA())
    server.content = make_image(directory / "image")
    server.admit("the pusher's")
    login = ("--dest-creds", "AWS:the pusher's", "--dest-cert-dir", str(server.certificates))
    pushed = skopeo("copy", *login, f"oci:{directory / 'image'}", f"docker://{server.host}/{IMAGE}")
    assert pushed.returncode == 0, pushed.stderr
    yield server
    server.stop()


def printed(pod, *arguments):
    outcome = pod.run("print", *arguments, prints_secrets=True)
    assert (outcome.code, outcome.stderr) == (0, "")
    return outcome.stdout


def apply(pod, text, *options):
    """kubectl apply -f -, which must succeed without a warning."""
    ended = pod.cluster.attempt("apply", *options, "-f", "-", stdin=text)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.split()


def data_of(secret):
    return {key: base64.b64decode(text).decode() for key, text in secret["data"].items()}


@pytest.mark.parametrize("form", TYPES)
def test_kubectl_applies_a_manifest(pod, form):
    text = printed(pod, "--format", form)
    assert apply(pod, text, "-n", pod.namespace) == [f"secret/{SECRET}", "created"]
    secret = pod.secret()
    assert secret["type"] == TYPES[form]
    password = pod.ecr.passwords[REGION]
    if secret["type"].endswith("dockerconfigjson"):
        assert pod.holds_newest_password()
    else:
        assert data_of(secret)["password"] == password
    assert apply(pod, text, "-n", pod.namespace) == [f"secret/{SECRET}", "unchanged"]


@pytest.mark.parametrize("form", ["secret-yaml", "dockerconfigjson"])
def test_kubectl_applies_one_in_each_namespace(cluster, pod, form):
    second = cluster.make_namespace()
    names = f"{pod.namespace},{second}"
    apply(pod, printed(pod, "--format", form, "--namespace", names, "--name", "1e3"))
    for namespace in (pod.namespace, second):
        assert pod.secret(namespace, "1e3")["type"] == TYPES[form]


def test_a_manifest_applied_by_the_server_says_what_refresh_says(pod):
    """Two managers of the same Secret agree on all but the password, and each may write it."""
    pod.tick()
    written = pod.secret()
    text = printed(pod, "--format", "secret-yaml")
    apply(pod, text, "--server-side", "--force-conflicts", "-n", pod.namespace)
    applied = pod.secret()
    assert applied["metadata"]["uid"] == written["metadata"]["uid"]
    assert set(applied["metadata"]) == set(written["metadata"])
    assert pod.holds_newest_password()
    pod.tick()
    assert pod.holds_newest_password()


def test_refresh_takes_over_from_kubectl(pod):
    apply(pod, printed(pod, "--format", "secret-yaml"), "-n", pod.namespace)
    pod.tick()
    assert pod.holds_newest_password()


def logged_in(pod, registry, command):
    """Logs in with the password on standard input; returns the document that this has made."""
    password = printed(pod, "--format", "password", "--any-host", "--registry", registry.host)
    registry.admit(password.strip())
    document = pod.directory / "auth.json"
    options = ("--authfile", document, "--cert-dir", registry.certificates)
    login = (*command, "login", *options, "--username", "AWS", "--password-stdin", registry.host)
    ended = subprocess.run(login, input=password, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0 and "Login Succeeded" in ended.stdout, ended.stderr
    return document


def test_skopeo_logs_in_with_the_password(pod, registry, tmp_path):
    document = logged_in(pod, registry, ["skopeo"])
    assert pull(registry, document, tmp_path / "copy").returncode == 0
    assert proof_in(tmp_path / "copy") == registry.content


def test_podman_logs_in_with_the_password(pod, registry, tmp_path):
    if shutil.which("podman") is None:
        not_run("no podman")
    with tempfile.TemporaryDirectory() as short:  # podman takes 50 characters at most
        store = ("--storage-driver=vfs", f"--root={tmp_path / 'root'}", f"--runroot={short}")
        document = logged_in(pod, registry, ["podman", *store])
    assert pull(registry, document, tmp_path / "copy").returncode == 0


def test_skopeo_pulls_with_the_document(pod, registry, tmp_path):
    document = tmp_path / "config.json"
    document.write_text(printed(pod, "--any-host", "--registry", registry.host))
    registry.admit(pod.ecr.passwords[REGION])
    assert pull(registry, document, tmp_path / "copy").returncode == 0
    assert proof_in(tmp_path / "copy") == registry.content


def test_a_wrong_password_does_not_log_in(pod, registry):
    """The registry is no rubber stamp."""
    registry.admit("another")
    options = ("--cert-dir", str(registry.certificates), "--username", "AWS", "--password-stdin")
    command = ["skopeo", "login", "--authfile", str(pod.directory / "none.json"), *options]
    text = printed(pod, "--format", "password")
    ended = subprocess.run([*command, registry.host], input=text, capture_output=True, text=True)
    assert ended.returncode != 0


def test_json_is_for_programs(pod):
    (entry,) = json.loads(printed(pod, "--format", "json"))
    assert (entry["registry"], entry["password"]) == (REGISTRY, pod.ecr.passwords[REGION])
