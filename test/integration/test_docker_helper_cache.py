"""The docker helper's cache: whose tokens, until when, and what becomes of a broken file."""

import concurrent.futures
import json
import os
import stat

import pytest

from helper import Helper
from standin import faults
from standin.ecr import TOKEN_ROUTE, registry_host
from standin.identities import role_arn
from standin.server import FOREVER
from standin.sts import WEB_IDENTITY_ROUTE
from standin.world import ACCOUNT, REGION, REGISTRY, keys_of, profile_keys

HOUR = 3600
WEST_REGISTRY = registry_host(ACCOUNT, "eu-west-1")
UNREACHABLE = {
    "no answer": faults.hang_up,
    "in trouble": faults.unavailable(retry_after_s=3600),
    "too busy": faults.too_many_requests(retry_after_s=3600),
}


@pytest.fixture
def helper(stage):
    stage.environment["AWS_MAX_ATTEMPTS"] = "1"  # any AWS_* variable is part of who we are
    return Helper(stage)


def asked(stage):
    """How often AWS was asked for a token so far."""
    return len(stage.ecr.arrived(TOKEN_ROUTE))


def test_a_second_get_asks_nobody(stage, helper):
    first = helper.get(REGISTRY)
    assert helper.get("https://" + REGISTRY) == helper.get(REGISTRY.upper()) == first
    assert asked(stage) == 1


def test_the_file_is_ours_alone(helper):
    old = os.umask(0)
    try:
        helper.get(REGISTRY)
    finally:
        os.umask(old)
    assert stat.S_IMODE(helper.cache.stat().st_mode) == 0o600
    assert stat.S_IMODE(helper.cache.parent.stat().st_mode) == 0o700
    assert not helper.leftovers()


def test_xdg_cache_home_says_where(stage, helper):
    helper.get(REGISTRY, XDG_CACHE_HOME=str(stage.directory / "elsewhere"))
    assert (stage.directory / "elsewhere/ecr-secret/tokens.json").exists()
    assert not helper.cache.exists()
    helper.get(REGISTRY, XDG_CACHE_HOME="relative")  # by the specification that is none
    assert helper.cache.exists()


@pytest.mark.parametrize("variable", ["ECR_SECRET_NO_CACHE", "AWS_ECR_DISABLE_CACHE"])
def test_a_variable_turns_it_off(stage, helper, variable):
    helper.get(REGISTRY, **{variable: "true"})
    assert not helper.cache.exists()
    helper.get(REGISTRY)
    helper.get(REGISTRY, **{variable: "true"})
    assert asked(stage) == 3


def test_without_a_home_there_is_none(stage, helper):
    helper.get(REGISTRY, HOME=None)
    helper.get(REGISTRY, HOME=None)
    assert asked(stage) == 2


@pytest.mark.parametrize("place", ["/proc/nowhere", "/dev/null"])
def test_where_it_can_not_be_written_the_answer_is_right_all_the_same(stage, helper, place):
    assert helper.get(REGISTRY, XDG_CACHE_HOME=place) == stage.ecr.passwords[REGION]


# --- Until when -------------------------------------------------------------------------------


def test_the_first_half_of_its_life_a_token_serves(stage, helper):
    first = helper.get(REGISTRY)
    helper.age(6 * HOUR - 60)
    assert helper.get(REGISTRY) == first
    helper.age(120)
    assert helper.get(REGISTRY) != first
    assert asked(stage) == 2


@pytest.mark.parametrize("fault", UNREACHABLE.values(), ids=UNREACHABLE)
def test_while_aws_is_unreachable_it_serves_until_its_end(stage, helper, fault):
    first = helper.get(REGISTRY)
    helper.age(11 * HOUR)
    stage.ecr.misbehave(TOKEN_ROUTE, fault, FOREVER)
    outcome = helper("get", REGISTRY)
    assert (outcome.code, json.loads(outcome.stdout)["Secret"]) == (0, first)
    assert outcome.last_line.startswith("warning: ecr: ")
    assert "the token of the cache, good until 20" in outcome.last_line
    helper.age(HOUR)
    outcome = helper("get", REGISTRY)
    assert outcome.code == 1 and first not in outcome.stdout


@pytest.mark.parametrize(
    "fault",
    [
        faults.aws_error("AccessDeniedException", "no"),
        faults.aws_error("UnrecognizedClientException", "no"),
        faults.html,
    ],
    ids=["denied", "unknown", "nonsense"],
)
def test_where_aws_says_no_it_does_not(stage, helper, fault):
    helper.get(REGISTRY)
    helper.age(7 * HOUR)
    stage.ecr.misbehave(TOKEN_ROUTE, fault, FOREVER)
    assert helper("get", REGISTRY).code == 1


def test_a_web_identity_serves_while_sts_is_unreachable(stage, helper):
    environment = {**stage.without_keys(), **stage.web_identity()}
    first = helper.get(REGISTRY, environment=environment)
    stage.forget_requests()
    assert helper.get(REGISTRY, environment=environment) == first
    assert not stage.sts.requests, "nobody was asked"
    helper.age(11 * HOUR)
    stage.sts.misbehave(WEB_IDENTITY_ROUTE, faults.hang_up, FOREVER)
    outcome = helper("get", REGISTRY, environment=environment)
    assert (outcome.code, json.loads(outcome.stdout)["Secret"]) == (0, first)


