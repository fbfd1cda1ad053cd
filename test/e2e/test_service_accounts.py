"""--service-account on a real API server: the rules as printed, races, and whole clusters."""

import json
import re
import threading
import time
import uuid

import pytest
import yaml

from api import Api
from pod import manifest
from standin.world import SECRET

RULE = re.compile(r"add to a (Role|ClusterRole)(?: in namespace (\S+))?: - (\{.*?\]\})")
JSON_PATCH = "application/json-patch+json"
NAMES = {"default": ["default"], "*": ["default", "build", "ecr-secret"]}
ANY_ACCOUNT = {
    "apiGroups": [""],
    "resources": ["serviceaccounts"],
    "verbs": ["get", "list", "patch"],
}
SEES_ALL = [
    {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["list"]},
    {
        "apiGroups": [""],
        "resources": ["secrets"],
        "resourceNames": [SECRET],
        "verbs": ["create", "get", "list", "patch"],
    },
]


def eventually(condition):
    give_up = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def wait_for_default(cluster, namespace):
    """A controller makes each namespace's own ServiceAccount."""
    command = ("get", "serviceaccount", "default", "-n", namespace)
    eventually(lambda: cluster.attempt(*command).returncode == 0)


def accounts_path(namespace, name):
    return f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}"


@pytest.fixture
def home(pod):
    """The pod's namespace with two accounts more: its own, and one that has a Secret already."""
    wait_for_default(pod.cluster, pod.namespace)
    pod.cluster.kubectl("create", "serviceaccount", "build", "-n", pod.namespace)
    give(pod, "build", "theirs")
    return pod


def give(pod, name, *secrets):
    held = json.dumps({"imagePullSecrets": [{"name": secret} for secret in secrets]})
    command = ("patch", "serviceaccount", name, "-n", pod.namespace, "-p", held)
    pod.cluster.kubectl(*command)


def pull_secrets(pod, name, namespace=None):
    account = pod.cluster.json("get", "serviceaccount", name, "-n", namespace or pod.namespace)
    return [secret["name"] for secret in account.get("imagePullSecrets", [])]


def rule_in(outcome):
    """The kind of role, its namespace, and the rule that a line tells to add."""
    kind, namespace, rule = RULE.search(outcome.stderr).groups()
    return kind, namespace, yaml.safe_load(rule)


def binding(pod, kind, name, rules):
    """A Role (or ClusterRole) with these rules, given to the pod."""
    place = {"namespace": pod.namespace} if kind == "Role" else {}
    group = "rbac.authorization.k8s.io"
    metadata = {"name": name, **place}
    pod_account = {"kind": "ServiceAccount", "name": "ecr-secret", "namespace": pod.namespace}
    head = {"apiVersion": f"{group}/v1", "metadata": metadata}
    return [
        {**head, "kind": kind, "rules": rules},
        {
            **head,
            "kind": f"{kind}Binding",
            "roleRef": {"apiGroup": group, "kind": kind, "name": name},
            "subjects": [pod_account],
        },
    ]


def allow_as_printed(pod, outcome):
    assert outcome.code == 77, outcome.stderr
    kind, namespace, rule = rule_in(outcome)
    assert (kind, namespace) == ("Role", pod.namespace)
    pod.cluster.apply(*binding(pod, "Role", "accounts", [rule]))


def may(pod):
    """Lets the pod change its namespace's accounts."""
    pod.cluster.apply(*binding(pod, "Role", "accounts", [ANY_ACCOUNT]))


@pytest.mark.parametrize("names", NAMES)
def test_the_rule_as_printed_is_enough(own_cluster, home, names):
    arguments = ("--service-account", names)
    allow_as_printed(home, home.run(*arguments))
    outcome = home.tick(*arguments)
    for name in NAMES[names]:
        kept = ["theirs"] if name == "build" else []
        assert pull_secrets(home, name) == [*kept, SECRET]
        assert f"{home.namespace}/ServiceAccount {name}: added {SECRET}" in outcome.stderr
    assert len(home.tick(*arguments).lines) == 1, "nothing is left to do"
    asked = [(verb, code) for verb, kind, _, code in own_cluster.audited(home.user_name)
             if kind == "serviceaccounts"]
    look = "list" if names == "*" else "get"
    patches = [("patch", 200)] * len(NAMES[names])
    assert asked == [(look, 403), (look, 200), *patches, (look, 200)]


def test_a_dry_run_is_judged_and_not_kept(home):
    may(home)
    outcome = home.tick("--service-account", "*", "--dry-run")
    assert "(dry run)" in outcome.lines[1]
    assert pull_secrets(home, "default") == [] and pull_secrets(home, "build") == ["theirs"]


def test_a_missing_account_is_named(home):
    may(home)
    outcome = home.run("--service-account", "default,nobody")
    assert outcome.code == 69, outcome.stderr
    line = f'k8s: read ServiceAccount {home.namespace}/nobody: .+ 404: .+"nobody" not found'
    assert re.fullmatch("error: " + line, outcome.lines[1])
    assert pull_secrets(home, "default") == [SECRET]


