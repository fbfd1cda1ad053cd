"""--service-account in a fan-out: one list for each name, whatever the number of namespaces."""

import pytest

from standin import faults
from standin.kubernetes_api import READ
from standin.world import NAMESPACE, SECRET

TEAMS = [f"team-{i:02}" for i in range(12)]
FAN_OUT = ("--namespace", "team-*")
GONE = faults.reply_json(
    410,
    {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "The provided continue parameter is too old",
        "reason": "Expired",
        "code": 410,
    },
)


@pytest.fixture
def wide(stage):
    """Twelve teams with a default account each, and the pod's namespace, which is none of them."""
    stage.kubernetes.allow_everywhere(SECRET)
    stage.kubernetes.accounts.allow()
    for namespace in (NAMESPACE, *TEAMS):
        stage.kubernetes.add_namespace(namespace)
        stage.kubernetes.accounts.add(namespace, pull_secrets=["theirs"])
    return stage


def lists(stage):
    """The queries of the lists of ServiceAccounts."""
    wanted = "/api/v1/serviceaccounts"
    return [request.query for request in stage.kubernetes.requests if request.path == wanted]


def pages(stage, names="default"):
    stage.kubernetes.accounts.page_items = 5
    return stage.run(*FAN_OUT, "--service-account", names, "--parallel", "3")


@pytest.mark.parametrize("names", ["default", "*"])
def test_one_list_finds_them_all_and_no_other_namespaces(wide, names):
    outcome = pages(wide, names)
    assert outcome.code == 0, outcome.stderr
    accounts = wide.kubernetes.accounts
    assert all(accounts.pull_secrets(team) == ["theirs", SECRET] for team in TEAMS)
    assert accounts.pull_secrets(NAMESPACE) == ["theirs"]
    selectors = {query.get("fieldSelector") for query in lists(wide)}
    assert selectors == {"metadata.name=default" if names == "default" else None}
    assert len(lists(wide)) == 3, "three pages"
    assert outcome.last_line == "12 written, added to 12 ServiceAccounts, 0 failed"


def test_all_fresh_costs_one_list_more(wide):
    arguments = (*FAN_OUT, "--min-remaining", "6h", "--service-account", "default")
    assert wide.run(*arguments).code == 0
    wide.forget_requests()
    outcome = wide.run(*arguments)
    assert outcome.code == 0, outcome.stderr
    assert not wide.ecr.requests
    paths = [request.path for request in wide.kubernetes.requests]
    assert paths == [f"/api/v1/{kind}" for kind in ("namespaces", "secrets", "serviceaccounts")]


@pytest.mark.parametrize("times, code", [(1, 0), (2, 0), (3, 75)])
def test_a_list_that_took_too_long_begins_anew(wide, times, code):
    """And when it never ends, those of its first page are served all the same."""
    is_next_page = lambda r: "serviceaccounts" in r.path and "continue" in r.query  # noqa: E731
    wide.kubernetes.misbehave(READ, GONE, times, when=is_next_page)
    outcome = pages(wide)
    assert outcome.code == code, outcome.stderr
    held = [wide.kubernetes.accounts.pull_secrets(team) for team in TEAMS]
    served = 12 if code == 0 else 4  # NAMESPACE is on that page, too
    assert held == [["theirs", SECRET]] * served + [["theirs"]] * (12 - served), "each once"


def test_one_that_was_deleted_before_its_list_began_anew_is_missing(wide):
    is_next_page = lambda r: "serviceaccounts" in r.path and "continue" in r.query  # noqa: E731

    def compact(exchange):
        wide.kubernetes.accounts.remove(TEAMS[0])
        GONE(exchange)

    wide.kubernetes.misbehave(READ, compact, when=is_next_page)
    outcome = pages(wide)
    assert outcome.code == 69, outcome.stderr
    assert f"error: k8s: ServiceAccount {TEAMS[0]}/default: does not exist" in outcome.lines
    assert "12 written, added to 11 ServiceAccounts, 1 failed" in outcome.last_line


def test_each_that_is_missing_is_named_and_the_others_are_served(wide):
    for team in TEAMS[3:5]:
        wide.kubernetes.accounts.remove(team)
    outcome = pages(wide)
    assert outcome.code == 69, outcome.stderr
    for team in TEAMS[3:5]:
        assert f"error: k8s: ServiceAccount {team}/default: does not exist" in outcome.lines
    assert "12 written, added to 10 ServiceAccounts, 2 failed" in outcome.last_line


def test_without_the_right_to_list_the_rule_is_printed(wide):
    wide.kubernetes.accounts.forbid("list")
    outcome = pages(wide, "default,build")
    assert outcome.code == 77
    rule = (
        'add to a ClusterRole: - {apiGroups: [""], resources: [serviceaccounts], '
        "resourceNames: [default, build], verbs: [get, list, patch]}"
    )
    assert rule in outcome.stderr
