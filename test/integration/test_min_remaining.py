"""--min-remaining: what counts as fresh, what it costs, and what is written all the same."""

import base64
import json

import pytest

from fan_out import (
    FOREIGN,
    add_namespaces,
    asked,
    change,
    entry,
    read,
    seed,
    seed_text,
    written,
)
from freshness import HOUR_S, LONG_S, NAMED, SHORT_S, SIX_HOURS, aws_was_asked
from standin import faults
from standin.ecr import authorization, registry_host
from standin.kubernetes_api import APPLY, LIST_NAMESPACES, LISTED_NAMESPACES, LISTED_SECRETS, READ
from standin.kubernetes_rules import DOCKER_CONFIG
from standin.server import FOREVER
from standin.world import ACCOUNT, NAMESPACE, REGISTRY, SECRET

WEST_REGISTRY = registry_host(ACCOUNT, "eu-west-1")
STRANGER = registry_host("999988887777", "eu-central-1")
PUBLIC = "public.ecr.aws"
LISTS = [LISTED_NAMESPACES, LISTED_SECRETS]
ALL_NAMES = [
    REGISTRY,
    REGISTRY.replace(".ecr.", ".ecr-fips."),
    f"{ACCOUNT}.dkr-ecr.eu-central-1.on.aws",
    f"{ACCOUNT}.dkr-ecr-fips.eu-central-1.on.aws",
]


def fresh(namespace, registries="1 registry"):
    return f"{namespace}/{SECRET}: fresh, {registries}, expires "


def opaque_entry(stage):
    """An entry whose password doesn't tell how long it lives."""
    return {"auth": authorization(stage.canaries.make("opaque password", 60))}


@pytest.mark.parametrize("registry", [NAMED, ()], ids=["named", "the caller's own"])
def test_one_fresh_secret_costs_one_read_and_no_question_to_aws(stage, registry):
    seed(stage, NAMESPACE, LONG_S)
    with stage.secret_stays():
        outcome = stage.run(*SIX_HOURS, *registry)
    assert outcome.code == 0, outcome.stderr
    assert asked(stage) == [READ] and not aws_was_asked(stage)
    assert outcome.last_line.startswith(fresh(NAMESPACE)) and len(outcome.lines) == 1


def test_fresh_needs_no_credentials_at_all(stage):
    seed(stage, NAMESPACE, LONG_S)
    assert stage.run(*SIX_HOURS, environment=stage.without_keys()).code == 0


def test_several_fresh_ones_cost_one_read_each(stage):
    add_namespaces(stage, "a", "b")
    for name in "ab":
        seed(stage, name, LONG_S)
    outcome = stage.run("--namespace", "a,b", *SIX_HOURS)
    assert outcome.code == 0 and outcome.last_line == "0 written, 2 fresh, 0 failed"
    assert asked(stage) == [READ, READ] and not aws_was_asked(stage)


@pytest.mark.parametrize("registry", [NAMED, ()], ids=["named", "the caller's own"])
def test_a_fresh_fan_out_costs_two_lists(stage, registry):
    add_namespaces(stage, "a", "b")
    for name in ("a", "b", NAMESPACE):
        seed(stage, name, LONG_S)
    outcome = stage.run("--all-namespaces", *SIX_HOURS, *registry)
    assert outcome.code == 0 and outcome.last_line == "0 written, 3 fresh, 0 failed"
    assert asked(stage) == LISTS and not aws_was_asked(stage)
    assert [line for line in outcome.lines if line.startswith(fresh("a"))]


@pytest.mark.parametrize("registry", [NAMED, ()], ids=["named", "the caller's own"])
@pytest.mark.parametrize("where", ["a,b,c", "?"], ids=["names", "a glob"])
def test_a_namespace_that_lacks_the_secret_gets_it_and_the_fresh_stay(stage, registry, where):
    add_namespaces(stage, *"abc")
    for name in "ac":
        seed(stage, name, LONG_S)
    with stage.secret_stays("a"), stage.secret_stays("c"):
        outcome = stage.run("--namespace", where, *SIX_HOURS, *registry)
    assert outcome.code == 0 and outcome.last_line == "1 written, 2 fresh, 0 failed"
    assert written(stage) == ["b"] and set(stage.docker_config("b")["auths"]) == {REGISTRY}


