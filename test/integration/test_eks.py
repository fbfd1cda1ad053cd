"""--eks-cluster: from AWS credentials alone to a Secret in a cluster of EKS."""

import base64
import re

import pytest

from eks_stage import DEPLOYER, ENTRY, cluster_of_user, written
from standin import faults
from standin.ecr import TOKEN_ROUTE
from standin.eks import DESCRIBE_ROUTE, TOKEN_MAX, cluster_arn
from standin.faults import change_answer
from standin.identities import role_arn
from standin.kubernetes_api import APPLY
from standin.server import FOREVER
from standin.sts import ASSUME_ROLE_ROUTE, refuse
from standin.world import (
    ACCOUNT,
    NAMESPACE,
    REGION,
    REGISTRY,
    ROLE_ARN,
    SECRET,
    keys_of,
    profile_keys,
    without,
)

PULLER = role_arn("444455556666", "pull")
WEST = "eu-west-1"
CLUSTER_ARN = cluster_arn(ACCOUNT, REGION, "prod")


@pytest.fixture
def cluster(stage):
    return cluster_of_user(stage)


def refresh(stage, *arguments, cluster="prod", environment=None, **variables):
    given = {**(stage.outside() if environment is None else environment), **variables}
    named = ("--eks-cluster", cluster, "--namespace", NAMESPACE)
    return stage.run(*named, *arguments, environment=given)


def described_by(stage):
    """Who asked EKS, as the access keys in the requests say."""
    requests = stage.eks.arrived(DESCRIBE_ROUTE)
    keys = {re.search(r"Credential=(\w+)/", r.header("Authorization"))[1] for r in requests}
    return {stage.identities.find(key).arn for key in keys}


def test_a_users_keys_are_enough(stage, cluster):
    outcome = refresh(stage)
    assert written(stage, outcome) == {REGISTRY}
    place = f"{stage.kubernetes.url}, cluster {REGION}/prod of EKS, namespace {NAMESPACE}"
    assert outcome.lines[0] == f"writing to {place}"
    assert described_by(stage) == {stage.user.arn}
    assert len(cluster.tokens) == 1, "one for the read and the apply"
    assert not cluster.complaints


def test_a_ci_runner_needs_its_oidc_token_alone(stage, cluster):
    cluster.access_entries = {ROLE_ARN: "ci"}
    environment = without(stage.outside(), *keys_of(stage.user))
    outcome = refresh(stage, environment=environment, **stage.web_identity())
    assert written(stage, outcome) == {REGISTRY}
    assert len(stage.sts.issued) == 1, "the same session asks ECR"


def test_the_cluster_is_asked_as_its_own_role_and_ecr_is_not(stage, cluster):
    stage.sts.add_role(DEPLOYER, [stage.user.arn])
    cluster.access_entries = {DEPLOYER: "deployer"}
    outcome = refresh(stage, "--eks-role-arn", DEPLOYER)
    assert written(stage, outcome) == {REGISTRY}
    assert stage.ecr.issued[0][0] == stage.user
    assert described_by(stage) == {stage.sts.issued[0].arn}


@pytest.mark.parametrize("role", [None, DEPLOYER], ids=["the user", "--eks-role-arn"])
def test_the_roles_of_registries_never_ask_for_the_cluster(stage, cluster, role):
    """A chain, and a registry's role from its end; the cluster is of the base identity."""
    bastion = role_arn(ACCOUNT, "bastion")
    stage.sts.add_role(bastion, [stage.user.arn])
    stage.sts.add_role(PULLER, [bastion])
    stage.sts.add_role(DEPLOYER, [stage.user.arn])
    cluster.access_entries = {role or stage.user.arn: "me"}
    arguments = ["--role-arn", bastion, "--registry", f"{REGISTRY},role={PULLER}"]
    outcome = refresh(stage, *arguments, *(["--eks-role-arn", role] if role else []))
    assert written(stage, outcome) == {REGISTRY}
    assert stage.ecr.issued[0][0].goes_by(PULLER)
    (caller,) = described_by(stage)
    assert caller == stage.user.arn if role is None else "/deployer/" in caller
    assert not cluster.complaints


@pytest.mark.parametrize("explicit", [True, False], ids=["--profile", "AWS_PROFILE"])
def test_a_profile_names_who_asks_and_where(stage, cluster, explicit):
    stage.eks_cluster(region=WEST).access_entries[stage.user.arn] = "user"
    stage.home.write_shared_files(
        {"team": profile_keys(stage.user)}, {"profile team": {"region": WEST}}
    )
    environment = without(stage.outside(), *keys_of(stage.user), "AWS_REGION")
    variables = {} if explicit else {"AWS_PROFILE": "team"}
    arguments = ["--profile", "team"] if explicit else []
    outcome = refresh(stage, *arguments, environment=environment, **variables)
    assert len(written(stage, outcome)) == 1
    assert f"cluster {WEST}/prod of EKS" in outcome.stderr


