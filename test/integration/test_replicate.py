"""ecr-secret replicate: setting up both sides, and taking it away."""

import json

import pytest

from boto import boto
from replication import (
    DELETES,
    FOREIGN,
    OTHER,
    STATEMENT,
    TEAM,
    THEIRS,
    THERE,
    WEST,
    WEST_HERE,
    policy,
    statements,
    wrote,
)
from standin.ecr_registries import DESCRIBE, PUT, PUT_POLICY
from standin.identities import role_arn
from standin.server import FOREVER
from standin.world import ACCOUNT, REGION, keys_of, profile_keys

LATER = "only what is pushed from now on is copied"

# --- The source ------------------------------------------------------------------


def test_a_destination_is_added(registries, source, replicate):
    outcome = replicate("--to", OTHER)
    assert source.configuration == {"rules": [{"destinations": [THERE]}]}
    assert outcome.stdout == ""
    assert outcome.lines[0] == f"{ACCOUNT}/{REGION}: replication: written"
    command = f"ecr-secret replicate --region {REGION} --from {ACCOUNT}"
    assert outcome.lines[1] == f"{OTHER}/{REGION} must let it in, as that account: {command}"
    assert LATER in outcome.lines[2]


def test_another_region_of_the_same_account_needs_no_policy(source, replicate):
    outcome = replicate("--to", f"{ACCOUNT}/{WEST}", "--prefix", "team/")
    rule = {"destinations": [WEST_HERE], "repositoryFilters": [TEAM]}
    assert source.configuration == {"rules": [rule]}
    assert "must let it in" not in outcome.stderr


def test_twice_is_once(registries, source, replicate):
    replicate("--to", OTHER)
    registries.requests.clear()
    outcome = replicate("--to", OTHER)
    assert outcome.lines[0] == f"{ACCOUNT}/{REGION}: replication: as wanted already"
    assert not wrote(registries)


def test_rules_of_others_stay_with_members_that_nobody_knows(source, replicate):
    source.configuration = {"rules": [DELETES]}
    replicate("--to", OTHER, "--to", f"{ACCOUNT}/{WEST}")
    assert source.configuration == {"rules": [DELETES, {"destinations": [THERE, WEST_HERE]}]}
    replicate("--to", OTHER, "--to", f"{ACCOUNT}/{WEST}", "--remove")
    assert source.configuration == {"rules": [DELETES]}


def test_an_equal_rule_is_joined_and_left(source, replicate):
    source.configuration = {"rules": [FOREIGN]}
    replicate("--to", OTHER)
    assert source.configuration["rules"] == [{"destinations": [*FOREIGN["destinations"], THERE]}]
    replicate("--to", OTHER, "--remove")
    assert source.configuration == {"rules": [FOREIGN]}


def test_removing_what_is_not_there_changes_nothing(registries, source, replicate):
    source.configuration = {"rules": [FOREIGN]}
    replicate("--to", OTHER, "--remove")
    assert not wrote(registries)


def test_a_dry_run_shows_the_difference_and_writes_nothing(registries, source, replicate):
    source.configuration = {"rules": [FOREIGN]}
    outcome = replicate("--to", OTHER, "--dry-run")
    lines = outcome.stdout.splitlines()
    assert lines[0] == f"{ACCOUNT}/{REGION}: replication"
    changed = [line.replace(" ", "") for line in lines if line[0] in "+-"]
    assert f'+"registryId":"{OTHER}"' in changed
    assert "replication: would be written (dry run)" in outcome.stderr
    assert not wrote(registries)


def test_somebody_else_who_writes_at_the_same_time_is_kept(registries, source, replicate):
    def overwrite(exchange):
        exchange.send(exchange.usual_answer())
        source.configuration = {"rules": [FOREIGN]}

    registries.misbehave(PUT, overwrite)
    outcome = replicate("--to", OTHER)
    assert "somebody else changes it, too" in outcome.lines[0]
    assert source.configuration["rules"] == [{"destinations": [*FOREIGN["destinations"], THERE]}]


