"""Many namespaces of a real cluster, by the ClusterRole that is shipped for them."""

import base64
import concurrent.futures
import json
import re
import threading

import pytest
import yaml

from api import APPLY, Api, secrets_path
from cluster import in_namespace
from pod import EVERYWHERE, KEY, docker_secret, manifest
from standin.world import REGISTRY, SECRET

LABEL = "ecr-secret-e2e"
TEAMS = 4


@pytest.fixture
def teams(cluster, pod):
    """Namespaces of one label, which is the pod's own namespace's name."""
    names = [cluster.make_namespace(labels={LABEL: pod.namespace}) for _ in range(TEAMS)]
    return sorted(names)


@pytest.fixture
def api(pod_everywhere):
    api = Api(pod_everywhere.cluster, (pod_everywhere.service_account / "token").read_text())
    yield api
    api.close()


def selected(pod):
    return ("--namespace-selector", f"{LABEL}={pod.namespace}")


def test_a_selector_reaches_its_namespaces_and_no_others(pod_everywhere, teams):
    pod = pod_everywhere
    first = pod.tick(*selected(pod))
    assert first.last_line == f"{TEAMS} written, 0 failed"
    second = pod.tick(*selected(pod))
    assert second.last_line == first.last_line
    for name in teams:
        assert pod.holds_newest_password(name)
    assert pod.secret() is None


def test_globs_and_exclusions_reach_what_they_say(pod_everywhere, teams):
    pod = pod_everywhere
    pod.tick("--namespace", ",".join([teams[0][:-1] + "?", teams[1]]))
    assert pod.holds_newest_password(teams[0]) and pod.holds_newest_password(teams[1])
    pod.tick("--namespace", "ecr-secret-e2e-*", "--exclude-namespace", ",".join(teams[2:]))
    assert pod.secret() is not None and pod.secret(teams[2]) is None


def test_all_namespaces_are_all(pod_everywhere, teams):
    pod = pod_everywhere
    try:
        outcome = pod.tick("--all-namespaces")
        for name in ("default", "kube-system", *teams):
            assert f"{name}/{SECRET}: written, " in outcome.stderr
    finally:
        for name in ("default", "kube-system", "kube-public", "kube-node-lease"):
            pod.cluster.kubectl("delete", "secret", SECRET, "-n", name, "--ignore-not-found")


def test_a_fresh_fan_out_is_two_lists_and_lets_a_new_namespace_in(
    own_cluster, pod_everywhere, teams
):
    pod = pod_everywhere
    options = (*selected(pod), "--registry", REGISTRY, "--min-remaining", "6h")
    pod.tick(*options)
    before = len(own_cluster.audited(pod.user_name))
    assert pod.tick(*options).last_line == f"0 written, {TEAMS} fresh, 0 failed"
    asked = own_cluster.audited(pod.user_name)[before:]
    assert [(verb, kind) for verb, kind, _, _ in asked] == [("list", "namespaces"), ("list", "secrets")]
    new = own_cluster.make_namespace(labels={LABEL: pod.namespace})
    assert pod.tick(*options).last_line == f"1 written, {TEAMS} fresh, 0 failed"
    assert pod.holds_newest_password(new)


def test_an_emptied_secret_is_not_fresh_whatever_its_note_says(pod_everywhere, teams):
    pod = pod_everywhere
    options = (*selected(pod), "--min-remaining", "6h")
    pod.tick(*options)
    empty = json.dumps({"data": {KEY: base64.b64encode(b"{}").decode()}})
    pod.cluster.kubectl("patch", "secret", SECRET, "-n", teams[0], "-p", empty)
    assert pod.secret(teams[0])["metadata"]["annotations"], "the note still stands"
    assert pod.tick(*options).last_line == f"1 written, {TEAMS - 1} fresh, 0 failed"
    assert pod.holds_newest_password(teams[0])


def test_a_terminating_namespace_is_left_alone(pod_everywhere, teams):
    pod = pod_everywhere
    stuck = docker_secret({}, metadata={"name": "stuck", "finalizers": ["example.com/stuck"]})
    stuck["metadata"]["namespace"] = teams[0]
    pod.cluster.create(stuck)
    pod.cluster.kubectl("delete", "namespace", teams[0], "--wait=false")
    try:
        outcome = pod.tick(*selected(pod))
        assert f"{teams[0]}: terminating, left alone" in outcome.lines
        assert outcome.last_line == f"{TEAMS - 1} written, 0 failed"
    finally:
        release = '{"metadata": {"finalizers": null}}'
        pod.cluster.kubectl("patch", "secret", "stuck", "-n", teams[0], "-p", release)


def test_the_clusterrole_reads_no_other_secret(api, pod_everywhere, teams):
    other = docker_secret({"registry.example.com": {"auth": "eDp5"}}, name="another")
    pod_everywhere.cluster.create(in_namespace(other, teams[0]))
    pod_everywhere.tick(*selected(pod_everywhere))
    ours = f"?fieldSelector=metadata.name%3D{SECRET}"
    status, listed = api.ask("GET", "/api/v1/secrets" + ours)
    assert status == 200
    assert {item["metadata"]["name"] for item in listed["items"]} == {SECRET}
    document = docker_secret({}, metadata={"name": "another"})
    no = [
        ("GET", "/api/v1/secrets", None),
        ("GET", "/api/v1/secrets?fieldSelector=metadata.name%3Danother", None),
        ("GET", f"/api/v1/secrets{ours}&watch=true", None),
        ("GET", secrets_path(teams[0]), None),
        ("GET", secrets_path(teams[0], "another"), None),
        ("PATCH", secrets_path(teams[0], "another", "?fieldManager=ecr-secret"), document),
        ("DELETE", secrets_path(teams[0], SECRET), None),
        ("GET", f"/api/v1/namespaces/{teams[0]}", None),
        ("GET", "/api/v1/pods", None),
    ]
    answers = {" ".join(request[:2]): api.ask(*request, APPLY)[0] for request in no}
    assert set(answers.values()) == {403}, answers