def test_a_region_in_the_name_is_the_clusters_alone(stage, cluster):
    authenticator = stage.eks_cluster("stage", WEST)
    authenticator.access_entries[stage.user.arn] = "user"
    outcome = refresh(stage, cluster=f"{WEST}/stage")
    assert written(stage, outcome) == {REGISTRY}
    (request,) = stage.eks.arrived(DESCRIBE_ROUTE)
    assert f"/{WEST}/eks/aws4_request" in request.header("Authorization")
    token = base64.urlsafe_b64decode(authenticator.tokens[0].split(".")[1] + "===")
    assert token.startswith(f"https://sts.{WEST}.amazonaws.com/?".encode()), "not the stand-in's"


def test_both_may_stand_in_variables(stage, cluster):
    stage.sts.add_role(DEPLOYER, [stage.user.arn])
    cluster.access_entries = {DEPLOYER: "deployer"}
    outcome = stage.run(
        environment={
            **stage.outside(),
            "ECR_SECRET_EKS_CLUSTER": f"{REGION}/prod\n",
            "ECR_SECRET_EKS_ROLE_ARN": DEPLOYER,
            "ECR_SECRET_NAMESPACE": NAMESPACE,
        }
    )
    assert written(stage, outcome) == {REGISTRY}


def test_it_beats_the_pod_around_it(stage, cluster):
    assert written(stage, refresh(stage, environment=stage.environment)) == {REGISTRY}
    assert len(cluster.tokens) == 1


def test_on_outposts_the_token_names_the_id(stage):
    members = {"id": "0f3c-42", "outpostConfig": {"outpostArns": []}}
    authenticator = stage.eks_cluster(token_id="0f3c-42", **members)
    authenticator.access_entries[stage.user.arn] = "user"
    assert written(stage, refresh(stage)) == {REGISTRY}


@pytest.mark.parametrize("status", ["ACTIVE", "UPDATING"])
def test_a_cluster_that_is_updated_serves_on(stage, status):
    stage.eks_cluster(status=status).access_entries[stage.user.arn] = "user"
    assert written(stage, refresh(stage)) == {REGISTRY}


def test_the_token_is_of_the_corrected_clock(stage, cluster):
    """AWS's clock is two hours ahead of this machine's: EKS's answer tells."""
    stage.clock.offset_s = 7200
    outcome = refresh(stage)
    assert written(stage, outcome)
    assert not cluster.complaints


def test_all_namespaces_need_no_name(stage, cluster):
    stage.kubernetes.allow_everywhere(SECRET)
    arguments = ["--eks-cluster", "prod", "--all-namespaces"]
    assert written(stage, stage.run(*arguments, environment=stage.outside())) == {REGISTRY}


def test_a_proxy_leads_to_the_cluster_as_to_aws(stage, cluster, tmp_path):
    """Loopback is never proxied, so the server has to have a name; nobody resolves it."""
    stage.eks_cluster(endpoint="https://abc.gr7.eks.example")
    outcome = refresh(stage, "--timeout", "3s", HTTPS_PROXY="http://127.0.0.1:1")
    assert outcome.code == 75
    assert "127.0.0.1" in outcome.last_line, outcome.last_line


NOT_SERVING = {
    # the answer's members: exit code, and what the line must hold
    "creating": ({"status": "CREATING", "endpoint": None}, 69, ["is CREATING, not ACTIVE or"]),
    "deleting": ({"status": "DELETING"}, 69, ["the cluster is DELETING"]),
    "failed": ({"status": "FAILED"}, 69, ["the cluster is FAILED"]),
    "no status": ({"status": None}, 76, ["no cluster and its status"]),
    "no endpoint": ({"endpoint": None}, 76, ["no https endpoint"]),
    "an endpoint without TLS": ({"endpoint": "http://127.0.0.1:1"}, 76, ["no https endpoint"]),
    "an endpoint with a password": ({"endpoint": "https://a:b@h"}, 76, ["no https endpoint"]),
    "no CA": ({"certificateAuthority": {}}, 76, ["no certificateAuthority"]),
    "a CA that is no PEM": ({"certificateAuthority": {"data": "AAAA"}}, 76, ["no certificateAuth"]),
    "a CA that is no certificate": (
        {"certificateAuthority": {"data": base64.b64encode(b"-----BEGIN CERTIFICATE-----").decode()}},
        78,
        ["the cluster's CA", "certificate 1 is damaged"],
    ),
}


