"""The one door to the network: retries, limits, trust and proxies."""

import datetime
import re

import pytest

from harness import eventually
from standin import faults
from standin.certificates import only_tls_1_1
from standin.ecr import TOKEN_ROUTE, Ecr
from standin.kubernetes_api import APPLY, READ
from standin.proxy import Proxy
from standin.server import FOREVER
from standin.world import NAMESPACE, REGISTRY, SECRET

PASSING_FAULTS = {
    "hanging up": faults.hang_up,
    "a body cut off": faults.close_mid_body,
    "429": faults.too_many_requests(0),
    "500": faults.reply(500, "oops", "text/plain"),
    "502": faults.reply(502, "<html>Bad Gateway</html>", "text/html"),
    "503": faults.unavailable(),
    "504": faults.reply(504, "", "text/plain"),
}
AWS_PASSING_FAULTS = {
    **PASSING_FAULTS,
    "ThrottlingException": faults.throttled,
    "TooManyRequestsException": faults.aws_error("TooManyRequestsException"),
    "RequestLimitExceeded": faults.aws_error("RequestLimitExceeded", status=503),
    "ServerException": faults.aws_error("ServerException", status=500),
}
PLACES = [
    *[
        pytest.param("ecr", TOKEN_ROUTE, how, id=f"ecr {k}")
        for k, how in AWS_PASSING_FAULTS.items()
    ],
    *[pytest.param("kubernetes", READ, how, id=f"read {k}") for k, how in PASSING_FAULTS.items()],
    *[pytest.param("kubernetes", APPLY, how, id=f"apply {k}") for k, how in PASSING_FAULTS.items()],
]


@pytest.mark.parametrize("server, route, fault", PLACES)
def test_a_fault_that_passes_is_tried_again(stage, server, route, fault):
    getattr(stage, server).misbehave(route, fault)
    outcome = stage.run()
    assert outcome.code == 0, outcome.stderr
    assert set(stage.docker_config()["auths"]) == {REGISTRY}


AWS_REFUSALS = {
    # ECR's code: the exit code; none of them is tried again
    "AccessDeniedException": 77,
    "UnrecognizedClientException": 77,
    "InvalidClientTokenId": 77,
    "ExpiredTokenException": 77,
    "InvalidSignatureException": 77,
    "SignatureDoesNotMatch": 77,
    "RegionDisabledException": 69,
}
CODE_SPELLINGS = {
    "in __type": lambda code: faults.aws_error(code, "no"),
    "in __type with a prefix": lambda code: faults.aws_error(f"com.amazon.ecr#{code}", "no"),
    "in code": lambda code: faults.reply_json(400, {"code": code, "Message": "no"}),
    "in a header": lambda code: faults.reply_json(
        400, {"message": "no"}, X_Amzn_ErrorType=f"{code}:http://internal.amazon.example/"
    ),
}


@pytest.mark.parametrize("code, exit_code", AWS_REFUSALS.items())
@pytest.mark.parametrize("spelling", CODE_SPELLINGS)
def test_a_refusal_by_aws_is_final(stage, code, exit_code, spelling):
    stage.ecr.misbehave(TOKEN_ROUTE, CODE_SPELLINGS[spelling](code), FOREVER)
    with stage.secret_stays():
        outcome = stage.run()
    assert outcome.code == exit_code, outcome.stderr
    assert code in outcome.last_line
    assert len(stage.ecr.requests) == 1


def test_each_attempt_is_signed_afresh(stage):
    stage.ecr.misbehave(TOKEN_ROUTE, faults.unavailable(retry_after_s=2))
    outcome = stage.run()
    assert outcome.code == 0
    first, second = stage.ecr.requests
    assert first.header("X-Amz-Date") < second.header("X-Amz-Date")
    assert first.header("Authorization") != second.header("Authorization")
    assert second.at - first.at > 1.9, "Retry-After was not honoured"


