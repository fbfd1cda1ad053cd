"""What the tests of many namespaces share: a cluster of them, and what it was asked for."""

import base64
import contextlib
import json
import threading
import time

from standin.clock import rfc3339
from standin.ecr import authorization, make_password
from standin.kubernetes_api import APPLY, LISTED_SECRETS, READ
from standin.kubernetes_rules import DOCKER_CONFIG, DOCKER_CONFIG_TYPE
from standin.world import REGISTRY, SECRET

NOTE = "ecr-secret/expires-at"
FOREIGN = "registry.example.com"
HOUR_S = 3600


def add_namespaces(stage, *names, **options):
    """Namespaces in a cluster where the program has the ClusterRole of a fan-out."""
    stage.kubernetes.allow_everywhere(SECRET)
    for name in names:
        stage.kubernetes.add_namespace(name, **options)


def entry(stage, lifetime_s=HOUR_S):
    """A registry's entry with a token that has so long to live."""
    expires_at = int(stage.clock.now()) + lifetime_s
    return {"auth": authorization(make_password(stage.canaries, expires_at))}


def seed(stage, namespace, lifetime_s=HOUR_S, hosts=(REGISTRY,), note_s=None):
    """A Secret as an earlier run of ours left it, with tokens that have so long to live."""
    auths = {host: entry(stage, lifetime_s) for host in hosts}
    seed_text(stage, namespace, json.dumps({"auths": auths}), note_s or lifetime_s)


def seed_text(stage, namespace, text, note_s):
    """A docker config that we applied, and how long our note says that it is good."""
    apply(
        stage, namespace, DOCKER_CONFIG_TYPE, {DOCKER_CONFIG: text}, note_s
    )


def apply(stage, namespace, kind, data, note_s, labels=None):
    """What an earlier run of ours applied."""
    note = {NOTE: rfc3339(int(stage.clock.now()) + note_s)}
    metadata = {"name": SECRET, "namespace": namespace, "annotations": note}
    wanted = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {**metadata, **({"labels": labels} if labels else {})},
        "type": kind,
        "data": {key: base64.b64encode(text.encode()).decode() for key, text in data.items()},
    }
    options = {"manager": "ecr-secret", "force": False, "dry_run": False}
    return stage.kubernetes.secrets.apply(namespace, SECRET, wanted=wanted, **options)


def change(stage, namespace, **members):
    """Somebody edits a Secret."""
    stage.kubernetes.secrets.update(namespace, SECRET, "kubectl-edit", lambda s: s.update(members))


def seed_foreign(stage, namespace):
    auths = {FOREIGN: stage.foreign_entry()}
    stage.kubernetes.seed(namespace, SECRET, {"auths": auths}, "kubectl-create")


def namespace_of(request):
    return request.path.split("/")[4]


def written(stage):
    """The namespaces that were written to, in the order of arrival."""
    return [namespace_of(request) for request in stage.kubernetes.arrived(APPLY)]


def read(stage):
    """The namespaces whose Secret was read by itself."""
    return [namespace_of(request) for request in stage.kubernetes.arrived(READ)]


def asked(stage):
    """What arrived at the API server, by routes and in order."""
    return [stage.kubernetes.route(request) for request in stage.kubernetes.requests]


def pages(stage, route=LISTED_SECRETS):
    return len(stage.kubernetes.arrived(route))


class Gauge:
    """A behaviour that answers as usual, slowly, and knows how many requests it had at once.

    The first ones are not answered before so many are there, or give up waiting for them.
    """

    def __init__(self, expected=1, delay_s=0.02):
        self.most = self._now = 0
        self._expected, self._delay_s = expected, delay_s
        self._lock, self._reached = threading.Lock(), threading.Event()

    def __call__(self, exchange):
        with self._count():
            self._reached.wait(5)
            time.sleep(self._delay_s)
            answer = exchange.usual_answer()
        exchange.send(answer)

    @contextlib.contextmanager
    def _count(self):
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            if self.most >= self._expected:
                self._reached.set()
        yield
        with self._lock:
            self._now -= 1
