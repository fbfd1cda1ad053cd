"""What the tests of replicate share: two accounts, and what they have in their registries."""

import json

from standin.ecr_registries import DELETE_POLICY, PUT, PUT_POLICY
from standin.world import ACCOUNT, REGION

OTHER = "444455556666"
WEST = "eu-west-1"
THERE = {"region": REGION, "registryId": OTHER}
WEST_HERE = {"region": WEST, "registryId": ACCOUNT}
TEAM = {"filter": "team/", "filterType": "PREFIX_MATCH"}
FOREIGN = {"destinations": [{"region": "us-east-1", "registryId": "777788889999"}]}
DELETES = {**FOREIGN, "deleteReplication": {"enabled": True}}
STATEMENT = {
    "Sid": f"EcrSecretReplicate{ACCOUNT}",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": ["ecr:ReplicateImage", "ecr:CreateRepository"],
    "Resource": f"arn:aws:ecr:{REGION}:{OTHER}:repository/*",
}
THEIRS = {
    "Sid": "Theirs",
    "Effect": "Allow",
    "Principal": {"AWS": "777788889999"},
    "Action": "ecr:CreatePullThroughCacheRule",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "true"}},
}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statements(registry):
    return json.loads(registry.policy)["Statement"]


def wrote(registries):
    """What was changed, in order."""
    changes = (PUT, PUT_POLICY, DELETE_POLICY)
    return [registries.route(r) for r in registries.requests if registries.route(r) in changes]