def test_a_token_of_the_future_is_none(stage, helper):
    """The clock went back: nobody knows how old it is."""
    helper.get(REGISTRY)
    helper.age(-120)
    helper.get(REGISTRY)
    assert asked(stage) == 2


def test_expiry_is_told_by_this_machines_clock(stage, helper):
    """AWS's is two hours ahead: its 12 hours are ours, not 14."""
    stage.clock.offset_s = 2 * HOUR
    two = {"AWS_MAX_ATTEMPTS": "2"}  # the first one finds out about the clock
    assert helper("get", REGISTRY, **two).code == 0
    stage.ecr.misbehave(TOKEN_ROUTE, faults.hang_up, FOREVER)
    helper.age(12 * HOUR - 30)
    assert helper("get", REGISTRY, **two).code == 0
    helper.age(40)
    assert helper("get", REGISTRY, **two).code == 1


# --- Whose ------------------------------------------------------------------------------------


def test_another_identity_gets_a_token_of_its_own(stage, helper):
    first = helper.get(REGISTRY)
    other = stage.identities.add_user(ACCOUNT, "other")
    second = helper.get(REGISTRY, **keys_of(other))
    assert first != second and stage.ecr.holder_of(second)[0] == other.arn
    assert helper.get(REGISTRY) == first
    assert helper.get(REGISTRY, **keys_of(other)) == second
    assert asked(stage) == 2


def test_a_profile_is_an_identity_and_so_is_what_it_says(stage, helper):
    one, two = (stage.identities.add_user(ACCOUNT, name) for name in ("one", "two"))
    profiles = {"one": profile_keys(one), "two": profile_keys(two)}
    stage.home.write_shared_files(credentials=profiles)
    environment = {**stage.without_keys(), "HOME": str(stage.directory)}

    def holder(profile):
        password = helper.get(REGISTRY, environment={**environment, "AWS_PROFILE": profile})
        return stage.ecr.holder_of(password)[0]

    assert [holder("one"), holder("two"), holder("one")] == [one.arn, two.arn, one.arn]
    assert asked(stage) == 2
    stage.home.write_shared_files(credentials={**profiles, "one": profiles["two"]})
    assert holder("one") == two.arn


def test_a_role_is_an_identity(stage, helper):
    arn = stage.sts.add_role(role_arn(ACCOUNT, "pull"), [stage.user.arn])
    first = helper.get(REGISTRY)
    second = helper.get(REGISTRY, ECR_SECRET_ROLE_ARN=arn)
    assert first != second
    stage.forget_requests()
    assert helper.get(REGISTRY, ECR_SECRET_ROLE_ARN=arn) == second
    assert not stage.sts.requests and not stage.ecr.requests


def lent_by_metadata(stage):
    return stage.metadata, stage.instance_role()


def lent_by_an_agent(stage):
    return stage.container, stage.pod_identity()


@pytest.mark.parametrize("lent_by", [lent_by_metadata, lent_by_an_agent])
def test_who_is_lent_credentials_is_asked_for_each_time(stage, helper, lent_by):
    """With nothing changed here, another role may have been attached to the instance."""
    lender, variables = lent_by(stage)
    environment = {**stage.without_keys(), **variables}
    first = helper.get(REGISTRY, environment=environment)
    assert helper.get(REGISTRY, environment=environment) == first
    assert asked(stage) == 1
    lender.identity = stage.identities.add_session(ACCOUNT, "another-role")
    second = helper.get(REGISTRY, environment=environment)
    assert "another-role" in stage.ecr.holder_of(second)[0]
    helper.age(11 * HOUR)
    lender.identity = stage.identities.add_session(ACCOUNT, "third-role")
    stage.ecr.misbehave(TOKEN_ROUTE, faults.hang_up, FOREVER)
    outcome = helper("get", REGISTRY, environment=environment)
    assert outcome.code == 1, "the second role's token is not the third's"


@pytest.mark.parametrize("lent_by", [lent_by_metadata, lent_by_an_agent])
def test_lent_credentials_have_a_cache_while_ecr_is_unreachable(stage, helper, lent_by):
    environment = {**stage.without_keys(), **lent_by(stage)[1]}
    first = helper.get(REGISTRY, environment=environment)
    helper.age(11 * HOUR)
    stage.ecr.misbehave(TOKEN_ROUTE, faults.hang_up, FOREVER)
    outcome = helper("get", REGISTRY, environment=environment)
    assert (outcome.code, json.loads(outcome.stdout)["Secret"]) == (0, first)


def test_so_is_a_process_that_prints_them(stage, helper):
    printed = stage.directory / "printed"
    config = {"default": {"credential_process": f"/bin/cat {printed}"}}
    stage.home.write_shared_files(config=config)

    def get_as(role):
        identity = stage.identities.add_session(ACCOUNT, role)
        document = {
            "Version": 1,
            "AccessKeyId": identity.access_key,
            "SecretAccessKey": identity.secret_key,
            "SessionToken": identity.session_token,
        }
        printed.write_text(json.dumps(document))
        return helper.get(REGISTRY, environment=stage.without_keys())

    assert "one" in stage.ecr.holder_of(get_as("one"))[0]
    assert "two" in stage.ecr.holder_of(get_as("two"))[0]


