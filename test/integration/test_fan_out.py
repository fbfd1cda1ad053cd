"""Which namespaces are written to: names, globs, all, selectors, and what is left out."""

import pytest

from fan_out import FOREIGN, add_namespaces, asked, pages, read, seed, seed_foreign, written
from harness import password_of
from standin import faults
from standin.kubernetes_api import (
    APPLY,
    LIST_NAMESPACES,
    LISTED_NAMESPACES,
    LISTED_SECRETS,
    READ,
    ROLE_VERBS,
)
from standin.server import FOREVER
from standin.world import NAMESPACE, REGION, REGISTRY, SECRET

TEAMS = ("team-a", "team-b", "team-c")
OTHERS = ("kube-system", "prod")
LISTS = [LISTED_NAMESPACES, LISTED_SECRETS]
EVERYTHING = {NAMESPACE, *TEAMS, *OTHERS}


@pytest.fixture
def cluster(stage):
    """Six namespaces: apps, two others and three teams, of which two have a label."""
    add_namespaces(stage, *OTHERS, "team-c")
    add_namespaces(stage, "team-a", "team-b", labels={"team": "yes", "tier": "web"})
    return stage


CHOICES = {
    # the options: the namespaces that are written to
    "a glob": (("--namespace", "team-*"), set(TEAMS)),
    "a glob of one letter": (("--namespace", "team-?"), set(TEAMS)),
    "two globs": (("--namespace", "*-b,*-c"), {"team-b", "team-c"}),
    "globs that overlap": (("--namespace", "team-*,*-a"), set(TEAMS)),
    "a glob and a name": (("--namespace", "prod team-*"), {"prod", *TEAMS}),
    "a glob and a name that it covers": (("--namespace", "team-a,team-*"), set(TEAMS)),
    "the glob of everything": (("--namespace", "*"), EVERYTHING),
    "all": (("--all-namespaces",), EVERYTHING),
    "all but a name and a glob": (
        ("--all-namespaces", "--exclude-namespace", "kube-*,prod"),
        {NAMESPACE, *TEAMS},
    ),
    "a glob without one": (
        ("--namespace", "team-*", "--exclude-namespace", "team-b"),
        {"team-a", "team-c"},
    ),
    "a selector": (("--namespace-selector", "team=yes"), {"team-a", "team-b"}),
    "a selector of two labels": (("--namespace-selector", "team=yes,tier=web"), set(TEAMS[:2])),
    "a selector by sets": (
        ("--namespace-selector", "team in (yes, maybe),tier notin (db)"),
        {"team-a", "team-b"},
    ),
    "a selector of what has no label": (("--namespace-selector", "!team"), EVERYTHING - set(TEAMS[:2])),
    "a selector and a glob": (
        ("--namespace-selector", "team", "--namespace", "*-a"),
        {"team-a"},
    ),
    "a selector and names, which it judges": (
        ("--namespace-selector", "team", "--namespace", "team-a,team-c"),
        {"team-a"},
    ),
    "all, by a selector": (("--all-namespaces", "--namespace-selector", "team"), set(TEAMS[:2])),
}


@pytest.mark.parametrize("options, chosen", CHOICES.values(), ids=CHOICES)
def test_chosen_by(cluster, options, chosen):
    outcome = cluster.run(*options)
    assert outcome.code == 0, outcome.stderr
    assert asked(cluster) == LISTS + [APPLY] * len(chosen)
    assert sorted(written(cluster)) == sorted(chosen), "each of them, and once"
    for name in chosen:
        assert set(cluster.docker_config(name)["auths"]) == {REGISTRY}
        assert sum(line.startswith(f"{name}/{SECRET}: written, ") for line in outcome.lines) == 1
    if len(chosen) > 1:
        assert outcome.last_line == f"{len(chosen)} written, 0 failed"
    assert len(cluster.ecr.requests) == 1, "one token for all"


def test_variables_say_the_same_as_options(cluster):
    environment = cluster.with_variables(
        TARGET_NAMESPACE="team-*\nprod", EXCLUDE_NAMESPACE="team-b; team-c"
    )
    assert cluster.run(environment=environment).code == 0
    assert sorted(written(cluster)) == ["prod", "team-a"]


