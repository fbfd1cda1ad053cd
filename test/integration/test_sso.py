"""SSO in profiles: the token that `aws sso login` left is traded for a role's credentials."""

import hashlib
import json
import time

import pytest

from standin import faults
from standin.clock import rfc3339
from standin.home import SSO_REGION, START_URL
from standin.server import FOREVER
from standin.sso import CREDENTIALS_ROUTE, TOKEN_HEADER, refuse
from standin.world import ACCOUNT
from test_credentials import signer

SESSION = "corp"
ROLE = "Puller+Team"  # "+" is a letter of role names, and a space in queries
LOGIN = "aws sso login --profile team"
SESSION_SECTION = {"sso_start_url": START_URL, "sso_region": SSO_REGION}
ROLE_SETTINGS = {"sso_account_id": ACCOUNT, "sso_role_name": ROLE}
PROFILES = {
    "a session": {
        f"sso-session {SESSION}": SESSION_SECTION,
        "profile team": {"sso_session": SESSION, **ROLE_SETTINGS},
    },
    "a start URL": {"profile team": {**SESSION_SECTION, **ROLE_SETTINGS}},
}


@pytest.fixture(params=PROFILES)
def session(stage, request):
    """Writes the profile "team" in one way, assigns its role; the name for the cache."""
    stage.sso.assign(ACCOUNT, ROLE)
    stage.home.write_shared_files(config=PROFILES[request.param])
    return SESSION if request.param == "a session" else None


def run(stage, *arguments, profile="team"):
    return stage.run("--profile", profile, *arguments, environment=stage.without_keys())


def test_a_login_is_traded_for_the_roles_credentials(stage, session):
    token = stage.sso.sign_in()
    stage.home.cache_sso_token(token, session)
    outcome = run(stage)
    assert outcome.code == 0, outcome.stderr
    assert signer(stage) == stage.sso.issued[-1]
    (call,) = stage.sso.requests
    assert call.query == {"role_name": ROLE, "account_id": ACCOUNT}
    assert call.header(TOKEN_HEADER) == token
    assert call.header("Authorization") is None


def test_a_role_may_be_assumed_with_a_login(stage, session):
    stage.home.cache_sso_token(stage.sso.sign_in(), session)
    arn = "arn:aws:iam::444455556666:role/puller"
    role = stage.sts.add_role(arn, [stage.sso.role_arn(ACCOUNT, ROLE)])
    with open(stage.home.config, "a") as file:
        file.write(f"[profile role]\nrole_arn = {role}\nsource_profile = team\n")
    outcome = run(stage, profile="role")
    assert outcome.code == 0, outcome.stderr
    assert signer(stage).role_arn == role


def test_the_portal_is_that_of_the_sso_region(stage, session):
    stage.home.cache_sso_token(stage.sso.sign_in(), session)
    environment = {**stage.without_keys(), "AWS_ENDPOINT_URL_SSO": ""}
    options = ("--profile", "team", "--timeout", "2s", "--verbose")
    proxied = {**environment, "HTTPS_PROXY": "http://127.0.0.1:1"}
    outcome = stage.run(*options, environment=proxied)
    assert outcome.code == 75
    assert f"portal.sso.{SSO_REGION}.amazonaws.com" in outcome.stderr


def test_an_expiry_as_older_clis_wrote_it_is_understood(stage, session):
    date = rfc3339(time.time() + 900).removesuffix("Z") + "UTC"
    stage.home.cache_sso_token(stage.sso.sign_in(), session, expiresAt=date)
    outcome = run(stage)
    assert outcome.code == 0, outcome.stderr


BAD_CACHES = {
    # what is wrong with the cached token
    "expired": lambda token: {"expires_in_s": -10},
    "about to expire": lambda token: {"expires_in_s": 30},
    "long expired in the older spelling": lambda token: {"expiresAt": "2020-06-17T10:02:08UTC"},
    "without its expiry": lambda token: {"expiresAt": None},
    "with an expiry that is none": lambda token: {"expiresAt": "soon"},
    "with a number as its expiry": lambda token: {"expiresAt": 4102444800},
    "not there": lambda token: {"accessToken": None},
    "empty": lambda token: {"accessToken": ""},
    "an object": lambda token: {"accessToken": {"token": token}},
}