def test_no_key_id_is_in_the_file(stage, helper):
    """It need not be; and no secret key, and no session token."""
    environment = {**stage.without_keys(), **stage.instance_role()}
    helper.get(REGISTRY, environment=environment)
    text = helper.cache.read_text()
    identity = stage.metadata.identity
    for secret in (identity.access_key, identity.secret_key, identity.session_token):
        assert secret not in text


# --- What the file holds ----------------------------------------------------------------------


def test_each_host_has_a_token_and_what_has_expired_is_dropped(helper):
    helper.get(REGISTRY)
    helper.age(13 * HOUR)
    helper.get(WEST_REGISTRY)
    assert [host for host, _ in helper.cached()] == [WEST_REGISTRY]
    helper.get(REGISTRY)
    assert {host for host, _ in helper.cached()} == {REGISTRY, WEST_REGISTRY}


def test_what_another_writes_meanwhile_is_kept(stage, helper):
    def another_gets_west():
        helper.program.unlink()
        Helper(stage).get(WEST_REGISTRY)

    in_central = lambda request: f"/{REGION}/ecr/" in request.header("Authorization")  # noqa: E731
    stage.ecr.misbehave(TOKEN_ROUTE, faults.meanwhile(another_gets_west), when=in_central)
    helper.get(REGISTRY)
    assert {host for host, _ in helper.cached()} == {REGISTRY, WEST_REGISTRY}


def test_erase_forgets_a_host(stage, helper):
    helper.get(REGISTRY)
    helper.get(WEST_REGISTRY)
    assert helper("erase", f"https://{REGISTRY}/").code == 0
    assert [host for host, _ in helper.cached()] == [WEST_REGISTRY]
    helper.get(REGISTRY)
    assert asked(stage) == 3


def break_it(change):
    return lambda helper: helper.cache.write_bytes(change(helper.cache.read_bytes()))


def change_token(**members):
    def change(text):
        document = json.loads(text)
        for tokens in document.values():
            for host in tokens:
                tokens[host] = {**tokens[host], **members}
        return json.dumps(document).encode()

    return change


def give_away(helper):
    if os.geteuid() != 0:
        pytest.skip("not run: only root can give a file away")
    os.chown(helper.cache, 65534, 65534)


BROKEN = {
    "empty": break_it(lambda text: b""),
    "torn": break_it(lambda text: text[: len(text) // 2]),
    "no JSON": break_it(lambda text: b"\xff\xfe\x00"),
    "a list": break_it(lambda text: b"[1]"),
    "of other shapes": break_it(lambda text: b'{"a":1,"b":{"c":[]},"d":null}'),
    "huge": break_it(lambda text: text + b" " * (5 << 20)),
    "a password of somebody else": break_it(change_token(auth="Ym9iOng=")),
    "no base64": break_it(change_token(auth="%%%")),
    "no dates": break_it(change_token(expiresAt="tomorrow")),
    "a number for a date": break_it(change_token(writtenAt=7)),
    "readable by all": lambda helper: helper.cache.chmod(0o644),
    "somebody else's": give_away,
    "a pipe": lambda helper: (helper.cache.unlink(), os.mkfifo(helper.cache)),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_not_as_we_write_it_is_none_and_is_replaced(stage, helper, change):
    first = helper.get(REGISTRY)
    change(helper)
    second = helper.get(REGISTRY)
    assert second != first and asked(stage) == 2
    assert helper.get(REGISTRY) == second and asked(stage) == 2
    assert stat.S_IMODE(helper.cache.stat().st_mode) == 0o600


# --- Many at once -----------------------------------------------------------------------------


@pytest.mark.parametrize("hosts", [1, 5])
def test_fifty_at_once_are_all_answered_and_the_cache_is_whole(stage, plain_binary, hosts):
    helper = Helper(stage, plain_binary)
    names = [registry_host(ACCOUNT, f"eu-west-{number + 1}") for number in range(hosts)]
    wanted = [names[number % hosts] for number in range(50)]
    processes = []
    for url in wanted:
        processes.append(helper.start("get", url))
        # Each run has read its input before the file is written for the next one.
        (helper.stage.directory / "input").unlink()
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(lambda process: process.communicate(timeout=60), processes))
    for url, process, (stdout, stderr) in zip(wanted, processes, outcomes):
        assert (process.returncode, stderr) == (0, "")
        answer = json.loads(stdout)
        region = url.split(".")[3]
        assert answer["ServerURL"] == url
        assert stage.ecr.holder_of(answer["Secret"]) == (stage.user.arn, region)
    assert not helper.leftovers()
    cached = helper.cached()
    assert cached and {host for host, _ in cached} <= set(names)
    for host, _ in cached:
        stage.forget_requests()
        helper.get(host)
        assert not stage.ecr.requests
