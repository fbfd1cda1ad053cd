"""replicate against moto: two accounts, set up, read back by botocore, and taken away."""

import itertools
import json

import pytest

from moto_aws import ACCOUNT, REGION, signed_by

OTHER = "210987654321"
WEST = "eu-west-1"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
RULES = {"rules": [{"destinations": [{"region": WEST, "registryId": OTHER}]}]}
numbers = itertools.count()


@pytest.fixture
def sides(moto, front, pod):
    """The program's environment in the source, a role in the destination, botocore in both."""

    class Sides:
        keys = moto.add_user(f"replicator-{next(numbers)}", EVERYTHING)
        role = moto.add_role(f"replicator-{next(numbers)}", EVERYTHING, account=OTHER)
        environment = signed_by(pod, keys, front.url)

        def run(self, *arguments, code=0):
            outcome = pod.run("replicate", *arguments, environment=self.environment)
            assert outcome.code == code, outcome
            return outcome

        def set_up(self, *arguments):
            return self.run("--to", f"{OTHER}/{WEST}", "--destination-role-arn", self.role, *arguments)

    made = Sides()
    made.source = moto.client("ecr", made.keys)
    made.destination = moto.client("ecr", moto.session_of(made.role), region=WEST)
    moto.judge()
    yield made
    made.source.put_replication_configuration(replicationConfiguration={"rules": []})
    if policy_of(made.destination):
        made.destination.delete_registry_policy()


def rules_of(client):
    return client.describe_registry()["replicationConfiguration"]


def policy_of(client):
    try:
        return json.loads(client.get_registry_policy()["policyText"])
    except client.exceptions.RegistryPolicyNotFoundException:
        return None


def test_both_sides_are_set_up_and_taken_away(sides):
    sides.set_up()
    assert rules_of(sides.source) == RULES
    (statement,) = policy_of(sides.destination)["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert statement["Resource"] == f"arn:aws:ecr:{WEST}:{OTHER}:repository/*"
    assert set(statement["Action"]) == {"ecr:ReplicateImage", "ecr:CreateRepository"}
    assert "as wanted already" in sides.set_up().lines[0]
    sides.set_up("--remove")
    assert rules_of(sides.source) == {"rules": []}
    assert policy_of(sides.destination) is None


def test_what_others_wrote_stays(sides):
    theirs = {
        "Sid": "Theirs",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "ecr:ReplicateImage",
        "Resource": f"arn:aws:ecr:{WEST}:{OTHER}:repository/theirs/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [theirs]}
    sides.destination.put_registry_policy(policyText=json.dumps(policy))
    rule = {"destinations": [{"region": "us-east-1", "registryId": ACCOUNT}]}
    sides.source.put_replication_configuration(replicationConfiguration={"rules": [rule]})
    sides.set_up()
    both = [*rule["destinations"], *RULES["rules"][0]["destinations"]]
    assert rules_of(sides.source) == {"rules": [{"destinations": both}]}
    assert policy_of(sides.destination)["Statement"][0] == theirs
    sides.set_up("--remove")
    assert rules_of(sides.source) == {"rules": [rule]}
    assert policy_of(sides.destination) == policy


def test_the_state_of_both_sides_is_seen(sides):
    sides.set_up("--prefix", "team/")
    said = sides.run("--destination-role-arn", sides.role).stdout
    assert f"  team/* -> {OTHER}/{WEST}\n" in said and f"  {OTHER}/{WEST}: lets it in" in said
    sides.destination.delete_registry_policy()
    said = sides.run("--destination-role-arn", sides.role).stdout
    assert f"  {OTHER}/{WEST}: does NOT let it in" in said


def test_a_refusal_by_the_service_is_told(sides):
    """moto allows one rule."""
    sides.set_up()
    said = sides.run("--to", f"{OTHER}/{REGION}", "--prefix", "team/", code=69).last_line
    assert "PutReplicationConfiguration: AWS answered 400 ValidationException" in said
    assert rules_of(sides.source) == RULES


def test_a_dry_run_changes_nothing(sides):
    said = sides.set_up("--dry-run").stdout
    assert OTHER in said
    assert rules_of(sides.source) == {"rules": []} and policy_of(sides.destination) is None


def test_a_missing_permission_is_denied_and_named(moto, front, pod):
    keys = moto.add_user(f"nobody-{next(numbers)}")
    moto.judge()
    environment = signed_by(pod, keys, front.url)
    outcome = pod.run("replicate", "--to", f"{OTHER}/{WEST}", environment=environment)
    assert outcome.code == 77
    assert 'allow it: {"Effect":"Allow","Action":"ecr:DescribeRegistry"' in outcome.last_line
