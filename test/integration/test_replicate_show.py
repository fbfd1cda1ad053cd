"""ecr-secret replicate without a change: how things are, and what is missing."""

import json

from replication import DELETES, OTHER, STATEMENT, TEAM, THEIRS, THERE, WEST, WEST_HERE, policy
from standin import faults
from standin.ecr_registries import GET_POLICY
from standin.server import FOREVER
from standin.world import ACCOUNT, REGION, keys_of


def test_nothing_is_set_up(replicate):
    outcome = replicate()
    expected = [f"{ACCOUNT}/{REGION}", "copies what is pushed", "  nothing"]
    assert outcome.stdout.splitlines() == [*expected, "lets copy in", "  nobody"]


def test_the_state_in_words(source, replicate):
    team = {"destinations": [WEST_HERE], "repositoryFilters": [TEAM]}
    source.configuration = {"rules": [{"destinations": [THERE]}, team]}
    source.policy = policy(THEIRS, {**STATEMENT, "Principal": {"AWS": OTHER}})
    lines = replicate().stdout.splitlines()
    assert f"  every repository -> {OTHER}/{REGION}" in lines
    assert f"  team/* -> {ACCOUNT}/{WEST}" in lines
    assert f"  {ACCOUNT}/{WEST}: needs no policy" in lines
    assert f'  {OTHER} -> * (statement "EcrSecretReplicate{ACCOUNT}")' in lines
    (there,) = [line for line in lines if line.startswith(f"  {OTHER}/{REGION}: ")]
    assert "not looked at" in there
    assert there.endswith(f"ecr-secret replicate --region {REGION} --from {ACCOUNT}")
    assert any("--list-unreplicated" in line for line in lines)
    assert lines[-1].startswith("no creation template is for what is copied in")


def test_what_is_missing_on_the_other_side_is_seen(source, destination, both, replicate):
    team = {"destinations": [THERE], "repositoryFilters": [TEAM]}
    source.configuration = {"rules": [team]}
    command = f"ecr-secret replicate --region {REGION} --from {ACCOUNT} --prefix team/"
    said = replicate(*both).stdout
    assert f"  {OTHER}/{REGION}: does NOT let it in; as that account: {command}; no" in said
    destination.policy = policy(STATEMENT)
    destination.templates = [{"prefix": "ROOT", "appliedFor": ["REPLICATION"]}]
    assert f"  {OTHER}/{REGION}: lets it in\n" in replicate(*both).stdout


def test_the_command_that_is_named_mends_it(source, destination, owner, both, replicate):
    source.configuration = {"rules": [{"destinations": [THERE]}]}
    (line,) = [line for line in replicate(*both).stdout.splitlines() if "NOT" in line]
    command = line.partition("ecr-secret replicate ")[2].partition(";")[0]
    replicate(*command.split(), **keys_of(owner))
    assert "lets it in" in replicate(*both).stdout


def test_the_state_as_json(source, destination, both, replicate):
    source.configuration = {"rules": [DELETES, {"destinations": [THERE]}]}
    state = json.loads(replicate("--output", "json", *both).stdout)
    assert (state["registryId"], state["region"]) == (ACCOUNT, REGION)
    assert state["replicationConfiguration"] == source.configuration
    assert state["policy"] == {"Version": "2012-10-17", "Statement": []}
    assert [one["access"] for one in state["destinations"]] == ["not seen", "missing"]


def test_what_may_not_be_seen_is_said(registries, source, replicate):
    denied = faults.aws_error("AccessDeniedException", "User is not authorized to do that")
    registries.misbehave(GET_POLICY, denied, FOREVER)
    assert "User is not authorized to do that" in replicate().stdout
