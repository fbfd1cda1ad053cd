"""A real API server in trouble: busy, stopped in the middle of a run, back again."""

import contextlib
import re
import signal
import threading
import time

import pytest

from api import Api, secrets_path
from pod import are_told, manifest
from standin import faults
from standin.ecr import TOKEN_ROUTE
from standin.world import SECRET

SLOW_REQUESTS = 12
FLOWCONTROL, SCHEMA = "flowcontrol.apiserver.k8s.io/v1", "ecr-secret-e2e"


@pytest.fixture
def throttle(own_cluster, pod):
    """Gives our ServiceAccount a priority level of its own, of few seats and without a queue."""
    made = []

    def throttle_in(namespaces=("*",)):
        made.append(SCHEMA)
        own_cluster.create(narrow_level(), schema_for(pod, namespaces))
        wait_until_in_force(own_cluster, pod, namespaces[0].replace("*", pod.namespace))

    yield throttle_in
    if made:
        own_cluster.kubectl("delete", "flowschema,prioritylevelconfiguration", SCHEMA)


def wait_until_in_force(cluster, pod, namespace):
    """The server says with each answer by which schema it let the request in."""
    uid = cluster.json("get", "flowschema", SCHEMA)["metadata"]["uid"]
    probe = Api(cluster, (pod.service_account / "token").read_text())
    give_up = time.monotonic() + 20
    while probe.flow_schema != uid:
        assert time.monotonic() < give_up, "the flow schema is not used"
        probe.ask("GET", secrets_path(namespace, SECRET))
        time.sleep(0.05)
    probe.close()


def narrow_level():
    limits = {"nominalConcurrencyShares": 1, "lendablePercent": 0, "borrowingLimitPercent": 0}
    return {
        "apiVersion": FLOWCONTROL,
        "kind": "PriorityLevelConfiguration",
        "metadata": {"name": SCHEMA},
        "spec": {"type": "Limited", "limited": {**limits, "limitResponse": {"type": "Reject"}}},
    }


def schema_for(pod, namespaces):
    account = {"name": "ecr-secret", "namespace": pod.namespace}
    rule = {"verbs": ["*"], "apiGroups": [""], "resources": ["secrets"]}
    ours = {
        "subjects": [{"kind": "ServiceAccount", "serviceAccount": account}],
        "resourceRules": [{**rule, "namespaces": list(namespaces)}],
    }
    return {
        "apiVersion": FLOWCONTROL,
        "kind": "FlowSchema",
        "metadata": {"name": SCHEMA},
        "spec": {
            "priorityLevelConfiguration": {"name": SCHEMA},
            "matchingPrecedence": 2,
            "rules": [ours],
        },
    }


@contextlib.contextmanager
def all_seats_taken(pod, namespace=None):
    """Slow clients of the same ServiceAccount: each begins an apply and never ends it."""
    token = (pod.service_account / "token").read_text()
    path = secrets_path(namespace or pod.namespace, SECRET)
    clients = [Api(pod.cluster, token) for _ in range(SLOW_REQUESTS)]
    probe = Api(pod.cluster, token)
    try:
        for client in clients:
            client.begin("PATCH", f"{path}?fieldManager=slow", length=1000)
        give_up = time.monotonic() + 20
        while probe.ask("GET", path)[0] != 429:
            assert time.monotonic() < give_up, "the priority level has seats left"
            time.sleep(0.05)
        yield clients
    finally:
        for client in (*clients, probe):
            client.close()


def test_a_server_too_busy_until_the_deadline_is_75(throttle, pod):
    throttle()
    with all_seats_taken(pod):
        outcome = pod.run("--timeout", "4s")
    assert outcome.code == 75, outcome.stderr
    place = f"{pod.namespace}/{SECRET}"
    assert outcome.lines == [f"error: k8s: read {place}: the API server answered 429"]
    assert ("get", 429) in pod.requests() and outcome.seconds < 5
    assert pod.secret() is None


def test_a_server_too_busy_for_a_moment_is_asked_again(throttle, pod):
    throttle()
    with all_seats_taken(pod) as clients:
        since = time.monotonic()
        process = pod.start()
        time.sleep(1.5)
        for client in clients:
            client.close()
        outcome = pod.finish(process, since)
    assert outcome.code == 0, outcome.stderr
    assert pod.holds_newest_password()
    assert ("get", 429) in pod.requests()


