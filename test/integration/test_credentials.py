"""Where credentials come from: the first source FOUND wins, a FAILED one stops the run."""

import base64
import re

import pytest

from harness import password_of
from standin import faults
from standin.credential_endpoints import CONTAINER_PATH, ROLES
from standin.ecr import TOKEN_ROUTE
from standin.message import json_answer
from standin.server import FOREVER
from standin.sts import WEB_IDENTITY_ROUTE, refuse
from standin.world import ACCOUNT, REGION, REGISTRY, ROLE_ARN, keys_of

METADATA_TOKEN = "PUT /latest/api/token"
CONTAINER = f"GET {CONTAINER_PATH}"
IN_A_HURRY = ("--timeout", "2s")


def environment_keys(stage):
    return keys_of(stage.identities.add_session(ACCOUNT, "from-env"))


SOURCES = {
    # in the order in which they are asked
    "environment": environment_keys,
    "web identity": lambda stage: stage.web_identity(),
    "container": lambda stage: stage.pod_identity(),
    "metadata": lambda stage: stage.instance_role(),
}


def signer(stage):
    """The identity that signed the (only) token call."""
    (call,) = stage.ecr.requests
    access_key = re.search(r"Credential=([^/]+)/", call.header("Authorization"))[1]
    return stage.identities.find(access_key)


def role_of(identity):
    return identity.arn.split("/")[1]


ROLE_FROM = {
    "environment": "from-env",
    "web identity": "ecr-reader",
    "container": "pod-role",
    "metadata": "node-role",
}


@pytest.mark.parametrize("source", SOURCES)
def test_credentials_come_from(stage, source):
    given = SOURCES[source](stage)
    outcome = stage.run(environment={**stage.without_keys(), **given})
    assert outcome.code == 0, outcome.stderr
    assert role_of(signer(stage)) == ROLE_FROM[source]
    assert password_of(stage.docker_config()["auths"][REGISTRY]) == stage.ecr.passwords[REGION]


@pytest.mark.parametrize("first", range(len(SOURCES) - 1), ids=list(SOURCES)[:-1])
def test_the_first_source_that_is_found_wins_and_later_ones_are_not_asked(stage, first):
    names = list(SOURCES)[first:]
    given = {}
    for name in names:
        given.update(SOURCES[name](stage))
    assert stage.run(environment={**stage.without_keys(), **given}).code == 0
    assert role_of(signer(stage)) == ROLE_FROM[names[0]]
    asked = {"web identity": stage.sts, "container": stage.container, "metadata": stage.metadata}
    for name in names[1:]:
        assert not asked[name].requests, f"{name} was asked"


def test_nothing_found_lists_every_source_and_why_it_was_skipped(stage):
    outcome = stage.run(environment=stage.without_keys())
    assert outcome.code == 78
    for word in (
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS",
        "AWS_EC2_METADATA_DISABLED",
    ):
        assert word in outcome.stderr
    assert not stage.ecr.requests


def test_empty_variables_count_as_unset(stage):
    blank = dict.fromkeys(keys_of(stage.identities.add_session(ACCOUNT)), "")
    given = {**stage.without_keys(), **blank, **stage.web_identity()}
    assert stage.run(environment=given).code == 0
    assert role_of(signer(stage)) == "ecr-reader"


HALVES = {
    # what is set, and the variable that the line must name
    "no secret key": ({"AWS_ACCESS_KEY_ID": "AKIAHALF"}, "AWS_SECRET_ACCESS_KEY"),
    "no access key": ({"AWS_SECRET_ACCESS_KEY": "half"}, "AWS_ACCESS_KEY_ID"),
    "no role": ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent"}, "AWS_ROLE_ARN"),
}


@pytest.mark.parametrize("given, named", HALVES.values(), ids=HALVES)
def test_half_a_credential_stops_the_run(stage, given, named):
    environment = {**stage.without_keys(), **stage.pod_identity(), **given}
    outcome = stage.run(environment=environment)
    assert outcome.code == 78, outcome.stderr
    assert named in outcome.last_line
    assert not stage.container.requests, "a later source was asked"


FAILED_SOURCES = {
    # a source that is set up and fails: how, the exit code, words of the line
    "a web identity token file that is missing": (
        lambda stage: {**stage.web_identity(), "AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent"},
        78,
        "/nonexistent",
    ),
    "a container token file that is missing": (
        lambda stage: {
            **stage.pod_identity(),
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nonexistent",
        },
        78,
        "/nonexistent",
    ),
    "a container endpoint that refuses connections": (
        lambda stage: {
            **stage.pod_identity(),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/v1/credentials",
        },
        75,
        "127.0.0.1",
    ),
    "a relative address without a host": (
        lambda stage: {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "/credentials"},
        78,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ),
}


@pytest.mark.parametrize("arrange, code, word", FAILED_SOURCES.values(), ids=FAILED_SOURCES)
def test_the_run_stops_at(stage, arrange, code, word):
    given = {**stage.instance_role(), **arrange(stage)}
    outcome = stage.run(*IN_A_HURRY, environment={**stage.without_keys(), **given})
    assert outcome.code == code, outcome.stderr
    assert word in outcome.stderr
    assert not stage.metadata.requests, "a later source was asked"
    assert not stage.ecr.requests


