"""docker-credential-ecr-secret: the protocol of docker's credential helpers."""

import json

import pytest

import program
from harness import load_json, vectors
from helper import NAME, Helper
from standin import faults
from standin.ecr import TOKEN_ROUTE
from standin.identities import role_arn
from standin.server import FOREVER
from standin.world import ACCOUNT, REGION, REGISTRY

NOT_FOUND = "credentials not found in native keychain\n"
LOGIN = {"ServerURL": REGISTRY, "Username": "AWS", "Secret": "a password that is a secret"}


@pytest.fixture
def helper(stage):
    yield Helper(stage)
    assert not stage.kubernetes.requests, "a helper asks no cluster"


def failed(outcome):
    """What a run that failed said on standard output, in one line, and with a reason."""
    assert outcome.code == 1 and outcome.stderr
    assert outcome.stdout.count("\n") == 1
    return outcome.stdout


SPELLINGS = [
    REGISTRY,
    REGISTRY + "\n",
    f" {REGISTRY}\r\n",
    "https://" + REGISTRY,
    "http://" + REGISTRY,
    f"https://{REGISTRY}/",
    f"https://{REGISTRY}/v2/",
    f"{REGISTRY}/team/app:1",
    REGISTRY.upper(),
    "HTTPS://" + REGISTRY,
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_get_with_or_without_scheme_and_path(stage, helper, url):
    assert helper.get(url) == stage.ecr.passwords[REGION]


def test_get_for_every_private_host(stage, helper):
    for host in load_json(vectors("ecr", "ecr-hosts.json"))["valid"]:
        assert helper.get(host["host"]) == stage.ecr.passwords[host["region"].lower()]


@pytest.mark.parametrize("host", ["public.ecr.aws", "https://ecr-public.aws.com/a/b"])
def test_get_for_the_public_registry(stage, helper, host):
    assert helper.get(host) == stage.ecr_public.passwords["us-east-1"]


OTHERS = ["https://index.docker.io/v1/", "docker.io", "ghcr.io", "localhost:5000", f"x.{REGISTRY}"]
OTHERS += [REGISTRY + ".example", REGISTRY + ":443", "https://evil.example/" + REGISTRY, "//"]


@pytest.mark.parametrize("url", OTHERS)
def test_get_for_others_says_the_exact_words(stage, helper, url):
    assert failed(helper("get", url)) == NOT_FOUND
    assert not stage.ecr.requests and not stage.ecr_public.requests


def test_the_reason_for_the_words_is_on_standard_error(helper):
    outcome = helper("get", "https://index.docker.io/v1/")
    assert "index.docker.io: not a registry of ECR" in outcome.lines
    quiet = helper("get", "https://index.docker.io/v1/", ECR_SECRET_QUIET="true")
    assert "index.docker.io" not in quiet.stderr and quiet.stdout == NOT_FOUND


@pytest.mark.parametrize("verb", ["get", "erase"])
@pytest.mark.parametrize("text", ["", "\n", "  \r\n"])
def test_no_server_url(helper, verb, text):
    assert failed(helper(verb, text)) == "no credentials server URL\n"


STORED = {
    "no URL": ({**LOGIN, "ServerURL": ""}, "no credentials server URL\n"),
    "no URL at all": ({"Username": "AWS", "Secret": "s"}, "no credentials server URL\n"),
    "no username": ({**LOGIN, "Username": ""}, "no credentials username\n"),
    "no JSON": ("AWS", "the credentials to store are not a JSON object\n"),
}


@pytest.mark.parametrize("document, words", STORED.values(), ids=STORED)
def test_store_checks_as_every_helper_does(helper, document, words):
    text = document if isinstance(document, str) else json.dumps(document)
    assert failed(helper("store", text)) == words


def test_store_and_erase_are_quiet_and_change_nothing(stage, helper):
    stage.canaries.watch("stored password", LOGIN["Secret"])
    for verb, text in (("store", json.dumps(LOGIN)), ("erase", REGISTRY), ("erase", "docker.io")):
        outcome = helper(verb, text)
        assert (outcome.code, outcome.stdout, outcome.stderr) == (0, "", "")
    assert not stage.ecr.requests and not helper.cache.exists()
    assert helper.get(REGISTRY) == stage.ecr.passwords[REGION] != LOGIN["Secret"]


def test_store_for_another_registry_says_that_it_is_not_kept(helper):
    outcome = helper("store", json.dumps({**LOGIN, "ServerURL": "https://ghcr.io"}))
    assert (outcome.code, outcome.stdout) == (0, "")
    assert outcome.last_line == "warning: ghcr.io: not a registry of ECR: its password is not kept"


def test_list_is_what_get_has_fetched(helper):
    assert helper("list").stdout == "{}\n"
    helper.get("https://" + REGISTRY)
    helper.get("public.ecr.aws")
    hosts = {"https://" + REGISTRY: "AWS", "https://public.ecr.aws": "AWS"}
    assert json.loads(helper("list").stdout) == hosts
    helper.age(13 * 3600)
    assert helper("list").stdout == "{}\n"


def test_list_is_of_who_asks_alone(stage, helper):
    helper.get(REGISTRY)
    other = stage.with_keys(stage.identities.add_user(ACCOUNT, "other"))
    assert helper("list", environment=other).stdout == "{}\n"


def test_version(helper):
    assert helper("version").stdout == f"{NAME} (ecr-secret) 0.1.0\n"


@pytest.mark.parametrize("verb", ["frobnicate", "GET", "", None])
def test_an_unknown_verb_is_told_which_there_are(stage, helper, verb):
    assert "get, store, erase, list or version" in failed(helper(verb, REGISTRY))
    assert not stage.ecr.requests


def test_it_may_be_called_as_a_command_too(stage, helper):
    process = helper.start("version")
    stage.finish(process, 0)
    outcome = stage.run(NAME, "version", environment=stage.outside())
    assert outcome.stdout == f"{NAME} (ecr-secret) 0.1.0\n"


def test_another_name_is_no_helper(stage, tmp_path):
    other = tmp_path / "docker-credential-ecr-secrets"
    other.symlink_to(program.checked_binary())
    assert stage.run("get", binary=other).code == 64


def test_its_help(helper):
    text = helper("--help").stdout
    assert text.startswith(f"usage: {NAME} get|store|erase|list|version\n")
    assert "--no-cache" in text and max(map(len, text.splitlines())) <= 80


# --- Who asks ---------------------------------------------------------------------------------


def test_a_role_by_its_variable(stage, helper):
    arn = stage.sts.add_role(role_arn("444455556666", "pull"), [stage.user.arn])
    helper.get(REGISTRY, ECR_SECRET_ROLE_ARN=arn)
    ((identity, _, _),) = stage.ecr.issued
    assert identity.role_arn == arn


FAILURES = {
    "denied": faults.aws_error("AccessDeniedException", "no identity-based policy allows it"),
    "unavailable": faults.unavailable(retry_after_s=3600),
    "nonsense": faults.html,
    "opted out": faults.aws_error("RegionDisabledException", "not enabled", 403),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_failure_is_exit_code_1_with_its_reason_in_both_places(stage, helper, failure):
    stage.ecr.misbehave(TOKEN_ROUTE, failure, FOREVER)
    outcome = helper("get", REGISTRY)
    text = failed(outcome)
    assert outcome.last_line == "error: " + text.rstrip("\n")
    assert "ecr: eu-central-1: GetAuthorizationToken" in text


SETTINGS = {
    "no credentials": ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}, "none found"),
    "half a credential": ({"AWS_SECRET_ACCESS_KEY": None}, "only half is set"),
    "a bad option": ({"ECR_SECRET_TIMEOUT": "soon"}, "ECR_SECRET_TIMEOUT"),
    "a bad role": ({"ECR_SECRET_ROLE_ARN": "me"}, "ECR_SECRET_ROLE_ARN"),
    "a missing CA": ({"AWS_CA_BUNDLE": "/nowhere"}, "/nowhere"),
}


