"""The image of `make image` as documents, each held against the digest that names it."""

import gzip
import hashlib
import io
import json
import pathlib
import platform
import re
import tarfile

ROOT = pathlib.Path(__file__).parents[2]
VERSION = re.search(r"^VERSION = (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
LAYOUT = ROOT / "build/image"
ARCHIVE = ROOT / f"build/ecr-secret-{VERSION}.oci.tar"
SBOM = ROOT / f"build/ecr-secret-{VERSION}.cdx.json"
ARCHITECTURES = ("amd64", "arm64")
HOST = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
QEMU = {"amd64": "/usr/bin/qemu-x86_64-static", "arm64": "/usr/bin/qemu-aarch64-static"}


class Image:
    """An OCI layout; every blob is held against the digest and the size that name it."""

    def __init__(self):
        self.read = set()
        top = json.loads((LAYOUT / "index.json").read_text())
        (self.named,) = top["manifests"]
        self.index = self.document(self.named)
        self.manifests = {
            entry["platform"]["architecture"]: self.document(entry)
            for entry in self.index["manifests"]
        }
        self.configs = {
            arch: self.document(manifest["config"]) for arch, manifest in self.manifests.items()
        }
        self.layers = {arch: self._layer(arch) for arch in self.manifests}

    def blob(self, reference):
        digest = reference["digest"].removeprefix("sha256:")
        content = (LAYOUT / "blobs/sha256" / digest).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert len(content) == reference["size"]
        self.read.add(digest)
        return content

    def document(self, reference):
        document = json.loads(self.blob(reference))
        assert document.get("mediaType", reference["mediaType"]) == reference["mediaType"]
        return document

    def _layer(self, arch):
        """The one layer's members by name, each with its content."""
        (reference,) = self.manifests[arch]["layers"]
        content = gzip.decompress(self.blob(reference))
        (diff_id,) = self.configs[arch]["rootfs"]["diff_ids"]
        assert diff_id == "sha256:" + hashlib.sha256(content).hexdigest()
        with tarfile.open(fileobj=io.BytesIO(content)) as layer:
            return {
                member.name: (member, layer.extractfile(member).read() if member.isfile() else b"")
                for member in layer
            }