NOT_FRESH = {
    # what a Secret is like whose note says that it is good for eight hours
    "its token has too little left": lambda s: seed(s, "a", SHORT_S, note_s=LONG_S),
    "its token is over": lambda s: seed(s, "a", -60, note_s=LONG_S),
    "somebody emptied it": lambda s: edit(s, {}),
    "somebody emptied its registries": lambda s: edit(s, {"auths": {}}),
    "somebody took the password": lambda s: edit(s, {"auths": {REGISTRY: {"auth": "QVdTOg=="}}}),
    "somebody took the auth": lambda s: edit(s, {"auths": {REGISTRY: {"username": "AWS"}}}),
    "somebody changed the user": lambda s: edit(s, {"auths": {REGISTRY: {"auth": "eDp5"}}}),
    "somebody added what kubelet can't read": lambda s: edit(
        s, {"auths": {REGISTRY: {**entry(s, LONG_S), "email": 7}}}
    ),
    "somebody changed the password": lambda s: edit(s, {"auths": {REGISTRY: opaque_entry(s)}}),
    "somebody respelt the registry": lambda s: edit(
        s, {"auths": {f"https://{REGISTRY}/v1/": entry(s, LONG_S)}}
    ),
    "there are two spellings of it": lambda s: edit(
        s, {"auths": {REGISTRY: entry(s, LONG_S), REGISTRY + "/": entry(s, LONG_S)}}
    ),
    "a password that doesn't tell its end, and no note": lambda s: without_note(s),
    "an end that no token has": lambda s: seed(s, "a", 400 * 24 * HOUR_S),
}


def edit(stage, config):
    seed(stage, "a", LONG_S)
    text = base64.b64encode(json.dumps(config).encode()).decode()
    change(stage, "a", data={DOCKER_CONFIG: text})


def without_note(stage):
    seed_text(stage, "a", json.dumps({"auths": {REGISTRY: opaque_entry(stage)}}), LONG_S)
    stage.kubernetes.secrets.update(
        "a", SECRET, "kubectl-edit", lambda secret: secret["metadata"].pop("annotations")
    )


@pytest.mark.parametrize("registry", [NAMED, ()], ids=["named", "the caller's own"])
@pytest.mark.parametrize("where", ["a", "?"], ids=["a name", "a glob"])
@pytest.mark.parametrize("arrange", NOT_FRESH.values(), ids=NOT_FRESH)
def test_not_fresh_though_the_note_says_so(stage, arrange, where, registry):
    add_namespaces(stage, "a")
    arrange(stage)
    outcome = stage.run("--namespace", where, *SIX_HOURS, *registry)
    assert outcome.code == 0, outcome.stderr
    assert written(stage) == ["a"] and set(stage.docker_config("a")["auths"]) == {REGISTRY}


FRESH = {
    # what a Secret is like that has a good token, and what else it holds
    "its note is missing": lambda s: drop_note(s),
    "its note is wrong": lambda s: seed(s, "a", LONG_S, note_s=60),
    "kubectl made it": lambda s: s.kubernetes.seed(
        "a", SECRET, {"auths": {REGISTRY: entry(s, LONG_S)}}, "kubectl-create"
    ),
    "somebody changed a label": lambda s: add_label(s),
    "a password that doesn't tell its end, by an untouched note": lambda s: seed_text(
        s, "a", json.dumps({"auths": {REGISTRY: opaque_entry(s)}}), LONG_S
    ),
}


def drop_note(stage):
    seed(stage, "a", LONG_S)
    stage.kubernetes.secrets.update(
        "a", SECRET, "kubectl-edit", lambda secret: secret["metadata"].pop("annotations")
    )


def add_label(stage):
    seed(stage, "a", LONG_S)
    stage.kubernetes.secrets.update(
        "a", SECRET, "helm", lambda secret: secret["metadata"].update(labels={"a": "b"})
    )


