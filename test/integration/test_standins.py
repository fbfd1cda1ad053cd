"""The stand-ins judged by clients that are not ours: botocore, and what real API servers said."""

import base64
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.exceptions
import pytest
from botocore.credentials import Credentials

from boto import boto
from harness import load_json, vectors
from standin import faults, kubernetes_status
from standin.ecr import AMZ_JSON, TARGET, TOKEN_ROUTE
from standin.world import ACCOUNT, NAMESPACE, REGION, ROLE_ARN, SECRET

MINE = {"auths": {"one.example": {"auth": "bWU6bWU="}}}
THEIRS = {"auths": {"two.example": {"auth": "eW91OnlvdQ=="}}}


def test_botocore_gets_a_password_for_a_user_and_for_a_role_session(world):
    for identity in (world.user, world.identities.add_session(ACCOUNT)):
        (data,) = boto(world, "ecr", identity).get_authorization_token()["authorizationData"]
        user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
        assert (user, password) == ("AWS", world.ecr.passwords[REGION])
        assert data["expiresAt"].timestamp() == world.ecr.expires_at


@pytest.mark.parametrize(
    "spoil, code",
    [
        (lambda world: {"secret_key": "wrong"}, "InvalidSignatureException"),
        (lambda world: world.identities.revoke(world.user), "UnrecognizedClientException"),
        (lambda world: setattr(world.clock, "offset_s", 3600), "InvalidSignatureException"),
        (lambda world: setattr(world.clock, "offset_s", -3600), "InvalidSignatureException"),
    ],
    ids=["a wrong key", "an unknown key", "a late clock", "an early clock"],
)
def test_botocore_is_refused_with(world, spoil, code):
    arguments = spoil(world) or {}
    with pytest.raises(botocore.exceptions.ClientError) as refusal:
        boto(world, "ecr", world.user, **arguments).get_authorization_token()
    assert refusal.value.response["Error"]["Code"] == code


def test_botocore_trades_a_web_identity_token_for_a_session_that_ecr_knows(world):
    world.web_identity()
    (token,) = world.sts.web_identity_tokens
    credentials = boto(world, "sts", world.user).assume_role_with_web_identity(
        RoleArn=ROLE_ARN, RoleSessionName="test", WebIdentityToken=token
    )["Credentials"]
    (session,) = world.sts.issued
    assert credentials["SessionToken"] == session.session_token
    assert boto(world, "ecr", session).get_authorization_token()["authorizationData"]
    assert boto(world, "sts", session).get_caller_identity()["Account"] == ACCOUNT


def signed_by_botocore(world, **headers):
    """A token call that botocore signs; those of `headers` travel without being signed."""
    url = world.ecr.url + "/"
    request = botocore.awsrequest.AWSRequest("POST", url, {"Content-Type": AMZ_JSON}, b"{}")
    credentials = world.user.access_key, world.user.secret_key
    signer = botocore.auth.SigV4Auth(Credentials(*credentials), "ecr", REGION)
    signer.add_auth(request)
    fields = {**request.headers, **headers}
    return urllib.request.Request(url, b"{}", fields, method="POST")


def test_a_header_that_must_be_signed_is_missed_when_it_is_not(world):
    request = signed_by_botocore(world, **{"X-Amz-Target": TARGET + TOKEN_ROUTE})
    trust = ssl.create_default_context(cadata=world.aws_authority.pem.decode())
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request, context=trust)
    assert refusal.value.code == 400
    assert "'x-amz-target' must be a 'SignedHeader'" in json.load(refusal.value)["message"]


SPELLINGS = {
    "as it is": str,
    "in part": lambda text: text[10:30],
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in a URL": lambda text: urllib.parse.quote(text, safe=""),
    "in hexadecimal": lambda text: text.encode().hex(),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_in_the_output_is_found(world, spell):
    secret = world.canaries.make("the secret", 60)
    assert any("the secret" in leak for leak in world.canaries.leaks_in(f"x={spell(secret)};"))
    assert not world.canaries.leaks_in("apps/ecr-registry: written, 1 registry")


def test_a_fault_is_served_as_often_as_planned(world):
    world.ecr.misbehave(TOKEN_ROUTE, faults.throttled)
    client = boto(world, "ecr", world.user)
    with pytest.raises(botocore.exceptions.ClientError, match="ThrottlingException"):
        client.get_authorization_token()
    assert client.get_authorization_token()
    assert len(world.ecr.arrived(TOKEN_ROUTE)) == 2


def kubernetes(world, method="GET", body=None, query="fieldManager=me", name=SECRET, **headers):
    """One request to the API server: the status, and the document that came back."""
    url = f"{world.kubernetes.url}/api/v1/namespaces/{NAMESPACE}/secrets/{name}?{query}"
    token = (world.service_account / "token").read_text()
    fields = {"Authorization": f"Bearer {token}", "Content-Type": "application/apply-patch+yaml"}
    fields.update({key.replace("_", "-"): value for key, value in headers.items()})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, fields, method=method)
    trust = ssl.create_default_context(cadata=world.cluster_authority.pem.decode())
    try:
        with urllib.request.urlopen(request, context=trust) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


