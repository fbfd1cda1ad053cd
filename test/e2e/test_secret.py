"""One Secret on a real API server: made, refreshed, taken over, and left alone when in doubt."""

import json
import re
import time

import pytest

from pod import KEY, docker_secret
from standin import faults
from standin.ecr import TOKEN_ROUTE, registry_host
from standin.world import ACCOUNT, REGION, REGISTRY, SECRET

FOREIGN = "registry.example.com"
OTHER = registry_host(ACCOUNT, "eu-west-1")
OWNED = {
    "f:type": {},
    "f:data": {"f:.dockerconfigjson": {}},
    "f:metadata": {"f:annotations": {"f:ecr-secret/expires-at": {}}},
}
LOSS = (
    rf"\S+/{SECRET}: it also holds {FOREIGN}, which would be lost; --merge keeps, "
    "--force drops what is not named by --registry"
)


def kubectl_secret(pod, server, user="AWS", password="old-and-expired"):
    """`kubectl create secret docker-registry`, as every guide tells people to."""
    login = (f"--docker-server={server}", f"--docker-username={user}")
    command = ("create", "secret", "docker-registry", SECRET, "-n", pod.namespace, *login)
    pod.cluster.kubectl(*command, f"--docker-password={password}")
    return pod.secret()


def owners(secret):
    """Who manages which fields, by (manager, operation)."""
    entries = secret["metadata"]["managedFields"]
    return {(entry["manager"], entry["operation"]): entry["fieldsV1"] for entry in entries}


def test_a_first_tick_makes_the_secret_and_a_second_updates_it_in_place(pod):
    first = pod.tick()
    assert re.fullmatch(pod.written(), first.last_line) and len(first.lines) == 1
    made = pod.secret()
    assert made["type"] == "kubernetes.io/dockerconfigjson"
    assert set(made["data"]) == {KEY}
    assert made["metadata"]["annotations"] == {"ecr-secret/expires-at": first.last_line[-20:]}
    assert set(pod.docker_config()) == {"auths"}
    assert pod.holds_newest_password()
    second = pod.tick()
    assert re.fullmatch(pod.written(), second.last_line)
    assert pod.secret()["metadata"]["uid"] == made["metadata"]["uid"]
    assert pod.holds_newest_password()


def test_the_managed_fields_name_us_as_the_only_owner(pod):
    pod.tick()
    pod.tick()
    assert owners(pod.secret()) == {("ecr-secret", "Apply"): OWNED}


def test_the_uid_stays_across_50_refreshes(pod):
    pod.tick()
    made = pod.secret()["metadata"]
    for _ in range(50):
        pod.tick()
    now = pod.secret()["metadata"]
    assert now["uid"] == made["uid"] and now["creationTimestamp"] == made["creationTimestamp"]
    assert now["resourceVersion"] != made["resourceVersion"]
    assert pod.holds_newest_password()


def test_a_tick_is_one_read_and_one_write_however_many_there_are(own_cluster, pod):
    for _ in range(51):
        pod.tick()
    first = [("get", 404), ("patch", 201)]
    assert pod.requests() == first + 50 * [("get", 200), ("patch", 200)]


def test_a_secret_made_by_kubectl_is_taken_over_without_loss(pod):
    before = kubectl_secret(pod, REGISTRY)
    mark = {"metadata": {"labels": {"team": "a"}, "annotations": {"note": "b"}}}
    patch = json.dumps({**mark, "data": {"extra": "eA=="}})
    pod.cluster.kubectl("patch", "secret", SECRET, "-n", pod.namespace, "-p", patch)
    outcome = pod.tick()
    assert re.fullmatch(pod.written(), outcome.last_line)
    after = pod.secret()
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["metadata"]["labels"] == {"team": "a"}
    assert after["metadata"]["annotations"].pop("note") == "b"
    assert after["data"].pop("extra") == "eA=="
    assert list(pod.docker_config()["auths"]) == [REGISTRY] and pod.holds_newest_password()
    owned = owners(after)
    assert owned[("ecr-secret", "Apply")] == OWNED
    assert owned[("kubectl-create", "Update")] == {"f:data": {}, "f:type": {}}, "a second owner"


def test_a_secret_made_by_kubectl_with_another_registry_is_refused_then_merged(pod):
    kubectl_secret(pod, FOREIGN, "robot")
    theirs = pod.docker_config()["auths"][FOREIGN]
    pod.refused(69, LOSS)
    assert pod.tick("--merge").last_line.startswith(f"{pod.namespace}/{SECRET}: written")
    assert pod.docker_config()["auths"][FOREIGN] == theirs and pod.holds_newest_password()


def test_force_drops_another_registry(pod):
    kubectl_secret(pod, FOREIGN, "robot")
    pod.tick("--force")
    assert list(pod.docker_config()["auths"]) == [REGISTRY]


def test_what_we_merged_ourselves_is_not_lost_by_a_plain_run(pod):
    """The server would let it happen: a manager never conflicts with itself."""
    kubectl_secret(pod, FOREIGN, "robot")
    pod.tick("--merge")
    pod.refused(69, LOSS)
    assert set(pod.docker_config()["auths"]) == {REGISTRY, FOREIGN}


