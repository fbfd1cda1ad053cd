"""Roles of a profile: chains of them, where they begin, and what a role may ask for."""

import termios

import pytest

from standin.identities import role_arn
from standin.server import FOREVER
from standin.sts import ASSUME_ROLE_ROUTE, refuse
from standin.world import ACCOUNT, ROLE_ARN, keys_of, profile_keys
from test_credentials import signer

OTHER = "444455556666"
THE_ROLE = role_arn(OTHER, "ecr-puller")


def write_chain(stage, roles):
    """Profiles r1 to rN, each with the one before as its source; r0 has the user's keys."""
    config = {}
    trusted = stage.user.arn
    for number, arn in enumerate(roles, 1):
        trusted = stage.sts.add_role(arn, [trusted])
        config[f"profile r{number}"] = {"role_arn": arn, "source_profile": f"r{number - 1}"}
    stage.home.write_shared_files({"r0": profile_keys(stage.user)}, config)


def write_role(stage, **settings):
    """The profile "puller", whose role is assumed with the keys of "base"."""
    puller = {"role_arn": THE_ROLE, "source_profile": "base", **settings}
    stage.home.write_shared_files({"base": profile_keys(stage.user)}, {"profile puller": puller})


def pull(stage, *arguments, profile="puller", **variables):
    environment = {**stage.without_keys(), **variables}
    return stage.run("--profile", profile, *arguments, environment=environment)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_each_role_of_a_chain_is_assumed_by_the_one_before(stage, length):
    roles = [role_arn(OTHER, f"step-{number}") for number in range(length)]
    write_chain(stage, roles)
    outcome = pull(stage, profile=f"r{length}")
    assert outcome.code == 0, outcome.stderr
    assert [call.form["RoleArn"] for call in stage.sts.assume_role_calls()] == roles
    assert signer(stage) == stage.sts.issued[-1]


def test_the_profile_that_fails_in_a_chain_is_named(stage):
    roles = [role_arn(OTHER, f"step-{number}") for number in range(3)]
    write_chain(stage, roles)
    stage.sts.add_role(roles[1], trusts=[])
    with stage.secret_stays():
        outcome = pull(stage, profile="r3")
    assert outcome.code == 77
    where = f'credentials: profile "r3": source_profile "r2": role {roles[1]}: sts: AssumeRole: '
    assert where in outcome.last_line
    assert 'credentials from profile "r1"' in outcome.last_line
    assert not stage.ecr.requests


def test_a_profile_may_be_its_own_source(stage):
    stage.sts.add_role(THE_ROLE, [stage.user.arn])
    own = {"role_arn": THE_ROLE, "source_profile": "own", **profile_keys(stage.user)}
    stage.home.write_shared_files(config={"profile own": own})
    assert pull(stage, profile="own").code == 0
    assert signer(stage).role_arn == THE_ROLE


def environment_of(stage):
    return keys_of(stage.identities.add_session(ACCOUNT, "from-env"))