def secret_with(config, **members):
    metadata = {"name": SECRET, **members.pop("metadata", {})}
    encoded = base64.b64encode(json.dumps(config).encode()).decode()
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": encoded},
        **members,
    }


def test_an_apply_creates_then_updates_in_place_then_changes_nothing(world):
    created, first = kubernetes(world, "PATCH", secret_with(MINE))
    updated, second = kubernetes(world, "PATCH", secret_with(THEIRS))
    again, third = kubernetes(world, "PATCH", secret_with(THEIRS))
    assert (created, updated, again) == (201, 200, 200)
    assert first["metadata"]["uid"] == second["metadata"]["uid"]
    versions = [s["metadata"]["resourceVersion"] for s in (first, second, third)]
    assert versions[0] != versions[1] == versions[2]


def test_a_field_that_was_owned_and_is_left_out_is_removed(world):
    annotated = secret_with(MINE, metadata={"annotations": {"a": "1", "b": "2"}})
    kubernetes(world, "PATCH", annotated)
    fewer = secret_with(MINE, metadata={"annotations": {"a": "1"}})
    _, after = kubernetes(world, "PATCH", fewer)
    assert after["metadata"]["annotations"] == {"a": "1"}


def test_another_manager_loses_a_field_only_by_force(world):
    world.kubernetes.seed(NAMESPACE, SECRET, THEIRS, manager="kubectl-create")
    refused, conflict = kubernetes(world, "PATCH", secret_with(MINE))
    forced, after = kubernetes(world, "PATCH", secret_with(MINE), "fieldManager=me&force=true")
    assert (refused, forced) == (409, 200)
    assert conflict["details"]["causes"] == [
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "kubectl-create" using v1',
            "field": ".data..dockerconfigjson",
        }
    ]
    owners = {entry["manager"]: entry["fieldsV1"] for entry in after["metadata"]["managedFields"]}
    assert "f:data" in owners["me"] and "f:data" not in owners["kubectl-create"]


@pytest.mark.parametrize(
    "status, change",
    [
        (401, {"Authorization": "Bearer nobody"}),
        (403, {"name": "another"}),
        (415, {"Content_Type": "application/json"}),
        (422, {"query": ""}),
        (409, {"body": secret_with(MINE, metadata={"resourceVersion": "1"})}),
        (400, {"body": secret_with(MINE, metadata={"managedFields": []})}),
        (400, {"body": secret_with(MINE, metadata={"name": "another"})}),
        (500, {"body": secret_with(MINE, surprise=True)}),
        (500, {"body": secret_with(MINE, metadata={"annotations": {"a": 1}})}),
        (422, {"body": secret_with(MINE, type="Opaque")}),
        (422, {"body": secret_with([])}),
        (400, {"body": secret_with(MINE, data={".dockerconfigjson": "*"})}),
    ],
)
def test_an_apply_that_a_real_server_refuses_is_refused(world, status, change):
    world.kubernetes.seed(NAMESPACE, SECRET, MINE, manager="me")
    arguments = {"body": secret_with(MINE), "query": "fieldManager=me&force=true", **change}
    refused, document = kubernetes(world, "PATCH", **arguments)
    assert (refused, document["kind"]) == (status, "Status")


def test_the_refusals_are_worded_as_real_api_servers_word_them(world):
    samples = {
        sample["name"]: sample.get("body")
        for sample in load_json(vectors("kubernetes", "status-samples.json"))["cases"]
    }
    name, namespace, user = "regcred", "ns1", "system:serviceaccount:ns1:ecr-secret"
    kubectl = "kubectl-create"
    ours = {
        "unauthorized": kubernetes_status.unauthorized(),
        "forbidden-patch": kubernetes_status.no_right(user, "patch", namespace, name),
        "forbidden-create-on-apply": kubernetes_status.no_right(user, "create", namespace, name),
        "forbidden-namespace-terminating": kubernetes_status.terminating(namespace, name),
        "forbidden-quota": kubernetes_status.over_quota(name, 10),
        "namespace-not-found": kubernetes_status.not_found("namespaces", namespace),
        "secret-not-found": kubernetes_status.not_found("secrets", name),
        "update-conflict": kubernetes_status.stale(name),
        "apply-conflict-1": kubernetes_status.apply_conflict(
            [(kubectl, ".data..dockerconfigjson")]
        ),
        "apply-conflict-2": kubernetes_status.apply_conflict(
            [(kubectl, ".data..dockerconfigjson"), (kubectl, ".type")]
        ),
        "unsupported-media-type": kubernetes_status.unsupported_media_type(),
    }
    assert {name: refusal.document for name, refusal in ours.items()} == {
        name: samples[name] for name in ours
    }