def test_of_several_failures_the_one_that_a_retry_may_mend_decides(throttle, cluster, pod):
    """One namespace written, one without rights, one that the server is too busy for."""
    denied, busy = (cluster.make_namespace(*manifest("default")) for _ in range(2))
    pod.may_write_in(busy)
    throttle(namespaces=[busy])
    with all_seats_taken(pod, busy):
        names = f"{pod.namespace},{denied},{busy}"
        outcome = pod.run("--namespace", names, "--timeout", "3s")
    assert outcome.code == 75, outcome.stderr
    *lines, last = outcome.lines
    refused = f"k8s: apply {denied}/{SECRET}: the API server answered 403: "
    too_busy = f"k8s: read {busy}/{SECRET}: the API server answered 429"
    expected = ["warning: " + pod.unseen(denied), pod.written()]
    expected += [f"error: {refused}.+", f"error: {too_busy}"]
    assert are_told(expected, lines), outcome.stderr
    assert last == "error: 1 written, 2 failed: " + too_busy


def test_the_server_may_be_restarted_in_the_middle_of_a_run(own_cluster, pod):
    """It goes between our read and our write.

    Retries are jittered, so a run may give up just before the server is back: 75. What it must not
    do is believe the 403 that a server says to everybody until it has read its own roles.
    """
    pod.tick()
    uid = pod.secret()["metadata"]["uid"]
    outcomes = []
    while len(outcomes) < 5 and 0 not in [outcome.code for outcome in outcomes]:
        outcomes.append(run_through_a_restart(own_cluster, pod))
        assert outcomes[-1].code in (0, 75), outcomes[-1].stderr
    assert outcomes[-1].code == 0, "it never outlived a restart"
    assert pod.secret()["metadata"]["uid"] == uid and pod.holds_newest_password()
    pod.tick()


def run_through_a_restart(cluster, pod):
    """One run; AWS's answer comes when the API server has been asked and has stopped."""
    before, asked = pod.secret(), len(pod.requests())
    arrived = len(pod.ecr.arrived(TOKEN_ROUTE))
    down = threading.Event()

    def stop_the_server():
        pod.wait_for_read(asked)
        cluster.stop_server()
        down.set()

    pod.ecr.misbehave(TOKEN_ROUTE, faults.meanwhile(stop_the_server))
    since = time.monotonic()
    process = pod.start("--verbose")
    assert pod.ecr.wait_for(TOKEN_ROUTE, arrived + 1) and down.wait(timeout=60)
    cluster.start_server()
    outcome = pod.finish(process, since)
    read, *applies = [line for line in outcome.lines if f"/secrets/{SECRET}: " in line]
    assert ": 200, " in read and applies, outcome.stderr
    assert "Couldn't connect" in applies[0] or "nothing" in applies[0], outcome.stderr
    if outcome.code != 0:
        assert pod.secret() == before
    return outcome


def test_a_server_that_stays_away_is_75_and_says_so(own_cluster, pod):
    own_cluster.stop_server()
    try:
        outcome = pod.run("--timeout", "3s")
    finally:
        own_cluster.start_server()
    assert outcome.code == 75, outcome.stderr
    address = re.escape(f"{own_cluster.host}:{own_cluster.port}")
    line = rf"error: k8s: read {pod.namespace}/{SECRET}: {address}: .*connect.*"
    assert re.fullmatch(line, outcome.last_line), outcome.stderr
    assert pod.secret() is None


def test_a_run_ended_by_sigterm_leaves_the_secret_alone(pod):
    pod.tick()
    pod.ecr.misbehave(TOKEN_ROUTE, faults.never_answer)
    arrived = len(pod.ecr.arrived(TOKEN_ROUTE))
    with pod.secret_stays():
        since = time.monotonic()
        process = pod.start()
        assert pod.ecr.wait_for(TOKEN_ROUTE, arrived + 1)
        process.send_signal(signal.SIGTERM)
        outcome = pod.finish(process, since)
    assert outcome.code == 143, outcome.stderr
    pod.tick()
