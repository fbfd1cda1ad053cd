"""--service-account: the Secret joins imagePullSecrets, and nothing that was there is lost."""

import json

import pytest

from standin import faults
from standin.ecr import TOKEN_ROUTE
from standin.kubernetes_api import ANY, APPLY, READ
from standin.server import FOREVER
from standin.world import NAMESPACE, SECRET

DEFAULT = f"{NAMESPACE}/ServiceAccount default"
ADDED = f"{DEFAULT}: added {SECRET} to imagePullSecrets"
TESTS_FAIL = faults.reply_json(
    422,
    {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "the server rejected our request due to an error in our request",
        "reason": "Invalid",
        "details": {},
        "code": 422,
    },
)


@pytest.fixture
def accounts(stage):
    """The pod's namespace has its default account, and the pod may change any."""
    stage.kubernetes.accounts.add(NAMESPACE)
    stage.kubernetes.accounts.allow()
    return stage.kubernetes.accounts


@pytest.fixture
def roomy(stage, accounts):
    """Two more namespaces, with a default account each."""
    for name in ("one", "two"):
        stage.kubernetes.add_namespace(name)
        accounts.add(name)
    stage.kubernetes.allow(ANY, ANY)
    return stage


def is_for_accounts(request):
    return "/serviceaccounts" in request.path


def asked(stage):
    """The requests about ServiceAccounts, in order: method and what follows the API's path."""
    found = filter(is_for_accounts, stage.kubernetes.requests)
    return [f"{r.method} {r.path.removeprefix('/api/v1/namespaces/')}" for r in found]


def misbehave(stage, method, behaviour, times=1):
    stage.kubernetes.misbehave(method, behaviour, times, when=is_for_accounts)


HELD_BEFORE = {
    "no list": None,
    "an empty list": [],
    "another Secret": ["theirs"],
    "several others": ["theirs", "a", "ecr-registry-2"],
}


@pytest.mark.parametrize("held", HELD_BEFORE.values(), ids=HELD_BEFORE)
def test_the_secret_joins_what_was_there(stage, accounts, held):
    accounts.add(NAMESPACE, pull_secrets=held)
    outcome = stage.run("--service-account", "default")
    assert outcome.code == 0, outcome.stderr
    assert accounts.pull_secrets(NAMESPACE) == [*(held or []), SECRET]
    assert outcome.lines[1:] == [ADDED, "1 written, added to 1 ServiceAccount, 0 failed"]
    place = f"{NAMESPACE}/serviceaccounts/default"
    assert asked(stage) == [f"GET {place}", f"PATCH {place}"]


def test_the_patch_tests_the_version_that_was_read(stage, accounts):
    version = accounts.version(NAMESPACE)
    stage.run("--service-account", "default")
    patch = stage.kubernetes.requests[-1]
    assert patch.header("Content-Type") == "application/json-patch+json"
    assert patch.json()[0] == {"op": "test", "path": "/metadata/resourceVersion", "value": version}
    assert patch.query == {"fieldManager": "ecr-secret"}


def test_an_account_that_has_it_is_not_written(stage, accounts):
    stage.run("--service-account", "default")
    version = accounts.version(NAMESPACE)
    stage.forget_requests()
    outcome = stage.run("--service-account", "default")
    assert outcome.code == 0 and len(outcome.lines) == 1
    assert accounts.version(NAMESPACE) == version
    assert asked(stage) == [f"GET {NAMESPACE}/serviceaccounts/default"]


FORMS = {
    "a list": (["--service-account", "default,build; ci"], {}),
    "repeated": (["--service-account", "default", "--service-account", "build ci default"], {}),
    "a variable": ([], {"ECR_SECRET_SERVICE_ACCOUNT": "default\nbuild, ci"}),
    "all": (["--service-account", "*"], {}),
}