def test_a_pod_gets_the_secret_from_its_account(home):
    """What it is for: admission puts the account's imagePullSecrets into a pod."""
    may(home)
    home.tick("--service-account", "default")
    (cronjob,) = [d for d in manifest(home.namespace) if d["kind"] == "CronJob"]
    spec = cronjob["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    spec = {**spec, "serviceAccountName": "default"}
    metadata = {"name": "one", "namespace": home.namespace}
    home.cluster.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    made = home.cluster.json("get", "pod", "one", "-n", home.namespace)
    assert made["spec"]["imagePullSecrets"] == [{"name": SECRET}]


@pytest.fixture
def rival(home):
    """Another writer, with a token of its own."""
    home.cluster.kubectl("create", "serviceaccount", "rival", "-n", home.namespace)
    role, bound = binding(home, "Role", "rival", [ANY_ACCOUNT])
    bound["subjects"][0]["name"] = "rival"
    home.cluster.apply(role, bound)
    api = Api(home.cluster, home.cluster.token(home.namespace, account="rival"))
    yield api
    api.close()


def test_a_test_that_fails_is_422_in_these_words(home, rival):
    """What the program and its stand-in take for a race."""
    path = accounts_path(home.namespace, "build")
    wrong = [{"op": "test", "path": "/metadata/resourceVersion", "value": "1"}]
    status, answer = rival.ask("PATCH", path, wrong, JSON_PATCH)
    message = "the server rejected our request due to an error in our request"
    assert (status, answer["reason"], answer["message"]) == (422, "Invalid", message)


def write_over(api, path, name):
    """Adds a name and takes ours out, as a well-behaved writer; false if somebody was quicker."""
    _, account = api.ask("GET", path)
    kept = [held for held in account["imagePullSecrets"] if held["name"] != SECRET]
    test = {"op": "test", "path": "/metadata/resourceVersion"}
    test["value"] = account["metadata"]["resourceVersion"]
    new = {"op": "replace", "path": "/imagePullSecrets", "value": [*kept, {"name": name}]}
    status, answer = api.ask("PATCH", path, [test, new], JSON_PATCH)
    assert status in (200, 422), answer
    return status == 200


def test_writers_at_the_same_time_lose_nothing(home, rival):
    may(home)
    path = accounts_path(home.namespace, "build")
    stop, added = threading.Event(), []

    def write():
        while not stop.is_set():
            name = f"rival-{len(added)}"
            if write_over(rival, path, name):
                added.append(name)
            stop.wait(0.002)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(10):
            home.tick("--service-account", "build")
            before = len(added)
            eventually(lambda: len(added) > before + 1)
    finally:
        stop.set()
        writer.join()
    home.tick("--service-account", "build")
    assert len(added) > 20
    assert pull_secrets(home, "build") == ["theirs", *added, SECRET]


@pytest.fixture
def everywhere(own_cluster, home):
    """A second namespace, a label that both have, and the ClusterRole of a fan-out."""
    label = f"e2e-{uuid.uuid4().hex[:8]}"
    second = own_cluster.make_namespace()
    wait_for_default(own_cluster, second)
    for namespace in (home.namespace, second):
        own_cluster.kubectl("label", "namespace", namespace, f"{label}=yes")
    home.second, home.selector, home.role = second, ("--namespace-selector", label), label
    own_cluster.apply(*binding(home, "ClusterRole", label, SEES_ALL))
    yield home
    own_cluster.kubectl("delete", "clusterrole,clusterrolebinding", label)


def allow_everywhere_as_printed(pod, outcome):
    assert outcome.code == 77, outcome.stderr
    kind, _, rule = rule_in(outcome)
    assert kind == "ClusterRole"
    pod.cluster.apply(*binding(pod, "ClusterRole", pod.role, [*SEES_ALL, rule]))


@pytest.mark.parametrize("names", ["default", "*"])
def test_a_fan_out_finds_all_by_one_list(everywhere, own_cluster, names):
    arguments = (*everywhere.selector, "--service-account", names)
    allow_everywhere_as_printed(everywhere, everywhere.run(*arguments))
    outcome = everywhere.tick(*arguments)
    for namespace in (everywhere.namespace, everywhere.second):
        assert pull_secrets(everywhere, "default", namespace) == [SECRET]
    asked = len(own_cluster.audited(everywhere.user_name))
    everywhere.tick(*arguments, "--min-remaining", "1h")
    again = own_cluster.audited(everywhere.user_name)[asked:]
    assert [(verb, kind) for verb, kind, _, _ in again] == [
        ("list", "namespaces"),
        ("list", "secrets"),
        ("list", "serviceaccounts"),
    ]
    assert "2 written" in outcome.last_line


def test_a_fan_out_names_what_is_missing_and_serves_the_others(everywhere):
    arguments = (*everywhere.selector, "--service-account", "default,build")
    allow_everywhere_as_printed(everywhere, everywhere.run(*arguments))
    outcome = everywhere.run(*arguments)
    assert outcome.code == 69, outcome.stderr
    line = f"error: k8s: ServiceAccount {everywhere.second}/build: does not exist"
    assert line in outcome.lines
    assert pull_secrets(everywhere, "build") == ["theirs", SECRET]
    assert pull_secrets(everywhere, "default", everywhere.second) == [SECRET]
