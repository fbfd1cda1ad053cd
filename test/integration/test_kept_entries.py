"""--merge keeps what others wrote; what then keeps kubelet from reading the Secret is said."""

import pytest

from fan_out import FOREIGN, add_namespaces, change, entry, written
from standin import faults
from standin.ecr import registry_host
from standin.kubernetes_api import APPLY
from standin.world import NAMESPACE, REGISTRY, SECRET

MERGE = "--merge"
SPOILS = "kubelet can't read the document, and then uses none of the pod's pull secrets"
MAKE_AUTH = 'give it an "auth", which is base64 of USER:PASSWORD'
OTHER_ECR = registry_host("999988887777", "us-east-1")

SPOILT = {
    # an entry that --merge keeps: what is wrong with it
    "no base64": ({"auth": "robot:x"}, "has an auth that is not base64 of USER:PASSWORD"),
    "no pair": ({"auth": "eHl6"}, "has an auth that is not base64 of USER:PASSWORD"),
    "no object": ("cm9ib3Q6eA==", "is no object"),
    "no text": (
        {"auth": "cm9ib3Q6eA==", "email": 7},
        "has an auth, username, password or email that is no text",
    ),
}


def seed(stage, auths, namespace=NAMESPACE):
    stage.kubernetes.seed(namespace, SECRET, {"auths": auths}, manager="kubectl")


def warnings(outcome):
    return [line for line in outcome.lines if line.startswith("warning: ")]


@pytest.mark.parametrize("kept, fault", SPOILT.values(), ids=SPOILT)
def test_an_entry_that_spoils_the_secret_is_named_with_its_remedy(stage, kept, fault):
    seed(stage, {FOREIGN: kept, REGISTRY: entry(stage)})
    outcome = stage.run(MERGE)
    assert outcome.code == 0, "the token was written"
    assert stage.docker_config()["auths"][FOREIGN] == kept
    told = f"warning: {NAMESPACE}/{SECRET}: entry {FOREIGN}, which was kept, {fault}: {SPOILS}; "
    assert warnings(outcome) == [told + MAKE_AUTH]
    assert outcome.last_line.startswith(f"{NAMESPACE}/{SECRET}: written, 2 registries")


def test_it_is_an_event_with_fields(stage):
    seed(stage, {FOREIGN: {"auth": "?"}})
    outcome = stage.run(MERGE, "--log-format", "json")
    (event,) = [event for event in outcome.events if event["level"] == "warning"]
    assert (event["namespace"], event["name"], event["entry"]) == (NAMESPACE, SECRET, FOREIGN)
    assert SPOILS in event["msg"]


def test_it_is_said_with_quiet_and_of_a_dry_run_too(stage):
    seed(stage, {FOREIGN: {"auth": "?"}})
    assert len(warnings(stage.run(MERGE, "--quiet"))) == 1
    assert len(warnings(stage.run(MERGE, "--dry-run"))) == 1


def test_of_another_registry_of_ecr_it_is_mended_by_naming_it(stage):
    seed(stage, {OTHER_ECR: {"auth": "?"}})
    (warning,) = warnings(stage.run(MERGE))
    assert f"entry {OTHER_ECR}, which was kept" in warning
    assert warning.endswith(
        "; run ecr-secret refresh with --registry for it, which writes it as it should be"
    )


def test_a_key_cannot_forge_a_line(stage):
    seed(stage, {"x\n\x1b[31merror: y": {"auth": "?"}})
    (warning,) = warnings(stage.run(MERGE))
    assert "entry x  [31merror: y, which was kept, " in warning


SOUND = {
    "another registry": lambda s: {FOREIGN: s.foreign_entry()},
    "what kubelet passes over": lambda s: {FOREIGN: {}, "ghcr.io": None},
    "ours, which is replaced": lambda s: {REGISTRY: {"auth": "?"}},
    "an old spelling of ours, which is replaced": lambda s: {f"https://{REGISTRY}/v1/": 7},
    "nothing": lambda s: {},
}


@pytest.mark.parametrize("auths", SOUND.values(), ids=SOUND)
def test_nothing_is_said_of(stage, auths):
    seed(stage, auths(stage))
    outcome = stage.run(MERGE)
    assert outcome.code == 0 and not warnings(outcome)


def test_what_is_dropped_is_not_said(stage):
    seed(stage, {FOREIGN: {"auth": "?"}})
    outcome = stage.run("--force")
    assert outcome.code == 0 and not warnings(outcome)


@pytest.mark.parametrize("where", ["a,b,c", "?"], ids=["names", "a glob"])
def test_it_is_said_once_of_each_secret(stage, where):
    add_namespaces(stage, *"abc")
    for namespace in "ac":
        seed(stage, {FOREIGN: {"auth": "?"}, "ghcr.io": 7}, namespace)
    meanwhile = faults.meanwhile(lambda: change(stage, "a", metadata=labelled(stage)))
    stage.kubernetes.misbehave(APPLY, meanwhile, 1, when=lambda r: "/a/" in r.path)
    outcome = stage.run("--namespace", where, MERGE)
    assert outcome.code == 0, outcome.stderr
    assert sorted(written(stage)) == ["a", "a", "b", "c"], "one was written again"
    assert [line.partition(": entry")[0] for line in sorted(warnings(outcome))] == [
        f"warning: {namespace}/{SECRET}" for namespace in "ac"
    ]


def labelled(stage):
    return {**stage.secret("a")["metadata"], "labels": {"a": "b"}}