@pytest.mark.parametrize("arguments, variables", FORMS.values(), ids=FORMS)
def test_several_may_be_named_as(stage, accounts, arguments, variables):
    for name in ("build", "ci"):
        accounts.add(NAMESPACE, name, ["theirs"])
    outcome = stage.run(*arguments, environment=stage.with_variables(**variables))
    assert outcome.code == 0, outcome.stderr
    assert accounts.pull_secrets(NAMESPACE) == [SECRET]
    for name in ("build", "ci"):
        assert accounts.pull_secrets(NAMESPACE, name) == ["theirs", SECRET]
    assert outcome.last_line == "1 written, added to 3 ServiceAccounts, 0 failed"


def test_all_are_read_page_by_page_and_those_that_have_it_are_left_alone(stage, accounts):
    accounts.page_items = 3
    names = ["default", *(f"robot-{i}" for i in range(10))]
    for name in names[1:]:
        accounts.add(NAMESPACE, name, ["theirs"])
    accounts.add(NAMESPACE, "robot-4", ["theirs", SECRET])
    outcome = stage.run("--service-account", "*", "--parallel", "2")
    assert outcome.code == 0, outcome.stderr
    assert all(SECRET in accounts.pull_secrets(NAMESPACE, name) for name in names)
    assert accounts.pull_secrets(NAMESPACE, "robot-4") == ["theirs", SECRET]
    assert asked(stage).count(f"GET {NAMESPACE}/serviceaccounts") == 4
    assert sum(line.startswith("PATCH") for line in asked(stage)) == 10


@pytest.mark.parametrize("names", ["default", "*"])
@pytest.mark.parametrize("parallel", ["1", "16"])
def test_each_namespace_gets_it(roomy, accounts, names, parallel):
    arguments = ("--namespace", f"{NAMESPACE},one,two", "--parallel", parallel)
    outcome = roomy.run("--service-account", names, *arguments)
    assert outcome.code == 0, outcome.stderr
    for namespace in (NAMESPACE, "one", "two"):
        assert accounts.pull_secrets(namespace) == [SECRET]
    assert outcome.last_line == "3 written, added to 3 ServiceAccounts, 0 failed"


def test_no_account_gets_a_secret_that_could_not_be_written(roomy, accounts):
    roomy.kubernetes.seed("one", SECRET, {"auths": {"other": roomy.foreign_entry()}})
    outcome = roomy.run("--service-account", "default", "--namespace", f"{NAMESPACE},one")
    assert outcome.code == 69
    assert accounts.pull_secrets(NAMESPACE) == [SECRET]
    assert not any("one/serviceaccounts" in line for line in asked(roomy))


def test_no_account_is_asked_for_when_there_is_no_token(stage, accounts):
    stage.ecr.misbehave(TOKEN_ROUTE, faults.html, FOREVER)
    assert stage.run("--service-account", "default").code == 76
    assert asked(stage) == []


def test_a_fresh_secret_still_gets_its_accounts(stage, accounts):
    assert stage.run().code == 0
    stage.forget_requests()
    outcome = stage.run("--min-remaining", "6h", "--service-account", "default")
    assert outcome.code == 0, outcome.stderr
    assert not stage.ecr.requests, "AWS was asked for nothing"
    assert accounts.pull_secrets(NAMESPACE) == [SECRET]
    assert outcome.last_line == "0 written, 1 fresh, added to 1 ServiceAccount, 0 failed"


def test_a_dry_run_changes_nothing_and_the_server_has_its_say(stage, accounts):
    version = accounts.version(NAMESPACE)
    outcome = stage.run("--dry-run", "--service-account", "default")
    assert outcome.code == 0, outcome.stderr
    assert accounts.version(NAMESPACE) == version
    assert stage.kubernetes.requests[-1].query["dryRun"] == "All"
    said = f"{DEFAULT}: {SECRET} would be added to imagePullSecrets (dry run)"
    assert outcome.lines[1] == said


