"""Several regions and several namespaces: what one failure does to the rest."""

import base64
import json

import pytest

from harness import password_of
from standin import faults
from standin.clock import rfc3339
from standin.ecr import TOKEN_ROUTE, authorization, make_password, registry_host
from standin.kubernetes_api import APPLY, READ
from standin.kubernetes_status import no_right
from standin.server import FOREVER
from standin.world import ACCOUNT, NAMESPACE, REGION, REGISTRY, SECRET, SERVICE_ACCOUNT

WEST = "eu-west-1"
WEST_REGISTRY = registry_host(ACCOUNT, WEST)
BOTH = ("--registry", REGISTRY, "--registry", WEST_REGISTRY)
DENIED = faults.aws_error("AccessDeniedException", "no identity-based policy allows it")
LATER = faults.unavailable(retry_after_s=3600)
NONSENSE = faults.html


def in_west(request):
    return f"/{WEST}/ecr/" in request.header("Authorization")


def fail_west(stage, how):
    stage.ecr.misbehave(TOKEN_ROUTE, how, FOREVER, when=in_west)


def old_entry(stage):
    expires_at = int(stage.clock.now()) + 3600
    return {"auth": authorization(make_password(stage.canaries, expires_at))}


REGION_FAILURES = {
    # what one region says: the exit code of the run
    "denied": (DENIED, 77),
    "throttled for an hour": (LATER, 75),
    "nonsense": (NONSENSE, 76),
    "opted out": (faults.aws_error("RegionDisabledException", "not enabled", 403), 69),
}


@pytest.mark.parametrize("failure, code", REGION_FAILURES.values(), ids=REGION_FAILURES)
@pytest.mark.parametrize("flags", [(), ("--merge",), ("--force",)], ids=["", "merge", "force"])
def test_a_region_that_fails_keeps_its_entry_and_the_others_are_written(
    stage, failure, code, flags
):
    kept = old_entry(stage)
    stage.kubernetes.seed(
        NAMESPACE,
        SECRET,
        {"auths": {REGISTRY: old_entry(stage), WEST_REGISTRY: kept}},
        manager="ecr-secret",
    )
    fail_west(stage, failure)
    outcome = stage.run(*BOTH, *flags)
    assert outcome.code == code, outcome.stderr
    auths = stage.docker_config()["auths"]
    assert password_of(auths[REGISTRY]) == stage.ecr.passwords[REGION]
    assert auths[WEST_REGISTRY] == kept
    assert WEST in outcome.stderr, "the failed region is named"


def test_a_region_that_fails_on_the_first_tick_is_left_out(stage):
    fail_west(stage, DENIED)
    assert stage.run(*BOTH).code == 77
    assert set(stage.docker_config()["auths"]) == {REGISTRY}


def test_when_every_region_fails_nothing_is_written(stage):
    stage.ecr.misbehave(TOKEN_ROUTE, DENIED, FOREVER)
    with stage.secret_stays():
        assert stage.run(*BOTH).code == 77
    assert not stage.kubernetes.arrived(APPLY)


def test_a_kept_entry_with_an_earlier_expiry_sets_the_note(stage):
    kept = old_entry(stage)
    stage.kubernetes.seed(NAMESPACE, SECRET, {"auths": {WEST_REGISTRY: kept}}, "ecr-secret")
    fail_west(stage, DENIED)
    assert stage.run(*BOTH).code == 77
    expiration = json.loads(base64.b64decode(password_of(kept)))["expiration"]
    note = stage.secret()["metadata"]["annotations"]["ecr-secret/expires-at"]
    assert note == rfc3339(expiration)


def with_namespaces(stage, *names):
    for name in names:
        stage.kubernetes.add_namespace(name)
        stage.kubernetes.allow(name, SECRET)


def of_namespace(name):
    return lambda request: f"/namespaces/{name}/" in request.path