@pytest.mark.parametrize("spoil", BAD_CACHES.values(), ids=BAD_CACHES)
def test_a_login_is_asked_for_when_the_cached_token_is(stage, session, spoil):
    token = stage.sso.sign_in()
    stage.home.cache_sso_token(token, session, **spoil(token))
    with stage.secret_stays():
        outcome = run(stage)
    assert_login_is_asked_for(stage, outcome)


def assert_login_is_asked_for(stage, outcome):
    assert outcome.code == 78, outcome.stderr
    assert outcome.last_line.startswith('error: credentials: profile "team": ')
    assert outcome.last_line.endswith(LOGIN)
    assert not stage.sso.requests and not stage.ecr.requests


BAD_FILES = {
    "is not there": None,
    "is empty": "",
    "is not JSON": "accessToken: x",
    "breaks off": '{"accessToken": "x", "expires',
    "is a list": "[]",
    "holds an octet that no JSON has": '{"accessToken": "\0"}',
    "is too long": " " * (1 << 20) + "{}",
}


@pytest.mark.parametrize("text", BAD_FILES.values(), ids=BAD_FILES)
def test_a_login_is_asked_for_when_the_cache(stage, session, text):
    path = stage.home.cache_sso_token(stage.sso.sign_in(), session)
    path.unlink() if text is None else path.write_text(text)
    outcome = run(stage)
    assert_login_is_asked_for(stage, outcome)
    assert path.name in outcome.last_line


def test_a_login_is_asked_for_by_the_profile_that_has_it(stage, session):
    role = stage.sts.add_role("arn:aws:iam::444455556666:role/puller", [])
    with open(stage.home.config, "a") as file:
        file.write(f"[profile role]\nrole_arn = {role}\nsource_profile = team\n")
    outcome = run(stage, profile="role")
    assert outcome.code == 78
    assert outcome.last_line.startswith(
        'error: credentials: profile "role": source_profile "team": '
    )
    assert outcome.last_line.endswith(LOGIN)


def test_a_token_with_a_line_break_never_travels(stage, session):
    stage.home.cache_sso_token("to\r\nken: more", session)
    outcome = run(stage)
    assert outcome.code == 78, outcome.stderr
    assert not stage.sso.requests


def test_without_home_there_is_no_cache(stage, session):
    environment = {**stage.without_keys(), "AWS_CONFIG_FILE": str(stage.home.config)}
    environment.pop("HOME")
    outcome = stage.run("--profile", "team", environment=environment)
    assert_login_is_asked_for(stage, outcome)
    assert "HOME" in outcome.last_line


def test_a_login_that_the_portal_no_longer_takes_is_77_and_asked_for_again(stage, session):
    token = stage.sso.sign_in()
    stage.home.cache_sso_token(token, session)
    stage.sso.sign_out(token)
    with stage.secret_stays():
        outcome = run(stage)
    assert outcome.code == 77, outcome.stderr
    assert "UnauthorizedException" in outcome.last_line
    assert outcome.last_line.endswith(LOGIN)
    assert len(stage.sso.requests) == 1


def test_a_role_that_is_not_assigned_is_77_and_named_with_its_account(stage, session):
    stage.home.cache_sso_token(stage.sso.sign_in(), session)
    stage.sso.misbehave(CREDENTIALS_ROUTE, refuse("ForbiddenException", "No access"))
    outcome = run(stage)
    assert outcome.code == 77, outcome.stderr
    assert "ForbiddenException: No access" in outcome.last_line
    assert f"role {ROLE} in account {ACCOUNT}" in outcome.last_line
    assert LOGIN not in outcome.last_line