def test_an_answer_that_is_a_little_behind_is_no_difference(registries, source, replicate):
    def behind(exchange):
        now, source.configuration = source.configuration, {"rules": []}
        exchange.send(exchange.usual_answer())
        source.configuration = now

    registries.misbehave(DESCRIBE, behind, when=lambda _: registries.arrived(PUT))
    outcome = replicate("--to", OTHER)
    assert outcome.lines[0] == f"{ACCOUNT}/{REGION}: replication: written"
    assert wrote(registries) == [PUT]


def test_somebody_who_goes_on_writing_ends_it(registries, source, replicate):
    def overwrite(exchange):
        exchange.send(exchange.usual_answer())
        source.configuration = {"rules": [FOREIGN]}

    registries.misbehave(PUT, overwrite, FOREVER)
    outcome = replicate("--to", OTHER, code=75)
    assert f"{ACCOUNT}/{REGION}: replication: it was written 3 times, and" in outcome.last_line
    assert wrote(registries) == [PUT] * 3


def test_somebody_who_goes_on_adding_is_no_failure(registries, source, replicate):
    def add(exchange):
        exchange.send(exchange.usual_answer())
        source.configuration["rules"].append(DELETES)

    registries.misbehave(PUT, add, FOREVER)
    outcome = replicate("--to", OTHER)
    assert "it is as wanted all the same" in outcome.lines[0]
    assert source.configuration["rules"] == [{"destinations": [THERE]}, DELETES]
    assert wrote(registries) == [PUT]


# --- The destination --------------------------------------------------------------


def test_a_source_is_let_in(registries, destination, owner, replicate):
    outcome = replicate("--from", ACCOUNT, **keys_of(owner))
    assert statements(destination) == [STATEMENT]
    assert outcome.lines == [f"{OTHER}/{REGION}: registry policy for {ACCOUNT}: written"]


def test_a_source_is_let_in_beside_others_and_put_out(registries, destination, owner, replicate):
    destination.policy = policy(THEIRS)
    replicate("--from", ACCOUNT, "--prefix", "team/", "--prefix", "base", **keys_of(owner))
    names = [f"arn:aws:ecr:{REGION}:{OTHER}:repository/{name}*" for name in ("team/", "base")]
    assert statements(destination) == [THEIRS, {**STATEMENT, "Resource": names}]
    replicate("--from", ACCOUNT, "--prefix", "base", "--remove", **keys_of(owner))
    assert statements(destination) == [THEIRS, {**STATEMENT, "Resource": names[0]}]
    replicate("--from", ACCOUNT, "--prefix", "team/", "--remove", **keys_of(owner))
    assert statements(destination) == [THEIRS]


def test_the_last_statement_takes_the_policy_with_it(registries, destination, owner, replicate):
    replicate("--from", ACCOUNT, **keys_of(owner))
    replicate("--from", ACCOUNT, "--remove", **keys_of(owner))
    assert destination.policy is None
    registries.requests.clear()
    replicate("--from", ACCOUNT, "--remove", **keys_of(owner))
    assert not wrote(registries)


def test_a_policy_of_another_version_goes_as_well(registries, destination, owner, replicate):
    stored = {"Version": "2008-10-17", "Id": "theirs", "Statement": STATEMENT}
    destination.policy = json.dumps(stored)
    outcome = replicate("--from", ACCOUNT, "--remove", **keys_of(owner))
    assert outcome.lines == [f"{OTHER}/{REGION}: registry policy for {ACCOUNT}: written"]
    assert destination.policy is None


def test_a_dry_run_of_a_deletion_shows_all_of_it_go(registries, destination, owner, replicate):
    destination.policy = policy(STATEMENT)
    outcome = replicate("--from", ACCOUNT, "--remove", "--dry-run", **keys_of(owner))
    head, *lines = outcome.stdout.splitlines()
    assert head == f"{OTHER}/{REGION}: registry policy for {ACCOUNT}"
    assert lines and all(line.startswith("- ") for line in lines)
    assert not wrote(registries)


@pytest.mark.parametrize("how", ((), ("--dry-run",)), ids=("a run", "a dry run"))
def test_a_policy_that_would_be_too_long_is_not_sent(
    registries, destination, owner, replicate, how
):
    destination.policy = policy({**THEIRS, "Sid": "x" * 9990})
    outcome = replicate("--from", ACCOUNT, *how, code=69, **keys_of(owner))
    assert "more than the 10240 that ECR takes" in outcome.last_line
    assert not wrote(registries)