LITERALS = {
    "one name": ("team-a", ["team-a"]),
    "several names": ("team-b,team-a", ["team-b", "team-a"]),
    "a name twice": ("team-b team-a team-b", ["team-b", "team-a"]),
}


@pytest.mark.parametrize("names, wanted", LITERALS.values(), ids=LITERALS)
def test_names_need_no_right_to_list_and_ask_for_no_list(stage, names, wanted):
    for name in TEAMS:
        stage.kubernetes.add_namespace(name)
        stage.kubernetes.allow(name, SECRET)
    assert stage.run("--namespace", names).code == 0
    assert sorted(written(stage)) == sorted(read(stage)) == sorted(wanted)
    assert set(asked(stage)) == {READ, APPLY}


def test_names_are_excluded_without_a_list_too(stage):
    stage.kubernetes.allow("team-a", SECRET)
    stage.kubernetes.add_namespace("team-a")
    assert stage.run("--namespace", "team-a,prod", "--exclude-namespace", "pro?").code == 0
    assert written(stage) == ["team-a"]
    assert set(asked(stage)) == {READ, APPLY}


NOBODY = {
    # nothing is left to write to: what the refusal names
    "a glob without a match": (("--namespace", "none-*"), '"none-*"'),
    "two globs without a match": (("--namespace", "none-*,no?"), '"none-*"'),
    "all are excluded": (("--all-namespaces", "--exclude-namespace", "*"), "--exclude-namespace"),
    "names are excluded": (("--namespace", "a", "--exclude-namespace", "a"), "--exclude-namespace"),
    "a selector without a match": (("--namespace-selector", "a=b"), "--namespace-selector"),
}


@pytest.mark.parametrize("options, said", NOBODY.values(), ids=NOBODY)
def test_no_namespace_at_all_is_69_and_aws_is_not_asked(cluster, options, said):
    outcome = cluster.run(*options)
    assert outcome.code == 69, outcome.stderr
    assert said in outcome.stderr
    assert not cluster.ecr.requests and not cluster.kubernetes.arrived(APPLY)


def test_a_glob_that_matches_nothing_is_69_though_others_are_written(cluster):
    outcome = cluster.run("--namespace", "team-*,none-*")
    assert outcome.code == 69
    assert sorted(written(cluster)) == list(TEAMS)
    assert outcome.lines[0] == 'error: --namespace: no namespace matches "none-*"'
    assert outcome.last_line.startswith("error: 3 written, 1 failed: --namespace: no namespace")


BAD_SELECTORS = ("a in (", "a b", "=b", "a==b,,c")


@pytest.mark.parametrize("selector", BAD_SELECTORS)
def test_a_selector_that_the_server_cannot_read_is_refused_in_its_words(cluster, selector):
    outcome = cluster.run("--namespace-selector", selector)
    assert outcome.code == 69, outcome.stderr
    assert "k8s: list namespaces: " in outcome.last_line
    assert "unable to parse requirement" in outcome.last_line
    assert not cluster.ecr.requests


TERMINATING = {
    # what is wanted, and whether the terminating namespace "gone" is said to be left alone
    "all": (("--all-namespaces",), True),
    "a glob for it": (("--namespace", "gon?,team-*"), True),
    "a glob for others": (("--namespace", "team-*"), False),
    "all but it": (("--all-namespaces", "--exclude-namespace", "gone"), False),
}


@pytest.mark.parametrize("options, is_said", TERMINATING.values(), ids=TERMINATING)
def test_a_terminating_namespace_is_left_alone_and_said_if_it_was_wanted(cluster, options, is_said):
    cluster.kubernetes.add_namespace("gone", "Terminating")
    outcome = cluster.run(*options)
    assert ("gone: terminating, left alone" in outcome.lines) == is_said
    assert "gone" not in written(cluster) and "team-a" in written(cluster)
    unmatched = "gon?" in options[-1]
    assert outcome.code == (69 if unmatched else 0), "a glob has to match what can be written to"


def test_a_terminating_namespace_that_was_named_is_69_and_named(cluster):
    cluster.kubernetes.add_namespace("gone", "Terminating")
    outcome = cluster.run("--namespace", "gone,team-*")
    assert outcome.code == 69
    assert "gone: terminating, left alone" not in outcome.lines
    assert "k8s: apply gone/ecr-registry: " in outcome.last_line
    assert "being terminated" in outcome.last_line