PORTAL_TROUBLE = {
    # what the portal does: the exit code
    "an account that it does not know": (refuse("ResourceNotFoundException"), 69),
    "throttling": (faults.throttled, 75),
    "a status of 503": (faults.unavailable(), 75),
    "a page of HTML": (faults.html, 76),
    "half an answer": (faults.truncated, 76),
    "no answer": (faults.never_answer, 75),
    "no credentials": (faults.change_answer(lambda answer: {"x": 1}), 76),
    "credentials as metadata have them": (
        faults.change_answer(
            lambda answer: {"roleCredentials": {"AccessKeyId": "AKIA", "SecretAccessKey": "x"}}
        ),
        76,
    ),
    "no session token": (
        faults.change_answer(lambda answer: answer["roleCredentials"].pop("sessionToken") and None),
        76,
    ),
    "credentials that have expired": (
        faults.change_answer(lambda answer: answer["roleCredentials"].update(expiration=1)),
        76,
    ),
    "an expiry before all time": (
        faults.change_answer(lambda answer: answer["roleCredentials"].update(expiration=-1)),
        76,
    ),
}


@pytest.mark.parametrize("behaviour, code", PORTAL_TROUBLE.values(), ids=PORTAL_TROUBLE)
def test_the_portal_answers_with(stage, session, behaviour, code):
    stage.home.cache_sso_token(stage.sso.sign_in(), session)
    stage.sso.misbehave(CREDENTIALS_ROUTE, behaviour, FOREVER)
    with stage.secret_stays():
        outcome = run(stage, "--timeout", "2s")
    assert outcome.code == code, outcome.stderr
    assert 'profile "team": sso: GetRoleCredentials: ' in outcome.last_line
    assert not stage.ecr.requests


def test_a_portal_that_repeats_the_token_is_not_believed_with_it(stage, session):
    token = stage.sso.sign_in()
    stage.home.cache_sso_token(token, session)
    no = faults.aws_error("InvalidRequestException", f"bad token {token}")
    stage.sso.misbehave(CREDENTIALS_ROUTE, no)
    outcome = run(stage)
    assert outcome.code == 69
    assert "bad token ***" in outcome.last_line


MISSING = {
    # profile and session: what the line must name
    "a role": ({"sso_session": SESSION, "sso_account_id": ACCOUNT}, "sso_role_name"),
    "an account": ({"sso_session": SESSION, "sso_role_name": ROLE}, "sso_account_id"),
    "both of them": ({"sso_session": SESSION}, "sso_account_id"),
    "a region": ({"sso_start_url": START_URL, **ROLE_SETTINGS}, "sso_region"),
    "a start URL": ({"sso_region": SSO_REGION, **ROLE_SETTINGS}, "sso_start_url"),
    "the session": ({"sso_session": "another", **ROLE_SETTINGS}, "another"),
    "a region that can be": (
        {"sso_start_url": START_URL, **ROLE_SETTINGS, "sso_region": "us east"},
        "sso_region",
    ),
    "a role without a line break": (
        {**SESSION_SECTION, **ROLE_SETTINGS, "sso_role_name": "Pul\n  ler"},
        "sso_role_name",
    ),
}


@pytest.mark.parametrize("settings, named", MISSING.values(), ids=MISSING)
def test_it_is_78_for_want_of(stage, settings, named):
    config = {f"sso-session {SESSION}": SESSION_SECTION, "profile team": settings}
    stage.home.write_shared_files(config=config)
    stage.home.cache_sso_token(stage.sso.sign_in(), SESSION)
    outcome = run(stage)
    assert outcome.code == 78, outcome.stderr
    assert named in outcome.last_line and "team" in outcome.last_line
    assert not stage.sso.requests


def test_the_cache_is_named_as_the_cli_names_it(stage):
    url = "https://ssotest.awsapps.com/start"
    name = hashlib.sha1(url.encode()).hexdigest()
    assert name.startswith("dace00cb"), "as in the SDKs' test data"
    settings = {**SESSION_SECTION, **ROLE_SETTINGS, "sso_start_url": url}
    stage.home.write_shared_files(config={"profile team": settings})
    outcome = run(stage)
    assert outcome.code == 78
    assert f"/.aws/sso/cache/{name}.json" in outcome.last_line


def test_a_cache_of_other_members_is_fine(stage, session):
    token = stage.sso.sign_in()
    path = stage.home.cache_sso_token(token, session)
    document = json.loads(path.read_text())
    path.write_text(json.dumps({"accessToken": token, "expiresAt": document["expiresAt"]}))
    assert run(stage).code == 0
