"""Servers, proxies and Secrets that do what nobody expects: nothing leaks, nothing is lost."""

import json
import signal
import socket
import threading
import time

import pytest

from harness import password_of
from standin import faults
from standin.ecr import TOKEN_ROUTE, authorization, make_password, registry_host
from standin.kubernetes_api import APPLY, READ
from standin.message import json_answer
from standin.server import FOREVER
from standin.world import ACCOUNT, NAMESPACE, REGISTRY, SECRET

METADATA_TOKEN = "PUT /latest/api/token"
WEST = "eu-west-1"
WEST_REGISTRY = registry_host(ACCOUNT, WEST)
BOTH = ("--registry", REGISTRY, "--registry", WEST_REGISTRY)
NOTE = "ecr-secret/expires-at"
DENIED = faults.aws_error("AccessDeniedException", "no identity-based policy allows it")


def deny_west(stage):
    stage.ecr.misbehave(
        TOKEN_ROUTE, DENIED, FOREVER, when=lambda r: f"/{WEST}/ecr/" in r.header("Authorization")
    )


def entry(stage, lives_s):
    return {"auth": authorization(make_password(stage.canaries, int(time.time()) + lives_s))}


def seed(stage, text):
    stage.kubernetes.seed(NAMESPACE, SECRET, text, manager="ecr-secret")


def test_a_webhook_that_quotes_the_secret_does_not_get_it_printed(stage):
    def quote(exchange):
        data = json.loads(exchange.request.body)["data"][".dockerconfigjson"]
        message = f'admission webhook "x" denied the request: {data}'
        exchange.send(json_answer(422, {"kind": "Status", "code": 422, "message": message}))

    stage.kubernetes.misbehave(APPLY, quote, FOREVER)
    outcome = stage.run()  # which is searched for what it must not show
    assert outcome.code == 69
    assert 'admission webhook "x" denied the request: ***' in outcome.last_line


@pytest.mark.parametrize("proxy", ["http://me:pa ss-%s@proxy:3128", "foo://me:%s@proxy:3128"])
def test_a_proxy_that_cannot_be_used_is_78_without_its_password(stage, proxy):
    password = stage.canaries.make("proxy password", 20)
    given = stage.with_variables(
        HTTPS_PROXY=proxy % password, AWS_ENDPOINT_URL_ECR="https://ecr.example"
    )
    outcome = stage.run("--timeout", "9s", environment=given)
    assert outcome.code == 78, outcome.stderr
    assert "HTTPS_PROXY" in outcome.last_line


ODD_DOCUMENTS = [
    '{"auths":[1]}',
    '{"auths":"x"}',
    '{"auths":{},"auths":[1]}',
    '{"auths":{},"auths":{"%s":{},"%s":{}}}' % (REGISTRY, WEST_REGISTRY),
]


@pytest.mark.parametrize("document", ODD_DOCUMENTS)
@pytest.mark.parametrize("flags", [(), ("--merge",)], ids=["default", "merge"])
def test_a_document_that_clients_differ_over_stays(stage, document, flags):
    seed(stage, document)
    with stage.secret_stays():
        assert stage.run(*BOTH, *flags).code == 69


@pytest.mark.parametrize("document", ODD_DOCUMENTS)
def test_force_replaces_such_a_document_once_every_registry_has_a_token(stage, document):
    seed(stage, document)
    deny_west(stage)
    with stage.secret_stays():
        assert stage.run(*BOTH, "--force").code == 77
    assert stage.run("--force").code == 0
    assert set(stage.docker_config()["auths"]) == {REGISTRY}


def test_of_two_spellings_the_entry_that_lives_longer_is_kept(stage):
    fresh = entry(stage, 3600)
    stale = entry(stage, -3600)
    seed(stage, json.dumps({"auths": {"https://" + WEST_REGISTRY: stale, WEST_REGISTRY: fresh}}))
    deny_west(stage)
    assert stage.run(*BOTH).code == 77
    assert stage.docker_config()["auths"][WEST_REGISTRY] == fresh


def serve_nonsense(context):
    listener = socket.create_server(("127.0.0.1", 0))

    def answer():
        while True:
            try:
                connection = context.wrap_socket(listener.accept()[0], server_side=True)
                connection.recv(65536)
                connection.sendall(b"SSH-2.0-OpenSSH_9.2 this is no HTTP at all\r\n")
                connection.close()
            except OSError:
                return

    threading.Thread(target=answer, daemon=True).start()
    return listener


def test_a_server_that_does_not_speak_http_is_76(stage):
    with serve_nonsense(stage.aws_authority.server_context()) as listener:
        address = f"https://127.0.0.1:{listener.getsockname()[1]}"
        outcome = stage.run(environment=stage.with_variables(AWS_ENDPOINT_URL_ECR=address))
    assert outcome.code == 76, outcome.stderr


@pytest.mark.parametrize("behaviour", [faults.unavailable(), faults.reply(429, "", "text/plain")])
def test_metadata_in_trouble_are_worth_a_retry(stage, behaviour):
    stage.metadata.misbehave(METADATA_TOKEN, behaviour, FOREVER)
    given = {**stage.without_keys(), **stage.instance_role()}
    assert stage.run(environment=given).code == 75


def test_a_token_file_that_vanishes_ends_the_run_at_once(stage):
    token = stage.service_account / "token"

    def reject(exchange):
        token.write_text("")
        exchange.send(json_answer(401, {"kind": "Status", "code": 401, "message": "Unauthorized"}))

    stage.kubernetes.misbehave(READ, reject, FOREVER)
    outcome = stage.run("--timeout", "30s")
    assert outcome.code == 78, outcome.stderr
    assert outcome.seconds < 10


def test_what_failed_before_a_signal_is_said(stage):
    deny_west(stage)
    stage.kubernetes.misbehave(APPLY, faults.never_answer, FOREVER)
    since = time.monotonic()
    process = stage.start(*BOTH)
    while not stage.kubernetes.arrived(APPLY):
        assert time.monotonic() < since + 20
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    outcome = stage.finish(process, since)
    assert outcome.code == 143
    assert "AccessDeniedException" in outcome.stderr


def test_a_namespace_file_cannot_choose_the_path(stage):
    (stage.service_account / "namespace").write_text("../../../../version?x=")
    assert stage.run().code == 78
    assert not stage.kubernetes.requests


def test_a_secret_that_cannot_be_read_is_written_with_a_warning(stage):
    stage.kubernetes.forbid("get")
    outcome = stage.run()
    assert outcome.code == 0
    assert "warning: not looked at before it is written" in outcome.stderr
    assert "resources: [secrets]" in outcome.stderr


def test_a_note_of_an_expiry_that_is_over_does_not_stay(stage):
    opaque = {"auth": authorization("opaque")}
    stage.kubernetes.seed(
        NAMESPACE, SECRET, {"auths": {WEST_REGISTRY: opaque}}, manager="ecr-secret"
    )
    stage.kubernetes.secrets.update(
        NAMESPACE,
        SECRET,
        "ecr-secret",
        lambda secret: secret["metadata"].update(annotations={NOTE: "2020-01-01T00:00:00Z"}),
    )
    assert stage.run("--merge").code == 0
    assert not stage.secret()["metadata"]["annotations"][NOTE].startswith("2020")
    assert password_of(stage.docker_config()["auths"][REGISTRY])