def test_an_opaque_secret_is_refused(pod):
    literal = "--from-literal=a=b"
    pod.cluster.kubectl("create", "secret", "generic", SECRET, "-n", pod.namespace, literal)
    line = (
        rf"\S+/{SECRET}: it has type Opaque, which can't be changed to "
        r"kubernetes\.io/dockerconfigjson; delete it or give another --name"
    )
    for option in ((), ("--force",), ("--merge",)):
        pod.refused(69, line, *option)


def test_an_immutable_secret_is_refused(pod):
    pod.tick()
    freeze = ("patch", "secret", SECRET, "-n", pod.namespace, "-p", '{"immutable": true}')
    pod.cluster.kubectl(*freeze)
    line = rf"\S+/{SECRET}: it is immutable; give another --name, or delete it: .+"
    for option in ((), ("--force",)):
        pod.refused(69, line, *option)


@pytest.mark.parametrize("exists", [False, True])
def test_a_dry_run_is_validated_by_the_server_and_writes_nothing(pod, exists):
    if exists:
        pod.tick()
    with pod.secret_stays():
        outcome = pod.tick("--dry-run")
    said = rf"{pod.namespace}/{SECRET}: would be written \(dry run\), 1 registry, expires \S+Z"
    assert re.fullmatch(said, outcome.last_line)


def test_two_runs_at_once_both_succeed_and_leave_a_new_token(pod):
    """Two CronJobs on one Secret: whoever loses the race reads once more and writes again."""
    pod.tick()
    uid = pod.secret()["metadata"]["uid"]
    seen = [pod.docker_config()]
    for _ in range(5):
        since = time.monotonic()
        both = [pod.start(), pod.start()]
        outcomes = [pod.finish(process, since) for process in both]
        assert [outcome.code for outcome in outcomes] == [0, 0], outcomes
        assert pod.docker_config() not in seen, "nobody's token was written"
        seen.append(pod.docker_config())
    assert pod.secret()["metadata"]["uid"] == uid
    assert list(seen[-1]["auths"]) == [REGISTRY]


def test_whoever_loses_the_race_keeps_what_the_winner_wrote(own_cluster, pod):
    """The second run begins and ends between the first one's read and its write."""
    pod.tick()
    before = len(pod.requests())
    inner = []

    def other_run():
        pod.wait_for_read(before)
        inner.append(pod.run("--merge", "--registry", REGISTRY, "--registry", OTHER))

    pod.ecr.misbehave(TOKEN_ROUTE, faults.meanwhile(other_run))
    outer = pod.run("--merge")
    assert (outer.code, inner[0].code) == (0, 0), outer.stderr + inner[0].stderr
    assert set(pod.docker_config()["auths"]) == {REGISTRY, OTHER}
    writes = [status for verb, status in pod.requests()[before:] if verb == "patch"]
    assert writes == [200, 409, 200]


def test_a_foreign_registry_added_between_read_and_write_survives(own_cluster, pod):
    pod.tick()
    before = len(pod.requests())

    def somebody_adds_a_registry():
        pod.wait_for_read(before)
        auths = {**pod.docker_config()["auths"], FOREIGN: {"auth": "eDp5"}}
        data = json.dumps({"data": docker_secret(auths)["data"]})
        pod.cluster.kubectl("patch", "secret", SECRET, "-n", pod.namespace, "-p", data)

    pod.ecr.misbehave(TOKEN_ROUTE, faults.meanwhile(somebody_adds_a_registry))
    outcome = pod.run()
    assert outcome.code == 69 and re.fullmatch("error: " + LOSS, outcome.last_line)
    assert pod.docker_config()["auths"][FOREIGN] == {"auth": "eDp5"}


def test_two_regions_share_one_secret(pod):
    outcome = pod.tick("--registry", REGISTRY, "--registry", OTHER)
    assert re.fullmatch(pod.written("2 registries"), outcome.last_line)
    assert set(pod.docker_config()["auths"]) == {REGISTRY, OTHER}
    assert set(pod.ecr.passwords) == {REGION, "eu-west-1"}


def test_a_registry_whose_token_fails_keeps_its_entry(pod):
    pod.tick("--registry", REGISTRY, "--registry", OTHER)
    kept = pod.docker_config()["auths"][OTHER]
    no = faults.aws_error("AccessDeniedException", "no")
    west = lambda request: "/eu-west-1/" in request.header("Authorization")  # noqa: E731
    pod.ecr.misbehave(TOKEN_ROUTE, no, when=west)
    outcome = pod.run("--registry", REGISTRY, "--registry", OTHER)
    assert outcome.code == 77, outcome.stderr
    failed = outcome.lines[0].removeprefix("error: ")
    assert failed.startswith("ecr: eu-west-1: GetAuthorizationToken: AWS answered 400 AccessDenied")
    assert re.fullmatch(pod.written("2 registries"), outcome.lines[1])
    assert outcome.lines[2:] == ["error: 1 written, 1 failed: " + failed]
    assert pod.docker_config()["auths"][OTHER] == kept and pod.holds_newest_password()