NAMED_SOURCES = {
    "Environment": (environment_of, "AWS_ACCESS_KEY_ID is not set"),
    "Ec2InstanceMetadata": (lambda stage: stage.instance_role(), "AWS_EC2_METADATA_DISABLED"),
    "EcsContainer": (lambda stage: stage.pod_identity(), "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    "environment": (environment_of, "AWS_ACCESS_KEY_ID is not set"),
}


def write_named_source(stage, source):
    stage.sts.add_role(THE_ROLE, [f"arn:aws:iam::{ACCOUNT}:root"])
    settings = {"role_arn": THE_ROLE, "credential_source": source}
    stage.home.write_shared_files(config={"profile puller": settings})


@pytest.mark.parametrize("source", NAMED_SOURCES)
def test_a_role_is_assumed_with_the_credential_source(stage, source):
    write_named_source(stage, source)
    outcome = pull(stage, **NAMED_SOURCES[source][0](stage))
    assert outcome.code == 0, outcome.stderr
    assert signer(stage).role_arn == THE_ROLE


@pytest.mark.parametrize("source", NAMED_SOURCES)
def test_a_credential_source_that_has_none_is_78_and_says_why(stage, source):
    write_named_source(stage, source)
    outcome = pull(stage)
    assert outcome.code == 78, outcome.stderr
    assert 'profile "puller": credential_source ' in outcome.last_line
    assert source.lower() in outcome.last_line.lower()
    assert NAMED_SOURCES[source][1] in outcome.last_line


def test_half_of_the_environments_keys_is_no_credential_source(stage):
    write_named_source(stage, "Environment")
    outcome = pull(stage, AWS_ACCESS_KEY_ID="AKIAHALF")
    assert outcome.code == 78
    assert "AWS_SECRET_ACCESS_KEY" in outcome.last_line


def test_a_role_beats_the_keys_beside_it(stage):
    stage.sts.add_role(THE_ROLE, [stage.user.arn])
    wrong = {"aws_access_key_id": "AKIANOBODY", "aws_secret_access_key": "wrong"}
    write_role(stage, **wrong)
    assert pull(stage).code == 0


def test_what_a_role_asks_for_arrives(stage):
    stage.sts.add_role(THE_ROLE, [stage.user.arn], external_id="kiwi=+/7", max_duration=43200)
    write_role(stage, external_id="kiwi=+/7", role_session_name="tick-1", duration_seconds=43200)
    outcome = pull(stage)
    assert outcome.code == 0, outcome.stderr
    (call,) = stage.sts.assume_role_calls()
    assert call.form["ExternalId"] == "kiwi=+/7"
    assert call.form["RoleSessionName"] == "tick-1"
    assert call.form["DurationSeconds"] == "43200"


def test_what_a_role_does_not_ask_for_is_left_out(stage):
    stage.sts.add_role(THE_ROLE, [stage.user.arn])
    write_role(stage, external_id="", duration_seconds="")
    assert pull(stage).code == 0
    (call,) = stage.sts.assume_role_calls()
    assert call.form["RoleSessionName"] == "ecr-secret"
    assert not {"ExternalId", "DurationSeconds", "SerialNumber", "TokenCode"} & set(call.form)


@pytest.mark.parametrize("given", [{}, {"external_id": "apple"}], ids=["no", "a wrong"])
def test_with_an_external_id_missing_or_wrong_the_role_says_no(stage, given):
    stage.sts.add_role(THE_ROLE, [stage.user.arn], external_id="kiwi")
    write_role(stage, **given)
    with stage.secret_stays():
        outcome = pull(stage)
    assert outcome.code == 77
    assert THE_ROLE in outcome.last_line and "external id" in outcome.last_line
    assert stage.user.arn in outcome.last_line


BAD_SETTINGS = {
    "a duration that is too short": {"duration_seconds": 899},
    "a duration that is too long": {"duration_seconds": 43201},
    "a duration with a unit": {"duration_seconds": "1h"},
    "a duration out of all bounds": {"duration_seconds": "9" * 30},
    "an external id of two lines": {"external_id": "ki\n  wi"},
    "a session name of two lines": {"role_session_name": "tick\n  tock"},
    "a role of two lines": {"role_arn": THE_ROLE + "\n  more"},
    "a credential source that nobody knows": {
        "source_profile": "",
        "credential_source": "Ec2Metadata",
    },
    "a source that is not there": {"source_profile": "nobody"},
    "a source of both kinds": {"credential_source": "Environment"},
}


@pytest.mark.parametrize("settings", BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_it_is_78_and_nobody_is_asked_to_assume(stage, settings):
    write_role(stage, **settings)
    with stage.secret_stays():
        outcome = pull(stage)
    assert outcome.code == 78, outcome.stderr
    assert "puller" in outcome.last_line
    line = outcome.last_line.replace("source profile", "source_profile")
    assert any(key in line for key in settings)
    assert not stage.sts.requests


@pytest.mark.parametrize("code, exit_code", {"AccessDenied": 77, "Throttling": 75}.items())
def test_sts_says_no_to_a_role_with(stage, code, exit_code):
    stage.sts.misbehave(ASSUME_ROLE_ROUTE, refuse(code, "no"), FOREVER)
    write_role(stage)
    outcome = pull(stage, "--timeout", "2s")
    assert outcome.code == exit_code
    assert f'profile "puller": role {THE_ROLE}: sts: AssumeRole: ' in outcome.last_line


def test_no_region_for_sts_is_78_and_says_what_to_set(stage):
    write_role(stage)
    environment = {**stage.without_keys(), "AWS_ENDPOINT_URL_STS": ""}
    environment.pop("AWS_REGION")
    outcome = stage.run("--profile", "puller", environment=environment)
    assert outcome.code == 78
    assert "AWS_REGION" in outcome.last_line


# --- Web identity


def write_web_identity(stage, **settings):
    given = stage.web_identity()
    settings = {
        "role_arn": given["AWS_ROLE_ARN"],
        "web_identity_token_file": given["AWS_WEB_IDENTITY_TOKEN_FILE"],
        **settings,
    }
    puller = {"role_arn": THE_ROLE, "source_profile": "token"}
    stage.home.write_shared_files(config={"profile token": settings, "profile puller": puller})


def test_a_profiles_web_identity_is_traded_for_its_role(stage):
    write_web_identity(stage, role_session_name="tick-2")
    outcome = pull(stage, profile="token")
    assert outcome.code == 0, outcome.stderr
    assert signer(stage).role_arn == ROLE_ARN
    (call,) = stage.sts.requests
    assert call.form["RoleSessionName"] == "tick-2"


def test_a_role_may_be_assumed_with_a_web_identity(stage):
    write_web_identity(stage)
    stage.sts.add_role(THE_ROLE, [ROLE_ARN])
    assert pull(stage).code == 0
    assert signer(stage).role_arn == THE_ROLE


def test_a_profiles_token_file_that_is_missing_is_named(stage):
    write_web_identity(stage, web_identity_token_file="/nonexistent/token")
    outcome = pull(stage)
    assert outcome.code == 78
    assert 'profile "puller": source_profile "token": ' in outcome.last_line
    assert "/nonexistent/token" in outcome.last_line


# --- MFA


@pytest.fixture
def device(stage):
    """The device without which the role says no; the profile names it."""
    stage.sts.add_role(THE_ROLE, [stage.user.arn], mfa=True)
    device = stage.identities.add_mfa_device(stage.user)
    write_role(stage, mfa_serial=device.serial)
    return device


def at_terminal(stage, *arguments):
    arguments = ("--profile", "puller", *arguments)
    return stage.at_terminal(*arguments, environment=stage.without_keys())


def type_unseen(terminal, text):
    """Types while the terminal shows nothing: what was typed is no leak of the program's."""
    line = terminal.options(())["stdin"]
    attributes = termios.tcgetattr(line)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(line, termios.TCSANOW, attributes)
    terminal.type(text)
    terminal.process.wait(timeout=20)
    attributes[3] |= termios.ECHO
    termios.tcsetattr(line, termios.TCSANOW, attributes)


def test_an_mfa_code_is_asked_for_at_the_terminal(stage, device):
    with at_terminal(stage) as terminal:
        terminal.wait_for(f'MFA code for {device.serial} (profile "puller"): ')
        assert terminal.wait_for_echo(True)
        type_unseen(terminal, device.new_code())
        outcome = terminal.finish()
    assert outcome.code == 0, outcome.stderr
    assert signer(stage).role_arn == THE_ROLE
    (call,) = stage.sts.assume_role_calls()
    assert call.form["SerialNumber"] == device.serial


def test_a_wrong_mfa_code_is_77(stage, device):
    wrong = f"{(int(device.new_code()) + 1) % 10**6:06}"
    with at_terminal(stage) as terminal:
        terminal.wait_for("MFA code")
        terminal.type(wrong)
        outcome = terminal.finish()
    assert outcome.code == 77
    assert "MultiFactorAuthentication failed" in outcome.last_line
    assert "trust policy" not in outcome.last_line


@pytest.mark.parametrize("typed", ["12345", "1234567", "12345a", "", " 123456"])
def test_what_is_no_code_is_78_and_sts_is_not_asked(stage, device, typed):
    with at_terminal(stage) as terminal:
        terminal.wait_for("MFA code")
        terminal.type(typed)
        outcome = terminal.finish()
    assert outcome.code == 78
    assert "6 digits" in outcome.last_line
    assert not stage.sts.requests


def test_the_end_of_input_is_no_code(stage, device):
    with at_terminal(stage) as terminal:
        terminal.wait_for("MFA code")
        terminal.type("\x04", end="")
        outcome = terminal.finish()
    assert outcome.code == 78


def test_nobody_at_the_terminal_ends_with_the_run(stage, device):
    with at_terminal(stage, "--timeout", "1s") as terminal:
        outcome = terminal.finish()
    assert outcome.code == 75
    assert "mfa_serial" in outcome.last_line
    assert 1 <= outcome.seconds < 5


def test_ctrl_c_at_the_prompt_ends_the_run(stage, device):
    with at_terminal(stage) as terminal:
        terminal.wait_for("MFA code")
        terminal.type("\x03", end="")
        outcome = terminal.finish()
    assert outcome.code == 130


def test_without_a_terminal_mfa_is_78_and_says_what_to_do(stage, device):
    environment = stage.without_keys()
    outcome = stage.run("--profile", "puller", environment=environment, start_new_session=True)
    assert outcome.code == 78
    assert 'profile "puller": mfa_serial: ' in outcome.last_line
    assert "terminal" in outcome.last_line
    assert not stage.sts.requests
