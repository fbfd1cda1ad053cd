"""Errors that teach: what AWS refuses, what the line then says, and the exit code."""

import base64
import json
import re

import pytest

from standin import faults
from standin.ecr import TOKEN_ROUTE, registry_host
from standin.identities import role_arn
from standin.server import FOREVER
from standin.sts import ASSUME_ROLE_ROUTE, WEB_IDENTITY_ROUTE, refuse
from standin.world import ACCOUNT, REGION, ROLE_ARN

OTHER = "444455556666"
ROLE = role_arn(OTHER, "team/pull")
OPT_IN = "me-central-1"

ECR_SAYS = {
    # code and message; the exit code, and what the line must hold
    "UnrecognizedClientException": (
        "The security token included in the request is invalid.",
        77,
        ["deleted or inactive", "partition aws", REGION, "asked with credentials from environment"],
    ),
    "InvalidClientTokenId": ("invalid", 77, ["not of partition aws"]),
    "ExpiredTokenException": (
        "The security token included in the request is expired",
        77,
        ["session of environment is over", "renew"],
    ),
    "InvalidSignatureException": (
        "The request signature we calculated does not match",
        77,
        ["the clock agrees with AWS's", "secret access key is not that of the access key"],
    ),
    "AccessDeniedException": (
        "User: arn:aws:iam::111122223333:user/x is not authorized to perform it",
        77,
        ['allow it: {"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"}'],
    ),
    "AccessDeniedException of a boundary": (
        "User: x is not authorized to perform: ecr:GetAuthorizationToken on resource: * because"
        " no permissions boundary allows the ecr:GetAuthorizationToken action",
        77,
        ["the permissions boundary of who asks has to allow it", '"Allow","Action":"ecr:GetAuth'],
    ),
    "AccessDeniedException of an endpoint": (
        "User: x is not authorized to perform: ecr:GetAuthorizationToken on resource: * because"
        " no VPC endpoint policy allows the ecr:GetAuthorizationToken action",
        77,
        ["the policy of the VPC endpoint", '"Principal":"*","Action":"ecr:GetAuthorizationToken"'],
    ),
    "AccessDeniedException of an organization": (
        "User: x is not authorized to perform: ecr:GetAuthorizationToken on resource: * with an"
        " explicit deny in a service control policy",
        77,
        ["a policy denies it explicitly"],
    ),
    "RegionDisabledException": ("off", 69, ["aws account enable-region --region-name " + REGION]),
    "OptInRequired": ("subscribe first", 77, ["not signed up"]),
    "ThrottlingException": ("Rate exceeded", 75, ["Rate exceeded", "tried 2 times"]),
    "ServerException": ("internal", 75, ["internal", "tried 2 times"]),
    "LimitExceededException": ("too many", 75, ["too many", "tried 2 times"]),
    "NobodyKnowsThis": ("what", 69, ["NobodyKnowsThis: what"]),
}


@pytest.mark.parametrize("code", ECR_SAYS)
def test_ecr_says(stage, code):
    message, exit_code, words = ECR_SAYS[code]
    code = code.partition(" ")[0]
    stage.ecr.misbehave(TOKEN_ROUTE, faults.aws_error(code, message), FOREVER)
    with stage.secret_stays():
        outcome = stage.run(environment=stage.with_variables(AWS_MAX_ATTEMPTS="2"))
    assert outcome.code == exit_code, outcome.stderr
    assert f"AWS answered 400 {code}: {message}" in outcome.last_line
    for word in words:
        assert word in outcome.last_line


STS_SAYS = {
    "AccessDenied": (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/ci/run is not authorized to perform:"
        f" sts:AssumeRole on resource: {ROLE}",
        77,
        [
            f'arn:aws:iam::{ACCOUNT}:role/ci needs {{"Effect":"Allow","Action":"sts:AssumeRole",'
            f'"Resource":"{ROLE}"}}',
            f'the trust policy of {ROLE} {{"Effect":"Allow","Principal":{{"AWS":'
            f'"arn:aws:iam::{ACCOUNT}:role/ci"}},"Action":"sts:AssumeRole"}}',
            f"that aws iam get-role --role-name ci shows, or the account, {ACCOUNT}",
            "no external id was given",
            "asked with credentials from environment, key ...",
        ],
    ),
    "InvalidClientTokenId": ("invalid", 77, ["not of partition aws"]),
    "ExpiredToken": ("expired", 77, ["session of environment is over"]),
    "SignatureDoesNotMatch": ("does not match", 77, ["secret access key is not that of"]),
    "RegionDisabledException": ("STS is not activated", 69, ["enable-region"]),
    "PackedPolicyTooLarge": ("too large", 69, ["tags and policies are too large"]),
    "Throttling": ("Rate exceeded", 75, ["tried 2 times"]),
    "ValidationError": ("1 validation error", 69, ["1 validation error"]),
}


@pytest.mark.parametrize("code", STS_SAYS)
@pytest.mark.parametrize("given", ["option", "registry"])
def test_sts_says_to_a_role(stage, code, given):
    message, exit_code, words = STS_SAYS[code]
    stage.sts.misbehave(ASSUME_ROLE_ROUTE, refuse(code, message), FOREVER)
    arguments = ["--role-arn", ROLE]
    if given == "registry":
        arguments = ["--registry", f"{registry_host(OTHER, REGION)},role={ROLE}"]
    with stage.secret_stays():
        outcome = stage.run(*arguments, environment=stage.with_variables(AWS_MAX_ATTEMPTS="2"))
    assert outcome.code == exit_code, outcome.stderr
    assert f"role {ROLE}: sts: AssumeRole: AWS answered" in outcome.last_line
    for word in words:
        assert word in outcome.last_line
    assert not stage.ecr.requests


