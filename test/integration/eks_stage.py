"""A cluster of EKS for tests: who is let in, and what a run has written."""

from standin.identities import role_arn
from standin.world import ACCOUNT, REGION

DEPLOYER = role_arn(ACCOUNT, "team/deployer")
ENTRY = f"aws eks create-access-entry --region {REGION} --cluster-name prod --principal-arn "


def cluster_of_user(stage):
    """A cluster that lets in the user; what judges its tokens."""
    stage.identities.token_length = 900  # of STS's usual ones; see the test of a long one
    authenticator = stage.eks_cluster()
    authenticator.access_entries[stage.user.arn] = "user"
    return authenticator


def written(stage, outcome):
    """The registries in the Secret after a run that succeeded."""
    assert outcome.code == 0, outcome.stderr
    return stage.docker_config()["auths"].keys()
