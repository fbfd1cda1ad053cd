"""A stand-in of an ECR registry: manifests, for those who show a password that ECR gave."""

import re

from .ecr import authorization
from .message import json_answer, text_answer
from .server import StandIn

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "GET manifest"


class Registry(StandIn):
    """Judges in ECR's order: the token, the repository, the tag or digest."""

    def __init__(self, ecr, **listener):
        self._ecr = ecr
        super().__init__(**listener)

    def reset(self):
        super().reset()
        self.manifests = {}  # by repository: a set of tags and digests

    @property
    def host(self):
        return f"{self.address}:{self.port}"

    def route(self, request):
        is_manifest = request.method == "GET" and self._names(request)
        return MANIFEST if is_manifest else super().route(request)

    def answer(self, request):
        if not self._is_known(request.header("Authorization")):
            return text_answer(401, "Not Authorized\n")
        if not self._names(request):
            return text_answer(404, "404 page not found\n")
        repository, reference = self._names(request)
        if repository not in self.manifests:
            text = f"The repository with name '{repository}' does not exist in the registry"
            return error(404, "NAME_UNKNOWN", text)
        accepted = re.split(r",\s*", request.header("Accept") or "")
        if reference not in self.manifests[repository] or INDEX not in accepted:
            return error(404, "MANIFEST_UNKNOWN", "Requested image not found")
        return json_answer(200, {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}, INDEX)

    def _is_known(self, shown):
        passwords = self._ecr.passwords.values()
        return shown in {f"Basic {authorization(password)}" for password in passwords}

    def _names(self, request):
        match = re.fullmatch(r"/v2/([a-z0-9/._-]+)/manifests/([\w.:+-]+)", request.target)
        return match and match.groups()


def error(status, code, message):
    """An error as the distribution specification has it."""
    return json_answer(status, {"errors": [{"code": code, "message": message}]})
