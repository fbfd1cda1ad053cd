"""The Secret really pulls: its document, read back from the API server, opens a real registry."""

import base64
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

import pytest

from harness import not_run, password_of
from moto_aws import TOKEN_STATEMENT, CalendarFront, Moto
from pod import KEY
from registry import BCRYPT_SEES, IMAGE, skopeo
from standin.world import REGION



@pytest.fixture
def tick(pod, registry):
    """A run for our registry; returns the Secret's document, byte for byte, as a file."""

    def run(**options):
        pod.tick("--any-host", "--registry", registry.host, **options)
        document = pod.directory / "auth.json"
        document.write_bytes(base64.b64decode(pod.secret()["data"][KEY]))
        return document

    return run


def pull(registry, document, directory):
    """Copies the image with nothing but this document."""
    options = ("--src-authfile", str(document), "--src-cert-dir", str(registry.certificates))
    return skopeo("copy", *options, f"docker://{registry.host}/{IMAGE}", f"dir:{directory}")


def proof_in(directory):
    """The content of the only file of an image that was copied to a directory."""
    for path in pathlib.Path(directory).iterdir():
        if tarfile.is_tarfile(path):
            with tarfile.open(path) as tar:
                return tar.extractfile("proof").read()
    return None


def test_skopeo_pulls_with_the_document_of_the_secret(pod, registry, tick, tmp_path):
    """The password is as long as ECR's; of that the registry sees as much as bcrypt does."""
    document = tick()
    password = pod.ecr.passwords[REGION]
    assert len(password) > BCRYPT_SEES
    registry.admit(password)
    copied = pull(registry, document, tmp_path / "copy")
    assert copied.returncode == 0, copied.stderr
    assert proof_in(tmp_path / "copy") == registry.content


def test_skopeo_pulls_with_a_password_that_the_registry_checks_to_its_end(
    pod, registry, tick, tmp_path, tmp_path_factory
):
    """moto's password is shorter than bcrypt's limit."""
    moto = Moto(tmp_path_factory.mktemp("moto"))
    front = CalendarFront(moto, tls=pod.aws_authority.server_context())
    try:
        keys = moto.add_user("puller", TOKEN_STATEMENT)
        moto.judge()
        environment = {**pod.without_keys(), **keys, "AWS_ENDPOINT_URL_ECR": front.url}
        document = tick(environment=environment)
    finally:
        front.close()
        moto.stop()
    password = password_of(pod.docker_config()["auths"][registry.host])
    assert len(password) < BCRYPT_SEES
    registry.admit(password)
    copied = pull(registry, document, tmp_path / "copy")
    assert copied.returncode == 0, copied.stderr
    registry.admit(password + "x")
    assert pull(registry, document, tmp_path / "again").returncode != 0


def test_a_refresh_lets_in_again_after_the_password_changed(pod, registry, tick, tmp_path):
    registry.admit(pod_password(pod, tick))
    old = (pod.directory / "auth.json").rename(pod.directory / "old.json")
    registry.admit(pod_password(pod, tick))
    refused = pull(registry, old, tmp_path / "old")
    assert refused.returncode != 0 and "unauthorized" in refused.stderr, refused.stderr
    assert pull(registry, pod.directory / "auth.json", tmp_path / "new").returncode == 0


def pod_password(pod, tick):
    tick()
    return pod.ecr.passwords[REGION]


def test_without_the_document_the_registry_lets_nobody_in(registry, tmp_path):
    empty = tmp_path / "empty.json"
    empty.write_text("{}")
    refused = pull(registry, empty, tmp_path / "copy")
    assert refused.returncode != 0 and "unauthorized" in refused.stderr, refused.stderr


def test_podman_pulls_with_the_document_of_the_secret(pod, registry, tick, tmp_path):
    """A pull needs no runtime, only a place to unpack to."""
    if shutil.which("podman") is None:
        not_run("no podman")
    document = tick()
    registry.admit(pod.ecr.passwords[REGION])
    policy = tmp_path / "policy.json"
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    options = ("--authfile", document, "--cert-dir", registry.certificates)
    with tempfile.TemporaryDirectory() as short:  # podman takes 50 characters at most
        store = ("--storage-driver=vfs", f"--root={tmp_path / 'root'}", f"--runroot={short}")
        image = f"{registry.host}/{IMAGE}"
        command = ["podman", *store, "pull", "--signature-policy", policy, *options, image]
        pulled = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert pulled.returncode == 0, pulled.stderr
    (proof,) = (tmp_path / "root").rglob("proof")
    assert proof.read_bytes() == registry.content
