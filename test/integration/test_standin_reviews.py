"""The stand-in's API server, asked what one may do, who one is, and what runs there.

The real one is asked the same in ../e2e/test_reviews.py.
"""

import json
import ssl
import urllib.error
import urllib.request

import pytest

from standin.kubernetes_reviews import ACCESS, SELF
from standin.world import NAMESPACE, SECRET, SERVICE_ACCOUNT

PODS, CRONJOBS = f"/api/v1/namespaces/{NAMESPACE}/pods", "/apis/batch/v1/cronjobs"


@pytest.fixture
def ask(world):
    """One request to the API server: the status, and the document that came back."""
    trust = ssl.create_default_context(cadata=world.cluster_authority.pem.decode())
    token = (world.service_account / "token").read_text()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def request(path, document=None):
        body = None if document is None else json.dumps(document).encode()
        try:
            url = world.kubernetes.url + path
            asked = urllib.request.Request(url, body, headers)
            with urllib.request.urlopen(asked, context=trust) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.load(refusal)

    return request


def may(ask, verb, resource, namespace="", name="", group=""):
    asked = {"verb": verb, "group": group, "resource": resource}
    asked.update(namespace=namespace, name=name)
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
    status, answer = ask(ACCESS, {**review, "spec": {"resourceAttributes": asked}})
    assert status == 201
    return answer["status"]["allowed"]


def test_a_review_of_access_says_what_the_rights_are(world, ask):
    assert may(ask, "patch", "secrets", NAMESPACE, SECRET)
    assert not may(ask, "patch", "secrets", NAMESPACE)
    assert not may(ask, "patch", "secrets", NAMESPACE, "another")
    assert not may(ask, "list", "secrets", name=SECRET)
    assert not may(ask, "list", "namespaces")
    world.kubernetes.allow_everywhere(SECRET)
    assert may(ask, "list", "secrets", name=SECRET)
    assert may(ask, "list", "namespaces")
    assert not may(ask, "patch", "serviceaccounts", NAMESPACE)
    world.kubernetes.accounts.allow(NAMESPACE)
    assert may(ask, "patch", "serviceaccounts", NAMESPACE)
    assert not may(ask, "list", "cronjobs", group="batch")
    world.kubernetes.workloads.allow("cronjobs")
    assert may(ask, "list", "cronjobs", group="batch")


def test_a_review_of_oneself_says_who_one_is(world, ask):
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    status, answer = ask(SELF, review)
    assert (status, answer["status"]["userInfo"]["username"]) == (201, SERVICE_ACCOUNT)
    world.kubernetes.reviews.knows_self = False
    assert ask(SELF, review)[0] == 404


def test_reviews_may_be_forbidden(world, ask):
    world.kubernetes.reviews.is_forbidden = True
    for path in (ACCESS, SELF):
        assert ask(path, {"spec": {}})[0] == 403


def test_pods_are_listed_by_phase(world, ask):
    workloads = world.kubernetes.workloads
    assert ask(PODS)[0] == 403
    workloads.allow("pods", namespace=NAMESPACE)
    workloads.add_pod(NAMESPACE, "waits", {"serviceAccountName": "default"}, "Pending")
    workloads.add_pod(NAMESPACE, "runs", {"serviceAccountName": "default"})
    workloads.add_pod("other", "far", {})
    assert names(ask(PODS)) == ["waits", "runs"]
    assert names(ask(PODS + "?fieldSelector=status.phase%3DPending")) == ["waits"]
    assert names(ask(PODS + "?fieldSelector=status.phase!%3DPending")) == ["runs"]
    assert ask(PODS + "?fieldSelector=status.reason%3DPending")[0] == 400
    assert ask("/api/v1/pods")[0] == 403
    workloads.allow("pods")
    assert names(ask("/api/v1/pods")) == ["waits", "runs", "far"]


def test_cronjobs_are_listed_with_their_status(world, ask):
    world.kubernetes.workloads.allow("cronjobs")
    last = {"lastSuccessfulTime": "2026-01-02T03:04:05Z"}
    world.kubernetes.workloads.add_cronjob(NAMESPACE, "tick", {"suspend": True}, **last)
    status, answer = ask(CRONJOBS)
    assert (status, answer["apiVersion"], answer["kind"]) == (200, "batch/v1", "CronJobList")
    (item,) = answer["items"]
    assert item["spec"]["suspend"] and item["status"] == last


def names(reply):
    status, answer = reply
    assert status == 200, answer
    return [item["metadata"]["name"] for item in answer["items"]]