def test_an_external_id_that_was_given_is_said_but_not_shown(stage):
    stage.sts.add_role(ROLE, [stage.user.arn], external_id="right-one")
    outcome = stage.run("--role-arn", ROLE, "--external-id", "wrong-one")
    assert outcome.code == 77
    assert "an external id was given" in outcome.last_line
    assert "wrong-one" not in outcome.stderr


def test_the_caller_is_named_by_its_own_user_when_aws_names_it(stage):
    stage.sts.add_role(ROLE, [role_arn(ACCOUNT, "somebody-else")])
    outcome = stage.run("--role-arn", ROLE)
    assert outcome.code == 77
    assert f'"Principal":{{"AWS":"{stage.user.arn}"}}' in outcome.last_line


def test_a_caller_that_is_a_role_of_ours_is_named_with_its_path(stage):
    first = role_arn(ACCOUNT, "team/x/first")
    stage.sts.add_role(first, [stage.user.arn])
    stage.sts.add_role(ROLE, [role_arn(ACCOUNT, "somebody-else")])
    outcome = stage.run("--role-arn", first, "--role-arn", ROLE)
    assert outcome.code == 77
    assert f'it: {first} needs {{"Effect":"Allow","Action":"sts:AssumeRole"' in outcome.last_line
    assert f'"Principal":{{"AWS":"{first}"}}' in outcome.last_line
    assert "get-role" not in outcome.last_line


def test_a_role_of_another_partition_than_the_region_is_named(stage):
    china = role_arn(OTHER, "pull", partition="aws-cn")
    outcome = stage.run("--role-arn", china)
    assert outcome.code == 77
    assert f"the role is of partition aws-cn, and {REGION} is a region of aws" in outcome.last_line


def test_a_region_that_wants_opting_in_is_named(stage):
    stage.ecr.misbehave(
        TOKEN_ROUTE, faults.aws_error("UnrecognizedClientException", "invalid"), FOREVER
    )
    outcome = stage.run(environment=stage.with_variables(AWS_REGION=OPT_IN))
    assert outcome.code == 77
    assert f"aws account enable-region --region-name {OPT_IN}" in outcome.last_line
    assert "AWS_STS_REGIONAL_ENDPOINTS=legacy" in outcome.last_line


WEB_IDENTITY = {
    "InvalidIdentityToken": ("No OpenIDConnect provider found", 77, ["create-open-id-connect"]),
    "IDPRejectedClaim": ("rejected", 77, ["the token is of"]),
    "ExpiredTokenException": ("Token expired", 77, ["the token is of"]),
    "AccessDenied": ("Not authorized", 77, ["trust policy must allow", "the token is of"]),
    "IDPCommunicationError": ("no answer", 75, ["tried 2 times"]),
    "RegionDisabledException": ("not activated", 69, ["enable-region"]),
}


@pytest.mark.parametrize("code", WEB_IDENTITY)
def test_sts_says_to_a_web_identity(stage, code, jwt):
    message, exit_code, words = WEB_IDENTITY[code]
    stage.sts.misbehave(WEB_IDENTITY_ROUTE, refuse(code, message), FOREVER)
    given = {**stage.without_keys(), **jwt, "AWS_MAX_ATTEMPTS": "2"}
    outcome = stage.run(environment=given)
    assert outcome.code == exit_code, outcome.stderr
    assert f"role {ROLE_ARN}" in outcome.last_line
    for word in words:
        assert word in outcome.last_line
    if any("token is of" in word for word in words) or code == "InvalidIdentityToken":
        assert "https://oidc.example/id/1 for audience sts.amazonaws.com" in outcome.last_line
        assert "subject system:serviceaccount:apps:puller" in outcome.last_line


@pytest.fixture
def jwt(stage, tmp_path):
    """Variables of IRSA with a token whose claims can be read."""
    claims = {
        "iss": "https://oidc.example/id/1",
        "aud": ["sts.amazonaws.com"],
        "sub": "system:serviceaccount:apps:puller",
        "exp": 1900000000,
    }
    encoded = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    signature = stage.canaries.make("token signature", 64)
    token = tmp_path / "token"
    token.write_text(f"eyJhbGciOiJSUzI1NiJ9.{encoded}.{signature}")
    return {"AWS_ROLE_ARN": ROLE_ARN, "AWS_WEB_IDENTITY_TOKEN_FILE": str(token)}


@pytest.mark.parametrize("disabled", ["true", None])
@pytest.mark.parametrize("off_s, words", [(-3600, "360. s ahead"), (7200, "7(200|199) s behind")])
def test_a_clock_that_is_off_is_said_with_its_offset(stage, off_s, words, disabled):
    """Only AWS's answer differs: the program's clock is this machine's."""
    stage.clock.offset_s = off_s
    wrong = stage.with_variables(
        AWS_SECRET_ACCESS_KEY="wrong", AWS_DISABLE_CLOCK_SKEW_CORRECTION=disabled
    )
    outcome = stage.run(environment=wrong)
    assert outcome.code == 77
    assert re.search(f"this machine's clock is {words} of AWS's", outcome.last_line)
