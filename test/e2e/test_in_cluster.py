"""In a pod for real: token, CA and namespace at their standard path, the server by variables."""

import re
import subprocess

import pytest

from harness import not_run
from kubelet import as_mounted, lay_out
from pod import bare_pod
from standin.world import without

VARIABLE = "ECR_SECRET_SERVICE_ACCOUNT_DIR"


@pytest.fixture
def run_inside(pod, tmp_path):
    """Runs the program in a mount namespace of its own, with a token that is bound to its Pod."""
    pod.cluster.create(bare_pod(pod.namespace))
    bound = ("--bound-object-kind=Pod", "--bound-object-name=one")
    token = pod.cluster.token(pod.namespace, *bound)
    pod.canaries.watch("bound token", token)
    files = {"token": token, "namespace": pod.namespace}
    files = {name: text.encode() for name, text in files.items()}
    lay_out(tmp_path / "mounted", {**files, "ca.crt": pod.cluster.ca_pem})
    wrapper = as_mounted(tmp_path / "mounted")
    tried = subprocess.run([*wrapper, "true"], capture_output=True, text=True)
    if tried.returncode:
        not_run(f"no permission to mount: {tried.stderr.strip()}")

    def run(*arguments, **variables):
        environment = {**without(pod.environment, VARIABLE), **variables}
        return pod.tick(*arguments, environment=environment, wrapper=wrapper)

    return run


def test_a_pod_with_an_ipv4_api_server(pod, run_inside):
    for _ in range(2):
        assert re.fullmatch(pod.written(), run_inside().last_line)
        assert pod.holds_newest_password()


def test_a_pod_with_an_ipv6_api_server(own_cluster, pod, run_inside):
    with own_cluster.listening_on("::1"):
        for _ in range(2):
            outcome = run_inside("--verbose", KUBERNETES_SERVICE_HOST="::1")
            assert re.fullmatch(pod.written(), outcome.last_line)
        assert f"GET [::1]:{own_cluster.port}/api/v1/" in outcome.stderr
        assert pod.holds_newest_password()


def test_the_service_s_variables_as_kubelet_sets_them_are_enough(pod, run_inside):
    """It sets more than the two that count."""
    address = f"tcp://{pod.cluster.host}:{pod.cluster.port}"
    outcome = run_inside(
        KUBERNETES_PORT=address,
        KUBERNETES_SERVICE_PORT_HTTPS=str(pod.cluster.port),
        KUBERNETES_PORT_443_TCP=address,
        KUBERNETES_PORT_443_TCP_PROTO="tcp",
    )
    assert re.fullmatch(pod.written(), outcome.last_line) and len(outcome.lines) == 1