@pytest.mark.parametrize("members, code, words", NOT_SERVING.values(), ids=NOT_SERVING)
def test_a_cluster_that_is(stage, members, code, words):
    stage.eks_cluster(**members)
    outcome = refresh(stage)
    assert outcome.code == code, outcome.stderr
    for word in ["cluster", *words]:
        assert word in outcome.last_line
    assert not stage.kubernetes.requests


def not_found(stage):
    stage.eks.reset()


def denied(stage):
    stage.eks.denied.add(stage.user.arn)


def says(fault):
    return lambda stage: stage.eks.misbehave(DESCRIBE_ROUTE, fault, FOREVER)


EKS_SAYS = {
    # what EKS does: exit code, and what the line must hold
    "not found": (
        not_found,
        69,
        ["404 ResourceNotFoundException: No cluster found for name: prod.", f"{REGION} and the",
         "--eks-cluster REGION/NAME", "--eks-role-arn"],
    ),
    "denied": (
        denied,
        77,
        [f'allow it: {{"Effect":"Allow","Action":"eks:DescribeCluster","Resource":"{CLUSTER_ARN}"}}',
         "asked with credentials from environment, key ..."],
    ),
    "denied without words": (
        says(faults.aws_error("AccessDeniedException", status=403)),
        77,
        ['"Action":"eks:DescribeCluster","Resource":"*"}'],
    ),
    "an unknown key": (
        lambda stage: stage.identities.revoke(stage.user), 77, ["deleted or inactive"]
    ),
    "throttled": (says(faults.throttled), 75, ["Rate exceeded", "tried 2 times"]),
    "in trouble": (says(faults.unavailable()), 75, ["503"]),
    "html": (says(faults.html), 76, ["no cluster and its status"]),
    "half an answer": (says(faults.truncated), 76, ["no cluster and its status"]),
    "too much": (says(faults.huge), 76, ["longer than allowed"]),
    "a list": (says(faults.reply_json(200, [])), 76, ["no cluster and its status"]),
    "another type": (
        says(change_answer(lambda document: document["cluster"].update(endpoint=7))),
        76,
        ["no https endpoint"],
    ),
}


@pytest.mark.parametrize("arrange, code, words", EKS_SAYS.values(), ids=EKS_SAYS)
def test_eks_says(stage, cluster, arrange, code, words):
    arrange(stage)
    with stage.secret_stays():
        outcome = refresh(stage, AWS_MAX_ATTEMPTS="2")
    assert outcome.code == code, outcome.stderr
    assert f"cluster prod: eks: {REGION}/prod: DescribeCluster: " in outcome.last_line
    for word in words:
        assert word in outcome.last_line
    assert not stage.kubernetes.requests and not stage.ecr.requests


def test_a_role_that_is_refused_is_named_with_both_sides(stage, cluster):
    stage.sts.misbehave(ASSUME_ROLE_ROUTE, refuse("AccessDenied", "no"), FOREVER)
    outcome = refresh(stage, "--eks-role-arn", DEPLOYER)
    assert outcome.code == 77
    assert f"cluster prod: role {DEPLOYER}: sts: AssumeRole" in outcome.last_line
    assert f"the trust policy of {DEPLOYER}" in outcome.last_line
    assert not stage.eks.requests


@pytest.mark.parametrize("who", ["user", "session", "role"])
def test_without_an_access_entry_the_line_says_how_to_make_one(stage, cluster, who):
    cluster.access_entries = {}
    arguments, environment, principal = [], stage.outside(), "ARN "
    if who == "role":
        stage.sts.add_role(DEPLOYER, [stage.user.arn])
        arguments, principal = ["--eks-role-arn", DEPLOYER], DEPLOYER
    if who == "session":
        environment = without(environment, *keys_of(stage.user)) | stage.web_identity(DEPLOYER)
        principal = DEPLOYER
    outcome = refresh(stage, *arguments, environment=environment)
    assert outcome.code == 77, outcome.stderr
    assert "the API server answered 401: Unauthorized" in outcome.last_line
    assert f"{ENTRY}{principal}" in outcome.last_line
    assert "kube-system/aws-auth" in outcome.last_line
    assert set(cluster.complaints) == {"no access entry"}


def test_a_token_that_is_too_long_for_eks_is_named(stage, cluster):
    """2,600 characters of session token are more than the authenticator reads."""
    stage.identities.token_length = 2600
    session = stage.identities.add_session(ACCOUNT)
    cluster.access_entries = {session.role_arn: "ci"}
    outcome = refresh(stage, **keys_of(session))
    assert outcome.code == 77
    assert re.search(rf"the token has \d{{4}} bytes, and \S+ takes {TOKEN_MAX}", outcome.last_line)
    assert "access-entry" not in outcome.last_line, "it would not help"
    assert set(cluster.complaints) == {"token is too large"}