def test_events_have_fields(stage, accounts):
    events = stage.run("--log-format", "json", "--service-account", "default").events
    assert events[1]["namespace"] == NAMESPACE and events[1]["service_account"] == "default"
    assert events[1]["name"] == SECRET and events[1]["outcome"] == "added"
    assert events[2]["service_accounts"] == 1


# --- Races -----------------------------------------------------------------------


@pytest.mark.parametrize("writers", [1, 2, 4])
def test_a_race_loses_nobodys_secret(stage, accounts, writers):
    accounts.add(NAMESPACE, pull_secrets=["theirs"])
    names = ["theirs", *(f"quick-{i}" for i in range(writers))]

    def act():
        held = accounts.pull_secrets(NAMESPACE)
        accounts.change(NAMESPACE, imagePullSecrets=[{"name": n} for n in names[: len(held) + 1]])

    misbehave(stage, APPLY, faults.meanwhile(act), writers)
    outcome = stage.run("--service-account", "default")
    assert outcome.code == 0, outcome.stderr
    assert accounts.pull_secrets(NAMESPACE) == [*names, SECRET]
    assert outcome.lines[1] == ADDED


def test_a_run_that_was_quicker_means_added(stage, accounts):
    change = {"imagePullSecrets": [{"name": SECRET}]}
    misbehave(stage, APPLY, faults.meanwhile(lambda: accounts.change(NAMESPACE, **change)))
    outcome = stage.run("--service-account", "default")
    assert outcome.code == 0, outcome.stderr
    assert accounts.pull_secrets(NAMESPACE) == [SECRET], "once"


def test_an_answer_that_got_lost_means_added(stage, accounts):
    misbehave(stage, APPLY, faults.answer_is_lost)
    outcome = stage.run("--service-account", "default")
    assert outcome.code == 0, outcome.stderr
    assert accounts.pull_secrets(NAMESPACE) == [SECRET], "once"


def test_an_account_that_never_rests_is_given_up(stage, accounts):
    change = faults.meanwhile(lambda: accounts.change(NAMESPACE, imagePullSecrets=[]))
    misbehave(stage, APPLY, change, FOREVER)
    outcome = stage.run("--service-account", "default")
    assert outcome.code == 69
    assert "changed by others 10 times" in outcome.lines[1]
    assert sum(line.startswith("PATCH") for line in asked(stage)) == 10


def test_a_refusal_of_an_account_that_stays_as_it_was_is_meant(stage, accounts):
    misbehave(stage, APPLY, TESTS_FAIL, FOREVER)
    outcome = stage.run("--service-account", "default")
    assert outcome.code == 69
    assert "answered 422" in outcome.lines[1]
    assert [line.split()[0] for line in asked(stage)] == ["GET", "PATCH", "GET"]


def test_an_account_that_goes_meanwhile_is_missing(stage, accounts):
    def act():
        accounts.change(NAMESPACE)
        accounts.remove(NAMESPACE)

    misbehave(stage, APPLY, faults.meanwhile(act))
    outcome = stage.run("--service-account", "default")
    assert outcome.code == 69 and 'serviceaccounts "default" not found' in outcome.lines[1]


# --- What may go wrong ---------------------------------------------------------------

