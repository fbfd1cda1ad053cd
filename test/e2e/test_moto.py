"""moto judges: signatures, keys and IAM policies, by code that nobody here wrote."""

import itertools
import json
import re

import botocore.config
import botocore.exceptions
import pytest

from moto_aws import ACCOUNT, REGION, TOKEN_STATEMENT, signed_by
from standin.ecr import registry_host

HOST = registry_host(ACCOUNT, REGION)
CALL = rf"ecr: {REGION}: GetAuthorizationToken: "
STATEMENT = re.escape(json.dumps(TOKEN_STATEMENT, separators=(",", ":")))
numbers = itertools.count()


def user(moto, *statements):
    return moto.add_user(f"user-{next(numbers)}", *statements)


def test_a_token_that_expired_in_2015_is_not_written(moto, pod):
    keys = user(moto, TOKEN_STATEMENT)
    moto.judge()
    line = CALL + "the token has expired already, at 2015-01-01T00:00:00Z"
    pod.refused(76, line, environment=signed_by(pod, keys, moto.url))
    assert pod.secret() is None


def test_a_token_that_expired_in_2015_does_not_replace_a_good_one(moto, pod):
    pod.tick()
    keys = user(moto, TOKEN_STATEMENT)
    moto.judge()
    line = CALL + "the token has expired already, at 2015-01-01T00:00:00Z"
    pod.refused(76, line, "--force", environment=signed_by(pod, keys, moto.url))


def test_a_signed_call_is_accepted_and_botocore_got_the_same(moto, front, pod):
    keys = user(moto, TOKEN_STATEMENT)
    moto.judge()
    outcome = pod.tick(environment=signed_by(pod, keys, front.url))
    assert re.fullmatch(pod.written(), outcome.last_line)
    client = moto.client("ecr", keys, front.url, verify=str(pod.aws_ca))
    (theirs,) = client.get_authorization_token()["authorizationData"]
    assert theirs["proxyEndpoint"] == f"https://{HOST}"
    assert pod.docker_config() == {"auths": {HOST: {"auth": theirs["authorizationToken"]}}}
    ours, botocores = front.requests
    assert ours.header("X-Amz-Target") == botocores.header("X-Amz-Target")
    assert ours.json() == botocores.json() == {}


def test_each_region_has_a_signature_of_its_own(moto, front, pod):
    keys = user(moto, TOKEN_STATEMENT)
    moto.judge()
    west = f"{ACCOUNT}.eu-west-1"
    environment = signed_by(pod, keys, front.url)
    pod.tick("--registry", ACCOUNT, "--registry", west, environment=environment)
    assert set(pod.docker_config()["auths"]) == {HOST, registry_host(ACCOUNT, "eu-west-1")}


def test_temporary_keys_of_a_role_are_accepted(moto, front, pod):
    keys = moto.session_of(moto.add_role(f"role-{next(numbers)}", TOKEN_STATEMENT))
    moto.judge()
    pod.tick(environment=signed_by(pod, keys, front.url))
    me = moto.client("sts", keys, front.url, verify=str(pod.aws_ca)).get_caller_identity()
    assert ":assumed-role/" in me["Arn"]


def test_a_web_identity_becomes_a_role_whose_policy_counts(moto, front, pod):
    """moto knows no unsigned call once it judges: its first one goes unjudged."""
    for statements, code in (((TOKEN_STATEMENT,), 0), ((), 77)):
        role = moto.add_role(f"role-{next(numbers)}", *statements)
        moto.judge(after=1)
        environment = {**signed_by(pod, {}, front.url), **pod.web_identity(role)}
        outcome = pod.run(environment=environment)
        assert outcome.code == code, outcome.stderr


def denied(keys, answer):
    key = keys["AWS_ACCESS_KEY_ID"][-4:]
    asked = rf"asked with credentials from environment, key \.\.\.{key}"
    return rf"{CALL}AWS answered 403 {answer}; {asked}"


def test_a_wrong_key_is_denied(moto, front, pod):
    keys = {**user(moto, TOKEN_STATEMENT), "AWS_SECRET_ACCESS_KEY": "x" * 40}
    moto.judge()
    answer = "SignatureDoesNotMatch: The request signature we calculated does not match .+"
    pod.refused(77, denied(keys, answer), environment=signed_by(pod, keys, front.url))
    assert botocore_is_refused(moto, keys, front, pod)


def test_an_unknown_key_is_denied(moto, front, pod):
    keys = {"AWS_ACCESS_KEY_ID": "AKIANOBODYKNOWSTHIS1", "AWS_SECRET_ACCESS_KEY": "x" * 40}
    moto.judge()
    answer = r"InvalidClientTokenId: The security token included in the request is invalid\."
    answer += (
        f"; the key is deleted or inactive, or it is not of partition aws, .+ {REGION} was asked"
    )
    pod.refused(77, denied(keys, answer), environment=signed_by(pod, keys, front.url))
    assert botocore_is_refused(moto, keys, front, pod)


def test_a_missing_permission_is_denied_and_the_statement_named(moto, front, pod):
    keys = user(moto)
    moto.judge()
    answer = (
        rf"AccessDenied: User: arn:aws:iam::{ACCOUNT}:user/\S+ is not authorized to perform: "
        rf"ecr:GetAuthorizationToken; allow it: {STATEMENT}"
    )
    pod.refused(77, denied(keys, answer), environment=signed_by(pod, keys, front.url))
    assert botocore_is_refused(moto, keys, front, pod)


def test_the_statement_that_the_line_names_is_the_one_that_was_missing(moto, front, pod):
    keys = user(moto)
    moto.judge()
    said = pod.run(environment=signed_by(pod, keys, front.url)).last_line
    statement = json.loads(re.search(r"allow it: (\{.+?\})", said)[1])
    keys = user(moto, statement)
    moto.judge()
    pod.tick(environment=signed_by(pod, keys, front.url))


def test_a_deny_beats_an_allow(moto, front, pod):
    keys = user(moto, TOKEN_STATEMENT, {**TOKEN_STATEMENT, "Effect": "Deny"})
    moto.judge()
    pod.refused(77, ".+ AccessDenied: .+", environment=signed_by(pod, keys, front.url))


def botocore_is_refused(moto, keys, front, pod):
    """AWS's own client fares no better. (It finds no code in moto's answer: that is XML.)"""
    once = botocore.config.Config(retries={"total_max_attempts": 1})
    client = moto.client("ecr", keys, front.url, verify=str(pod.aws_ca), config=once)
    with pytest.raises(botocore.exceptions.ClientError) as refusal:
        client.get_authorization_token()
    return refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