def test_without_a_role_in_the_cluster_the_rule_is_said(stage, cluster):
    stage.kubernetes.forbid("create", "get", "patch")
    outcome = refresh(stage)
    assert outcome.code == 77
    assert "resourceNames: [ecr-registry], verbs: [create, get, patch]" in outcome.last_line
    assert "access-entry" not in outcome.last_line


UNREACHABLE = {
    "private": (
        {"endpointPublicAccess": False, "vpcId": "vpc-0123"},
        ["endpoint is private: run this in vpc-0123", f"--region {REGION} --name prod"],
    ),
    "open to some": (
        {"endpointPublicAccess": True, "publicAccessCidrs": ["192.0.2.0/24", "198.51.100.7/32"]},
        ["takes connections only from 192.0.2.0/24, 198.51.100.7/32"],
    ),
    "open to all": ({"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}, []),
    "not said": ({}, []),
}


@pytest.mark.parametrize("access, words", UNREACHABLE.values(), ids=UNREACHABLE)
@pytest.mark.parametrize("reachable", [False, True], ids=["unreachable", "reachable"])
def test_an_endpoint_that_is(stage, access, words, reachable):
    """A private one may well be reachable: from its VPC, or by a VPN."""
    elsewhere = {} if reachable else {"endpoint": "https://127.0.0.1:1"}
    authenticator = stage.eks_cluster(resourcesVpcConfig=access, **elsewhere)
    authenticator.access_entries[stage.user.arn] = "user"
    outcome = refresh(stage, "--timeout", "4s" if not reachable else "60s")
    assert outcome.code == (0 if reachable else 75), outcome.stderr
    for word in words:
        assert (word in outcome.last_line) == (not reachable)
    if not words:
        assert "endpoint" not in outcome.last_line


def test_another_authority_than_the_clusters_is_not_trusted(stage):
    ca = base64.b64encode(stage.another_authority().pem).decode()
    stage.eks_cluster(certificateAuthority={"data": ca})
    outcome = refresh(stage)
    assert outcome.code == 76
    assert "trusted are the certificates of the cluster's CA" in outcome.last_line


def test_without_credentials_the_cluster_is_not_asked(stage, cluster):
    outcome = refresh(stage, environment=without(stage.outside(), *keys_of(stage.user)))
    assert outcome.code == 78
    assert "credentials: none found" in outcome.last_line
    assert not stage.eks.requests


def test_nothing_is_written_without_a_token_of_ecr(stage, cluster):
    stage.ecr.misbehave(TOKEN_ROUTE, faults.aws_error("AccessDeniedException", "no"), FOREVER)
    outcome = refresh(stage)
    assert outcome.code == 77
    assert not stage.kubernetes.arrived(APPLY)


USAGE = {
    "no namespace": (["--eks-cluster", "prod"], "--namespace: not given, and with --eks-cluster"),
    "a kubeconfig as well": (
        ["--eks-cluster=x", "--namespace=apps", "--kubeconfig=y"],
        "--eks-cluster and --kubeconfig: give one of them",
    ),
    "a context as well": (
        ["--eks-cluster=x", "--namespace=apps", "--context=y"],
        "--eks-cluster and --context: give one of them",
    ),
    "a role alone": (["--eks-role-arn", DEPLOYER], "--eks-role-arn: needs the --eks-cluster"),
    "a role that is none": (["--eks-cluster=x", "--eks-role-arn=y"], "a role's ARN"),
    "an ARN": (["--eks-cluster", CLUSTER_ARN], "[REGION/]NAME"),
    "an empty name": (["--eks-cluster", f"{REGION}/"], "[REGION/]NAME"),
    "an empty region": (["--eks-cluster", "/prod"], "[REGION/]NAME"),
    "a region that is none": (["--eks-cluster", "Mars/prod"], "[REGION/]NAME"),
    "a name with a dot": (["--eks-cluster", "pr.od"], "[REGION/]NAME"),
    "a name that begins with a dash": (["--eks-cluster=-prod"], "[REGION/]NAME"),
    "a name of 101 letters": (["--eks-cluster", 101 * "x"], "[REGION/]NAME"),
}


@pytest.mark.parametrize("arguments, words", USAGE.values(), ids=USAGE)
def test_64_for(stage, cluster, arguments, words):
    outcome = stage.run(*arguments, environment=stage.outside())
    assert outcome.code == 64
    assert words in outcome.last_line
    assert not stage.eks.requests