@pytest.mark.parametrize(
    "server, route", [("ecr", TOKEN_ROUTE), ("kubernetes", READ), ("kubernetes", APPLY)]
)
def test_a_retry_after_beyond_the_deadline_ends_the_run_at_once(stage, server, route):
    getattr(stage, server).misbehave(route, faults.unavailable(retry_after_s=3600), FOREVER)
    with stage.secret_stays():
        outcome = stage.run("--timeout", "30s")
    assert outcome.code == 75, outcome.stderr
    assert outcome.seconds < 10
    assert len(getattr(stage, server).arrived(route)) == 1


HINTS = {
    # x-amz-retry-after, in milliseconds: what to wait at least and at most, in seconds
    "followed": ("2500", 2.5, 3.5),
    "too long, and cut": ("3600000", 5, 6.5),
    "no whole number": ("3000.5", 0, 1.5),
    "less than nothing": ("-5000", 0, 1.5),
}


@pytest.mark.parametrize("hint, least_s, most_s", HINTS.values(), ids=HINTS)
def test_a_hint_how_long_to_wait_is(stage, hint, least_s, most_s):
    fault = faults.reply(503, "", "text/plain", x_amz_retry_after=hint)
    stage.ecr.misbehave(TOKEN_ROUTE, fault)
    outcome = stage.run("--timeout", "20s")
    assert outcome.code == 0, outcome.stderr
    first, second = stage.ecr.requests
    assert least_s <= second.at - first.at < most_s


def test_a_hint_beyond_the_deadline_ends_the_run_at_once(stage):
    fault = faults.reply(503, "", "text/plain", x_amz_retry_after="3600000")
    stage.ecr.misbehave(TOKEN_ROUTE, fault, FOREVER)
    outcome = stage.run("--timeout", "5s")
    assert outcome.code == 75, outcome.stderr
    assert outcome.seconds < 4
    assert len(stage.ecr.requests) == 1


def test_retries_have_a_cap(stage):
    stage.ecr.misbehave(TOKEN_ROUTE, faults.throttled, FOREVER)
    outcome = stage.run("--timeout", "20s")
    assert outcome.code == 75, outcome.stderr
    assert "ThrottlingException" in outcome.last_line
    assert 2 <= len(stage.ecr.requests) <= 10


SILENCES = {
    "never answers": faults.never_answer,
    "stalls after the headers": faults.stall_after_headers,
}


@pytest.mark.parametrize(
    "server, route", [("ecr", TOKEN_ROUTE), ("kubernetes", READ), ("kubernetes", APPLY)]
)
@pytest.mark.parametrize("silence", SILENCES.values(), ids=SILENCES)
def test_a_server_that_falls_silent_is_75_when_the_time_is_up(
    stage, plain_binary, server, route, silence
):
    getattr(stage, server).misbehave(route, silence, FOREVER)
    outcome = stage.run("--timeout", "2s", binary=plain_binary)
    assert outcome.code == 75, outcome.stderr
    assert outcome.seconds < 8  # not an attempt's 20 s; `make bench` holds it against 2.1


UNTRUSTED = {
    "of another authority": lambda stage: stage.another_authority().server_context(),
    "of the cluster's authority": lambda stage: stage.cluster_authority.server_context(),
    "for another host": lambda stage: stage.aws_authority.server_context("else.example"),
    "that has expired": lambda stage: stage.aws_authority.server_context(
        "127.0.0.1", not_after=datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    ),
}


@pytest.mark.parametrize("context", UNTRUSTED.values(), ids=UNTRUSTED)
def test_no_request_is_sent_to_a_server_with_a_certificate(stage, extra_ecr, context):
    impostor = extra_ecr(context(stage))
    outcome = stage.run(environment=stage.with_variables(AWS_ENDPOINT_URL_ECR=impostor.url))
    assert outcome.code == 76, outcome.stderr
    assert "certificate" in outcome.last_line
    assert not impostor.requests


