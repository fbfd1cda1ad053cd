"""Many Secrets at once: who is written first, what stops whom, and what each write carries."""

import pytest

from fan_out import (
    FOREIGN,
    Gauge,
    add_namespaces,
    change,
    entry,
    namespace_of,
    read,
    seed,
    seed_foreign,
    written,
)
from harness import password_of
from standin import faults
from standin.ecr import TOKEN_ROUTE, registry_host
from standin.kubernetes_api import APPLY, LISTED_SECRETS, READ
from standin.kubernetes_status import no_right, stale
from standin.server import FOREVER
from standin.world import ACCOUNT, NAMESPACE, REGION, REGISTRY, SECRET, SERVICE_ACCOUNT

ABC = ("a", "b", "c")
ALL = ("--namespace", "?")  # all namespaces of one letter
WEST = "eu-west-1"
WEST_REGISTRY = registry_host(ACCOUNT, WEST)
BOTH = ("--registry", REGISTRY, "--registry", WEST_REGISTRY)


@pytest.fixture
def cluster(stage):
    """Namespaces a, b and c."""
    add_namespaces(stage, *ABC)
    return stage


def versions(stage):
    """The resourceVersion that each apply carried, by namespace."""
    return {
        namespace_of(request): request.json()["metadata"].get("resourceVersion")
        for request in stage.kubernetes.arrived(APPLY)
    }


def forced(stage):
    """The namespaces in which another manager was to give way."""
    applies = stage.kubernetes.arrived(APPLY)
    return [namespace_of(request) for request in applies if request.query.get("force")]


def test_every_apply_carries_the_version_that_the_list_has_shown(cluster):
    for name in "ab":
        seed(cluster, name)
    before = {name: cluster.secret(name)["metadata"]["resourceVersion"] for name in "ab"}
    assert cluster.run(*ALL).code == 0
    assert versions(cluster) == {**before, "c": "1"}, "1: it must not exist"
    assert not read(cluster)


def test_an_apply_is_forced_only_where_another_owner_was_listed(cluster):
    seed(cluster, "a")
    cluster.kubernetes.seed("b", SECRET, {"auths": {REGISTRY: entry(cluster)}}, "kubectl-create")
    assert cluster.run(*ALL).code == 0
    assert forced(cluster) == ["b"]
    assert not read(cluster), "the list has shown it"


def test_absent_ones_and_those_that_expire_first_are_written_first(stage):
    lifetimes = {"a": 9000, "b": 300, "c": None, "d": 5000, "e": -60, "f": None, "g": 12}
    add_namespaces(stage, *lifetimes)
    for name, lifetime_s in lifetimes.items():
        if lifetime_s is not None:
            seed(stage, name, lifetime_s)
    assert stage.run(*ALL, "--parallel", "1").code == 0
    assert written(stage) == ["c", "f", "e", "g", "b", "d", "a"]


def test_a_run_cut_short_has_written_the_most_urgent(stage):
    add_namespaces(stage, *"abcdefgh")
    for number, name in enumerate("abcdefgh"):
        seed(stage, name, 9000 - number * 1000)
    slow = Gauge(delay_s=0.5)
    stage.kubernetes.misbehave(APPLY, slow, FOREVER)
    outcome = stage.run(*ALL, "--parallel", "1", "--timeout", "2s")
    assert outcome.code == 75
    done = [line[0] for line in outcome.lines if ": written, " in line]
    assert done == list("hgfedcba")[: len(done)] and 1 <= len(done) < 8
    assert len(outcome.lines) == 8 + 1, "each has its outcome"


@pytest.mark.parametrize("parallel", [1, 3, 16])
@pytest.mark.parametrize("is_fan_out", [True, False], ids=["listed", "named"])
def test_parallel_bounds_what_is_in_flight(stage, parallel, is_fan_out):
    names = [f"n{number:02}" for number in range(24)]
    add_namespaces(stage, *names)
    gauge = Gauge(parallel)
    for route in (READ, APPLY):
        stage.kubernetes.misbehave(route, gauge, FOREVER)
    where = "n*" if is_fan_out else ",".join(names)
    assert stage.run("--namespace", where, "--parallel", str(parallel)).code == 0
    assert sorted(written(stage)) == names
    assert gauge.most == parallel


def test_named_secrets_under_min_remaining_are_bounded_too(stage):
    names = [f"n{number:02}" for number in range(12)]
    add_namespaces(stage, *names)
    gauge = Gauge(3)
    stage.kubernetes.misbehave(READ, gauge, FOREVER)
    options = ("--parallel", "3", "--min-remaining", "6h")
    assert stage.run("--namespace", ",".join(names), *options).code == 0
    assert gauge.most == 3


def spoil_type(stage, name):
    seed(stage, name)
    change(stage, name, type="Opaque", data={"a": "eA=="})


def spoil_immutable(stage, name):
    seed(stage, name)
    change(stage, name, immutable=True)