@pytest.mark.parametrize("variables, text", SETTINGS.values(), ids=SETTINGS)
def test_so_is_a_setting_that_is_wrong(helper, variables, text):
    assert text in failed(helper("get", REGISTRY, **variables))


def test_so_is_a_standard_output_that_is_full(stage, helper):
    path = stage.directory / "input"
    path.write_text(REGISTRY)
    with path.open() as stdin, open("/dev/full", "w") as full:
        outcome = stage.run(
            "get", environment=helper.environment, binary=helper.program, stdin=stdin, stdout=full
        )
    assert outcome.code == 1 and "standard output" in outcome.last_line


def test_a_signal_ends_it_with_its_own_code_and_no_answer(stage, helper):
    stage.ecr.misbehave(TOKEN_ROUTE, faults.never_answer, FOREVER)
    process = helper.start("get", REGISTRY)
    assert stage.ecr.wait_for(TOKEN_ROUTE)
    process.terminate()
    outcome = stage.finish(process, 0)
    assert (outcome.code, outcome.stdout) == (128 + 15, "")
    assert outcome.last_line == "error: ended by SIGTERM"


def test_an_endless_input_is_refused(helper):
    assert "more than" in failed(helper("get", b"a" * (300 << 10)))


def test_the_termination_message_is_not_touched(helper, stage):
    """A helper runs inside of somebody else's container."""
    outcome = helper("get", "docker.io", ECR_SECRET_LOG_FORMAT="json")
    assert [event["level"] for event in outcome.events] == ["info", "error"]