@pytest.mark.parametrize("where", ["a", "?"], ids=["a name", "a glob"])
@pytest.mark.parametrize("arrange", FRESH.values(), ids=FRESH)
def test_fresh_by_what_it_holds(stage, arrange, where):
    add_namespaces(stage, "a")
    arrange(stage)
    with stage.secret_stays("a"):
        outcome = stage.run("--namespace", where, *SIX_HOURS, *NAMED)
    assert outcome.code == 0 and outcome.last_line.startswith(fresh("a"))
    assert not aws_was_asked(stage)


def test_an_untouched_note_that_is_over_does_not_count(stage):
    text = json.dumps({"auths": {REGISTRY: opaque_entry(stage)}})
    seed_text(stage, NAMESPACE, text, SHORT_S)
    assert stage.run(*SIX_HOURS).code == 0
    assert written(stage) == [NAMESPACE]


REFUSED = {
    "another type": lambda s: change(s, "a", type="Opaque", data={"a": "eA=="}),
    "immutable": lambda s: change(s, "a", immutable=True),
    "a foreign registry": lambda s: edit(
        s, {"auths": {REGISTRY: entry(s, LONG_S), FOREIGN: s.foreign_entry()}}
    ),
}


@pytest.mark.parametrize("where", ["a", "?"], ids=["a name", "a glob"])
@pytest.mark.parametrize("arrange", REFUSED.values(), ids=REFUSED)
def test_what_could_not_be_written_is_not_fresh_and_refused_now(stage, arrange, where):
    add_namespaces(stage, "a")
    seed(stage, "a", LONG_S)
    arrange(stage)
    with stage.secret_stays("a"):
        assert stage.run("--namespace", where, *SIX_HOURS, *NAMED).code == 69


WANTED = {
    # the options, the hosts that the Secret holds, and whether it is fresh
    "both of two": ((*NAMED, "--registry", WEST_REGISTRY), [REGISTRY, WEST_REGISTRY], True),
    "one of two": ((*NAMED, "--registry", WEST_REGISTRY), [REGISTRY], False),
    "one too many to force": ((*NAMED, "--force"), [REGISTRY, WEST_REGISTRY], False),
    "one more to keep": ((*NAMED, "--merge"), [REGISTRY, WEST_REGISTRY], True),
    "none of ours to keep": ((*NAMED, "--merge"), [WEST_REGISTRY], False),
    "all names": ((*NAMED, "--all-hosts"), ALL_NAMES, True),
    "all names but one": ((*NAMED, "--all-hosts"), ALL_NAMES[:-1], False),
    "all names of the caller's own": (("--all-hosts",), ALL_NAMES, True),
    "the caller's own alone of all names": (("--all-hosts",), [REGISTRY], False),
    "the caller's own in another region": (("--merge",), [WEST_REGISTRY], False),
    "the caller's own and one more to keep": (("--merge",), [REGISTRY, WEST_REGISTRY], True),
    "the public one": (("--registry", PUBLIC), [PUBLIC], True),
}


@pytest.mark.parametrize("where", [NAMESPACE, "app?"], ids=["a name", "a glob"])
@pytest.mark.parametrize("options, hosts, is_fresh", WANTED.values(), ids=WANTED)
def test_fresh_means_every_wanted_registry(stage, options, hosts, is_fresh, where):
    add_namespaces(stage)
    seed(stage, NAMESPACE, LONG_S, hosts=hosts)
    outcome = stage.run("--namespace", where, *SIX_HOURS, *options)
    assert outcome.code == 0, outcome.stderr
    assert (written(stage) == []) == is_fresh
    assert aws_was_asked(stage) != is_fresh


@pytest.mark.parametrize("where", ["a", "?"], ids=["a name", "a glob"])
def test_which_of_two_is_the_callers_own_only_aws_can_tell(stage, where):
    add_namespaces(stage, "a")
    seed(stage, "a", LONG_S, hosts=(REGISTRY, STRANGER))
    outcome = stage.run("--namespace", where, *SIX_HOURS, "--merge")
    assert outcome.code == 0 and aws_was_asked(stage)
    assert set(stage.docker_config("a")["auths"]) == {REGISTRY, STRANGER}


