"""kubeconfigs as "aws eks update-kubeconfig" writes them: served inside, without any aws."""

import pytest

from eks_stage import DEPLOYER, ENTRY, cluster_of_user, written
from outside import Outside
from standin import kubeconfig
from standin.world import ACCOUNT, REGION, REGISTRY, keys_of, profile_keys


@pytest.fixture
def cluster(stage):
    return cluster_of_user(stage)


def run_with_kubeconfig(stage, *options, environment=None, **variables):
    """A run whose PATH has no program at all; the user's command is aws, with these options."""
    outside = Outside(stage)
    arguments = ["--region", REGION, "eks", "get-token", "--cluster-name", "prod", "--output", "json"]
    env = [{"name": name, "value": value} for name, value in (environment or {}).items()]
    user = kubeconfig.plugin("aws", "v1beta1", args=[*arguments, *options], env=env)
    return outside.run_with(outside.document(user=user), PATH="/nowhere", **variables)


def test_a_kubeconfig_of_aws_is_served_without_aws(stage, cluster):
    outcome = run_with_kubeconfig(stage)
    assert written(stage, outcome) == {REGISTRY}
    assert outcome.lines[0].startswith(f"writing to {stage.kubernetes.url}, context prod of /")
    assert set(stage.kubernetes.asked_by) == {"user"}
    assert len(cluster.tokens) == 1 and not cluster.complaints
    assert not stage.eks.requests, "the file has the server and its CA"


def test_the_role_of_a_kubeconfig_asks_the_cluster_alone(stage, cluster):
    stage.sts.add_role(DEPLOYER, [stage.user.arn])
    cluster.access_entries = {DEPLOYER: "deployer"}
    assert written(stage, run_with_kubeconfig(stage, "--role-arn", DEPLOYER)) == {REGISTRY}
    assert set(stage.kubernetes.asked_by) == {"deployer"}
    assert stage.ecr.issued[0][0] == stage.user


@pytest.mark.parametrize("explicit", [True, False], ids=["--profile", "AWS_PROFILE"])
def test_the_profile_of_a_kubeconfig(stage, cluster, explicit):
    """The environment's keys beat the variable, as with the AWS CLI, and not the option."""
    member = stage.identities.add_user(ACCOUNT, "member")
    cluster.access_entries = {stage.user.arn: "user", member.arn: "member"}
    stage.home.write_shared_files({"team": profile_keys(member)}, {"profile team": {}})
    options = ["--profile", "team"] if explicit else []
    environment = {} if explicit else {"AWS_PROFILE": "team"}
    outcome = run_with_kubeconfig(stage, *options, environment=environment)
    assert written(stage, outcome) == {REGISTRY}
    assert set(stage.kubernetes.asked_by) == {"member" if explicit else "user"}
    assert stage.ecr.issued[0][0] == stage.user


def test_a_kubeconfig_whose_user_has_no_access_entry(stage, cluster):
    cluster.access_entries = {}
    outcome = run_with_kubeconfig(stage)
    assert outcome.code == 77, outcome.stderr
    assert f"{ENTRY}ARN " in outcome.last_line


def test_a_kubeconfig_of_aws_without_credentials(stage, cluster):
    nobody = dict.fromkeys(keys_of(stage.user), "")
    outcome = run_with_kubeconfig(stage, **nobody)
    assert outcome.code == 78, outcome.stderr
    assert "credentials: none found" in outcome.last_line
    assert not stage.kubernetes.requests