def test_a_named_namespace_that_does_not_exist_is_69_beside_a_glob(cluster):
    outcome = cluster.run("--namespace", "nowhere,team-*")
    assert outcome.code == 69
    assert 'namespaces "nowhere" not found' in outcome.last_line
    assert set(TEAMS) < set(written(cluster))


def many(stage, count=600):
    names = [f"n{number:03}" for number in range(count)]
    add_namespaces(stage, *names)
    return names


def test_long_lists_come_in_pages_of_metadata_alone(stage):
    names = many(stage)
    for name in names:
        seed(stage, name)
    outcome = stage.run("--namespace", "n*")
    assert outcome.code == 0, outcome.stderr
    assert sorted(written(stage)) == names and not read(stage)
    assert pages(stage, LISTED_NAMESPACES) == pages(stage) == 3
    for page in stage.kubernetes.arrived(LISTED_NAMESPACES):
        assert page.header("Accept").startswith("application/json;as=PartialObjectMetadataList")
    for page in stage.kubernetes.arrived(LISTED_SECRETS):
        assert page.query["fieldSelector"] == f"metadata.name={SECRET}"


def test_a_server_that_lists_no_metadata_alone_is_understood(stage):
    add_namespaces(stage, *TEAMS)

    def whole(exchange):
        exchange.ignore_accept()
        exchange.send(exchange.usual_answer())

    stage.kubernetes.add_namespace("gone", "Terminating")
    stage.kubernetes.misbehave(LISTED_NAMESPACES, whole, FOREVER)
    assert stage.run("--all-namespaces").code == 0
    assert sorted(written(stage)) == [NAMESPACE, *TEAMS]


@pytest.mark.parametrize("route", LISTS)
def test_a_list_that_outlives_the_servers_history_begins_anew(stage, route):
    names = many(stage)
    for name in names:
        seed(stage, name)
    compact = faults.meanwhile(stage.kubernetes.lists.forget)
    stage.kubernetes.misbehave(route, compact, 1, when=lambda r: "continue" in r.query)
    outcome = stage.run("--namespace", "n*")
    assert outcome.code == 0, outcome.stderr
    assert sorted(written(stage)) == names
    assert pages(stage, route) == 2 + 3
    assert len(outcome.lines) == len(names) + 1, "nothing is said twice"


def test_what_a_list_showed_before_it_began_anew_is_forgotten(stage):
    names = many(stage)
    for name in names:
        seed(stage, name)

    def compact():
        stage.kubernetes.lists.forget()
        stage.kubernetes.secrets.delete(names[1], SECRET)

    meanwhile = faults.meanwhile(compact)
    stage.kubernetes.misbehave(LISTED_SECRETS, meanwhile, when=lambda r: "continue" in r.query)
    outcome = stage.run("--namespace", "n*", "--parallel", "1")
    assert outcome.code == 0, outcome.stderr
    assert not read(stage), "no apply met a conflict"
    assert written(stage) == [names[1], names[0], *names[2:]], "an absent one comes first"


@pytest.mark.parametrize("route", LISTS)
def test_a_list_that_never_ends_in_time_is_75_after_three_tries(stage, route):
    names = many(stage)
    for name in names:
        seed(stage, name)
    compact = faults.meanwhile(stage.kubernetes.lists.forget)
    stage.kubernetes.misbehave(route, compact, FOREVER, when=lambda r: "continue" in r.query)
    outcome = stage.run("--namespace", "n*")
    assert outcome.code == 75, outcome.stderr
    assert "answered 410" in outcome.last_line
    assert pages(stage, route) == 6 and not written(stage)


BAD_LISTS = {
    # what comes instead of a list: the exit code
    "a web page": (faults.html, 76),
    "nothing": (faults.empty, 76),
    "half of it": (faults.truncated, 76),
    "a Secret": (faults.reply_json(200, {"kind": "Secret"}), 76),
    "items that are none": (faults.reply_json(200, {"items": "x"}), 76),
    "later": (faults.unavailable(retry_after_s=3600), 75),
    "a bad token": (faults.reply_json(401, {"kind": "Status", "message": "Unauthorized"}), 77),
}


