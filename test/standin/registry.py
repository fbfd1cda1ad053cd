"""A stand-in of an ECR registry: images, for those who show a password that ECR gave."""

import hashlib
import json
import re

from .ecr import expiry_of
from .message import Answer, json_answer, text_answer
from .server import StandIn

OCI = "application/vnd.oci.image."
INDEX, IMAGE_MANIFEST = OCI + "index.v1+json", OCI + "manifest.v1+json"
CONFIG, LAYER = OCI + "config.v1+json", OCI + "layer.v1.tar+gzip"
PLATFORMS = ("amd64", "arm64")
MANIFEST, BLOB = "GET manifest", "GET blob"  # and each by HEAD
PLACE = re.compile(r"/v2/([a-z0-9/._-]+)/(manifest|blob)s/([\w.:+-]+)")
EXPIRED = "Your authorization token has expired. Reauthenticate and try again."
ONE_WAY_ONLY = (
    "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed; only the"
    " X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization"
    " header should be specified</Message></Error>"
)


class Storage(StandIn):
    """S3, where layers are: the address is the right to them, and nothing else may be shown."""

    def reset(self):
        super().reset()
        self.contents = {}  # by digest
        self.reached_at = None  # the URL that clients are sent to, if it isn't our own

    def address_of(self, digest):
        return f"{self.reached_at or self.url}/layers/{digest}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0"

    def answer(self, request):
        if request.header("Authorization") is not None:
            return text_answer(400, ONE_WAY_ONLY, "application/xml")
        content = self.contents.get(request.path.removeprefix("/layers/"))
        if request.method != "GET" or content is None:
            return text_answer(403, "<Error><Code>AccessDenied</Code></Error>", "application/xml")
        return Answer(200, content, (("Content-Type", "application/octet-stream"),))


class Registry(StandIn):
    """Judges in ECR's order: the token, the repository, the tag or digest."""

    def __init__(self, ecr, **listener):
        self._ecr = ecr
        self.storage = Storage(**listener)
        super().__init__(**listener)

    def reset(self):
        super().reset()
        self.storage.reset()
        self.manifests = {}  # by repository: {tag or digest: (media type, text)}
        self.blobs = {}  # by repository: the digests of what it holds, each with its size

    def close(self):
        super().close()
        self.storage.close()

    @property
    def host(self):
        return f"{self.address}:{self.port}"

    def push(self, repository, *references):
        """An image for two platforms, by these tags and digests beside its own; returns all the
        digests of layers, each platform's first one first."""
        index, layers = [], []
        for platform in PLATFORMS:
            held = [self._add_blob(repository, f"{repository} {platform} {n}") for n in range(3)]
            kinds = zip((CONFIG, LAYER, LAYER), held)
            config, *rest = (descriptor(kind, blob) for kind, blob in kinds)
            manifest = {"schemaVersion": 2, "mediaType": IMAGE_MANIFEST, "config": config}
            text = json.dumps({**manifest, "layers": rest})
            place = {"platform": {"architecture": platform, "os": "linux"}}
            index.append({**self._add_manifest(repository, IMAGE_MANIFEST, text), **place})
            layers.append([layer["digest"] for layer in rest])
        text = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": index})
        self._add_manifest(repository, INDEX, text, *references)
        return [digest for pair in zip(*layers) for digest in pair]

    def route(self, request):
        place = PLACE.fullmatch(request.path)
        return f"{request.method} {place[2]}" if place else super().route(request)

    def answer(self, request):
        kind, _, token = (request.header("Authorization") or "").partition(" ")
        if kind != "Basic" or not self._ecr.is_issued(token):
            return text_answer(401, "Not Authorized\n", WWW_Authenticate=self._challenge())
        if expiry_of(token) <= self.clock.now():
            return error(403, "DENIED", EXPIRED)
        place = PLACE.fullmatch(request.path)
        if not place or request.method not in ("GET", "HEAD"):
            return text_answer(404, "404 page not found\n")
        repository, kind, reference = place.groups()
        if repository not in self.manifests:
            text = f"The repository with name '{repository}' does not exist in the registry"
            return error(404, "NAME_UNKNOWN", text)
        serve = {"manifest": self._manifest, "blob": self._blob}[kind]
        return serve(request, repository, reference)

    def _manifest(self, request, repository, reference):
        accepted = re.split(r",\s*", request.header("Accept") or "")
        kind, text = self.manifests[repository].get(reference, (None, None))
        if kind not in accepted:
            return error(404, "MANIFEST_UNKNOWN", "Requested image not found")
        return json_answer(200, text, kind, Docker_Content_Digest=digest_of(text.encode()))

    def _blob(self, request, repository, digest):
        size = self.blobs[repository].get(digest)
        if size is None:
            return error(404, "BLOB_UNKNOWN", "The layer does not exist in the repository")
        if request.method == "HEAD":
            return Answer(200, b" " * size, (("Docker-Content-Digest", digest),))
        return text_answer(307, "", Location=self.storage.address_of(digest))

    def _add_blob(self, repository, text):
        content = text.encode()
        digest = digest_of(content)
        self.storage.contents[digest] = content
        self.blobs.setdefault(repository, {})[digest] = len(content)
        return content

    def _add_manifest(self, repository, kind, text, *references):
        made = descriptor(kind, text.encode())
        for reference in (made["digest"], *references):
            self.manifests.setdefault(repository, {})[reference] = (kind, text)
        return made

    def _challenge(self):
        return f'Basic realm="https://{self.host}/",service="ecr.amazonaws.com"'


def digest_of(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def descriptor(kind, content):
    """How documents of the OCI name one another."""
    return {"mediaType": kind, "digest": digest_of(content), "size": len(content)}


def error(status, code, message):
    """An error as the distribution specification has it."""
    return json_answer(status, {"errors": [{"code": code, "message": message}]})
