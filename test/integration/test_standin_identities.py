"""Roles and passwords: the stand-ins of STS, ECR and ECR Public judged by botocore, their client."""

import base64
import dataclasses
import json
import threading

import botocore.exceptions
import pytest

from boto import boto, refused
from standin import faults
from standin.ecr import PUBLIC_REGION, TOKEN_ROUTE
from standin.identities import role_arn
from standin.server import FOREVER
from standin.sts import ASSUME_ROLE_ROUTE
from standin.world import ACCOUNT, REGION

OTHER = "444455556666"
ROLE = role_arn(OTHER, "pull")
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
BAD_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "


def assume(world, role=ROLE, caller=None, session="tick", **parameters):
    """The session's identity, as AssumeRole gives it to botocore."""
    sts = boto(world, "sts", caller or world.user)
    answer = sts.assume_role(RoleArn=role, RoleSessionName=session, **parameters)
    identity = world.sts.issued[-1]
    assert answer["Credentials"]["SessionToken"] == identity.session_token
    assert answer["AssumedRoleUser"]["Arn"] == identity.arn
    lifetime_s = answer["Credentials"]["Expiration"].timestamp() - world.clock.now()
    assert abs(lifetime_s - parameters.get("DurationSeconds", 3600)) < 60
    return identity


def test_a_trusted_user_assumes_a_role_that_ecr_knows(world):
    world.sts.add_role(ROLE, [world.user.arn])
    session = assume(world)
    assert session.arn == f"arn:aws:sts::{OTHER}:assumed-role/pull/tick"
    assert boto(world, "sts", session).get_caller_identity()["Account"] == OTHER
    (data,) = boto(world, "ecr", session).get_authorization_token()["authorizationData"]
    assert data["proxyEndpoint"].startswith(f"https://{OTHER}.dkr.ecr.{REGION}.")
    assert len(world.sts.assume_role_calls(ROLE)) == 1
    assert not world.sts.assume_role_calls(role_arn(OTHER, "another"))


def test_who_accepts_json_gets_json(world):
    world.sts.add_role(ROLE, [world.user.arn])
    assume(world)
    (call,) = world.sts.assume_role_calls()
    accepting = dataclasses.replace(call, headers=(*call.headers, ("Accept", "application/json")))
    document = json.loads(world.sts.answer(accepting).body)
    credentials = document["AssumeRoleResponse"]["AssumeRoleResult"]["Credentials"]
    assert credentials["SessionToken"] == world.sts.issued[-1].session_token
    assert credentials["Expiration"] > world.clock.now()


def session_of(name):
    return lambda world: world.identities.add_session(ACCOUNT, name)


TRUSTED = {
    # who calls, and whom the role trusts
    "the account": (lambda world: world.user, ROOT),
    "the account, of a session": (session_of("hub"), ROOT),
    "a session's role": (session_of("hub"), role_arn(ACCOUNT, "hub")),
    "a session's role with a path": (session_of("a/b/hub"), role_arn(ACCOUNT, "a/b/hub")),
    "the session": (session_of("a/b/hub"), f"arn:aws:sts::{ACCOUNT}:assumed-role/hub/test"),
}


@pytest.mark.parametrize("caller, trusted", TRUSTED.values(), ids=TRUSTED)
def test_a_role_trusts(world, caller, trusted):
    world.sts.add_role(ROLE, [role_arn(OTHER, "somebody"), trusted])
    assert assume(world, caller=caller(world))


STRANGERS = {
    "another account": (lambda world: world.user, f"arn:aws:iam::{OTHER}:root"),
    "another partition's account": (lambda world: world.user, ROOT.replace("aws", "aws-cn")),
    "another user": (lambda world: world.user, f"arn:aws:iam::{ACCOUNT}:user/puller2"),
    "another role": (session_of("hub"), role_arn(ACCOUNT, "hub2")),
    "the role without its path": (session_of("a/hub"), role_arn(ACCOUNT, "hub")),
    "another session": (session_of("hub"), f"arn:aws:sts::{ACCOUNT}:assumed-role/hub/test2"),
}


@pytest.mark.parametrize("caller, trusted", STRANGERS.values(), ids=STRANGERS)
def test_a_role_does_not_trust_its_caller_but(world, caller, trusted):
    world.sts.add_role(ROLE, [trusted])
    who = caller(world)
    with refused("AccessDenied") as refusal:
        assume(world, caller=who)
    said = refusal.value.response
    assert said["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert said["Error"]["Message"] == (
        f"User: {who.arn} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
    )


def test_a_role_that_is_not_there_is_refused_like_one_that_does_not_trust(world):
    with refused("AccessDenied", f"on resource: {ROLE}"):
        assume(world)


