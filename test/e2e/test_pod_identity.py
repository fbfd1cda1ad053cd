"""EKS Pod Identity as its webhook sets it up: the agent's own address, a token of the cluster's."""

import re
import time

import pytest

from boto import PYTHON
from jwt_token import forge
from node_network import METADATA_SERVICE, POD_IDENTITY_AGENT
from pod import bare_pod
from pod_identity import (
    AUDIENCE,
    HOST,
    REGION,
    PodIdentityAgent,
    Projection,
    Refusal,
    eks_auth_errors,
    eks_auth_refuses,
)
from standin import faults
from standin.credential_endpoints import CONTAINER_PATH, InstanceMetadata
from standin.ecr import registry_host
from standin.world import ACCOUNT

ROUTE = f"GET {CONTAINER_PATH}"
WHOSE_KEY = "import botocore.session as s; print(s.Session().get_credentials().access_key)"


both_versions = pytest.mark.parametrize("version", [4, 6], ids=["IPv4", "IPv6"], indirect=True)


@pytest.fixture
def version(request):
    """Of the Internet Protocol: 4, but where a test is marked with both."""
    return getattr(request, "param", 4)


@pytest.fixture
def agent(network, on_node, version):
    """The agent, on the node, at its own address."""
    at = {"address": POD_IDENTITY_AGENT[version], "port": 80}
    agent = network.node.run(PodIdentityAgent, on_node.cluster, **at)
    agent.identity = on_node.identities.add_session(ACCOUNT, "pod-role")
    yield agent
    assert not agent.defects
    agent.close()


@pytest.fixture
def projection(on_node, tmp_path):
    on_node.cluster.create(bare_pod(on_node.namespace))
    return Projection(on_node, tmp_path / "projected")


@pytest.fixture
def settings(network, projection, version):
    return projection.settings(version, network.pod)


def tokens(agent):
    return [request.header("Authorization") for request in agent.requests]


def refusal(version, rest):
    """The line of a run that the agent gave no credentials, as a regular expression."""
    return rf"credentials: container: http://{re.escape(HOST[version])}{CONTAINER_PATH}: {rest}"


@both_versions
def test_a_projected_token_becomes_credentials_and_botocore_got_the_same(
    on_node, agent, projection, settings
):
    token = projection.rotate()
    on_node.tick(**settings)
    assert set(on_node.docker_config()["auths"]) == {registry_host(ACCOUNT, REGION)}
    assert all(map(on_node.signed(agent.identity.arn), on_node.ecr.requests))
    theirs = on_node.run("-c", WHOSE_KEY, binary=PYTHON, **settings)
    assert theirs.stdout.strip() == agent.identity.access_key, theirs.stderr
    assert tokens(agent) == [token, token]


def test_each_run_and_each_attempt_reads_the_token_anew(on_node, agent, projection, settings):
    sent = [projection.rotate()]
    on_node.tick(**settings)
    sent.append(projection.rotate())

    def fail_and_rotate(exchange):
        sent.append(projection.rotate())
        faults.unavailable()(exchange)

    agent.misbehave(ROUTE, fail_and_rotate)
    on_node.tick(**settings)
    assert tokens(agent) == sent and len(set(sent)) == 3


CODES = {400: 77, 404: 69, 429: 75, 500: 75, 503: 75}


@pytest.mark.parametrize("error, status", eks_auth_errors().items(), ids=eks_auth_errors())
def test_eks_auth_may_say(on_node, agent, settings, version, error, status):
    agent.refusal = eks_auth_refuses(error, "no")
    line = refusal(version, rf"the agent answered {status}: .+")
    on_node.refused(CODES[status], line, "--timeout", "10s", **settings)
    assert (len(agent.requests) > 1) == (CODES[status] == 75)
    assert not on_node.ecr.requests


def of_another_audience(pod):
    return pod.cluster.token(pod.namespace)


def expired(pod):
    return forge(pod.cluster, pod, time.time() - 60, audience=AUDIENCE)


def of_another_cluster(pod):
    return forge(pod.cluster, pod, time.time() + 600, another_key=True, audience=AUDIENCE)


def of_nobody(pod):
    return pod.canaries.make("projected token", 900)


@pytest.mark.parametrize("token", [of_another_audience, expired, of_another_cluster, of_nobody])
def test_77_with_a_token(on_node, agent, projection, settings, version, token):
    projection.put(token(on_node))
    on_node.refused(77, refusal(version, "the agent answered 400: .+"), **settings)
    assert len(agent.requests) == 1


def test_77_when_the_agent_itself_refuses(on_node, agent, settings, version):
    text = "Access Denied. Called agent through invalid address"
    agent.refusal = Refusal(403, text)
    on_node.refused(77, refusal(version, "the agent answered 403.*"), **settings)


def test_78_without_a_token_in_the_file(on_node, agent, projection, settings):
    projection.put("")
    line = r"credentials: container: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: .+: empty"
    on_node.refused(78, line, **settings)
    assert not agent.requests


@both_versions
def test_75_while_the_agent_is_not_there(on_node, settings, version):
    line = rf"credentials: container: the agent: {re.escape(HOST[version])}: .*connect.*"
    on_node.refused(75, line, "--timeout", "5s", **settings)


@pytest.mark.parametrize(
    "code, error", [(77, "AccessDeniedException"), (75, "ThrottlingException")]
)
def test_the_nodes_own_role_is_never_taken_instead(
    network, on_node, agent, settings, version, code, error
):
    at = {"address": METADATA_SERVICE[version], "port": 80}
    node = network.ec2.run(InstanceMetadata, on_node.canaries, **at)
    node.identity = on_node.identities.add_session(ACCOUNT, "node-role")
    agent.refusal = eks_auth_refuses(error, "no")
    outcome = on_node.run("--timeout", "4s", **settings)
    node.close()
    assert outcome.code == code, outcome.stderr
    assert not node.requests and not on_node.ecr.requests


def test_an_agent_that_fails_for_a_moment_is_asked_again(on_node, agent, settings):
    agent.misbehave(ROUTE, faults.unavailable(), 2)
    on_node.tick(**settings)
    agent.misbehave(ROUTE, faults.hang_up, 2)
    on_node.tick(**settings)
    assert len(agent.requests) == 6
