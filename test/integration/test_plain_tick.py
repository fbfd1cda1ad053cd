"""One tick, nothing unusual: what arrives at AWS and at the API server, and what is said."""

import base64
import json
import re

import pytest

from harness import password_of
from standin import faults
from standin.clock import rfc3339
from standin.ecr import AMZ_JSON, TOKEN_ROUTE, registry_host
from standin.kubernetes_api import APPLY, READ
from standin.world import ACCOUNT, NAMESPACE, REGION, REGISTRY, SECRET

WRITTEN = re.compile(
    rf"{NAMESPACE}/{SECRET}: written, 1 registry, expires (\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
)
SECRET_PATH = f"/api/v1/namespaces/{NAMESPACE}/secrets/{SECRET}"


@pytest.fixture
def ticked(stage):
    """A world in which the program has just run, and succeeded."""
    stage.outcome = stage.run()
    assert stage.outcome.code == 0, stage.outcome.stderr
    return stage


def test_a_tick_is_one_token_call_one_read_and_one_apply(ticked):
    assert [ticked.ecr.route(r) for r in ticked.ecr.requests] == [TOKEN_ROUTE]
    assert [r.method for r in ticked.kubernetes.requests] == [READ, APPLY]
    assert not ticked.sts.requests and not ticked.container.requests


def test_a_tick_says_one_line_with_the_expiry_and_nothing_on_standard_output(ticked):
    said = WRITTEN.fullmatch(ticked.outcome.stderr.rstrip("\n"))
    assert said, ticked.outcome.stderr
    assert said[1] == rfc3339(ticked.ecr.expires_at)
    assert ticked.outcome.stdout == ""


def test_the_word_refresh_means_the_same_as_no_command(stage):
    outcome = stage.run("refresh")
    assert outcome.code == 0 and WRITTEN.fullmatch(outcome.stderr.rstrip("\n"))


def test_the_token_call_is_what_ecr_documents(ticked):
    (call,) = ticked.ecr.requests
    assert (call.method, call.target, call.json()) == ("POST", "/", {})
    assert call.header("Content-Type") == AMZ_JSON
    assert call.header("Host") == ticked.ecr.url.removeprefix("https://")
    assert f"/{REGION}/ecr/aws4_request" in call.header("Authorization")


def test_the_read_comes_first_and_uses_the_service_accounts_token(ticked):
    read = ticked.kubernetes.requests[0]
    token = (ticked.service_account / "token").read_text()
    assert (read.target, read.body) == (SECRET_PATH, b"")
    assert read.header("Authorization") == f"Bearer {token}"


def test_the_read_and_the_apply_share_one_connection(ticked):
    read, apply = ticked.kubernetes.requests
    assert read.connection == apply.connection


def test_the_apply_is_a_strict_server_side_apply_under_our_own_name(ticked):
    apply = ticked.kubernetes.requests[1]
    assert (apply.path, apply.header("Content-Type")) == (
        SECRET_PATH,
        "application/apply-patch+yaml",
    )
    assert apply.query == {"fieldManager": "ecr-secret", "fieldValidation": "Strict"}


def test_the_apply_body_is_exactly_the_secret_that_we_own(ticked):
    body = ticked.kubernetes.requests[1].json()
    encoded = body["data"].pop(".dockerconfigjson")
    absent = {"resourceVersion": "1"}  # what no object has, so that it must not exist
    place = {"name": SECRET, "namespace": NAMESPACE}
    assert body.pop("metadata") == {**place, **absent, "annotations": annotations(ticked)}
    assert body == {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "data": {},
    }
    authorization = base64.b64encode(f"AWS:{ticked.ecr.passwords[REGION]}".encode()).decode()
    config = json.loads(base64.b64decode(encoded, validate=True))
    assert config == {"auths": {REGISTRY: {"auth": authorization}}}


def annotations(stage):
    return {"ecr-secret/expires-at": rfc3339(stage.ecr.expires_at)}


def test_the_managed_fields_show_us_as_the_only_owner(ticked):
    (entry,) = ticked.secret()["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"]) == ("ecr-secret", "Apply")
    assert entry["fieldsV1"] == {
        "f:type": {},
        "f:data": {"f:.dockerconfigjson": {}},
        "f:metadata": {"f:annotations": {"f:ecr-secret/expires-at": {}}},
    }


def test_the_secret_is_being_read_while_aws_is_asked(stage):
    seen = []
    look = faults.meanwhile(lambda: seen.append(stage.kubernetes.wait_for(READ, timeout_s=3)))
    stage.ecr.misbehave(TOKEN_ROUTE, look)
    assert stage.run().code == 0
    assert seen == [True], "the read waited for AWS"


def test_a_second_tick_updates_in_place(ticked):
    first = ticked.secret()
    ticked.forget_requests()
    assert ticked.run().code == 0
    second = ticked.secret()
    apply = ticked.kubernetes.requests[1]
    assert second["metadata"]["uid"] == first["metadata"]["uid"]
    assert apply.json()["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    assert "force" not in apply.query
    assert password_of(ticked.docker_config()["auths"][REGISTRY]) == ticked.ecr.passwords[REGION]


@pytest.mark.parametrize(
    "spelling",
    [str, lambda epoch: f"{epoch}.734", lambda epoch: f"{epoch / 1e9:.9f}E9"],
    ids=["whole seconds", "fractions", "an exponent"],
)
def test_the_expiry_may_be_written_in(stage, spelling):
    stage.ecr.write_expiry = spelling
    said = WRITTEN.fullmatch(stage.run().stderr.rstrip("\n"))
    assert said and said[1] == rfc3339(stage.ecr.expires_at)


def test_several_regions_cost_one_token_call_each_and_land_in_one_secret(stage):
    west = registry_host(ACCOUNT, "eu-west-1")
    other = registry_host("444455556666", "eu-west-1")
    outcome = stage.run("--registry", REGISTRY, "--registry", west, "--registry", other)
    assert outcome.code == 0
    assert re.search(r": written, 3 registries, expires \S+Z$", outcome.last_line)
    assert len(stage.ecr.requests) == 2, "one token for each region"
    passwords = {h: password_of(e) for h, e in stage.docker_config()["auths"].items()}
    assert passwords == {
        REGISTRY: stage.ecr.passwords[REGION],
        west: stage.ecr.passwords["eu-west-1"],
        other: stage.ecr.passwords["eu-west-1"],
    }


def test_the_api_server_may_have_an_ipv6_address(stage, ipv6_kubernetes):
    environment = stage.with_variables(
        KUBERNETES_SERVICE_HOST="::1", KUBERNETES_SERVICE_PORT=str(ipv6_kubernetes.port)
    )
    outcome = stage.run(environment=environment)
    assert outcome.code == 0, outcome.stderr
    assert ipv6_kubernetes.requests[0].header("Host") == f"[::1]:{ipv6_kubernetes.port}"
