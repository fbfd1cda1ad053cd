"""A real registry: Debian's docker-registry with TLS and basic auth, and images for it."""

import hashlib
import io
import json
import pathlib
import shutil
import socket
import subprocess
import tarfile
import time

import bcrypt
import yaml

BCRYPT_SEES = 72  # bytes of a password; the rest never counts
START_LIMIT_S = 30
IMAGE = "team/proof:1"
OCI = "application/vnd.oci.image."


class Registry:
    """Listens on localhost, where it may also go by another name; lets in "AWS" with the
    passwords that it was told."""

    def __init__(self, directory, authority, name="localhost"):
        self.directory = pathlib.Path(directory)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        self.host = f"localhost:{port}"
        self.address = ("127.0.0.1", port)
        leaf = authority.issue_cert("localhost", name)
        leaf.private_key_and_cert_chain_pem.write_to_path(str(self.directory / "tls.pem"))
        self.certificates = self.directory / "certs.d"  # as skopeo and podman read them
        self.certificates.mkdir()
        (self.certificates / "ca.crt").write_bytes(authority.cert_pem.bytes())
        self.passwords = self.directory / "htpasswd"
        self.passwords.touch()
        self._start(port)

    def admit(self, password):
        """From now on this is AWS's password; the registry notices by itself."""
        digest = bcrypt.hashpw(password.encode()[:BCRYPT_SEES], bcrypt.gensalt(rounds=4))
        time.sleep(0.01)  # the file's new time must be another one
        self.passwords.write_text(f"AWS:{digest.decode()}\n")

    def push(self, layout, image=IMAGE):
        """Puts an image there, with all its platforms."""
        self.admit("the pusher's")
        login = ("--dest-creds", "AWS:the pusher's", "--dest-cert-dir", str(self.certificates))
        pushed = skopeo("copy", "--all", *login, f"oci:{layout}", f"docker://{self.host}/{image}")
        assert pushed.returncode == 0, pushed.stderr

    def lose_layers(self, repository):
        """From now on its manifests name what is not there."""
        held = self.directory / "blobs/docker/registry/v2/repositories" / repository / "_layers"
        shutil.rmtree(held)

    def stop(self):
        self._process.terminate()
        self._process.wait()

    def _start(self, port):
        pem = str(self.directory / "tls.pem")
        access = {"realm": "ecr", "path": str(self.passwords)}
        document = {
            "version": 0.1,
            "log": {"level": "info", "accesslog": {"disabled": False}},
            "storage": {"filesystem": {"rootdirectory": str(self.directory / "blobs")}},
            "http": {"addr": f"127.0.0.1:{port}", "tls": {"certificate": pem, "key": pem}},
            "auth": {"htpasswd": access},
        }
        path = self.directory / "registry.yaml"
        path.write_text(yaml.safe_dump(document))
        with open(self.directory / "registry.log", "wb") as log:
            command = ["docker-registry", "serve", str(path)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        give_up = time.monotonic() + START_LIMIT_S
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert time.monotonic() < give_up and self._process.poll() is None, "no registry"
            time.sleep(0.05)


def skopeo(*arguments):
    command = ["skopeo", "--insecure-policy", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def make_image(directory):
    """A tiny image, as an OCI layout: one layer with one file; returns that file's content."""
    directory = pathlib.Path(directory)
    content = b"it was pulled\n"
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        entry = tarfile.TarInfo("proof")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    blobs = directory / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    layer = _add(blobs, OCI + "layer.v1.tar", layer.getvalue())
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
    }
    config = _add(blobs, OCI + "config.v1+json", json.dumps(config).encode())
    manifest = {"schemaVersion": 2, "config": config, "layers": [layer]}
    manifest["mediaType"] = OCI + "manifest.v1+json"
    manifest = _add(blobs, manifest["mediaType"], json.dumps(manifest).encode())
    index = {"schemaVersion": 2, "manifests": [manifest]}
    (directory / "index.json").write_text(json.dumps(index))
    (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return content


def make_index(directory):
    """The same for two platforms: an OCI layout whose only entry is an index."""
    directory = pathlib.Path(directory)
    make_image(directory)
    (image,) = json.loads((directory / "index.json").read_text())["manifests"]
    platforms = [{"architecture": name, "os": "linux"} for name in ("amd64", "arm64")]
    index = {"schemaVersion": 2, "mediaType": OCI + "index.v1+json"}
    index["manifests"] = [{**image, "platform": platform} for platform in platforms]
    blobs = directory / "blobs" / "sha256"
    index = _add(blobs, index["mediaType"], json.dumps(index).encode())
    document = {"schemaVersion": 2, "manifests": [index]}
    (directory / "index.json").write_text(json.dumps(document))


def _add(blobs, media_type, data):
    digest = hashlib.sha256(data).hexdigest()
    (blobs / digest).write_bytes(data)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}
