"""What a user has at home: SSO and login caches, profiles and a terminal, as botocore finds them."""

import botocore.utils
import pytest
from botocore.credentials import LoginCredentialFetcher

from boto import PYTHON, boto, refused, who_am_i
from standin import sso
from standin.home import SSO_REGION, START_URL
from standin.identities import role_arn
from standin.world import ACCOUNT, profile_keys

OTHER = "444455556666"
ROLE = role_arn(OTHER, "pull")


def role_credentials(world, token, account=ACCOUNT, role="reader"):
    client = boto(world, "sso", world.user)
    return client.get_role_credentials(roleName=role, accountId=account, accessToken=token)


def test_the_portal_gives_a_session_of_an_assigned_role(world):
    world.sso.assign(ACCOUNT, "reader", "writer")
    credentials = role_credentials(world, world.sso.sign_in())["roleCredentials"]
    (session,) = world.sso.issued
    assert credentials["sessionToken"] == session.session_token
    assert credentials["expiration"] / 1000 > world.clock.now() + 3000
    assert session.goes_by(world.sso.role_arn(ACCOUNT, "reader"))
    arn = boto(world, "sts", session).get_caller_identity()["Arn"]
    assert ":assumed-role/AWSReservedSSO_reader_" in arn
    world.sts.add_role(ROLE, [world.sso.role_arn(ACCOUNT, "reader")])
    assert boto(world, "sts", session).assume_role(RoleArn=ROLE, RoleSessionName="tick")


PORTAL_REFUSALS = {
    # what is asked for, the code, the status
    "an unknown token": ({"token": "x"}, "UnauthorizedException", 401),
    "a role that is not assigned": ({"role": "admin"}, "ForbiddenException", 403),
    "an unknown account": ({"account": OTHER}, "ResourceNotFoundException", 404),
    "no account's number": ({"account": "12"}, "InvalidRequestException", 400),
}


@pytest.mark.parametrize("wrong, code, status", PORTAL_REFUSALS.values(), ids=PORTAL_REFUSALS)
def test_the_portal_refuses(world, wrong, code, status):
    world.sso.assign(ACCOUNT, "reader")
    with refused(code) as refusal:
        role_credentials(world, **{"token": world.sso.sign_in(), **wrong})
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_who_signed_out_is_refused_and_so_is_who_meets_a_fault(world):
    world.sso.assign(ACCOUNT, "reader")
    token = world.sso.sign_in()
    no = sso.refuse("TooManyRequestsException", "HTTP 429 Unknown Code")
    world.sso.misbehave(sso.CREDENTIALS_ROUTE, no)
    with refused("TooManyRequestsException"):
        role_credentials(world, token)
    assert role_credentials(world, token)
    world.sso.sign_out(token)
    with refused("UnauthorizedException", "Session token not found or invalid"):
        role_credentials(world, token)


def identity_found(world, profile):
    """How botocore, in a pod without keys, comes to an identity by this profile."""
    return world.run(*who_am_i(profile), environment=world.without_keys(), binary=PYTHON)


SSO_LOCATION = {"sso_start_url": START_URL, "sso_region": SSO_REGION}
SSO_ROLE = {"sso_account_id": ACCOUNT, "sso_role_name": "reader"}
SSO_PROFILES = {
    "corp": {"sso-session corp": SSO_LOCATION, "profile p": {"sso_session": "corp", **SSO_ROLE}},
    None: {"profile p": {**SSO_LOCATION, **SSO_ROLE}},
}


@pytest.mark.parametrize("session", SSO_PROFILES, ids=["by session", "by start URL"])
def test_botocore_finds_a_cached_sso_token_in_the_home_directory(world, session):
    world.sso.assign(ACCOUNT, "reader")
    world.home.write_shared_files(config=SSO_PROFILES[session])
    cached = world.home.cache_sso_token(world.sso.sign_in(), session)
    assert cached.stat().st_mode & 0o777 == 0o600
    outcome = identity_found(world, "p")
    assert outcome.stdout.strip() == world.sso.issued[-1].arn, outcome.stderr
    world.home.cache_sso_token(world.sso.sign_in(), session, expires_in_s=-60, clientId=None)
    assert identity_found(world, "p").code == 1