RULE = "add to a Role in namespace apps: - {apiGroups: [\"\"], resources: [serviceaccounts]"
NAMED_RULE = RULE + ", resourceNames: [default], verbs: [get, patch]}"
ALL_RULE = RULE + ", verbs: [get, list, patch]}"
LATER = faults.unavailable(retry_after_s=3600)
FAILURES = {
    # what happens: how, the accounts, the exit code, and what the line must say
    "it is missing": (
        lambda stage: stage.kubernetes.accounts.remove(NAMESPACE),
        "default",
        69,
        f"k8s: read ServiceAccount {NAMESPACE}/default: the API server answered 404: "
        'serviceaccounts "default" not found',
    ),
    "no right to get": (
        lambda stage: stage.kubernetes.accounts.forbid("get"),
        "default",
        77,
        NAMED_RULE,
    ),
    "no right to patch": (
        lambda stage: stage.kubernetes.accounts.forbid("patch"),
        "default",
        77,
        NAMED_RULE,
    ),
    "no right to list": (
        lambda stage: stage.kubernetes.accounts.forbid("list"),
        "*",
        77,
        ALL_RULE,
    ),
    "no right to patch any": (
        lambda stage: stage.kubernetes.accounts.forbid("patch"),
        "*",
        77,
        ALL_RULE,
    ),
    "the read is put off": (
        lambda stage: misbehave(stage, READ, LATER, FOREVER),
        "default",
        75,
        "503",
    ),
    "the list is put off": (lambda stage: misbehave(stage, READ, LATER, FOREVER), "*", 75, "503"),
    "the patch is put off": (
        lambda stage: misbehave(stage, APPLY, LATER, FOREVER),
        "default",
        75,
        "503",
    ),
    "the read makes no sense": (
        lambda stage: misbehave(stage, READ, faults.html),
        "default",
        76,
        "is no ServiceAccount",
    ),
    "the read is of something else": (
        lambda stage: misbehave(stage, READ, faults.change_answer(lambda d: {**d, "kind": "Pod"})),
        "default",
        76,
        "is no ServiceAccount",
    ),
    "the list makes no sense": (
        lambda stage: misbehave(stage, READ, faults.html),
        "*",
        76,
        "is no list",
    ),
}


@pytest.mark.parametrize("arrange, names, code, text", FAILURES.values(), ids=FAILURES)
def test_a_failure(stage, accounts, arrange, names, code, text):
    arrange(stage)
    outcome = stage.run("--service-account", names)
    assert outcome.code == code, outcome.stderr
    assert outcome.lines[0].startswith(f"{NAMESPACE}/{SECRET}: written")
    assert outcome.lines[1].startswith("error: k8s: ") and text in outcome.lines[1]
    assert outcome.last_line.startswith("error: 1 written, 1 failed: ")
    assert stage.docker_config(), "the Secret is there all the same"


def test_the_rule_names_all_the_accounts(stage, accounts):
    accounts.forbid("get")
    outcome = stage.run("--service-account", "default,build")
    assert "resourceNames: [default, build], verbs: [get, patch]}" in outcome.lines[1]


def test_a_missing_account_does_not_stop_the_others(roomy, accounts):
    accounts.remove("one")
    arguments = ("--namespace", f"one,{NAMESPACE},two", "--service-account", "default")
    outcome = roomy.run(*arguments)
    assert outcome.code == 69, outcome.stderr
    assert accounts.pull_secrets(NAMESPACE) == accounts.pull_secrets("two") == [SECRET]
    assert "3 written, added to 2 ServiceAccounts, 1 failed" in outcome.last_line


USAGE = {
    "another format": (("--format", "basic-auth"), "default", "--format basic-auth"),
    "Argo CD's": (("--format", "argocd-repo-creds"), "default", "pods can't pull"),
    "all, and one": ((), "*,default", "give it alone"),
    "no name": ((), "Default", '"Default" is not a ServiceAccount\'s name, or *'),
    "a glob": ((), "build-*", '"build-*" is not'),
    "an empty list": ((), ", ", '", " is not'),
}


@pytest.mark.parametrize("arguments, names, text", USAGE.values(), ids=USAGE)
def test_a_usage_error(stage, arguments, names, text):
    outcome = stage.run("--service-account", names, *arguments)
    assert outcome.code == 64
    assert "--service-account" in outcome.last_line and text in outcome.last_line
    assert not stage.kubernetes.requests and not stage.ecr.requests


def test_the_patch_says_only_what_it_must(stage, accounts):
    accounts.add(NAMESPACE, pull_secrets=["theirs"])
    stage.run("--service-account", "default", "--name", SECRET)
    (_, add) = json.loads(stage.kubernetes.requests[-1].body)
    assert add == {"op": "add", "path": "/imagePullSecrets/-", "value": {"name": SECRET}}
