"""Every way in which the API server says no: the exit code, and a line that says what to do."""

import re

import pytest
import yaml

from harness import load_json, vectors
from standin import faults
from standin.kubernetes_api import ANY, APPLY, READ
from standin.message import Answer
from standin.server import FOREVER
from standin.world import NAMESPACE, SECRET

OBJECT = f"{NAMESPACE}/{SECRET}"
IN_A_HURRY = ("--timeout", "2s")

SAMPLES = {
    # sample                            codes on GET  codes on PATCH
    "unauthorized": ({77}, {77}),
    "forbidden-patch": (None, {77}),
    "forbidden-create-on-apply": (None, {77}),
    "forbidden-namespace-terminating": (None, {69}),
    "forbidden-quota": (None, {69}),
    "namespace-not-found": (None, {69}),
    "secret-not-found": ({0}, {69}),
    "already-exists": (None, {69}),
    "update-conflict": (None, {69}),
    "apply-conflict-1": (None, {69}),
    "apply-conflict-2": (None, {69}),
    "type-immutable": (None, {69}),
    "data-immutable": (None, {69}),
    "missing-dockerconfigjson": (None, {69}),
    "too-many-requests-apf": ({75}, {75}),
    "too-many-requests-status": ({75}, {75}),
    "shutting-down": ({75}, {75}),
    "server-timeout": ({75}, {75}),
    "webhook-failed": ({75}, {75}),
    "webhook-denied": (None, {69}),
    "request-entity-too-large": (None, {69}),
    "unsupported-media-type": (None, {69, 76}),
    "gateway-timeout": ({75}, {75}),
}
CASES = [
    pytest.param(name, route, codes, id=f"{name} on {route}")
    for name, row in SAMPLES.items()
    for route, codes in zip((READ, APPLY), row, strict=True)
    if codes is not None  # None: no API server says that there
]


def samples():
    cases = load_json(vectors("kubernetes", "status-samples.json"))["cases"]
    return {case["name"]: case for case in cases}


def canned(sample):
    """A sample as a fault."""
    headers = sample.get("headers", {})
    fields = {name.replace("-", "_"): value for name, value in headers.items()}
    if "text" in sample:
        fields.pop("Content_Type")
        return faults.reply(sample["http"], sample["text"], headers["Content-Type"], **fields)
    return faults.reply_json(sample["http"], sample["body"], **fields)


def test_every_sample_has_its_row():
    assert set(samples()) == set(SAMPLES)


@pytest.mark.parametrize("name, route, codes", CASES)
def test_the_status(stage, name, route, codes):
    stage.kubernetes.misbehave(route, canned(samples()[name]), FOREVER)
    outcome = stage.run(*IN_A_HURRY)
    assert outcome.code in codes, outcome.stderr
    if codes != {0}:
        assert stage.secret() is None
        assert OBJECT in outcome.last_line


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("route", [READ, APPLY])
def test_a_server_error_that_passes_is_tried_again(stage, status, route):
    stage.kubernetes.misbehave(route, faults.reply(status, "oops", "text/plain"))
    assert stage.run().code == 0
    assert len(stage.kubernetes.arrived(route)) == 2


def role_rule(line):
    """The RBAC rule that a line prints as YAML."""
    flow = re.search(r"\{[^{}]*apiGroups[^{}]*\}", line)
    assert flow, line
    return yaml.safe_load(flow[0])


@pytest.mark.parametrize("verb", ["patch", "create"])
def test_a_403_prints_the_role_rule_that_is_missing(stage, verb):
    stage.kubernetes.forbid(verb)
    outcome = stage.run()
    assert outcome.code == 77, outcome.stderr
    rule = role_rule(outcome.last_line)
    assert rule == {
        "apiGroups": [""],
        "resources": ["secrets"],
        "resourceNames": [SECRET],
        "verbs": rule["verbs"],
    }
    assert set(rule["verbs"]) == {"create", "get", "patch"}
    assert verb in outcome.last_line and OBJECT in outcome.last_line


def test_a_missing_namespace_looks_like_a_missing_right_and_the_line_says_so(stage):
    outcome = stage.run("--namespace", "nowhere")
    assert outcome.code == 77
    assert f"nowhere/{SECRET}" in outcome.last_line
    assert "or the namespace does not exist" in outcome.last_line


CLUSTER_STATES = {
    # how the cluster is, and the word that the line must have
    "the namespace is missing, seen with wide rights": (
        lambda kubernetes: (kubernetes.namespaces.clear(), kubernetes.allow(ANY, ANY)),
        "namespace",
    ),
    "the namespace is going away": (
        lambda kubernetes: kubernetes.add_namespace(NAMESPACE, "Terminating"),
        "terminat",
    ),
    "the quota is used up": (
        lambda kubernetes: kubernetes.quotas.update({NAMESPACE: 0}),
        "quota",
    ),
}


