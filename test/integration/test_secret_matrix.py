"""Who may overwrite what: every state of a Secret, with every flag (the design's rule 2)."""

import base64
import json

import pytest

from harness import password_of
from standin.clock import rfc3339
from standin.ecr import authorization, make_password, registry_host
from standin.kubernetes_api import APPLY, READ
from standin.world import ACCOUNT, NAMESPACE, REGION, REGISTRY, SECRET

FOREIGN = "registry.example.com"
OURS, BOTH, THEIRS, AS_IT_WAS = {REGISTRY}, {REGISTRY, FOREIGN}, {FOREIGN}, None
OK, REFUSED = 0, 69
FLAGS = {"default": (), "--merge": ("--merge",), "--force": ("--force",)}


def our_entry(stage, lifetime_s=3600):
    """An entry as an earlier tick left it."""
    expires_at = int(stage.clock.now()) + lifetime_s
    return {"auth": authorization(make_password(stage.canaries, expires_at))}


def seed(stage, config, manager="ecr-secret", **members):
    stage.kubernetes.seed(NAMESPACE, SECRET, config, manager=manager, **members)


def seed_ours(stage, **members):
    seed(stage, {"auths": {REGISTRY: our_entry(stage)}}, **members)


def seed_ours_and_foreign(stage):
    seed(stage, {"auths": {REGISTRY: our_entry(stage), FOREIGN: stage.foreign_entry()}})


def seed_other_type(stage):
    encoded = base64.b64encode(b"hunter2").decode()
    seed(stage, {}, manager="kubectl", type="Opaque", data={"password": encoded})


STATES = {
    "absent": lambda stage: None,
    "an empty object": lambda stage: seed(stage, {}),
    "empty auths": lambda stage: seed(stage, {"auths": {}}),
    "ours": seed_ours,
    "ours and foreign": seed_ours_and_foreign,
    "foreign": lambda stage: seed(stage, {"auths": {FOREIGN: stage.foreign_entry()}}, "kubectl"),
    "other type": seed_other_type,
    "immutable": lambda stage: seed_ours(stage, immutable=True),
}

MATRIX = {
    # state              default              --merge              --force
    "absent": ((OK, OURS), (OK, OURS), (OK, OURS)),
    "an empty object": ((OK, OURS), (OK, OURS), (OK, OURS)),
    "empty auths": ((OK, OURS), (OK, OURS), (OK, OURS)),
    "ours": ((OK, OURS), (OK, OURS), (OK, OURS)),
    "ours and foreign": ((REFUSED, AS_IT_WAS), (OK, BOTH), (OK, OURS)),
    "foreign": ((REFUSED, AS_IT_WAS), (OK, BOTH), (OK, OURS)),
    "other type": ((REFUSED, AS_IT_WAS), (REFUSED, AS_IT_WAS), (REFUSED, AS_IT_WAS)),
    "immutable": ((REFUSED, AS_IT_WAS), (REFUSED, AS_IT_WAS), (REFUSED, AS_IT_WAS)),
}
CELLS = [
    pytest.param(state, flag, *cell, id=f"{state} x {flag}")
    for state, row in MATRIX.items()
    for flag, cell in zip(FLAGS, row, strict=True)
]


@pytest.mark.parametrize("state, flag, code, registries", CELLS)
def test_the_cell(stage, state, flag, code, registries):
    STATES[state](stage)
    before = stage.secret()
    outcome = stage.run(*FLAGS[flag])
    assert outcome.code == code, outcome.stderr
    if registries is AS_IT_WAS:
        assert stage.secret() == before
        assert not stage.kubernetes.arrived(APPLY), "refused before anything is written"
        assert f"{NAMESPACE}/{SECRET}" in outcome.last_line
    else:
        auths = stage.docker_config()["auths"]
        assert set(auths) == registries
        assert password_of(auths[REGISTRY]) == stage.ecr.passwords[REGION]
        assert_uid_kept(before, stage.secret())


def assert_uid_kept(before, after):
    if before is not None:
        assert after["metadata"]["uid"] == before["metadata"]["uid"]


def test_merging_keeps_a_foreign_entry_to_the_letter(stage):
    entry = {**stage.foreign_entry(), "email": "a@b.example", "x-unknown": {"n": [1, 2.5, None]}}
    seed(stage, {"auths": {FOREIGN: entry}, "HttpHeaders": {"X": "y"}}, manager="kubectl")
    assert stage.run("--merge").code == 0
    config = stage.docker_config()
    assert config["auths"][FOREIGN] == entry
    assert config["HttpHeaders"] == {"X": "y"}


def test_the_refusal_names_the_registry_that_would_be_lost_and_the_way_out(stage):
    seed_ours_and_foreign(stage)
    line = stage.run().last_line
    assert FOREIGN in line and "--merge" in line and "--force" in line


OLD_SPELLINGS = [
    "https://" + REGISTRY,
    "https://" + REGISTRY + "/v1/",
    "https://" + REGISTRY + "/v2/",
    "http://" + REGISTRY,
    REGISTRY + "/",
    REGISTRY + "/v1/",
    REGISTRY.upper(),
    "HTTPS://" + REGISTRY.upper() + "/V2/",
]


