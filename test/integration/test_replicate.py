"""ecr-secret replicate: setting up both sides, taking it away, and showing how things are."""

import json

import pytest

from boto import boto
from standin import faults
from standin.ecr_registries import DESCRIBE, GET_POLICY, PUT, PUT_POLICY
from standin.identities import role_arn
from standin.server import FOREVER
from standin.world import ACCOUNT, REGION, keys_of, profile_keys

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
LATER = "only what is pushed from now on is copied"


@pytest.fixture
def replicate(stage, registries):
    """Runs replicate outside of any cluster; returns how it ended."""

    def run(*arguments, code=0, **variables):
        variables = {"AWS_ENDPOINT_URL_ECR": registries.url, **variables}
        environment = {**stage.outside(), **variables}
        outcome = stage.run("replicate", *arguments, environment=environment)
        assert outcome.code == code, outcome
        return outcome

    yield run
    assert not stage.kubernetes.requests, "replicate asks no cluster"


@pytest.fixture
def source(registries):
    return registries.registry(ACCOUNT, REGION)


@pytest.fixture
def destination(registries):
    return registries.registry(OTHER, REGION)


@pytest.fixture
def owner(stage):
    """Somebody in the destination."""
    return stage.identities.add_user(OTHER)


@pytest.fixture
def both(stage, owner):
    """The options that name credentials of the destination."""
    stage.home.write_shared_files(credentials={"there": profile_keys(owner)})
    return ("--destination-profile", "there")


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statements(registry):
    return json.loads(registry.policy)["Statement"]


def wrote(registries):
    """What was changed, in order."""
    changes = (PUT, PUT_POLICY, "DeleteRegistryPolicy")
    return [registries.route(r) for r in registries.requests if registries.route(r) in changes]


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


# --- Showing ------------------------------------------------------------------------


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


# --- Refusals ------------------------------------------------------------------------


def test_a_denied_change_names_the_statement(registries, replicate):
    message = f"User: arn:aws:iam::{ACCOUNT}:user/puller is not authorized to perform: ecr:{PUT}"
    registries.misbehave(PUT, faults.aws_error("AccessDeniedException", message), FOREVER)
    said = replicate("--to", OTHER, code=77).last_line
    assert message in said
    assert f'"ecr:{PUT}"' in said and "iam:CreateServiceLinkedRole" in said


def test_a_limit_that_is_exceeded_is_explained(source, replicate):
    rule = {"destinations": [THERE], "repositoryFilters": [TEAM]}
    source.configuration = {"rules": [{**rule, "deleteReplication": {"enabled": True}}] * 10}
    said = replicate("--to", f"{ACCOUNT}/{WEST}", code=69).last_line
    assert "ValidationException" in said and "11 rules, and ECR's limit is 10" in said


def test_a_configuration_that_nobody_understands_is_not_touched(registries, source, replicate):
    broken = faults.change_answer(
        lambda answer: {**answer, "replicationConfiguration": {"rules": [{"destinations": 7}]}}
    )
    registries.misbehave(DESCRIBE, broken, FOREVER)
    said = replicate("--to", OTHER, code=76).last_line
    assert f"{ACCOUNT}/{REGION}: replicationConfiguration: rules[0] has no list" in said
    assert not wrote(registries)


def test_a_number_that_would_be_rounded_is_refused(registries, replicate):
    text = '{"registryId":"%s","replicationConfiguration":{"rules":[],"x":9007199254740993}}'
    odd = faults.reply(200, text % ACCOUNT, "application/x-amz-json-1.1")
    registries.misbehave(DESCRIBE, odd, FOREVER)
    assert "line 1" in replicate("--to", OTHER, code=69).last_line
    assert not wrote(registries)


USAGE = {
    "both directions": (("--to", OTHER, "--from", OTHER), "give one of them"),
    "a status and a change": (("--to", OTHER, "--status", "a/b:1"), "--status only looks"),
    "a wait for nothing": (("--wait", "1m"), "needs the --status"),
    "a removal of nothing": (("--remove",), "needs --to or --from"),
    "a prefix of nothing": (("--prefix", "team/"), "needs the --to or --from"),
    "a bad account": (("--to", "1234"), '"1234" is not ACCOUNT'),
    "a bad region": (("--to", f"{OTHER}/Nowhere!"), "is not ACCOUNT or ACCOUNT/REGION"),
    "a region in --from": (("--from", f"{OTHER}/{REGION}"), "is not an account"),
    "a bad prefix": (("--to", OTHER, "--prefix", "Team"), '"Team" is not how a repository'),
    "no tag": (("--status", "team/app"), "REPOSITORY:TAG"),
    "the source itself": (("--to", f"{ACCOUNT}/{REGION}"), "is the source itself"),
    "the destination itself": (("--from", ACCOUNT), "is the account of this registry"),
    "another partition": (("--to", f"{OTHER}/cn-north-1"), "partition aws-cn"),
}


@pytest.mark.parametrize("arguments, says", USAGE.values(), ids=USAGE)
def test_options_that_do_not_go_together(registries, replicate, arguments, says):
    assert says in replicate(*arguments, code=64).last_line
    assert not wrote(registries)


def test_a_region_that_nobody_knows_may_be_a_mistake(source, replicate):
    outcome = replicate("--to", f"{OTHER}/eu-centrall-1")
    says = f"warning: --to {OTHER}/eu-centrall-1: no such region is known here; eu-central-1 is"
    assert outcome.lines[0] == says
    assert source.configuration["rules"][0]["destinations"][0]["region"] == "eu-centrall-1"


def test_a_profile_without_a_region_is_enough_there(stage, destination, both, replicate):
    profile = {"home": {**profile_keys(stage.user), "region": REGION}}
    there = stage.home.credentials.read_text()
    stage.home.write_shared_files(credentials=there, config={"profile home": profile["home"]})
    names = ("AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    variables = dict.fromkeys(names, "")
    replicate("--to", OTHER, "--source-profile", "home", *both, **variables)
    assert statements(destination) == [STATEMENT]


def test_variables_do_not_replicate(registries, replicate):
    outcome = replicate(ECR_SECRET_TO=OTHER, ECR_SECRET_REMOVE="true")
    assert "ECR_SECRET_TO: no such option; ignored" in outcome.stderr
    assert not wrote(registries)


def test_botocore_reads_what_was_written(stage, registries, both, owner, replicate):
    replicate("--to", OTHER, "--prefix", "team/", *both)
    ours = boto(stage, "ecr", stage.user, server=registries)
    theirs = boto(stage, "ecr", owner, server=registries)
    rule = {"destinations": [THERE], "repositoryFilters": [TEAM]}
    assert ours.describe_registry()["replicationConfiguration"] == {"rules": [rule]}
    name = f"arn:aws:ecr:{REGION}:{OTHER}:repository/team/*"
    (read,) = json.loads(theirs.get_registry_policy()["policyText"])["Statement"]
    assert read == {**STATEMENT, "Resource": name}