@pytest.mark.parametrize("arrange, word", CLUSTER_STATES.values(), ids=CLUSTER_STATES)
def test_69_when(stage, arrange, word):
    arrange(stage.kubernetes)
    outcome = stage.run()
    assert outcome.code == 69, outcome.stderr
    assert OBJECT in outcome.last_line and word in outcome.last_line


@pytest.mark.parametrize("route", [READ, APPLY])
def test_a_401_reads_the_rotated_token_once_more(stage, route):
    stage.kubernetes.misbehave(route, faults.meanwhile(stage.rotate_service_account_token))
    outcome = stage.run()
    assert outcome.code == 0, outcome.stderr
    tokens = [request.header("Authorization") for request in stage.kubernetes.arrived(route)]
    assert len(tokens) == 2 and tokens[0] != tokens[1]


def test_a_401_that_stays_is_77_and_not_hammered(stage):
    stage.kubernetes.tokens.clear()
    outcome = stage.run()
    assert outcome.code == 77
    assert OBJECT in outcome.last_line and "401" in outcome.last_line
    assert len(stage.kubernetes.requests) <= 2


def test_an_unknown_bearer_tokens_401_has_no_remedy_about_roles(stage):
    stage.kubernetes.tokens.clear()
    assert "apiGroups" not in stage.run().stderr


@pytest.mark.parametrize(
    "missing, code",
    [("token", 78), ("ca.crt", 78), ("namespace", 64)],
)
def test_a_service_account_directory_without(stage, missing, code):
    (stage.service_account / missing).unlink()
    outcome = stage.run()
    assert outcome.code == code, outcome.stderr
    assert missing in outcome.last_line
    assert not stage.kubernetes.requests


@pytest.mark.parametrize("content", [b"", b"\n", b"a\0b", b"a\nb", b"a\r\nX-Evil: 1"])
def test_a_service_account_token_file_that_is_no_token(stage, content):
    (stage.service_account / "token").write_bytes(content)
    outcome = stage.run()
    assert outcome.code == 78, outcome.stderr
    assert "token" in outcome.last_line
    assert not stage.kubernetes.requests


def test_a_newline_after_the_service_account_token_does_no_harm(stage):
    path = stage.service_account / "token"
    path.write_text(path.read_text() + "\n")
    assert stage.run().code == 0


def test_a_cluster_that_is_not_there_is_78_and_said(stage):
    outcome = stage.run(environment=stage.with_variables(KUBERNETES_SERVICE_HOST=None))
    assert outcome.code == 78
    assert "KUBERNETES_SERVICE_HOST" in outcome.last_line


def test_an_api_server_that_refuses_connections_is_75(stage):
    outcome = stage.run(*IN_A_HURRY, environment=stage.with_variables(KUBERNETES_SERVICE_PORT="1"))
    assert outcome.code == 75
    assert re.search(r"127\.0\.0\.1(:| port )1\b", outcome.last_line)


def test_an_authority_trusted_for_aws_does_not_vouch_for_the_api_server(stage):
    (stage.service_account / "ca.crt").write_bytes(stage.aws_authority.pem)
    outcome = stage.run()
    assert outcome.code == 76
    assert "certificate" in outcome.last_line
    assert not stage.kubernetes.requests


def test_a_success_without_a_body_is_no_success(stage):
    stage.kubernetes.misbehave(APPLY, lambda exchange: exchange.send(Answer(200)), FOREVER)
    outcome = stage.run(*IN_A_HURRY)
    assert outcome.code == 76, outcome.stderr


OBJECTS = {
    # what a server says of the written object, and whether that is one
    "its kind is last": ({"metadata": {}, "kind": "PartialObjectMetadata"}, 0),
    "the Secret itself, by a server that knows no other": ({"kind": "Secret", "data": {}}, 0),
    "a kind that only begins like it": ({"kind": "PartialObjectMetadataList", "items": []}, 76),
    "a Status": ({"kind": "Status", "status": "Success"}, 76),
    "a kind within": ({"kind": "List", "items": [{"kind": "PartialObjectMetadata"}]}, 76),
    "cut off": ('{"kind":"PartialObjectMetadata","metadata":{"name":"a"', 76),
    "cut off after a line": ('{"kind":"PartialObjectMetadata",\n', 76),
}


@pytest.mark.parametrize("document, code", OBJECTS.values(), ids=OBJECTS)
def test_an_apply_succeeds_only_if_kubernetes_says_what_it_wrote(stage, document, code):
    stage.kubernetes.misbehave(APPLY, faults.reply_json(200, document), FOREVER)
    outcome = stage.run(*IN_A_HURRY)
    assert outcome.code == code, outcome.stderr
    assert code == 0 or "the API server's answer is no Secret" in outcome.last_line
