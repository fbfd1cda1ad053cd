"""A real API server about what one may do, who one is and what runs; the stand-in says the same."""

import json

import pytest

from api import Api
from standin.kubernetes_api import KubernetesApi
from standin.kubernetes_reviews import ACCESS, SELF
from standin.world import SECRET

WHO = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
OURS = ("kind", "apiVersion", "status", "message", "reason", "details", "code")


@pytest.fixture
def both(pod):
    """Asks the real one, as the pod's ServiceAccount, then the stand-in; what each has answered."""
    token = (pod.service_account / "token").read_text()
    real = Api(pod.cluster, token)
    standin = KubernetesApi()
    standin.tokens[token] = pod.user_name
    standin.allow(pod.namespace, SECRET)
    theirs = Api(pod.cluster, token, plain=(standin.address, standin.port))

    def ask(*request):
        return real.ask(*request), theirs.ask(*request)

    ask.standin = standin
    yield ask
    assert not standin.defects
    for server in (real, theirs, standin):
        server.close()


def access(verb, resource, namespace="", name="", group=""):
    asked = {"verb": verb, "group": group, "resource": resource}
    asked.update(namespace=namespace, name=name)
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
    return {**review, "spec": {"resourceAttributes": asked}}


@pytest.mark.parametrize("verb, name, is_allowed", [
    ("patch", SECRET, True),
    ("patch", "another", False),
    ("patch", "", False),
    ("list", SECRET, False),
])
def test_access_to_secrets_is_reviewed(both, pod, verb, name, is_allowed):
    for status, review in both("POST", ACCESS, access(verb, "secrets", pod.namespace, name)):
        assert (status, review["kind"]) == (201, "SelfSubjectAccessReview")
        assert review["status"]["allowed"] == is_allowed
        assert review["status"].keys() == ({"allowed", "reason"} if is_allowed else {"allowed"})


def test_access_to_what_is_not_granted_is_reviewed(both, pod):
    for group, resource in (("", "pods"), ("", "serviceaccounts"), ("batch", "cronjobs")):
        for namespace in (pod.namespace, ""):
            review = access("list", resource, namespace, group=group)
            answers = both("POST", ACCESS, review)
            assert [answer["status"] for _, answer in answers] == [{"allowed": False}] * 2


def test_one_is_told_who_one_is(both, pod):
    for status, review in both("POST", SELF, WHO):
        assert (status, review["kind"]) == (201, "SelfSubjectReview")
        assert review["status"]["userInfo"]["username"] == pod.user_name
        assert "system:authenticated" in review["status"]["userInfo"]["groups"]


LISTS = ["/api/v1{}/pods", "/api/v1{}/serviceaccounts", "/apis/batch/v1{}/cronjobs"]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_that_is_not_granted_is_refused_in_the_same_words(both, pod, path):
    for place in (f"/namespaces/{pod.namespace}", ""):
        real, standin = both("GET", path.format(place))
        assert real[0] == standin[0] == 403
        assert only_ours(standin) == only_ours(real)


def only_ours(answer):
    return {name: value for name, value in answer[1].items() if name in OURS}


@pytest.fixture
def both_seen(pod, both):
    """The same, and Pods and CronJobs may be listed in both."""
    pod.may_see("pods", "cronjobs")
    both.standin.workloads.allow("pods", "cronjobs", namespace=pod.namespace)
    return both


def test_fields_by_which_nothing_is_selected_are_refused(both_seen, pod):
    path = f"/api/v1/namespaces/{pod.namespace}/pods?fieldSelector=status.reason%3Dx"
    real, standin = both_seen("GET", path)
    assert (real[0], real[1]["reason"]) == (standin[0], standin[1]["reason"]) == (400, "BadRequest")


def test_lists_have_the_same_form(both_seen, cluster, pod):
    workloads = both_seen.standin.workloads
    shown = cluster.json("get", "cronjob", "ecr-secret", "-n", pod.namespace)
    workloads.add_cronjob(pod.namespace, "ecr-secret", shown["spec"])
    real, standin = both_seen("GET", f"/apis/batch/v1/namespaces/{pod.namespace}/cronjobs")
    assert [form(answer) for answer in (real, standin)] == [form(real)] * 2


def form(answer):
    status, document = answer
    items = [(item["metadata"]["name"], item["spec"]) for item in document["items"]]
    return status, document["kind"], document["apiVersion"], json.dumps(items, sort_keys=True)
