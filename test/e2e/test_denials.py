"""A real API server that says no, for each of its reasons: exit code, line, and nothing written."""

import json
import re
import time

import jwt_token
import pytest
import trustme

from pod import are_told, manifest
from standin.world import SECRET

PATIENCE_S = 30


def answered(pod, verb, status, text, namespace=None):
    """The line about an API server's answer, as a regular expression."""
    place = f"{namespace or pod.namespace}/{SECRET}"
    return rf"k8s: {verb} {place}: the API server answered {status}: {text}"


def unauthorized(pod):
    file = re.escape(str(pod.service_account / "token"))
    hint = f"; the ServiceAccount token in {file} is not accepted: expired, or of another cluster"
    return answered(pod, "read", 401, "Unauthorized") + hint


def wait_until(question):
    give_up = time.monotonic() + PATIENCE_S
    while not question():
        assert time.monotonic() < give_up
        time.sleep(0.1)


@pytest.fixture
def terminating(pod):
    """The pod's namespace on its way out, held there together with the right to write in it."""
    set_finalizers(pod, ["e2e.example.com/hold"])
    pod.cluster.kubectl("delete", "namespace", pod.namespace, "--wait=false")
    yield pod
    set_finalizers(pod, None)


def set_finalizers(pod, finalizers):
    patch = json.dumps({"metadata": {"finalizers": finalizers}})
    for kind in ("role", "rolebinding"):
        pod.cluster.kubectl("patch", kind, "ecr-secret", "-n", pod.namespace, "-p", patch)


def test_a_terminating_namespace_is_refused(terminating):
    line = answered(terminating, "apply", 403, ".+ because it is being terminated")
    terminating.refused(69, line)


def test_a_missing_namespace_is_denied_with_both_reasons(pod):
    """With rights in one namespace only, a missing one can't be told from a forbidden one."""
    missing = "no-such-namespace"
    text = ".+ cannot patch .+; or the namespace does not exist"
    line = answered(pod, "apply", 403, text, missing)
    outcome = pod.run("--namespace", missing)
    assert outcome.code == 77 and re.fullmatch("error: " + line, outcome.last_line)


def test_a_quota_on_secrets_is_refused(pod):
    quota = ("create", "quota", "none", "--hard=count/secrets=0", "-n", pod.namespace)
    pod.cluster.kubectl(*quota)
    counted = ("get", "quota", "none", "-n", pod.namespace)
    wait_until(lambda: "used" in pod.cluster.json(*counted)["status"])
    text = rf'secrets "{SECRET}" is forbidden: exceeded quota: none, requested: .+'
    pod.refused(69, answered(pod, "apply", 403, text))


def test_a_quota_that_is_used_up_does_not_stop_an_update(pod):
    pod.tick()
    quota = ("create", "quota", "full", "--hard=count/secrets=1", "-n", pod.namespace)
    pod.cluster.kubectl(*quota)
    counted = ("get", "quota", "full", "-n", pod.namespace)
    wait_until(lambda: pod.cluster.json(*counted)["status"].get("used") == {"count/secrets": "1"})
    pod.tick()
    assert pod.holds_newest_password()


def test_a_token_of_nobody_is_denied(pod):
    pod.use_token("e30.e30.e30")
    pod.refused(77, unauthorized(pod))


def test_the_token_of_a_pod_that_is_gone_is_denied(pod):
    name = {"name": "gone", "namespace": pod.namespace}
    (cronjob,) = [d for d in manifest(pod.namespace) if d["kind"] == "CronJob"]
    spec = cronjob["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    pod.cluster.create({"apiVersion": "v1", "kind": "Pod", "metadata": name, "spec": spec})
    bound = ("--bound-object-kind=Pod", "--bound-object-name=gone")
    # Two of them: the server remembers for 10 s that a token was good.
    first, second = (pod.cluster.token(pod.namespace, *bound) for _ in range(2))
    pod.use_token(first)
    pod.tick()
    pod.cluster.kubectl("delete", "pod", "gone", "-n", pod.namespace, "--force")
    pod.use_token(second)
    pod.refused(77, unauthorized(pod))


@pytest.mark.parametrize("age_s, code", [(-600, 0), (60, 77)], ids=["still good", "expired"])
def test_a_token_is_good_until_it_expires(own_cluster, pod, age_s, code):
    """Signed with the cluster's own key, since a real one takes ten minutes to die."""
    token = jwt_token.forge(own_cluster, pod, expires_at=time.time() - age_s)
    pod.use_token(token)
    if code == 0:
        pod.tick()
    else:
        pod.refused(77, unauthorized(pod))


def test_a_token_of_another_cluster_is_denied(own_cluster, pod):
    pod.use_token(jwt_token.forge(own_cluster, pod, time.time() + 600, another_key=True))
    pod.refused(77, unauthorized(pod))


@pytest.fixture
def rotated(own_cluster):
    """The API server has got a certificate from a new authority; returns the old one and this."""
    old, new = own_cluster.authority, trustme.CA()
    own_cluster.present_certificate_of(new)
    wait_until(own_cluster.is_ready)
    yield old.cert_pem.bytes(), new.cert_pem.bytes()
    own_cluster.present_certificate_of(old)
    wait_until(own_cluster.is_ready)


def test_a_rotated_ca_is_noticed_and_the_new_one_is_read_by_the_next_run(pod, rotated):
    old, new = rotated
    ca = pod.service_account / "ca.crt"
    ca.write_bytes(old)
    line = (
        rf"k8s: read {pod.namespace}/{SECRET}: {pod.cluster.host}:{pod.cluster.port}: "
        r"SSL certificate problem: unable to get local issuer certificate; "
        rf"trusted are the certificates of {re.escape(str(ca))}"
    )
    pod.refused(76, line)
    ca.write_bytes(old + new)  # while it is being rolled out
    pod.tick()
    ca.write_bytes(new)
    pod.tick()


def test_several_namespaces_are_each_reported_and_the_first_failure_decides(cluster, pod):
    second = cluster.make_namespace(*manifest("default"))
    third = cluster.make_namespace(*manifest("default"))
    pod.may_write_in(second)
    outcome = pod.run("--namespace", f"{pod.namespace},{third},{second}")
    assert outcome.code == 77, outcome.stderr
    *lines, last = outcome.lines
    no = answered(pod, "apply", 403, ".+", third)
    expected = ["warning: " + pod.unseen(third), pod.written(), pod.written(namespace=second)]
    assert are_told([*expected, "error: " + no], lines), outcome.stderr
    assert re.fullmatch("error: 2 written, 1 failed: " + no, last), last
    assert pod.holds_newest_password() and pod.holds_newest_password(second)
    assert pod.secret(third) is None


def test_several_namespaces_that_all_work_get_a_line_each_and_a_summary(cluster, pod):
    second = cluster.make_namespace(*manifest("default"))
    pod.may_write_in(second)
    outcome = pod.tick("--namespace", f"{second} {pod.namespace}")
    *lines, last = outcome.lines
    assert are_told([pod.written(namespace=second), pod.written()], lines), outcome.stderr
    assert last == "2 written, 0 failed"
