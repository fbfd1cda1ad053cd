"""Answers that make no sense, from everybody whom the program asks: 76, and nothing is written."""

import base64

import pytest

from standin import faults
from standin.credential_endpoints import CONTAINER_PATH, ROLES
from standin.ecr import TOKEN_ROUTE
from standin.kubernetes_api import APPLY, READ
from standin.server import FOREVER
from standin.sts import WEB_IDENTITY_ROUTE
from standin.world import NAMESPACE, SECRET

IN_A_HURRY = ("--timeout", "3s")

PLACES = {
    # who answers: its server, route, how credentials are found, a word that names it
    "sts": ("sts", WEB_IDENTITY_ROUTE, lambda stage: stage.web_identity(), "sts"),
    "container": (
        "container",
        f"GET {CONTAINER_PATH}",
        lambda stage: stage.pod_identity(),
        "container",
    ),
    "metadata": (
        "metadata",
        f"GET {ROLES}node-role",
        lambda stage: stage.instance_role(),
        "metadata",
    ),
    "ecr": ("ecr", TOKEN_ROUTE, None, "ecr"),
    "the read": ("kubernetes", READ, None, f"{NAMESPACE}/{SECRET}"),
    "the apply": ("kubernetes", APPLY, None, f"{NAMESPACE}/{SECRET}"),
}
NONSENSE = {
    "an empty answer": faults.empty,
    "a truncated document": faults.truncated,
    "a page of HTML": faults.html,
    "a list": faults.reply(200, "[]"),
    "a number": faults.reply(200, "42"),
    "an object of something else": faults.reply(200, '{"hello":["world"]}'),
    "bytes that are no text": faults.reply(200, "\0\1\2"),
    "more than anybody should read": faults.huge,
    "depth without end": faults.reply(200, "[" * 20000 + "]" * 20000),
    "a redirect": faults.redirect_to("https://elsewhere.example/"),
}


def environment_of(stage, credentials):
    if credentials is None:
        return stage.environment
    return {**stage.without_keys(), **credentials(stage)}


@pytest.mark.parametrize("behaviour", NONSENSE.values(), ids=NONSENSE)
@pytest.mark.parametrize("server, route, credentials, named", PLACES.values(), ids=PLACES)
def test_nonsense_is_76(stage, server, route, credentials, named, behaviour):
    assert stage.run().code == 0
    stage.forget_requests()
    getattr(stage, server).misbehave(route, behaviour, FOREVER)
    with stage.secret_is_old_or_good():
        outcome = stage.run(*IN_A_HURRY, environment=environment_of(stage, credentials))
    assert outcome.code == 76, outcome.stderr
    assert named in outcome.last_line.lower()
    assert len(outcome.last_line) < 1000, "the answer was printed"
    assert len(getattr(stage, server).arrived(route)) == 1, "nonsense is not asked for twice"


def change_entry(**members):
    """ECR's answer with other members in its one entry; None takes a member away."""

    def change(document):
        (entry,) = document["authorizationData"]
        entry.update(members)
        for name in [name for name, value in members.items() if value is None]:
            del entry[name]

    return faults.change_answer(change)


def change_answer(**members):
    return faults.change_answer(lambda document: document.update(members))


def encoded(text):
    return base64.b64encode(text.encode()).decode()


ECR_NONSENSE = {
    "no entries": change_answer(authorizationData=[]),
    "entries that are no list": change_answer(authorizationData="none"),
    "an entry that is no object": change_answer(authorizationData=["none"]),
    "no token": change_entry(authorizationToken=None),
    "an empty token": change_entry(authorizationToken=""),
    "a token that is a number": change_entry(authorizationToken=42),
    "a token that is not base64": change_entry(authorizationToken="**not base64**"),
    "a token without a colon": change_entry(authorizationToken=encoded("AWS")),
    "a token of another user": change_entry(authorizationToken=encoded("root:toor")),
    "a token without a password": change_entry(authorizationToken=encoded("AWS:")),
    "a token with a NUL inside": change_entry(authorizationToken=encoded("AWS:pass\0word")),
    "no registry": change_entry(proxyEndpoint=None),
    "a registry that is not ECR's": change_entry(proxyEndpoint="https://evil.example"),
    "a registry that is no text": change_entry(proxyEndpoint=["https://evil.example"]),
    "no expiry": change_entry(expiresAt=None),
    "an expiry that is text": change_entry(expiresAt="tomorrow"),
    "an expiry in the past": change_entry(expiresAt=1420070400),
    "an expiry below zero": change_entry(expiresAt=-1),
    "an expiry beyond all time": change_entry(expiresAt=1e300),
    "a password too long for a Secret": change_entry(
        authorizationToken=encoded("AWS:" + "x" * (1 << 20))
    ),
}


