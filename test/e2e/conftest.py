"""Fixtures: one real cluster for all tests, one namespace and one pod for each."""

import os
import pathlib
import shutil
import subprocess

import pytest
import trustme
import yaml

from amazon_ecr import AmazonEcr
from cluster import Cluster
from harness import not_run
from moto_aws import CalendarFront, Moto
from node_network import NodeNetwork
from own_cluster import OwnCluster
from pod import BINARY, EVERYWHERE, Pod, manifest
from registry import Registry, make_image
from standin.world import without

HERE = pathlib.Path(__file__).parent
RIGHTS = ("ClusterRole", "ClusterRoleBinding")


def kubernetes_binary():
    """The real Kubernetes, built now if this machine has not built it before."""
    command = [HERE / "apiserver" / "build.sh"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """The cluster of KUBECONFIG, else one of our own."""
    if BINARY is None:
        pytest.fail("nothing to test: run `make static` first")
    if os.environ.get("KUBECONFIG"):
        found = shutil.which("kubectl")
        kubectl = [found] if found else [kubernetes_binary(), "kubectl"]
        yield from borrowed(Cluster(kubectl, os.environ["KUBECONFIG"]))
        return
    own = OwnCluster(kubernetes_binary(), tmp_path_factory.mktemp("cluster"))
    try:
        yield from borrowed(own.start())
    finally:
        own.stop()


def borrowed(cluster):
    yield cluster.describe()
    cluster.remove_namespaces()


@pytest.fixture
def own_cluster(cluster):
    """The cluster, where it is ours to audit, to restart and to configure."""
    if not isinstance(cluster, OwnCluster):
        pytest.skip("KUBECONFIG is set: that cluster's audit log and server are not ours")
    return cluster


@pytest.fixture(scope="session")
def aws():
    """The stand-ins of AWS, and the pod that sees them."""
    return Pod()


@pytest.fixture
def namespace(cluster):
    """A new namespace that enforces the restricted profile and holds cronjob.yaml as it stands."""
    yield cluster.make_namespace(*manifest("default"))
    cluster.remove_namespaces()


@pytest.fixture
def pod(aws, cluster, namespace, tmp_path):
    aws.settle_in(tmp_path)
    aws.enter(cluster, namespace)
    yield aws
    assert not aws.defects()
    assert not aws.kubernetes.requests, "the stand-in's API server was asked"


@pytest.fixture
def pod_everywhere(cluster, pod):
    """The pod, with the cluster-wide rights of the manifest under names of this test's own."""
    made = [d for d in yaml.safe_load_all(EVERYWHERE.read_text()) if d and d["kind"] in RIGHTS]
    for document in made:
        document["metadata"]["name"] = pod.namespace
        document.get("roleRef", {})["name"] = pod.namespace
        for subject in document.get("subjects", []):
            subject["namespace"] = pod.namespace
    cluster.kubectl("delete", "rolebinding", "ecr-secret", "-n", pod.namespace)
    cluster.create(*made)
    yield pod
    for document in made:
        cluster.kubectl("delete", document["kind"].lower(), pod.namespace)


@pytest.fixture(scope="session")
def moto(tmp_path_factory):
    server = Moto(tmp_path_factory.mktemp("moto"))
    yield server
    server.stop()


@pytest.fixture
def front(moto, pod):
    """moto as AWS, at an address with TLS."""
    server = CalendarFront(moto, tls=pod.aws_authority.server_context())
    yield server
    assert not server.defects
    server.close()


@pytest.fixture(scope="session")
def network():
    """A pod, its node and EC2, each in a network of its own."""
    try:
        made = NodeNetwork()
    except (OSError, subprocess.CalledProcessError) as reason:
        not_run(f"no networks of our own: {reason}")
    yield made
    made.close()


@pytest.fixture
def on_node(network, own_cluster, pod):
    """The pod, where it is part of that network and has no keys, no region and no other hint."""
    network.lead_out(pod.ecr.port, pod.sts.port, own_cluster.port)
    hints = ("AWS_EC2_METADATA_DISABLED", "AWS_REGION")
    pod.environment = without(pod.without_keys(), *hints)
    return pod


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """A real registry that holds IMAGE; its content is known."""
    directory = tmp_path_factory.mktemp("registry")
    server = Registry(directory, trustme.CA())
    server.content = make_image(directory / "image")
    server.push(directory / "image")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def all_of_ecr(aws, tmp_path_factory):
    """Amazon ECR, its images and those who pull them."""
    directory = tmp_path_factory.mktemp("ecr")
    moto = Moto(directory)
    registry = Registry(directory, trustme.CA())
    made = AmazonEcr(moto, registry, aws.aws_authority, aws.canaries, directory)
    yield made
    made.close()
    registry.stop()
    moto.stop()


@pytest.fixture
def ecr(all_of_ecr):
    """The same as at first."""
    all_of_ecr.settle_in()
    yield all_of_ecr
    assert not all_of_ecr.defects