def test_kubectl_says_the_same_of_its_rights(pod_everywhere, teams):
    pod = pod_everywhere
    who = f"--as={pod.user_name}"
    for verb, what, may in (
        ("get", f"secrets/{SECRET}", "yes"),
        ("list", "namespaces", "yes"),
        ("get", "secrets/another", "no"),
        ("list", "secrets", "no"),
        ("delete", f"secrets/{SECRET}", "no"),
        ("create", "serviceaccounts/token", "no"),
    ):
        said = pod.cluster.attempt("auth", "can-i", verb, what, who, "-n", teams[0]).stdout
        assert said.strip() == may, (verb, what)


def test_the_manifest_is_accepted_strictly_and_its_job_runs_as_restricted(cluster):
    name = cluster.make_namespace()  # which enforces the restricted profile
    text = re.sub(r": default$", f": {name}", EVERYWHERE.read_text(), flags=re.MULTILINE)
    documents = [d for d in yaml.safe_load_all(text) if d]
    said = cluster.apply(*documents, options=("--dry-run=server", "--validate=strict"))
    assert "Warning" not in said and said.count("(server dry run)") == len(documents) == 4


WRITERS = 200


def test_200_interleaved_writers_lose_nothing(pod_everywhere, teams):
    """Runs of ours for one registry each, and others that add theirs, all to one Secret."""
    pod, where = pod_everywhere, teams[0]
    hosts = [f"{number:012}.dkr.ecr.eu-central-1.amazonaws.com" for number in range(1, 41)]
    theirs = [f"r{number}.example.com" for number in range(40)]
    failures = []

    def run_ours(host):
        for _ in range(30):  # a 409 that stays is 69: the next tick goes on
            ended = pod.start("--namespace", where, "--registry", host, "--merge")
            _, said = ended.communicate(timeout=60)
            if ended.returncode == 0:
                return
        failures.append(said)

    local = threading.local()

    def add_theirs(host):
        """As kubectl edit does: read, change, replace by the version that was read."""
        if not hasattr(local, "api"):
            local.api = Api(pod.cluster, pod.cluster.token(pod.namespace))
        path = secrets_path(where, SECRET)
        for _ in range(200):
            status, secret = local.api.ask("GET", path)
            if status == 404:
                secret = docker_secret({}, metadata={"name": SECRET, "namespace": where})
                secret["metadata"]["resourceVersion"] = "1"
            config = json.loads(base64.b64decode(secret["data"][KEY]))
            config["auths"][host] = {"auth": "eDp5"}
            patch = docker_secret(config["auths"], metadata={"name": SECRET})
            patch["metadata"]["resourceVersion"] = secret["metadata"]["resourceVersion"]
            query = f"?fieldManager=their-{host.split('.')[0]}&force=true"
            if local.api.ask("PATCH", path + query, patch, APPLY)[0] in (200, 201):
                return
        failures.append(host)

    jobs = [(run_ours, host) for host in hosts] + [(add_theirs, host) for host in theirs]
    jobs = [job for group in zip(jobs[:40], jobs[40:]) for job in group]
    rounds = jobs + [(run_ours, host) for host in hosts * 3]
    assert len(rounds) == WRITERS
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda job: job[0](job[1]), rounds))
    assert not failures
    auths = pod.docker_config(where)["auths"]
    assert set(auths) == {*hosts, *theirs}
    assert all(auths[host] == {"auth": "eDp5"} for host in theirs)


FORMATS = {
    "basic-auth": ("kubernetes.io/basic-auth", {"username", "password"}),
    "argocd-repository": ("Opaque", {"url", "type", "enableOCI", "username", "password"}),
    "argocd-repo-creds": ("Opaque", {"url", "type", "enableOCI", "username", "password"}),
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_server_accepts_each_format_and_keeps_it_fresh(pod, name):
    kind, keys = FORMATS[name]
    pod.tick("--format", name)
    made = pod.secret()
    assert (made["type"], set(made["data"])) == (kind, keys)
    with pod.secret_stays():
        said = pod.tick("--format", name, "--min-remaining", "6h").last_line
    assert f"{SECRET}: fresh, 1 registry, expires " in said
    pod.tick("--format", name)
    now = pod.secret()
    assert now["metadata"]["uid"] == made["metadata"]["uid"]
    assert now["data"]["password"] != made["data"]["password"]


def test_the_default_manifest_gives_no_right_to_a_fan_out(pod):
    outcome = pod.run("--all-namespaces")
    assert outcome.code == 77
    assert "resources: [namespaces], verbs: [list]" in outcome.last_line
    assert {d["kind"] for d in manifest("default")} == {
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "CronJob",
    }