def test_several_namespaces_get_the_same_token_one_line_each_and_a_summary(stage):
    with_namespaces(stage, "one", "two")
    outcome = stage.run("--namespace", "two,one")
    assert outcome.code == 0
    assert len(stage.ecr.requests) == 1
    passwords = {
        password_of(stage.docker_config(name)["auths"][REGISTRY]) for name in ("one", "two")
    }
    assert passwords == {stage.ecr.passwords[REGION]}
    for name in ("one", "two"):
        said = [line for line in outcome.lines if line.startswith(f"{name}/{SECRET}: written, ")]
        assert len(said) == 1
    assert len(outcome.lines) == 3 and "2" in outcome.last_line


def forbidden(name):
    refusal = no_right(SERVICE_ACCOUNT, "patch", name, SECRET)
    return faults.reply_json(403, refusal.document)


def missing_namespace(name):
    document = {"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404}
    return faults.reply_json(404, {**document, "message": f'namespaces "{name}" not found'})


NAMESPACE_FAILURES = {
    # what happens in namespaces a, b and c (None: nothing special), and the exit code
    "one denied": ({"b": forbidden}, 77),
    "one missing": ({"b": missing_namespace}, 69),
    "one to try again": ({"b": lambda name: LATER}, 75),
    "denied, then missing": ({"a": forbidden, "c": missing_namespace}, 77),
    "missing, then denied": ({"a": missing_namespace, "c": forbidden}, 69),
    "denied, then to try again": ({"a": forbidden, "c": lambda name: LATER}, 75),
}


@pytest.mark.parametrize("failures, code", NAMESPACE_FAILURES.values(), ids=NAMESPACE_FAILURES)
def test_a_namespace_that_fails_does_not_stop_the_others(stage, failures, code):
    names = ("a", "b", "c")
    with_namespaces(stage, *names)
    for name, failure in failures.items():
        stage.kubernetes.misbehave(APPLY, failure(name), FOREVER, when=of_namespace(name))
    outcome = stage.run("--namespace", "a,b,c")
    assert outcome.code == code, outcome.stderr
    for name in names:
        assert (stage.secret(name) is None) == (name in failures)
        assert f"{name}/{SECRET}: " in outcome.stderr


def test_the_first_failure_in_the_order_named_decides_not_in_the_alphabets(stage):
    with_namespaces(stage, "a", "z")
    stage.kubernetes.misbehave(APPLY, forbidden("a"), FOREVER, when=of_namespace("a"))
    stage.kubernetes.misbehave(APPLY, missing_namespace("z"), FOREVER, when=of_namespace("z"))
    assert stage.run("--namespace", "z,a").code == 69
    assert stage.run("--namespace", "a,z").code == 77


def test_a_foreign_registry_in_one_namespace_does_not_stop_the_others(stage):
    with_namespaces(stage, "a", "b")
    stage.kubernetes.seed("a", SECRET, {"auths": {"r.example": stage.foreign_entry()}})
    with stage.secret_stays("a"):
        assert stage.run("--namespace", "a b").code == 69
    assert set(stage.docker_config("b")["auths"]) == {REGISTRY}


def test_a_clock_that_is_off_is_corrected_for_every_region_and_reported_once(stage):
    stage.clock.offset_s = 3600
    outcome = stage.run(*BOTH)
    assert outcome.code == 0, outcome.stderr
    assert outcome.stderr.count("clock:") == 1
    assert set(stage.docker_config()["auths"]) == {REGISTRY, WEST_REGISTRY}


def test_a_server_that_asks_one_request_to_wait_is_left_alone_by_all(stage):
    """Else a busy server would be stormed by the rest of the batch."""
    names = [f"team-{n}" for n in range(12)]
    for name in names:
        stage.kubernetes.add_namespace(name)
        stage.kubernetes.allow(name, SECRET)
    stage.kubernetes.misbehave(READ, faults.too_many_requests(1))
    outcome = stage.run("--namespace", " ".join(names), "--parallel", "2")
    assert outcome.code == 0, outcome.stderr
    times = sorted(request.at for request in stage.kubernetes.requests)
    waits = [later - sooner for sooner, later in zip(times, times[1:])]
    assert max(waits) >= 0.9
    assert times.index(times[waits.index(max(waits))]) <= 2, "all but what was on its way waits"