@pytest.mark.parametrize("content", [b"", b"\n", b"head\x01er"])
@pytest.mark.parametrize(
    "arrange, variable",
    [
        (lambda stage: stage.web_identity(), "AWS_WEB_IDENTITY_TOKEN_FILE"),
        (lambda stage: stage.pod_identity(), "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
    ],
    ids=["web identity", "container"],
)
def test_a_token_file_that_holds_no_token_is_78(stage, arrange, variable, content):
    given = arrange(stage)
    with open(given[variable], "wb") as file:
        file.write(content)
    outcome = stage.run(environment={**stage.without_keys(), **given})
    assert outcome.code == 78, outcome.stderr
    assert given[variable] in outcome.stderr
    assert not stage.sts.requests and not stage.container.requests


STS_REFUSALS = {
    # STS's code: the exit code
    "AccessDenied": 77,
    "InvalidIdentityToken": 77,
    "ExpiredTokenException": 77,
    "IDPRejectedClaim": 77,
    "RegionDisabledException": 69,
    "IDPCommunicationError": 75,
    "Throttling": 75,
}


@pytest.mark.parametrize("code, exit_code", STS_REFUSALS.items())
@pytest.mark.parametrize("language", ["JSON", "XML"])
def test_sts_says_no_with(stage, code, exit_code, language):
    no = refuse(code, "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    stage.sts.misbehave(WEB_IDENTITY_ROUTE, speaking(language, no), FOREVER)
    given = {**stage.without_keys(), **stage.web_identity()}
    outcome = stage.run(*IN_A_HURRY, environment=given)
    assert outcome.code == exit_code, outcome.stderr
    assert code in outcome.stderr and ROLE_ARN in outcome.stderr
    assert not stage.ecr.requests


def speaking(language, behaviour):
    """A fault in the language of emulators, who ignore Accept and write XML."""

    def behave(exchange):
        if language == "XML":
            exchange.ignore_accept()
        behaviour(exchange)

    return behave


@pytest.mark.parametrize("language", ["JSON", "XML"])
def test_a_web_identity_is_traded_for_a_session_in(stage, language):
    answer = speaking(language, faults.answer_as_usual)
    stage.sts.misbehave(WEB_IDENTITY_ROUTE, answer, FOREVER)
    outcome = stage.run(environment={**stage.without_keys(), **stage.web_identity()})
    assert outcome.code == 0, outcome.stderr
    (session,) = stage.sts.issued
    assert signer(stage) == session


def test_the_web_identity_request_is_an_unsigned_form(stage):
    given = {**stage.without_keys(), **stage.web_identity(), "AWS_ROLE_SESSION_NAME": "tick-1"}
    assert stage.run(environment=given).code == 0
    (call,) = stage.sts.requests
    assert call.header("Accept") == "application/json"
    assert call.header("Authorization") is None
    assert call.form["RoleSessionName"] == "tick-1"
    assert call.target == "/"


@pytest.mark.parametrize(
    "arrange, variable, server",
    [
        (lambda stage: stage.web_identity(), "AWS_WEB_IDENTITY_TOKEN_FILE", "sts"),
        (lambda stage: stage.pod_identity(), "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "container"),
    ],
    ids=["web identity", "container"],
)
def test_a_newline_at_the_end_of_a_token_file_is_trimmed(stage, arrange, variable, server):
    given = arrange(stage)
    with open(given[variable], "a") as file:
        file.write("\n")
    outcome = stage.run(environment={**stage.without_keys(), **given})
    assert outcome.code == 0, outcome.stderr
    assert len(getattr(stage, server).requests) == 1


def test_a_rotated_container_token_is_read_again_for_the_next_attempt(stage):
    given = stage.pod_identity()

    def rotate():
        stage.container.token = stage.canaries.make("pod identity token", 900)
        with open(given["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], "w") as file:
            file.write(stage.container.token)

    def rotate_and_fail(exchange):
        rotate()
        faults.unavailable()(exchange)

    stage.container.misbehave(CONTAINER, rotate_and_fail)
    outcome = stage.run(environment={**stage.without_keys(), **given})
    assert outcome.code == 0, outcome.stderr
    tokens = [request.header("Authorization") for request in stage.container.requests]
    assert len(set(tokens)) == 2


def test_the_token_file_wins_over_the_token_in_a_variable(stage):
    given = {**stage.pod_identity(), "AWS_CONTAINER_AUTHORIZATION_TOKEN": "another"}
    assert stage.run(environment={**stage.without_keys(), **given}).code == 0


EVIL_HOSTS = [
    "127.evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "169.254.170.2.evil.example",
    "169.254.170.22",
    "10.0.0.1",
    "user@127.0.0.1@evil.example",
    "127.0.0.1\\@evil.example",
    "[fd00:ec2::24]",
]


@pytest.mark.parametrize("host", EVIL_HOSTS)
def test_a_container_token_is_never_sent_over_http_to(stage, host):
    uri = f"http://{host}:{stage.container.port}{CONTAINER_PATH}"
    given = {**stage.pod_identity(), "AWS_CONTAINER_CREDENTIALS_FULL_URI": uri}
    outcome = stage.run(environment={**stage.without_keys(), **given})
    assert outcome.code == 78, outcome.stderr
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" in outcome.stderr
    assert not stage.container.requests
    assert outcome.seconds < 5, "it tried"


def test_metadata_credentials_need_a_session_token_first(stage):
    outcome = stage.run(environment={**stage.without_keys(), **stage.instance_role()})
    assert outcome.code == 0
    put, *gets = stage.metadata.requests
    assert stage.metadata.route(put) == METADATA_TOKEN
    assert put.header("X-aws-ec2-metadata-token-ttl-seconds").isdigit()
    assert all(get.header("X-aws-ec2-metadata-token") for get in gets)


def test_the_region_may_come_from_the_metadata(stage):
    stage.metadata.region = "ap-south-1"
    given = {**stage.with_variables(AWS_REGION=None), **stage.instance_role()}
    assert stage.run(environment=given).code == 0
    assert set(stage.ecr.passwords) == {"ap-south-1"}


METADATA_FAILURES = {
    # what the metadata service does: the exit codes, a word of the line
    "no answer at an address that was given": (
        METADATA_TOKEN,
        faults.never_answer,
        {75, 78},
        "HttpPutResponseHopLimit may be 1",
    ),
    "a connection that breaks": (METADATA_TOKEN, faults.hang_up, {78}, "refused, or breaks"),
    "no session token": (METADATA_TOKEN, faults.reply(403, "", "text/plain"), {78}, "403"),
    "no role": (f"GET {ROLES}", faults.reply(404, "", "text/plain"), {78}, "role"),
}


@pytest.mark.parametrize(
    "route, behaviour, codes, word", METADATA_FAILURES.values(), ids=METADATA_FAILURES
)
def test_metadata_with(stage, route, behaviour, codes, word):
    given = {**stage.without_keys(), **stage.instance_role()}
    stage.metadata.misbehave(route, behaviour, FOREVER)
    stage.metadata.misbehave(route.removesuffix("/"), behaviour, FOREVER)
    outcome = stage.run(environment=given)
    assert outcome.code in codes, outcome.stderr
    assert word in outcome.stderr
    assert not stage.ecr.requests


def test_metadata_are_never_asked_the_old_way(stage):
    stage.metadata.misbehave(METADATA_TOKEN, faults.reply(404, "", "text/plain"), FOREVER)
    stage.run(environment={**stage.without_keys(), **stage.instance_role()})
    assert {request.method for request in stage.metadata.requests} == {"PUT"}


def test_a_200_from_the_metadata_may_still_mean_failure(stage):
    unauthorized = json_answer(200, {"Code": "AssumeRoleUnauthorizedAccess", "Message": "no"})
    given = {**stage.without_keys(), **stage.instance_role()}
    stage.metadata.misbehave(f"GET {ROLES}node-role", lambda x: x.send(unauthorized), FOREVER)
    outcome = stage.run(environment=given)
    assert outcome.code in (77, 78)
    assert "AssumeRoleUnauthorizedAccess" in outcome.stderr


def test_disabled_metadata_are_left_alone(stage):
    given = {**stage.without_keys(), **stage.instance_role(), "AWS_EC2_METADATA_DISABLED": "TRUE"}
    assert stage.run(environment=given).code == 78
    assert not stage.metadata.requests


def test_an_expiration_with_fractions_of_a_second_is_understood(stage):
    fraction = faults.change_answer(
        lambda document: document.update(Expiration="2099-01-01T00:00:00.123456Z")
    )
    stage.container.misbehave(CONTAINER, fraction, FOREVER)
    assert stage.run(environment={**stage.without_keys(), **stage.pod_identity()}).code == 0


def test_what_the_agent_says_is_shown_without_its_secrets(stage):
    given = {**stage.without_keys(), **stage.pod_identity()}
    claims = base64.urlsafe_b64encode(stage.container.token.encode()).decode()
    said = f"(AccessDeniedException): no association for {stage.container.token} {claims}\n"
    stage.container.misbehave("GET /v1/credentials", faults.reply(403, said, "text/plain"), FOREVER)
    outcome = stage.run(environment=given)
    assert outcome.code == 77
    assert "the agent answered 403: (AccessDeniedException): no association" in outcome.last_line
    assert claims not in outcome.stderr


def test_a_role_without_the_right_is_named_with_the_statement_that_it_needs(stage):
    text = "User: arn:aws:iam::111122223333:user/puller is not authorized to perform:"
    text += " ecr:GetAuthorizationToken on resource: * because no identity-based policy allows it"
    stage.ecr.misbehave(TOKEN_ROUTE, faults.aws_error("AccessDeniedException", text), FOREVER)
    outcome = stage.run()
    assert outcome.code == 77
    assert "user/puller" in outcome.last_line
    assert re.search(r'"Action":\s*"ecr:GetAuthorizationToken"', outcome.last_line)
    assert len(stage.ecr.requests) == 1, "a denial is not tried again"