@pytest.mark.parametrize("behaviour", ECR_NONSENSE.values(), ids=ECR_NONSENSE)
def test_no_good_token_is_written_from(stage, behaviour):
    stage.ecr.misbehave(TOKEN_ROUTE, behaviour, FOREVER)
    with stage.secret_stays():
        outcome = stage.run(*IN_A_HURRY)
    assert outcome.code == 76, outcome.stderr
    assert not stage.kubernetes.arrived(APPLY)


def change_credentials(**members):
    """STS's answer with other members in its credentials; None takes a member away."""

    def change(document):
        result = document["AssumeRoleWithWebIdentityResponse"]["AssumeRoleWithWebIdentityResult"]
        result["Credentials"].update(members)
        for name in [name for name, value in members.items() if value is None]:
            del result["Credentials"][name]

    return faults.change_answer(change)


INJECTION = "a\r\nX-Evil: 1"
STS_NONSENSE = {
    "no access key": change_credentials(AccessKeyId=None),
    "an access key that is a number": change_credentials(AccessKeyId=42),
    "no secret key": change_credentials(SecretAccessKey=None),
    "an empty secret key": change_credentials(SecretAccessKey=""),
    "no session token": change_credentials(SessionToken=None),
    "a session token with a newline": change_credentials(SessionToken=INJECTION),
}


@pytest.mark.parametrize("member", ["AccessKeyId", "SecretAccessKey", "Token"])
@pytest.mark.parametrize("source", ["container", "metadata"])
def test_credentials_with_a_line_break_never_become_headers(stage, source, member):
    server, route, credentials, _ = PLACES[source]
    inject = faults.change_answer(lambda document: document.update({member: INJECTION}))
    getattr(stage, server).misbehave(route, inject, FOREVER)
    outcome = stage.run(*IN_A_HURRY, environment=environment_of(stage, credentials))
    assert outcome.code == 76, outcome.stderr
    assert not stage.ecr.requests


@pytest.mark.parametrize("behaviour", STS_NONSENSE.values(), ids=STS_NONSENSE)
def test_no_request_is_signed_with_credentials_that_have(stage, behaviour):
    stage.sts.misbehave(WEB_IDENTITY_ROUTE, behaviour, FOREVER)
    environment = environment_of(stage, lambda stage: stage.web_identity())
    outcome = stage.run(*IN_A_HURRY, environment=environment)
    assert outcome.code == 76, outcome.stderr
    assert "sts" in outcome.last_line.lower()
    assert not stage.ecr.requests


SECRET_NONSENSE = {
    "data that are no object": faults.change_answer(lambda s: s.update(data=[1])),
    "a value that is no text": faults.change_answer(
        lambda s: s["data"].update({".dockerconfigjson": 1})
    ),
    "a value that is not base64": faults.change_answer(
        lambda s: s["data"].update({".dockerconfigjson": "*"})
    ),
    "no metadata": faults.change_answer(lambda s: s.pop("metadata") and None),
    "another kind": faults.change_answer(lambda s: s.update(kind="ConfigMap")),
}


@pytest.mark.parametrize("behaviour", SECRET_NONSENSE.values(), ids=SECRET_NONSENSE)
def test_no_secret_is_overwritten_that_reads_as(stage, behaviour):
    assert stage.run().code == 0
    stage.forget_requests()
    stage.kubernetes.misbehave(READ, behaviour, FOREVER)
    with stage.secret_stays():
        outcome = stage.run(*IN_A_HURRY)
    assert outcome.code == 76, outcome.stderr
    assert not stage.kubernetes.arrived(APPLY)


UNREADABLE_CONFIGS = {
    "auths that are a list": {"auths": []},
    "auths that are text": {"auths": "none"},
    "an entry that is a number": {"auths": {"registry.example.com": 1}},
}


@pytest.mark.parametrize("config", UNREADABLE_CONFIGS.values(), ids=UNREADABLE_CONFIGS)
def test_a_docker_config_of_others_that_makes_no_sense_is_not_lost(stage, config):
    stage.kubernetes.seed(NAMESPACE, SECRET, config)
    with stage.secret_stays():
        outcome = stage.run()
    assert outcome.code in (69, 76), outcome.stderr
    assert f"{NAMESPACE}/{SECRET}" in outcome.last_line
