"""Addresses that only a pod has: the ECS agent's, Pod Identity's, the metadata service's."""

import re

import pytest

from harness import Stage, not_run
from private_network import PrivateNetwork
from standin import faults
from standin.credential_endpoints import ContainerCredentials, InstanceMetadata
from standin.kubernetes_api import KubernetesApi
from standin.server import FOREVER
from standin.world import ACCOUNT, NAMESPACE, SECRET, without

ECS_AGENT = "169.254.170.2"
POD_IDENTITY_AGENT = "169.254.170.23"
METADATA_SERVICE = "169.254.169.254"
SERVICE_ADDRESS = "10.96.0.1"
NOBODYS_PROXY = {"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1"}
ENDPOINTS = ("AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL_STS")


@pytest.fixture(scope="module")
def network():
    addresses = (ECS_AGENT, POD_IDENTITY_AGENT, METADATA_SERVICE, SERVICE_ADDRESS)
    try:
        return PrivateNetwork(*addresses)
    except PermissionError:
        not_run("no permission to make a network namespace")


@pytest.fixture(scope="module")
def inside(network):
    """A world in which all servers stand in the private network."""
    return network.run(Stage)


@pytest.fixture
def pod(network, inside, tmp_path):
    inside.settle_in(tmp_path)
    yield inside
    assert not inside.defects()


def serving(network, make, **listener):
    """A stand-in at a well-known address, in the private network."""
    return network.run(lambda: make(port=80, **listener))


@pytest.mark.parametrize(
    "address, variable, value",
    [
        (ECS_AGENT, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v1/credentials"),
        (ECS_AGENT, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.2/v1/credentials"),
        (
            POD_IDENTITY_AGENT,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "http://169.254.170.23/v1/credentials",
        ),
    ],
    ids=["ECS, relative", "ECS, in full", "Pod Identity"],
)
def test_container_credentials_come_from_their_link_local_address(
    network, pod, address, variable, value
):
    agent = serving(network, ContainerCredentials, address=address)
    agent.identity = pod.identities.add_session(ACCOUNT, "pod-role")
    environment = {**pod.without_keys(), **NOBODYS_PROXY, variable: value}
    outcome = network.run(pod.run, environment=environment)
    agent.close()
    assert outcome.code == 0, outcome.stderr
    assert len(agent.requests) == 1


def test_the_relative_address_wins_over_the_full_one(network, pod):
    agent = serving(network, ContainerCredentials, address=ECS_AGENT)
    agent.identity = pod.identities.add_session(ACCOUNT, "task-role")
    relative = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v1/credentials"}
    environment = {**pod.without_keys(), **pod.pod_identity(), **relative}
    outcome = network.run(pod.run, environment=environment)
    agent.close()
    assert outcome.code == 0, outcome.stderr
    assert len(agent.requests) == 1 and not pod.container.requests


def test_metadata_are_asked_at_their_link_local_address_and_never_through_a_proxy(network, pod):
    service = serving(
        network, lambda **at: InstanceMetadata(pod.canaries, **at), address=METADATA_SERVICE
    )
    service.identity = pod.identities.add_session(ACCOUNT, "node-role")
    environment = {
        **without(pod.without_keys(), "AWS_EC2_METADATA_DISABLED", "AWS_REGION"),
        **NOBODYS_PROXY,
    }
    outcome = network.run(pod.run, environment=environment)
    service.close()
    assert outcome.code == 0, outcome.stderr
    assert set(pod.ecr.passwords) == {service.region}


def test_metadata_that_never_answer_are_no_credentials_and_a_hint_about_the_hop_limit(network, pod):
    service = serving(
        network, lambda **at: InstanceMetadata(pod.canaries, **at), address=METADATA_SERVICE
    )
    service.misbehave("PUT /latest/api/token", faults.never_answer, FOREVER)
    environment = without(pod.without_keys(), "AWS_EC2_METADATA_DISABLED")
    outcome = network.run(pod.run, environment=environment)
    service.close()
    assert outcome.code == 78, outcome.stderr
    assert re.search(r"(?i)hop.?limit", outcome.stderr)
    assert not pod.ecr.requests


def test_the_api_server_is_never_reached_through_a_proxy(network, pod):
    tls = pod.cluster_authority.server_context(SERVICE_ADDRESS)
    server = network.run(KubernetesApi, tls=tls, address=SERVICE_ADDRESS, port=443)
    server.tokens = pod.kubernetes.tokens
    server.add_namespace(NAMESPACE)
    server.allow(NAMESPACE, SECRET)
    environment = {
        **pod.environment,
        "HTTPS_PROXY": "http://127.0.0.1:1",
        "KUBERNETES_SERVICE_HOST": SERVICE_ADDRESS,
        "KUBERNETES_SERVICE_PORT": "443",
    }
    outcome = network.run(pod.run, environment=environment)
    server.close()
    assert outcome.code == 0, outcome.stderr
    assert server.docker_config(NAMESPACE, SECRET)["auths"]


@pytest.mark.parametrize(
    "region, meant",
    [("eu-central-9", r"eu-central-[12]"), ("us-eats-1", r"us-east-[12]")],
)
def test_a_region_whose_name_does_not_resolve_is_75_with_the_nearest_known_one(
    network, pod, region, meant
):
    environment = without(pod.environment, *ENDPOINTS)
    outcome = network.run(pod.run, "--region", region, "--timeout", "3s", environment=environment)
    assert outcome.code == 75, outcome.stderr
    assert region in outcome.stderr and re.search(meant, outcome.stderr)


def test_a_host_that_does_not_resolve_is_75_and_named(network, pod):
    environment = {**pod.environment, "AWS_ENDPOINT_URL_ECR": "https://ecr.example.test"}
    outcome = network.run(pod.run, "--timeout", "3s", environment=environment)
    assert outcome.code == 75, outcome.stderr
    assert "ecr.example.test" in outcome.stderr