@pytest.mark.parametrize("spelling", OLD_SPELLINGS)
@pytest.mark.parametrize("flag", FLAGS)
def test_an_old_spelling_of_our_registry_is_replaced(stage, spelling, flag):
    seed(stage, {"auths": {spelling: our_entry(stage)}})
    assert stage.run(*FLAGS[flag]).code == 0
    assert set(stage.docker_config()["auths"]) == {REGISTRY}


FOREIGN_CONFIGS = {
    "a path under our own host": {"auths": {f"{REGISTRY}/team": {"auth": "eDp5"}}},
    "a glob that covers our host": {
        "auths": {"*.dkr.ecr.eu-central-1.amazonaws.com": {"auth": "eDp5"}}
    },
    "a credential helper": {"credHelpers": {REGISTRY: "ecr-login"}},
    "a credential store": {"auths": {}, "credsStore": "desktop"},
    "a port on our host": {"auths": {f"{REGISTRY}:8443": {"auth": "eDp5"}}},
    "an ECR registry that nobody asked for": {
        "auths": {registry_host("999988887777", "us-east-1"): {"auth": "eDp5"}}
    },
}


@pytest.mark.parametrize("config", FOREIGN_CONFIGS.values(), ids=FOREIGN_CONFIGS)
def test_foreign_is(stage, config):
    seed(stage, config, manager="kubectl")
    with stage.secret_stays():
        assert stage.run().code == 69
    assert stage.run("--merge").code == 0
    merged = stage.docker_config()
    assert password_of(merged["auths"].pop(REGISTRY)) == stage.ecr.passwords[REGION]
    assert merged == {"auths": {}, **config}
    assert stage.run("--force").code == 0
    assert set(stage.docker_config()) == {"auths"}
    assert set(stage.docker_config()["auths"]) == OURS


OTHER_OWNERS = {
    # who else owns what: whether the apply must be forced
    "nobody": (lambda stage: None, False),
    "kubectl made it": (lambda stage: seed_ours(stage, manager="kubectl-create"), True),
    "kubectl emptied it": (lambda stage: seed(stage, {}, manager="kubectl-patch"), True),
    "somebody owns a label only": (lambda stage: add_label_to_ours(stage), False),
}


def add_label_to_ours(stage):
    assert stage.run().code == 0
    label = {"app.kubernetes.io/managed-by": "Helm"}
    stage.kubernetes.secrets.update(
        NAMESPACE, SECRET, "helm", lambda secret: secret["metadata"].update(labels=label)
    )
    stage.forget_requests()


@pytest.mark.parametrize("arrange, forced", OTHER_OWNERS.values(), ids=OTHER_OWNERS)
def test_the_apply_is_forced_only_where_another_owner_was_read(stage, arrange, forced):
    arrange(stage)
    assert stage.run().code == 0
    (apply,) = stage.kubernetes.arrived(APPLY)
    assert apply.query.get("force") == ("true" if forced else None)
    assert set(stage.docker_config()["auths"]) == OURS


def test_labels_and_annotations_of_others_stay(stage):
    add_label_to_ours(stage)
    stage.kubernetes.secrets.update(
        NAMESPACE, SECRET, "kubectl", lambda s: s["metadata"]["annotations"].update(note="mine")
    )
    assert stage.run().code == 0
    metadata = stage.secret()["metadata"]
    assert metadata["labels"] == {"app.kubernetes.io/managed-by": "Helm"}
    assert metadata["annotations"]["note"] == "mine"


def test_without_the_right_to_read_the_apply_is_not_forced(stage):
    stage.kubernetes.forbid("get")
    assert stage.run().code == 0
    (apply,) = stage.kubernetes.arrived(APPLY)
    assert apply.query == {"fieldManager": "ecr-secret", "fieldValidation": "Strict"}
    assert "resourceVersion" not in apply.json()["metadata"]


def test_without_the_right_to_read_a_secret_of_others_is_left_alone(stage):
    seed_ours(stage, manager="kubectl-create")
    stage.kubernetes.forbid("get")
    with stage.secret_stays():
        assert stage.run().code == 69


def test_a_dry_run_is_validated_by_the_server_and_writes_nothing(stage):
    with stage.secret_stays():
        outcome = stage.run("--dry-run")
    assert outcome.code == 0
    assert [r.method for r in stage.kubernetes.requests] == [READ, APPLY]
    assert stage.kubernetes.requests[1].query["dryRun"] == "All"
    assert not outcome.last_line.startswith(f"{NAMESPACE}/{SECRET}: written, ")


def test_a_dry_run_reports_the_refusal_that_a_real_one_would_meet(stage):
    seed_ours_and_foreign(stage)
    with stage.secret_stays():
        assert stage.run("--dry-run").code == 69


def test_the_note_of_the_expiry_covers_kept_entries_too(stage):
    west = registry_host(ACCOUNT, "eu-west-1")
    kept = our_entry(stage, lifetime_s=1800)
    expires_at = json.loads(base64.b64decode(password_of(kept)))["expiration"]
    seed(stage, {"auths": {REGISTRY: our_entry(stage), west: kept}})
    assert stage.run("--merge").code == 0
    assert stage.docker_config()["auths"][west] == kept
    note = stage.secret()["metadata"]["annotations"]["ecr-secret/expires-at"]
    assert note == rfc3339(expires_at)