def test_an_external_id_must_be_the_roles(world):
    world.sts.add_role(ROLE, [ROOT], external_id="a,b=c:1")
    for wrong in ({}, {"ExternalId": "a,b=c:2"}):
        with refused("AccessDenied", "not authorized to perform: sts:AssumeRole"):
            assume(world, **wrong)
    assert assume(world, ExternalId="a,b=c:1")


def test_an_external_id_that_nobody_asked_for_does_no_harm(world):
    world.sts.add_role(ROLE, [ROOT])
    assert assume(world, ExternalId="anything")


@pytest.mark.parametrize("partition, region", [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov")])
def test_roles_live_in_every_partition_and_have_paths(world, partition, region):
    user = world.identities.add_user(ACCOUNT, partition=partition)
    role = world.sts.add_role(role_arn(OTHER, "a/b/pull", partition), [user.arn])
    arn = f"arn:{partition}:sts::{OTHER}:assumed-role/pull/tick"
    assert assume(world, role, user).arn == arn


MALFORMED = {
    # parameters, and how AWS complains
    "a session name too short": ({"session": "."}, "Member must have length greater than or"),
    "a session name too long": ({"session": "x" * 65}, "less than or equal to 64"),
    "a session name with a slash": ({"session": "a/b"}, "expression pattern: [\\w+=,.@-]*"),
    "a session name with an umlaut": ({"session": "tür"}, "'roleSessionName' failed to satisfy"),
    "an external id with a blank": ({"ExternalId": "a b"}, "Value 'a b' at 'externalId' failed"),
    "a serial number with a blank": ({"SerialNumber": "arn:aws: 1"}, "at 'serialNumber' failed"),
    "a code of five digits": ({"TokenCode": "12345"}, "length greater than or equal to 6"),
    "a code of letters": ({"TokenCode": "abcdef"}, "regular expression pattern: [\\d]*"),
    "an ARN of nothing": ({"role": "arn:aws:iam::1:role/x"}, "Request ARN is invalid"),
    "a user's ARN": ({"role": ROLE.replace("role", "user")}, "Request ARN is invalid"),
    "too short a time": ({"DurationSeconds": 899}, "value greater than or equal to 900"),
    "too long a time": ({"DurationSeconds": 43201}, "value less than or equal to 43200"),
    "longer than the role's": ({"DurationSeconds": 3601}, "exceeds the MaxSessionDuration set"),
    "two mistakes": ({"session": "a b", "ExternalId": "a b"}, "2 validation errors detected: "),
}


@pytest.mark.parametrize("parameters, words", MALFORMED.values(), ids=MALFORMED)
def test_assume_role_objects_to(world, parameters, words):
    world.sts.add_role(ROLE, [ROOT])
    with refused("ValidationError", words) as refusal:
        assume(world, **parameters)
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_chained_session_lasts_an_hour_at_most(world):
    world.sts.add_role(ROLE, [ROOT], max_duration=43200)
    hub = world.identities.add_session(ACCOUNT, "hub")
    assert assume(world, DurationSeconds=43200)
    assert assume(world, caller=hub, DurationSeconds=3600)
    with refused("ValidationError", "1 hour session limit for roles assumed by role chaining"):
        assume(world, caller=hub, DurationSeconds=3601)


def test_a_role_may_want_a_one_time_code_and_takes_it_once(world):
    world.sts.add_role(ROLE, [ROOT], mfa=True)
    device = world.identities.add_mfa_device(world.user)
    with refused("AccessDenied", "not authorized to perform: sts:AssumeRole"):
        assume(world)
    code = device.new_code()
    assert assume(world, SerialNumber=device.serial, TokenCode=code)
    with refused("AccessDenied", BAD_CODE):
        assume(world, SerialNumber=device.serial, TokenCode=code)
    assert assume(world, SerialNumber=device.serial, TokenCode=device.new_code())


@pytest.mark.parametrize("given", ["SerialNumber", "TokenCode"])
def test_half_of_mfa_is_refused(world, given):
    device = world.identities.add_mfa_device(world.user)
    half = {"SerialNumber": device.serial, "TokenCode": device.new_code()}[given]
    world.sts.add_role(ROLE, [ROOT])
    with refused("AccessDenied", "must provide both MFA serial number and one time pass code"):
        assume(world, **{given: half})


def test_somebody_elses_mfa_device_is_refused(world):
    device = world.identities.add_mfa_device(world.identities.add_user(ACCOUNT, "jane"))
    world.sts.add_role(ROLE, [ROOT], mfa=True)
    with refused("AccessDenied", "unable to validate MFA code."):
        assume(world, SerialNumber=device.serial, TokenCode=device.new_code())


@pytest.mark.parametrize(
    "spoil, code",
    [
        (lambda world: {"secret_key": "wrong"}, "SignatureDoesNotMatch"),
        (lambda world: world.identities.revoke(world.user), "InvalidClientTokenId"),
        (lambda world: setattr(world.clock, "offset_s", 3600), "SignatureDoesNotMatch"),
    ],
    ids=["a wrong key", "an unknown key", "a late clock"],
)
def test_sts_refuses_a_signature_in_its_own_words(world, spoil, code):
    sts = boto(world, "sts", world.user, **(spoil(world) or {}))
    with refused(code) as refusal:
        sts.assume_role(RoleArn=ROLE, RoleSessionName="tick")
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_fifty_roles_are_assumed_at_once(world):
    roles = [world.sts.add_role(role_arn(OTHER, f"role-{n}"), [ROOT]) for n in range(50)]
    clients = [boto(world, "sts", world.user) for _ in roles]
    start = threading.Barrier(len(roles))

    def call(client, role):
        start.wait()
        client.assume_role(RoleArn=role, RoleSessionName="tick")

    threads = [threading.Thread(target=call, args=pair) for pair in zip(clients, roles)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {session.role_arn for session in world.sts.issued} == set(roles)


def test_a_password_remembers_whose_it_is_and_for_which_region(world):
    session = world.identities.add_session(OTHER, "a/pull", "one")
    for identity, region in ((world.user, REGION), (session, REGION), (session, "eu-west-1")):
        boto(world, "ecr", identity, region=region).get_authorization_token()
    of_user = world.ecr.password_of(world.user.arn, REGION)
    by_role = world.ecr.password_of(role_arn(OTHER, "a/pull"), REGION)
    assert by_role == world.ecr.password_of(session.arn, REGION) == world.ecr.passwords[REGION]
    assert world.ecr.holder_of(of_user) == (world.user.arn, REGION)
    assert world.ecr.holder_of(world.ecr.passwords["eu-west-1"]) == (session.arn, "eu-west-1")
    assert len({password for _, _, password in world.ecr.issued}) == 3
    with pytest.raises(AssertionError):
        world.ecr.password_of(world.user.arn, "eu-west-1")


def test_a_fault_may_meet_one_identity_or_one_region_only(world):
    session = world.identities.add_session(OTHER, "pull")
    denied = faults.aws_error("AccessDeniedException", "no")
    when = world.signed(by=role_arn(OTHER, "pull"), region=REGION)
    world.ecr.misbehave(TOKEN_ROUTE, denied, FOREVER, when=when)
    with refused("AccessDeniedException"):
        boto(world, "ecr", session).get_authorization_token()
    assert boto(world, "ecr", world.user).get_authorization_token()
    assert boto(world, "ecr", session, region="eu-west-1").get_authorization_token()
    world.ecr.misbehave(TOKEN_ROUTE, denied, when=world.signed(region="eu-west-1"))
    with refused("AccessDeniedException"):
        boto(world, "ecr", world.user, region="eu-west-1").get_authorization_token()


def test_ecr_public_gives_one_password_in_one_region(world):
    client = boto(world, "ecr-public", world.user, region=PUBLIC_REGION)
    data = client.get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    assert (user, password) == ("AWS", world.ecr_public.password_of(world.user.arn, PUBLIC_REGION))
    assert data["expiresAt"].timestamp() == world.ecr_public.expires_at
    (call,) = world.ecr_public.arrived(TOKEN_ROUTE)
    body = json.loads(world.ecr_public.answer(call).body)
    assert set(body["authorizationData"]) == {"authorizationToken", "expiresAt"}


@pytest.mark.parametrize(
    "server, signed, region, code",
    [
        ("ecr_public", "ecr-public", REGION, "UnsupportedCommandException"),
        ("ecr_public", "ecr", PUBLIC_REGION, "InvalidSignatureException"),
        ("ecr", "ecr-public", PUBLIC_REGION, "InvalidSignatureException"),
    ],
    ids=["public in another region", "private at public's door", "public at private's door"],
)
def test_ecr_refuses(world, server, signed, region, code):
    client = boto(world, signed, world.user, region=region, server=getattr(world, server))
    with refused(code):
        client.get_authorization_token()


def test_a_fault_of_assume_role_may_meet_one_role(world):
    for name in ("one", "two"):
        world.sts.add_role(role_arn(OTHER, name), [ROOT])
    is_one = lambda request: request.form["RoleArn"].endswith("/one")
    world.sts.misbehave(ASSUME_ROLE_ROUTE, faults.hang_up, FOREVER, when=is_one)
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        assume(world, role_arn(OTHER, "one"))
    assert assume(world, role_arn(OTHER, "two"))
