"""What `aws login` has left: a profile's login_session finds credentials in its cache."""

import hashlib

import pytest

from standin.world import ACCOUNT
from test_credentials import signer

ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/jane"
LOGIN = "aws login --profile laptop"


@pytest.fixture
def identity(stage):
    """Whose credentials `aws login` got; the profile "laptop" names them."""
    stage.home.write_shared_files(config={"profile laptop": {"login_session": ARN}})
    return stage.identities.add_session(ACCOUNT, "admin", "jane")


def run(stage, profile="laptop", **variables):
    environment = {**stage.without_keys(), **variables}
    return stage.run("--profile", profile, environment=environment)


def test_a_login_is_used_while_it_lasts(stage, identity):
    stage.home.cache_login(ARN, identity)
    outcome = run(stage)
    assert outcome.code == 0, outcome.stderr
    assert signer(stage) == identity


def test_the_cache_may_be_in_another_folder(stage, identity):
    path = stage.home.cache_login(ARN, identity)
    folder = stage.directory / "elsewhere"
    path.parent.rename(folder)
    assert run(stage).code == 78
    assert run(stage, AWS_LOGIN_CACHE_DIRECTORY=str(folder)).code == 0
    assert run(stage, AWS_LOGIN_CACHE_DIRECTORY="~/elsewhere").code == 0


def test_a_role_may_be_assumed_with_a_login(stage, identity):
    stage.home.cache_login(ARN, identity)
    arn = "arn:aws:iam::444455556666:role/puller"
    role = stage.sts.add_role(arn, [identity.role_arn])
    with open(stage.home.config, "a") as file:
        file.write(f"[profile role]\nrole_arn = {role}\nsource_profile = laptop\n")
    outcome = run(stage, "role")
    assert outcome.code == 0, outcome.stderr
    assert signer(stage).role_arn == role


def parts(identity, **members):
    """The credentials in the cache, with some members changed."""
    return {
        "accessToken": {
            "accessKeyId": identity.access_key,
            "secretAccessKey": identity.secret_key,
            "sessionToken": identity.session_token,
            "expiresAt": "2099-01-01T00:00:00Z",
            **members,
        }
    }


BAD_CACHES = {
    "has expired": lambda identity: {"expires_in_s": -10},
    "is about to expire": lambda identity: {"expires_in_s": 30},
    "has no credentials": lambda identity: {"accessToken": None},
    "has text for credentials": lambda identity: {"accessToken": identity.session_token},
    "has half a credential": lambda identity: parts(identity, secretAccessKey=None),
    "has no session token": lambda identity: parts(identity, sessionToken=None),
    "has no date": lambda identity: parts(identity, expiresAt="tomorrow"),
}


@pytest.mark.parametrize("spoil", BAD_CACHES.values(), ids=BAD_CACHES)
def test_a_login_is_asked_for_when_the_cache(stage, identity, spoil):
    stage.home.cache_login(ARN, identity, **spoil(identity))
    with stage.secret_stays():
        outcome = run(stage)
    assert_login_is_asked_for(stage, outcome)


def assert_login_is_asked_for(stage, outcome):
    assert outcome.code == 78, outcome.stderr
    assert outcome.last_line.startswith('error: credentials: profile "laptop": ')
    assert outcome.last_line.endswith(LOGIN)
    assert not stage.ecr.requests


BAD_FILES = {"is empty": "", "is not JSON": "no", "is too long": " " * (1 << 20) + "{}"}


@pytest.mark.parametrize("text", BAD_FILES.values(), ids=BAD_FILES)
def test_a_login_is_asked_for_when_the_caches_file(stage, identity, text):
    stage.home.cache_login(ARN, identity).write_text(text)
    assert_login_is_asked_for(stage, run(stage))


def test_the_cache_is_named_as_the_cli_names_it(stage, identity):
    outcome = run(stage)
    assert_login_is_asked_for(stage, outcome)
    name = hashlib.sha256(ARN.encode()).hexdigest()
    assert f"/.aws/login/cache/{name}.json" in outcome.last_line
