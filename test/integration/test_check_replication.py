"""ecr-secret check: an image of one's own that is missing, and may be meant to be copied."""

import json

import pytest

from standin import faults
from standin.ecr import registry_host
from standin.registry import Registry
from standin.server import FOREVER
from standin.world import ACCOUNT, REGION, REGISTRY

OTHER = "444455556666"
WEST = "eu-west-1"
STATEMENT = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
    "Action": ["ecr:ReplicateImage", "ecr:CreateRepository"],
    "Resource": "*",
}
NO_POLICY = faults.aws_error("RegistryPolicyNotFoundException", "there is none")


def policy(*statements):
    return faults.reply_json(200, {"policyText": json.dumps({"Statement": list(statements)})})


def described(*rules):
    configuration = {"rules": list(rules)}
    return faults.reply_json(
        200, {"registryId": ACCOUNT, "replicationConfiguration": configuration}
    )


def to(region):
    return {"destinations": [{"region": region, "registryId": ACCOUNT}]}


@pytest.fixture
def notes(stage, proxy):
    """What check says of replication where the image team/app:9 is missing in a region."""
    hosts = (REGISTRY, registry_host(ACCOUNT, WEST))
    registry = Registry(stage.ecr, tls=stage.aws_authority.server_context(*hosts))
    registry.push("team/app", "1")
    proxy.places.update({f"{host}:443": (registry.address, registry.port) for host in hosts})

    def look(stored, described=None, region=REGION):
        stage.ecr.misbehave("GetRegistryPolicy", stored, FOREVER)
        if described:
            stage.ecr.misbehave("DescribeRegistry", described, FOREVER)
        image = f"{registry_host(ACCOUNT, region)}/team/app:9"
        environment = {**stage.outside(), "HTTPS_PROXY": proxy.url}
        outcome = stage.run("check", "--output", "json", image, environment=environment)
        findings = json.loads(outcome.stdout)["findings"]
        assert any("has no tag 9" in one.get("remedy", "") for one in findings), outcome
        words = ("replication", "GetRegistryPolicy")
        return [one for one in findings if any(word in one["text"] for word in words)]

    yield look
    registry.close()
    assert not registry.defects


def test_who_may_copy_it_here_is_named(stage, notes):
    (note,) = notes(policy(STATEMENT))
    assert f"if it is to come by replication: {OTHER} may copy it here" in note["text"]
    assert not stage.ecr.arrived("DescribeRegistry")


@pytest.mark.parametrize("stored", (NO_POLICY, policy()), ids=("no policy", "no statement"))
def test_where_nobody_may_copy_nothing_is_said(notes, stored):
    assert notes(stored) == []


def test_who_may_not_look_is_told_what_is_needed(notes):
    (note,) = notes(faults.aws_error("AccessDeniedException", "User is not authorized to do that"))
    assert note["mark"] == "note" and "User is not authorized to do that" in note["text"]
    assert '"ecr:GetRegistryPolicy"' in note["remedy"]


@pytest.mark.parametrize("stored, says", [("{}", "no policyText"), ('{"policyText":"7"}', "JSON")])
def test_an_answer_that_makes_no_sense_is_only_noted(notes, stored, says):
    (note,) = notes(faults.reply(200, stored))
    assert note["mark"] == "note" and says in note["text"]
    assert "only needed to see whether replication should have" in note["remedy"]


def test_our_own_rule_came_too_late(notes):
    (note,) = notes(NO_POLICY, described(to(WEST)), region=WEST)
    assert f"a rule of {ACCOUNT} copies it to {ACCOUNT}/{WEST}, but it was pushed" in note["text"]


def test_no_rule_of_ours_is_for_it(notes):
    (note,) = notes(NO_POLICY, described(to("us-east-1")), region=WEST)
    command = f"ecr-secret replicate --region {REGION} --to {ACCOUNT}/{WEST} --prefix team/app"
    assert command in note["text"]


def test_who_has_no_rules_expects_no_copy(notes):
    assert notes(NO_POLICY, described(), region=WEST) == []