def test_no_request_is_sent_over_tls_1_1(stage, extra_ecr):
    ancient = extra_ecr(only_tls_1_1(stage.aws_authority.server_context()))
    environment = stage.with_variables(AWS_ENDPOINT_URL_ECR=ancient.url)
    outcome = stage.run("--timeout", "3s", environment=environment)
    assert outcome.code in (75, 76), outcome.stderr
    assert eventually(lambda: ancient.refused_handshakes)
    assert not ancient.requests


TRUST = {
    # variables that lead to the authority, first that is set
    "AWS_CA_BUNDLE": lambda good, bad, folder: {"AWS_CA_BUNDLE": good, "SSL_CERT_FILE": bad},
    "SSL_CERT_FILE": lambda good, bad, folder: {"SSL_CERT_FILE": good},
    "SSL_CERT_DIR": lambda good, bad, folder: {"SSL_CERT_DIR": folder},
}


@pytest.mark.parametrize("given", TRUST.values(), ids=TRUST)
def test_trust_comes_from(stage, given):
    bad = stage.directory / "other.pem"
    bad.write_bytes(stage.another_authority().pem)
    folder = stage.hashed_directory()
    variables = given(str(stage.aws_ca), str(bad), str(folder))
    environment = {**stage.with_variables(AWS_CA_BUNDLE=None), **variables}
    outcome = stage.run(environment=environment)
    assert outcome.code == 0, outcome.stderr


def test_a_stranger_is_not_trusted_without_any_of_them(stage):
    outcome = stage.run(environment=stage.with_variables(AWS_CA_BUNDLE=None))
    assert outcome.code == 76
    assert not stage.ecr.requests


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_loopback_is_never_proxied(stage, variable):
    environment = {**stage.environment, variable: "http://127.0.0.1:1"}
    outcome = stage.run("--timeout", "5s", environment=environment)
    assert outcome.code == 0, outcome.stderr


@pytest.fixture
def proxied(stage):
    """ECR behind a name that only the proxy can reach."""
    context = stage.aws_authority.server_context("ecr.example.test")
    far = Ecr(stage.canaries, stage.identities, tls=context, clock=stage.clock)
    proxy = Proxy({"ecr.example.test:443": (far.address, far.port)})
    stage.environment["AWS_ENDPOINT_URL_ECR"] = "https://ecr.example.test"
    yield proxy, far
    far.close()
    proxy.close()


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy"])
def test_aws_is_reached_through_a_proxy_and_the_cluster_is_not(stage, proxied, variable):
    proxy, far = proxied
    outcome = stage.run(environment={**stage.environment, variable: proxy.url})
    assert outcome.code == 0, outcome.stderr
    assert proxy.asked_for == ["ecr.example.test:443"]
    (call,) = far.requests
    assert call.header("Host") == "ecr.example.test"


@pytest.mark.parametrize("pattern", ["ecr.example.test", ".example.test", "*"])
def test_no_proxy_is_asked_for_hosts_in_no_proxy(stage, proxied, pattern):
    proxy, _ = proxied
    environment = {**stage.environment, "HTTPS_PROXY": proxy.url, "NO_PROXY": pattern}
    outcome = stage.run("--timeout", "3s", environment=environment)
    assert outcome.code == 75, "the name must not resolve without the proxy"
    assert proxy.asked_for == []


def test_the_user_agent_says_who_asks(stage):
    assert stage.run().code == 0
    for request in (*stage.ecr.requests, *stage.kubernetes.requests):
        assert re.match(r"ecr-secret/\S+", request.header("User-Agent"))


def test_a_redirect_is_not_followed(stage):
    target = f"{stage.container.url}/stolen"
    stage.ecr.misbehave(TOKEN_ROUTE, faults.redirect_to(target), FOREVER)
    assert stage.run().code == 76
    assert not stage.container.requests


def test_a_huge_answer_stops_being_read(stage):
    stage.kubernetes.misbehave(READ, faults.huge, FOREVER)
    outcome = stage.run()
    assert outcome.code == 76
    assert f"{NAMESPACE}/{SECRET}" in outcome.last_line
    assert outcome.seconds < 10