def spoil_config(stage, name):
    stage.kubernetes.seed(name, SECRET, "{}")
    change(stage, name, data={".dockerconfigjson": "e30K"})  # "{}" and a newline: that is fine
    seed_foreign(stage, name)


SPOILED = {
    "another type": (spoil_type, "it has type Opaque"),
    "immutable": (spoil_immutable, "it is immutable"),
    "foreign registries": (spoil_config, f"it also holds {FOREIGN}"),
}


@pytest.mark.parametrize("spoil, said", SPOILED.values(), ids=SPOILED)
def test_a_secret_that_may_not_be_written_does_not_stop_the_others(cluster, spoil, said):
    spoil(cluster, "b")
    with cluster.secret_stays("b"):
        outcome = cluster.run(*ALL)
    assert outcome.code == 69, outcome.stderr
    assert sorted(written(cluster)) == ["a", "c"], "refused before anything is written"
    (error,) = [line for line in outcome.lines[:-1] if line.startswith("error: ")]
    assert error.startswith(f"error: b/{SECRET}: {said}")
    assert outcome.last_line == "error: 2 written, 1 failed: " + error.removeprefix("error: ")


def test_merge_keeps_and_force_drops_in_each_of_them(cluster):
    foreign = {name: cluster.foreign_entry(name) for name in "ab"}
    for name in "ab":
        auths = {"auths": {FOREIGN: foreign[name]}}
        cluster.kubernetes.seed(name, SECRET, auths, "kubectl-create")
    assert cluster.run(*ALL, "--merge").code == 0
    for name in "ab":
        auths = cluster.docker_config(name)["auths"]
        assert auths[FOREIGN] == foreign[name] and set(auths) == {FOREIGN, REGISTRY}
    assert set(cluster.docker_config("c")["auths"]) == {REGISTRY}
    cluster.forget_requests()
    assert cluster.run(*ALL, "--force").code == 0
    assert {tuple(cluster.docker_config(name)["auths"]) for name in ABC} == {(REGISTRY,)}
    assert not read(cluster), "nothing is to be kept, so nothing has to be read again"


@pytest.mark.parametrize("flags", [(), ("--merge",), ("--force",)], ids=["", "merge", "force"])
def test_a_registry_without_a_token_keeps_its_entry_in_each_of_them(cluster, flags):
    for name in "ab":
        seed(cluster, name, hosts=(REGISTRY, WEST_REGISTRY))
    kept = {name: cluster.docker_config(name)["auths"][WEST_REGISTRY] for name in "ab"}
    denied = faults.aws_error("AccessDeniedException", "no identity-based policy allows it")
    in_west = lambda r: f"/{WEST}/ecr/" in r.header("Authorization")  # noqa: E731
    cluster.ecr.misbehave(TOKEN_ROUTE, denied, FOREVER, when=in_west)
    assert cluster.run(*ALL, *BOTH, *flags).code == 77
    for name in "ab":
        auths = cluster.docker_config(name)["auths"]
        assert auths[WEST_REGISTRY] == kept[name]
        assert password_of(auths[REGISTRY]) == cluster.ecr.passwords[REGION]
    assert set(cluster.docker_config("c")["auths"]) == {REGISTRY}


def refusal(name):
    return faults.reply_json(403, no_right(SERVICE_ACCOUNT, "patch", name, SECRET).document)


LATER = faults.unavailable(retry_after_s=3600)
MISSING = faults.reply_json(
    404, {"kind": "Status", "reason": "NotFound", "code": 404, "message": "not found"}
)
FAILURES = {
    # what the apply in a namespace meets, and the exit code of the run
    "one denied": ({"b": refusal("b")}, 77),
    "one missing": ({"c": MISSING}, 69),
    "one to try again": ({"a": LATER}, 75),
    "nonsense": ({"b": faults.html}, 76),
    "denied before missing": ({"a": refusal("a"), "b": MISSING}, 77),
    "missing before denied": ({"a": MISSING, "b": refusal("b")}, 69),
    "denied before one to try again": ({"a": refusal("a"), "c": LATER}, 75),
    "all of them": ({"a": faults.html, "b": refusal("b"), "c": MISSING}, 76),
}


@pytest.mark.parametrize("failures, code", FAILURES.values(), ids=FAILURES)
def test_what_is_worth_a_retry_decides_else_the_first_by_the_alphabet(cluster, failures, code):
    for number, name in enumerate(reversed(ABC)):
        seed(cluster, name, 1000 * (number + 1))  # written in the reverse order
    for name, failure in failures.items():
        is_it = lambda request, name=name: namespace_of(request) == name  # noqa: E731
        cluster.kubernetes.misbehave(APPLY, failure, FOREVER, when=is_it)
    outcome = cluster.run(*ALL, "--parallel", "1")
    assert outcome.code == code, outcome.stderr
    good = [line[0] for line in outcome.lines if ": written, " in line]
    assert sorted(good) == [name for name in ABC if name not in failures]
    assert f"{len(good)} written, {len(failures)} failed: " in outcome.last_line