def test_botocore_follows_the_profiles_in_the_home_directory(world):
    middle = world.sts.add_role(role_arn(ACCOUNT, "middle"), [world.user.arn])
    world.sts.add_role(ROLE, [middle], external_id="x,y")
    world.home.write_shared_files(
        credentials={"base": profile_keys(world.user)},
        config={
            "profile middle": {"role_arn": middle, "source_profile": "base"},
            "profile end": {"role_arn": ROLE, "source_profile": "middle", "external_id": "x,y"},
        },
    )
    outcome = identity_found(world, "end")
    assert outcome.stdout.strip() == world.sts.issued[-1].arn, outcome.stderr
    assert [call.form["RoleArn"] for call in world.sts.assume_role_calls()] == [middle, ROLE]


def test_botocore_uses_somebodys_keys_from_the_environment(world):
    jane = world.identities.add_user(OTHER, "jane")
    outcome = world.run(*who_am_i(), environment=world.with_keys(jane), binary=PYTHON)
    assert outcome.stdout.strip() == jane.arn


def test_botocore_reads_what_aws_login_left(world):
    """Up to the refresh, for which it wants a library of its own."""
    session = world.identities.add_session(ACCOUNT, "admin", "jane")
    cached = world.home.cache_login(world.user.arn, session, expires_in_s=600)
    cache = botocore.utils.JSONFileCache(str(cached.parent))
    loader = botocore.utils.LoginTokenLoader(cache)
    found = LoginCredentialFetcher(world.user.arn, loader, None).load_cached_credentials()
    assert found["token"] == session.session_token
    assert found["account_id"] == ACCOUNT
    assert cached.is_relative_to(world.directory / ".aws" / "login" / "cache")


@pytest.fixture
def mfa_profile(world):
    """A profile whose role wants a code, and the device that shows it."""
    device = world.identities.add_mfa_device(world.user)
    world.sts.add_role(ROLE, [world.user.arn], mfa=True)
    role = {"role_arn": ROLE, "source_profile": "base", "mfa_serial": device.serial}
    keys = {"base": profile_keys(world.user)}
    world.home.write_shared_files(credentials=keys, config={"profile p": role})
    return device


def asked_at_terminal(world, **options):
    given = {"environment": world.without_keys(), "binary": PYTHON, **options}
    return world.at_terminal(*who_am_i("p"), **given)


@pytest.mark.parametrize("streams", [(), ("stdin",), ("stdin", "stdout", "stderr")], ids=str)
def test_botocore_asks_at_the_terminal_for_a_code(world, mfa_profile, streams):
    with asked_at_terminal(world, streams=streams) as terminal:
        terminal.wait_for(f"Enter MFA code for {mfa_profile.serial}: ")
        assert terminal.wait_for_echo(False)
        terminal.type(mfa_profile.new_code())
        outcome = terminal.finish()
    assert outcome.code == 0, outcome.screen
    said = outcome.screen if "stdout" in streams else outcome.stdout
    assert f"{world.sts.issued[-1].arn}\n" in said
    (call,) = world.sts.assume_role_calls(ROLE)
    assert call.form["SerialNumber"] == mfa_profile.serial


def test_a_code_that_is_echoed_counts_as_a_leak(world, mfa_profile):
    everything = ("stdin", "stdout", "stderr")
    with world.at_terminal("-c", "input('code: ')", binary=PYTHON, streams=everything) as terminal:
        terminal.wait_for("code: ")
        assert terminal.wait_for_echo(True)
        terminal.type(mfa_profile.new_code())
        with pytest.raises(AssertionError, match="MFA code"):
            terminal.finish()


def test_ctrl_c_at_the_terminal_interrupts(world, mfa_profile):
    with asked_at_terminal(world) as terminal:
        terminal.wait_for("Enter MFA code")
        assert terminal.wait_for_echo(False)
        terminal.interrupt()
        assert terminal.finish().code == -2
    assert not world.sts.assume_role_calls()
