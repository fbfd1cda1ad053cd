"""Other writers at the same time: 409, lost answers, and what a second look shows."""

import json

from harness import password_of
from standin import faults
from standin.kubernetes_api import APPLY, READ
from standin.kubernetes_status import stale
from standin.server import FOREVER
from standin.world import NAMESPACE, REGION, REGISTRY, SECRET

STALE = faults.reply_json(409, stale(SECRET).document)
FOREIGN = "registry.example.com"


def methods(stage):
    return [request.method for request in stage.kubernetes.requests]


def add_foreign_registry(stage):
    entry = {FOREIGN: stage.foreign_entry()}
    stage.kubernetes.seed(NAMESPACE, SECRET, {"auths": entry}, manager="kubectl-edit")


def add_label(stage):
    stage.kubernetes.secrets.update(
        NAMESPACE, SECRET, "helm", lambda secret: secret["metadata"].update(labels={"a": "b"})
    )


def delete(stage):
    stage.kubernetes.secrets.delete(NAMESPACE, SECRET)


def test_a_409_reads_once_more_and_applies_again(stage):
    stage.kubernetes.misbehave(APPLY, STALE)
    assert stage.run().code == 0
    assert methods(stage) == [READ, APPLY, READ, APPLY]


def test_a_409_that_stays_is_69_after_the_second_try(stage):
    stage.kubernetes.misbehave(APPLY, STALE, FOREVER)
    with stage.secret_stays():
        outcome = stage.run()
    assert outcome.code == 69, outcome.stderr
    assert methods(stage) == [READ, APPLY, READ, APPLY]
    assert f"{NAMESPACE}/{SECRET}" in outcome.last_line


def test_a_label_set_meanwhile_is_no_reason_to_fail(stage):
    assert stage.run().code == 0
    stage.forget_requests()
    stage.kubernetes.misbehave(APPLY, faults.meanwhile(lambda: add_label(stage)))
    assert stage.run().code == 0
    assert methods(stage) == [READ, APPLY, READ, APPLY]
    assert stage.secret()["metadata"]["labels"] == {"a": "b"}


def test_a_foreign_registry_added_between_read_and_apply_survives(stage):
    assert stage.run().code == 0
    stage.kubernetes.misbehave(APPLY, faults.meanwhile(lambda: add_foreign_registry(stage)))
    assert stage.run().code == 69
    assert set(stage.docker_config()["auths"]) == {FOREIGN}


def test_a_foreign_registry_added_meanwhile_is_merged_when_asked(stage):
    assert stage.run().code == 0
    stage.kubernetes.misbehave(APPLY, faults.meanwhile(lambda: add_foreign_registry(stage)))
    assert stage.run("--merge").code == 0
    assert set(stage.docker_config()["auths"]) == {FOREIGN, REGISTRY}


def test_a_secret_created_meanwhile_by_others_is_not_overwritten(stage):
    stage.kubernetes.misbehave(APPLY, faults.meanwhile(lambda: add_foreign_registry(stage)))
    assert stage.run().code == 69
    assert set(stage.docker_config()["auths"]) == {FOREIGN}


def test_an_apply_whose_answer_is_lost_counts_as_written_once_seen(stage):
    assert stage.run().code == 0
    stage.kubernetes.misbehave(APPLY, faults.answer_is_lost)
    outcome = stage.run()
    assert outcome.code == 0, outcome.stderr
    written = password_of(stage.docker_config()["auths"][REGISTRY])
    assert written == stage.ecr.passwords[REGION]
    assert ": written, " in outcome.last_line


def test_our_own_bytes_after_a_409_mean_written(stage):
    def apply_then_say_conflict(exchange):
        exchange.usual_answer()
        STALE(exchange)

    stage.kubernetes.misbehave(APPLY, apply_then_say_conflict)
    stage.kubernetes.misbehave(APPLY, STALE, FOREVER)
    outcome = stage.run()
    assert outcome.code == 0, outcome.stderr
    assert methods(stage) == [READ, APPLY, READ]


def test_a_secret_deleted_meanwhile_is_made_again(stage):
    assert stage.run().code == 0
    stage.kubernetes.misbehave(APPLY, faults.meanwhile(lambda: delete(stage)))
    assert stage.run().code == 0
    assert set(stage.docker_config()["auths"]) == {REGISTRY}


def test_nothing_but_the_expiry_and_the_password_differs_between_two_ticks(stage):
    assert stage.run().code == 0
    first = stage.secret()
    assert stage.run().code == 0
    second = stage.secret()
    for secret in (first, second):
        secret["data"] = secret["metadata"]["annotations"] = "changed"
        del secret["metadata"]["resourceVersion"]
        for entry in secret["metadata"]["managedFields"]:
            del entry["time"]
    assert first == second


def test_the_answer_to_an_apply_is_metadata_without_the_secret(stage):
    answers = []

    def listen(exchange):
        answers.append(exchange.usual_answer())
        exchange.send(answers[0])

    stage.kubernetes.misbehave(APPLY, listen)
    assert stage.run().code == 0
    document = json.loads(answers[0].body)
    assert document["kind"] == "PartialObjectMetadata" and "data" not in document


def test_a_server_that_answers_with_the_whole_secret_is_understood(stage):
    def whole(exchange):
        exchange.ignore_accept()
        exchange.send(exchange.usual_answer())

    stage.kubernetes.misbehave(APPLY, whole, FOREVER)
    assert stage.run().code == 0
    assert ": written, " in stage.run().last_line