def test_a_namespace_that_vanishes_after_the_list_is_one_failure(cluster):
    gone = faults.meanwhile(lambda: cluster.kubernetes.delete_namespace("b"))
    cluster.kubernetes.misbehave(LISTED_SECRETS, gone)
    outcome = cluster.run(*ALL)
    assert outcome.code == 69 and 'namespaces "b" not found' in outcome.last_line
    assert sorted(written(cluster)) == list(ABC)


MEANWHILE = {
    # what happens to namespace b's Secret after the list has shown it: code, registries, applies
    "it is deleted": (lambda s: s.kubernetes.secrets.delete("b", SECRET), 0, {REGISTRY}, 1),
    "it gets a label": (lambda s: label(s, "b"), 0, {REGISTRY}, 2),
    "it gets a foreign registry": (lambda s: add_foreign(s, "b"), 69, {REGISTRY, FOREIGN}, 1),
    "it is replaced": (lambda s: seed_foreign(s, "b"), 69, {FOREIGN}, 1),
}


def label(stage, name):
    stage.kubernetes.secrets.update(
        name, SECRET, "helm", lambda secret: secret["metadata"].update(labels={"a": "b"})
    )


def add_foreign(stage, name):
    auths = {**stage.docker_config(name)["auths"], FOREIGN: stage.foreign_entry()}
    stage.kubernetes.seed(name, SECRET, {"auths": auths}, "kubectl-edit")


@pytest.mark.parametrize("happens, code, registries, applies", MEANWHILE.values(), ids=MEANWHILE)
def test_what_changes_after_the_list_is_read_again(cluster, happens, code, registries, applies):
    seed(cluster, "b")
    cluster.kubernetes.misbehave(LISTED_SECRETS, shown_before(lambda: happens(cluster)))
    outcome = cluster.run(*ALL)
    assert outcome.code == code, outcome.stderr
    assert set(cluster.docker_config("b")["auths"]) == registries
    assert written(cluster).count("b") == applies
    assert {"a", "c"} < set(written(cluster))


def shown_before(happens):
    """Answers as usual, but what is shown is no longer true when it arrives."""

    def behave(exchange):
        answer = exchange.usual_answer()
        happens()
        exchange.send(answer)

    return behave


def test_the_list_is_asked_for_while_aws_is(cluster):
    listed = []
    wait = lambda: listed.append(cluster.kubernetes.wait_for(LISTED_SECRETS))  # noqa: E731
    cluster.ecr.misbehave(TOKEN_ROUTE, faults.meanwhile(wait))
    assert cluster.run(*ALL).code == 0
    assert listed == [True]


def test_a_secret_made_meanwhile_by_another_run_of_ours_loses_nothing(cluster):
    """A manager never conflicts with itself: only the version protects what it wrote."""
    made = lambda: seed(cluster, "b", hosts=(REGISTRY, WEST_REGISTRY))  # noqa: E731
    cluster.kubernetes.misbehave(APPLY, faults.meanwhile(made), 1, when=lambda r: "/b/" in r.path)
    assert cluster.run(*ALL, "--merge").code == 0
    assert set(cluster.docker_config("b")["auths"]) == {REGISTRY, WEST_REGISTRY}
    assert written(cluster).count("b") == 2 and read(cluster) == ["b"]


def test_the_same_holds_for_a_single_secret(stage):
    made = lambda: seed(stage, NAMESPACE, hosts=(REGISTRY, WEST_REGISTRY))  # noqa: E731
    stage.kubernetes.misbehave(APPLY, faults.meanwhile(made))
    assert stage.run("--merge").code == 0
    assert set(stage.docker_config()["auths"]) == {REGISTRY, WEST_REGISTRY}


def test_a_conflict_that_stays_is_69_for_that_one_alone(cluster):
    always = faults.reply_json(409, stale(SECRET).document)
    cluster.kubernetes.misbehave(APPLY, always, FOREVER, when=lambda r: "/b/" in r.path)
    seed(cluster, "b")
    outcome = cluster.run(*ALL)
    assert outcome.code == 69 and f"b/{SECRET}" in outcome.last_line
    assert sorted(written(cluster)) == ["a", "b", "b", "c"] and read(cluster) == ["b"]


def test_a_dry_run_of_many_writes_nothing(cluster):
    seed(cluster, "a")
    with cluster.secret_stays("a"):
        outcome = cluster.run(*ALL, "--dry-run")
    assert outcome.code == 0
    assert {r.query["dryRun"] for r in cluster.kubernetes.arrived(APPLY)} == {"All"}
    assert cluster.secret("b") is None


def test_events_of_a_fan_out_have_their_fields(cluster):
    seed_foreign(cluster, "b")
    events = cluster.run(*ALL, "--log-format", "json").events
    outcomes = {event["namespace"]: event["outcome"] for event in events if "outcome" in event}
    assert outcomes == {"a": "written", "c": "written"}
    summary = events[-1]
    assert (summary["written"], summary["failed"], summary["exit_code"]) == (2, 1, 69)