def test_the_earliest_of_all_kept_expiries_counts(stage):
    auths = {REGISTRY: entry(stage, LONG_S), WEST_REGISTRY: entry(stage, SHORT_S)}
    seed_text(stage, NAMESPACE, json.dumps({"auths": auths}), LONG_S)
    assert stage.run("--merge", *NAMED, *SIX_HOURS).code == 0
    assert written(stage) == [NAMESPACE]


@pytest.mark.parametrize("where", ["a", "?"], ids=["a name", "a glob"])
@pytest.mark.parametrize("is_touched, is_fresh", [(False, True), (True, False)])
def test_a_kept_entry_that_does_not_tell_its_end_is_covered_by_an_untouched_note(
    stage, where, is_touched, is_fresh
):
    add_namespaces(stage, "a")
    auths = {REGISTRY: entry(stage, LONG_S), WEST_REGISTRY: opaque_entry(stage)}
    if is_touched:
        stage.kubernetes.seed("a", SECRET, {"auths": auths}, "kubectl-create")
    else:
        seed_text(stage, "a", json.dumps({"auths": auths}), LONG_S)
    assert stage.run("--namespace", where, *SIX_HOURS, *NAMED, "--merge").code == 0
    assert (written(stage) == []) == is_fresh


@pytest.mark.parametrize("where", ["a", "?"], ids=["a name", "a glob"])
@pytest.mark.parametrize("lifetime_s", [LONG_S, SHORT_S])
def test_a_strangers_registry_is_not_taken_for_the_callers_own(stage, where, lifetime_s):
    """The host of the caller's own is known when AWS has answered, and decides then."""
    add_namespaces(stage, "a")
    auths = {STRANGER: entry(stage, lifetime_s)}
    stage.kubernetes.seed("a", SECRET, {"auths": auths}, "kubectl-create")
    with stage.secret_stays("a"):
        outcome = stage.run("--namespace", where, *SIX_HOURS)
    assert outcome.code == 69, outcome.stderr
    assert STRANGER in outcome.last_line and "would be lost" in outcome.last_line


@pytest.mark.parametrize("where", ["a", "?"], ids=["a name", "a glob"])
def test_not_even_where_we_wrote_it_once_and_it_is_stale(stage, where):
    add_namespaces(stage, "a")
    seed(stage, "a", SHORT_S, hosts=(STRANGER,))
    with stage.secret_stays("a"):
        assert stage.run("--namespace", where, *SIX_HOURS).code == 69


def test_what_is_stale_is_written_by_the_version_that_was_listed_last(stage):
    add_namespaces(stage, "a", "b")
    seed(stage, "a", SHORT_S)
    seed(stage, "b", LONG_S)
    version = stage.secret("a")["metadata"]["resourceVersion"]
    assert stage.run("--namespace", "?", *SIX_HOURS, *NAMED).code == 0
    (only,) = stage.kubernetes.arrived(APPLY)
    assert only.json()["metadata"]["resourceVersion"] == version
    assert asked(stage) == [*LISTS, APPLY], "known registries need no second list"


def test_without_the_right_to_list_the_fresh_are_found_one_by_one(stage):
    add_namespaces(stage, *"abc")
    for name in "ab":
        seed(stage, name, LONG_S)
    stage.kubernetes.forbid("list")
    outcome = stage.run("--namespace", "?", *SIX_HOURS, *NAMED)
    assert outcome.code == 0 and outcome.last_line == "1 written, 2 fresh, 0 failed"
    assert written(stage) == ["c"] and sorted(read(stage)) == ["a", "b", "c", "c"]


def test_without_the_right_to_read_every_run_writes(stage):
    seed(stage, NAMESPACE, LONG_S)
    stage.kubernetes.forbid("get")
    outcome = stage.run(*SIX_HOURS)
    assert outcome.code == 0 and written(stage) == [NAMESPACE]


def test_a_read_that_fails_for_now_is_75_at_the_end(stage):
    seed(stage, NAMESPACE, LONG_S)
    stage.kubernetes.misbehave(READ, faults.unavailable(retry_after_s=3600), FOREVER)
    with stage.secret_stays():
        assert stage.run(*SIX_HOURS).code == 75