@pytest.mark.parametrize("route", LISTS)
@pytest.mark.parametrize("fault, code", BAD_LISTS.values(), ids=BAD_LISTS)
def test_without_a_list_nothing_is_written_after(cluster, route, fault, code):
    cluster.kubernetes.misbehave(route, fault, FOREVER)
    outcome = cluster.run("--all-namespaces")
    assert outcome.code == code, outcome.stderr
    assert not cluster.kubernetes.arrived(APPLY) and not cluster.kubernetes.arrived(READ)
    assert "k8s: list " in outcome.last_line


def test_without_the_right_to_list_namespaces_it_is_77_and_the_rule_is_named(cluster):
    cluster.kubernetes.forbid(LIST_NAMESPACES)
    outcome = cluster.run("--all-namespaces")
    assert outcome.code == 77
    rule = '- {apiGroups: [""], resources: [namespaces], verbs: [list]}'
    assert "add to a ClusterRole: " + rule in outcome.last_line
    assert asked(cluster) == [LISTED_NAMESPACES] and not cluster.ecr.requests


def test_without_the_right_to_list_secrets_each_is_read(cluster):
    cluster.kubernetes.forbid("list")
    seed(cluster, "team-a")
    seed_foreign(cluster, "team-b")
    with cluster.secret_stays("team-b"):
        outcome = cluster.run("--namespace", "team-*")
    assert outcome.code == 69, outcome.stderr
    (warning,) = [line for line in outcome.lines if line.startswith("warning: ")]
    assert "resourceNames: [ecr-registry], verbs: [create, get, list, patch]" in warning
    assert warning.endswith("; each is read")
    assert sorted(read(cluster)) == list(TEAMS)
    assert sorted(written(cluster)) == ["team-a", "team-c"]


def test_one_secret_that_cannot_be_read_does_not_stop_the_others(cluster):
    for name in TEAMS:
        seed(cluster, name)

    def spoil(secret):
        if secret["metadata"]["namespace"] == "team-b":
            secret["metadata"].setdefault("annotations", {})["note"] = "a\0b"

    in_list = faults.change_answer(lambda page: [spoil(item) for item in page["items"]] and page)
    cluster.kubernetes.misbehave(LISTED_SECRETS, in_list, FOREVER)
    alone = faults.change_answer(lambda secret: spoil(secret))
    cluster.kubernetes.misbehave(READ, alone, FOREVER, when=lambda r: "/team-b/" in r.path)
    outcome = cluster.run("--namespace", "team-*")
    assert outcome.code == 76, outcome.stderr
    assert any(line.endswith("; each is read") for line in outcome.lines)
    assert sorted(written(cluster)) == ["team-a", "team-c"]


def test_a_page_too_long_to_take_is_no_reason_to_give_up(cluster):
    """A Secret is 1 MiB at most, but a page has 250 of them."""
    for name in TEAMS:
        seed(cluster, name)
    cluster.kubernetes.misbehave(LISTED_SECRETS, faults.huge, FOREVER)
    outcome = cluster.run("--namespace", "team-*")
    assert outcome.code == 0, outcome.stderr
    assert any(line.endswith(" bytes); each is read") for line in outcome.lines)
    assert sorted(read(cluster)) == sorted(written(cluster)) == list(TEAMS)


def test_a_right_to_list_other_names_is_no_right_to_list_ours(cluster):
    cluster.kubernetes.forbid("list")
    cluster.kubernetes.allow("*", "another", ["list"])
    assert cluster.run("--namespace", "team-*").code == 0
    assert sorted(read(cluster)) == list(TEAMS)


def test_secrets_in_namespaces_that_are_not_wanted_are_left_alone(cluster):
    seed_foreign(cluster, "prod")
    with cluster.secret_stays("prod"):
        assert cluster.run("--namespace", "team-*").code == 0
    assert FOREIGN in cluster.docker_config("prod")["auths"]


def test_the_clusterrole_of_one_secret_is_enough(stage):
    for name in TEAMS:
        stage.kubernetes.add_namespace(name)
    stage.kubernetes.forbid(*ROLE_VERBS)
    stage.kubernetes.allow_everywhere(SECRET)
    assert stage.run("--all-namespaces").code == 0
    for name in (*TEAMS, NAMESPACE):
        config = stage.docker_config(name)
        assert password_of(config["auths"][REGISTRY]) == stage.ecr.passwords[REGION]
