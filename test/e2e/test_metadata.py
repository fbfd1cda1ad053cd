"""On an EC2 node: the metadata service at its own address, a real router between it and the pod."""

import re

import pytest

from boto import PYTHON
from moto_aws import Moto
from node_network import METADATA_SERVICE, inside
from standin import faults
from standin.credential_endpoints import InstanceMetadata
from standin.identities import Identity
from standin.server import FOREVER
from standin.world import ACCOUNT

PUT = "PUT /latest/api/token"
MODE = {4: {}, 6: {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"}}
HOST = {4: "169.254.169.254", 6: r"\[fd00:ec2::254\]"}
HINT = r"no answer from http://{}; on EC2, in a container, the instance's HttpPutResponseHopLimit"
WHOSE_KEY = "import botocore.session as s; print(s.Session().get_credentials().access_key)"
NO_KEY = "AttributeError: 'NoneType' object has no attribute 'access_key'"
QUICK_S = 5


both_versions = pytest.mark.parametrize("version", [4, 6], ids=["IPv4", "IPv6"], indirect=True)


@pytest.fixture
def version(request):
    """Of the Internet Protocol: 4, but where a test is marked with both."""
    return getattr(request, "param", 4)


@pytest.fixture
def ec2(network, on_node, version):
    """The metadata service, IMDSv2 only, at its own address."""
    at = {"address": METADATA_SERVICE[version], "port": 80}
    service = network.ec2.run(InstanceMetadata, on_node.canaries, **at)
    service.identity = on_node.identities.add_session(ACCOUNT, "node-role")
    service.region = "eu-west-1"
    yield service
    assert not service.defects
    service.close()


@pytest.fixture
def motos_role(network, on_node, tmp_path):
    """moto where EC2's metadata service is, and the role whose keys it gives to everybody."""
    server = network.ec2.run(Moto, tmp_path, address="::", port=80)
    keys = ("test-key", "test-secret-key", "test-session-token")
    on_node.canaries.watch("moto's session token", keys[2])
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/default-role/i-fake"
    yield on_node.identities.admit(Identity(*keys, ACCOUNT, arn))
    server.stop()


def settings(pod, version, network):
    """How to run a program in that network: by its address family alone it knows where to ask."""
    return {"environment": {**pod.environment, **MODE[version]}, "wrapper": inside(network)}


def botocore_there(pod, version, network):
    """What AWS's own client finds in the same place."""
    options = settings(pod, version, network)
    return pod.run("-c", WHOSE_KEY, binary=PYTHON, **options)


@both_versions
def test_credentials_and_region_come_from_the_metadata_and_botocore_got_the_same(
    network, on_node, ec2, version
):
    outcome = on_node.tick(**settings(on_node, version, network.pod))
    assert re.fullmatch(on_node.written(), outcome.last_line)
    assert set(on_node.ecr.passwords) == {"eu-west-1"}
    assert all(map(on_node.signed(ec2.identity.arn), on_node.ecr.requests))
    theirs = botocore_there(on_node, version, network.pod)
    assert theirs.stdout.strip() == ec2.identity.access_key, theirs.stderr


def test_motos_metadata_service_is_understood(network, on_node, motos_role):
    for version in METADATA_SERVICE:
        on_node.ecr.reset()
        on_node.tick(**settings(on_node, version, network.pod))
        assert set(on_node.ecr.passwords) == {"us-east-1"}
        assert all(map(on_node.signed(motos_role.arn), on_node.ecr.requests))
        theirs = botocore_there(on_node, version, network.pod)
        assert theirs.stdout.strip() == motos_role.access_key, theirs.stderr


@both_versions
def test_78_when_the_hop_limit_is_too_low_for_a_pod(network, on_node, ec2, version):
    """The node drops the answer, as it must: it has no hop left. botocore finds nothing either."""
    ec2.misbehave(PUT, faults.answer_within_hops(1), FOREVER)
    line = r"credentials: none found: .+; instance metadata: " + HINT.format(HOST[version]) + ".+"
    options = settings(on_node, version, network.pod)
    outcome = on_node.refused(78, line, "--region", "eu-west-1", **options)
    assert outcome.seconds < QUICK_S
    assert {ec2.route(request) for request in ec2.requests} == {PUT}
    assert not on_node.ecr.requests
    assert NO_KEY in botocore_there(on_node, version, network.pod).stderr


@both_versions
def test_one_hop_more_as_the_line_says_is_enough(network, on_node, ec2, version):
    ec2.misbehave(PUT, faults.answer_within_hops(2), FOREVER)
    on_node.tick(**settings(on_node, version, network.pod))


@both_versions
def test_one_hop_is_enough_on_the_node_itself(network, on_node, ec2, version):
    ec2.misbehave(PUT, faults.answer_within_hops(1), FOREVER)
    on_node.tick(**settings(on_node, version, network.node))


IN_THE_WAY = {
    # what the node does with packets to the metadata service, and how the line ends
    "drops them": "blackhole",
    "rejects them": "prohibit",
}


@pytest.mark.parametrize("kind", IN_THE_WAY.values(), ids=IN_THE_WAY)
def test_78_when_a_network_policy(network, on_node, ec2, version, kind):
    line = r"credentials: none found: .+; instance metadata: no answer from .+"
    options = settings(on_node, version, network.pod)
    with network.way_to(METADATA_SERVICE[version], kind):
        outcome = on_node.refused(78, line, "--region", "eu-west-1", **options)
    assert outcome.seconds < QUICK_S
    assert not ec2.requests and not on_node.ecr.requests


def test_78_when_nobody_listens_there(network, on_node, version):
    line = r"credentials: none found: .+; instance metadata: no answer from .+"
    options = settings(on_node, version, network.pod)
    assert on_node.refused(78, line, "--region", "eu-west-1", **options).seconds < QUICK_S