def test_nobody_is_listed_twice_when_the_list_begins_anew(stage):
    names = [f"n{number:03}" for number in range(400)]
    add_namespaces(stage, *names)
    for name in names:
        seed(stage, name, LONG_S)
    compact = faults.meanwhile(stage.kubernetes.lists.forget)
    again = lambda request: "continue" in request.query  # noqa: E731
    stage.kubernetes.misbehave(LISTED_SECRETS, compact, 1, when=again)
    outcome = stage.run("--namespace", "n*", *SIX_HOURS)
    assert outcome.code == 0 and outcome.last_line == "0 written, 400 fresh, 0 failed"
    assert len(outcome.lines) == 401 and not aws_was_asked(stage)


def test_what_a_list_found_fresh_before_it_failed_is_not_read_again(stage):
    names = [f"n{number:03}" for number in range(300)]
    add_namespaces(stage, *names)
    for name in names:
        seed(stage, name, LONG_S)
    again = lambda request: "continue" in request.query  # noqa: E731
    stage.kubernetes.misbehave(LISTED_SECRETS, faults.huge, FOREVER, when=again)
    outcome = stage.run("--namespace", "n*", *SIX_HOURS)
    assert outcome.code == 0 and outcome.last_line == "0 written, 300 fresh, 0 failed"
    assert sorted(read(stage)) == names[250:] and not aws_was_asked(stage)


def test_namespaces_that_may_not_be_listed_are_77_though_all_is_fresh(stage):
    add_namespaces(stage, "a")
    stage.kubernetes.forbid(LIST_NAMESPACES)
    assert stage.run("--all-namespaces", *SIX_HOURS).code == 77


def test_a_dry_run_leaves_the_fresh_alone_too(stage):
    seed(stage, NAMESPACE, LONG_S)
    assert stage.run(*SIX_HOURS, "--dry-run").last_line.startswith(fresh(NAMESPACE))
    assert asked(stage) == [READ]


SLOW = "the run before this one was"
PACES = {
    # how long ago the last write was, the life left of what it wrote, options, and the warning
    "every four hours": (4 * HOUR_S, 8 * HOUR_S, (), False),
    "every six hours": (6 * HOUR_S, 6 * HOUR_S, (), False),
    "every seven hours": (7 * HOUR_S, 5 * HOUR_S, (), True),
    "every day": (24 * HOUR_S, -12 * HOUR_S, (), True),
    "ten minutes late for six hours": (7 * HOUR_S, 6 * HOUR_S - 600, SIX_HOURS, False),
    "three hours late for six hours": (9 * HOUR_S, 3 * HOUR_S, SIX_HOURS, False),
    "four hours late for six hours": (10 * HOUR_S, 2 * HOUR_S, SIX_HOURS, True),
    "an hour late for one": (12 * HOUR_S, 60, ("--min-remaining", "1h"), True),
}


@pytest.mark.parametrize("where", [NAMESPACE, "app?"], ids=["a name", "a glob"])
@pytest.mark.parametrize("ago_s, left_s, options, is_slow", PACES.values(), ids=PACES)
def test_a_pace_that_would_miss_the_end_is_warned_of(
    stage, ago_s, left_s, options, is_slow, where
):
    add_namespaces(stage)
    seed(stage, NAMESPACE, left_s)
    stage.kubernetes.secrets.backdate(NAMESPACE, SECRET, ago_s)
    outcome = stage.run("--namespace", where, *options)
    assert outcome.code == 0 and written(stage) == [NAMESPACE]
    warnings = [line for line in outcome.lines if line.startswith("warning: ")]
    assert bool(warnings) == is_slow, outcome.stderr
    assert all(SLOW in line for line in warnings) and len(warnings) <= 1


@pytest.mark.parametrize("options", [(), SIX_HOURS], ids=["always", "six hours"])
def test_what_others_wrote_says_nothing_of_our_pace(stage, options):
    auths = {REGISTRY: entry(stage, -HOUR_S)}
    stage.kubernetes.seed(NAMESPACE, SECRET, {"auths": auths}, "kubectl-create")
    stage.kubernetes.secrets.backdate(NAMESPACE, SECRET, 24 * HOUR_S)
    assert SLOW not in stage.run(*options).stderr
