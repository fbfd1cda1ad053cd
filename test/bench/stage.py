"""The world that is measured in: the tests' stand-ins, and an API server that kubectl can use."""

import contextlib
import dataclasses
import pathlib
import sys
import tempfile
import time
import types

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))  # for the stand-ins

from standin.certificates import Authority
from standin.kubernetes_api import READ, KubernetesApi
from standin.message import json_answer
from standin.world import NAMESPACE, SECRET, World

SECRETS = {"name": "secrets", "kind": "Secret", "namespaced": True, "verbs": ["get", "patch"]}
DISCOVERY = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": [SECRETS]},
}


class KubectlApi(KubernetesApi):
    """Answers kubectl's questions too, and takes its patches without strict validation."""

    def answer(self, request):
        if request.path in DISCOVERY:
            return json_answer(200, DISCOVERY[request.path])
        target = request.target.replace("fieldValidation=Ignore", "fieldValidation=Strict")
        return super().answer(dataclasses.replace(request, target=target))


class Stage(World):
    """A world with ways to bend it."""

    def irsa(self):
        """A pod whose identity is a web identity: three connections a tick."""
        return {**self.without_keys(), **self.web_identity()}

    def bare_arguments(self):
        """A question to each of the three servers, and whom to trust."""
        cluster_ca = self.service_account / "ca.crt"
        sts, ecr = (self.sts.url, self.aws_ca), (self.ecr.url, self.aws_ca)
        return [*sts, *ecr, self.kubernetes.url, cluster_ca]

    def kubectl_api(self):
        """A second API server with the same users, for kubectl."""
        server = KubectlApi(tls=self.kubernetes.tls)
        server.tokens = self.kubernetes.tokens
        server.add_namespace(NAMESPACE)
        server.allow(NAMESPACE, SECRET)
        return server

    def add_namespaces(self, count):
        """More namespaces, in which the Secret may be written; returns all their names."""
        names = [NAMESPACE, *(f"team-{number}" for number in range(count))]
        for name in names[1:]:
            self.kubernetes.add_namespace(name)
            self.kubernetes.allow(name, SECRET)
        return names

    def strangers(self, count=140):
        """As many authorities as a distribution ships: a bundle and a hashed folder, ours in both.

        Nobody asks for a stranger by name, so any hash will do as the file's name.
        """
        pems = [Authority().pem for _ in range(count)]
        folder = self.directory / "certs"
        folder.mkdir()
        for number, pem in enumerate(pems):
            (folder / f"{number:08x}.0").write_bytes(pem)
        bundle = self.directory / "bundle.pem"
        bundle.write_bytes(b"".join([*pems, self.aws_ca.read_bytes()]))
        return bundle, folder


    def stop_watch(self):
        """Adds up the time in which servers think while a tick can only wait."""
        watch = types.SimpleNamespace(seconds=0)
        for server in (self.sts, self.ecr, self.kubernetes):
            server.answer = _timed(server.answer, watch)
        return watch


def _timed(answer, watch):
    def answer_and_count(request):
        since = time.monotonic()
        answered = answer(request)
        if request.method != READ:  # that happens meanwhile
            watch.seconds += time.monotonic() - since
        return answered

    return answer_and_count


@contextlib.contextmanager
def new_stage():
    """A world in a folder that goes away with it."""
    stage = Stage()
    with tempfile.TemporaryDirectory() as directory:
        stage.settle_in(directory)
        yield stage