BROKEN = {
    "half a policy": ('{"Statement":[', "line 1, column 15"),
    "a large number": (
        policy({**THEIRS, "Condition": {"NumericEquals": {"x": 9007199254740993}}}),
        "line 1",
    ),
    "a NUL": (policy({**THEIRS, "Sid": "a\0b"}), "line 1"),
    "no policy": ("[]", "not a JSON object"),
}


@pytest.mark.parametrize("text, says", BROKEN.values(), ids=BROKEN)
def test_a_policy_that_cannot_be_kept_is_not_touched(
    registries, destination, owner, replicate, text, says
):
    destination.policy = text
    outcome = replicate("--from", ACCOUNT, code=69, **keys_of(owner))
    what = f"{OTHER}/{REGION}: registry policy for {ACCOUNT}"
    assert f"{what}: ecr: {REGION}: GetRegistryPolicy: the policy " in outcome.last_line
    assert says in outcome.last_line
    assert not wrote(registries) and destination.policy == text


# --- Both -------------------------------------------------------------------------


def test_one_command_sets_up_both_sides_the_destination_first(
    registries, source, destination, both, replicate
):
    outcome = replicate("--to", OTHER, "--to", f"{ACCOUNT}/{WEST}", *both)
    assert wrote(registries) == [PUT_POLICY, PUT]
    assert statements(destination) == [STATEMENT]
    assert source.configuration == {"rules": [{"destinations": [THERE, WEST_HERE]}]}
    assert "must let it in" not in outcome.stderr


def test_one_command_takes_both_sides_away_the_destination_last(
    registries, source, destination, both, replicate
):
    replicate("--to", OTHER, *both)
    registries.requests.clear()
    replicate("--to", OTHER, "--remove", *both)
    assert wrote(registries) == [PUT, "DeleteRegistryPolicy"]
    assert source.configuration == {"rules": []} and destination.policy is None


def test_a_role_leads_to_the_destination(stage, registries, destination, replicate):
    arn = role_arn(OTHER, "replicator")
    stage.sts.add_role(arn, [stage.user.arn])
    replicate("--to", OTHER, "--destination-role-arn", arn)
    assert statements(destination) == [STATEMENT]


def test_credentials_of_another_account_are_noticed(registries, source, both, replicate):
    outcome = replicate("--to", "777788889999", *both, code=64)
    says = f"--to 777788889999/{REGION}: the destination's credentials are those of account {OTHER}"
    assert says in outcome.last_line
    assert not wrote(registries)


def test_a_dry_run_shows_both_sides(registries, both, replicate):
    outcome = replicate("--to", OTHER, "--dry-run", *both)
    assert f"{OTHER}/{REGION}: registry policy for {ACCOUNT}" in outcome.stdout
    assert f"{ACCOUNT}/{REGION}: replication" in outcome.stdout
    assert not wrote(registries)


def test_a_profile_without_a_region_is_enough_there(stage, destination, both, replicate):
    profile = {"home": {**profile_keys(stage.user), "region": REGION}}
    there = stage.home.credentials.read_text()
    stage.home.write_shared_files(credentials=there, config={"profile home": profile["home"]})
    names = ("AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    variables = dict.fromkeys(names, "")
    replicate("--to", OTHER, "--source-profile", "home", *both, **variables)
    assert statements(destination) == [STATEMENT]


def test_botocore_reads_what_was_written(stage, registries, both, owner, replicate):
    replicate("--to", OTHER, "--prefix", "team/", *both)
    ours = boto(stage, "ecr", stage.user, server=registries)
    theirs = boto(stage, "ecr", owner, server=registries)
    rule = {"destinations": [THERE], "repositoryFilters": [TEAM]}
    assert ours.describe_registry()["replicationConfiguration"] == {"rules": [rule]}
    name = f"arn:aws:ecr:{REGION}:{OTHER}:repository/team/*"
    (read,) = json.loads(theirs.get_registry_policy()["policyText"])["Statement"]
    assert read == {**STATEMENT, "Resource": name}
