"""The Role of cronjob.yaml is enough, and nothing in it is too much."""

import json

import pytest

from api import APPLY, MERGE, Api, secrets_path
from pod import docker_secret, manifest
from standin.world import SECRET

MINE = ["create", "get", "patch"]
MISSING = (
    r"; add to a Role in namespace \S+: - \{apiGroups: \[\"\"\], resources: \[secrets\], "
    rf"resourceNames: \[{SECRET}\], verbs: \[create, get, patch\]\}}; "
    "or the namespace does not exist"
)


@pytest.fixture
def api(pod):
    """The pod's own token in somebody else's hands."""
    api = Api(pod.cluster, (pod.service_account / "token").read_text())
    yield api
    api.close()


def change_role(pod, verbs):
    """Gives the Role other verbs."""
    patch = [{"op": "replace", "path": "/rules/0/verbs", "value": verbs}]
    command = ("patch", "role", "ecr-secret", "-n", pod.namespace, "--type=json")
    pod.cluster.kubectl(*command, "-p", json.dumps(patch))


def answered(pod, status, text):
    place = f"{pod.namespace}/{SECRET}"
    return f"k8s: apply {place}: the API server answered {status}: {text}"


def test_the_role_is_enough_for_the_first_creation_and_for_a_later_update(own_cluster, pod):
    pod.tick()
    pod.tick()
    assert pod.requests() == [("get", 404), ("patch", 201), ("get", 200), ("patch", 200)]


def test_the_server_lists_these_rights_to_secrets_and_no_others(api, pod):
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview"}
    path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    status, answer = api.ask("POST", path, {**review, "spec": {"namespace": pod.namespace}})
    assert status == 201 and not answer["status"]["incomplete"]
    rules = answer["status"]["resourceRules"]
    (rule,) = [rule for rule in rules if rule["apiGroups"] == [""]]
    assert (rule["resources"], rule["resourceNames"]) == (["secrets"], [SECRET])
    assert sorted(rule["verbs"]) == MINE


def test_any_other_verb_name_or_namespace_is_refused(api, cluster, pod):
    pod.tick()
    own, other = pod.namespace, cluster.make_namespace()
    document = docker_secret({}, metadata={"name": SECRET})
    ours, theirs = secrets_path(own, SECRET), secrets_path(own, "another")
    applied = "?fieldManager=ecr-secret"
    no = [
        ("GET", secrets_path(own), None, APPLY),  # list
        ("GET", secrets_path(own, query="?watch=true"), None, APPLY),
        ("GET", "/api/v1/secrets", None, APPLY),
        ("POST", secrets_path(own), document, "application/json"),  # create without a name
        ("PUT", ours, document, "application/json"),  # update
        ("DELETE", ours, None, APPLY),
        ("DELETE", secrets_path(own), None, APPLY),  # deletecollection
        ("GET", theirs, None, APPLY),
        ("PATCH", theirs + applied, docker_secret({}, metadata={"name": "another"}), APPLY),
        ("PATCH", theirs, {"data": {}}, MERGE),
        ("GET", secrets_path(other, SECRET), None, APPLY),
        ("PATCH", secrets_path(other, SECRET, applied), document, APPLY),
        ("GET", f"/api/v1/namespaces/{own}", None, APPLY),
        ("GET", f"/api/v1/namespaces/{own}/pods", None, APPLY),
        ("GET", f"/api/v1/namespaces/{own}/serviceaccounts/ecr-secret", None, APPLY),
        (
            "POST",
            f"/api/v1/namespaces/{own}/serviceaccounts/ecr-secret/token",
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}},
            "application/json",
        ),
    ]
    with pod.secret_stays():
        answers = {" ".join(request[:2]): api.ask(*request)[0] for request in no}
    assert set(answers.values()) == {403}, answers
    assert api.ask("GET", ours)[0] == 200, "the token is good"


def test_without_patch_nothing_is_written_and_the_rule_is_named(pod):
    change_role(pod, ["create", "get"])
    pod.refused(77, answered(pod, 403, ".+ cannot patch .+" + MISSING))


def test_without_create_only_the_first_creation_fails(pod):
    change_role(pod, ["get", "patch"])
    pod.refused(77, answered(pod, 403, ".+ cannot create .+" + MISSING))
    change_role(pod, MINE)
    pod.tick()
    change_role(pod, ["get", "patch"])
    pod.tick()


def test_without_get_our_own_secret_is_refreshed_and_another_ones_is_not_touched(pod):
    pod.tick()
    change_role(pod, ["create", "patch"])
    pod.tick()
    assert pod.holds_newest_password()
    pod.cluster.kubectl("delete", "secret", SECRET, "-n", pod.namespace)
    theirs = docker_secret({"registry.example.com": {"auth": "eDp5"}})
    theirs["metadata"]["namespace"] = pod.namespace
    pod.cluster.create(theirs)
    text = 'Apply failed with 1 conflict: .+; it can\'t be read, .+ the Role lacks "get"'
    pod.refused(69, answered(pod, 409, text), warning=pod.unseen())


def test_no_role_at_all_is_77_and_the_rule_is_named(pod):
    pod.cluster.kubectl("delete", "rolebinding", "ecr-secret", "-n", pod.namespace)
    pod.refused(77, answered(pod, 403, ".+ cannot patch .+" + MISSING), warning=pod.unseen())


def test_the_manifest_of_another_namespace_gives_no_right_here(cluster, pod):
    other = cluster.make_namespace(*manifest("default"))
    pod.use_token(cluster.token(other))
    pod.refused(77, answered(pod, 403, f".+{other}:ecr-secret.+" + MISSING), warning=pod.unseen())
