"""ecr-secret replicate: what is refused, by AWS or by us, and what is warned of."""

import pytest

from replication import OTHER, TEAM, THERE, WEST, wrote
from standin import faults
from standin.ecr_registries import DESCRIBE, PUT
from standin.server import FOREVER
from standin.world import ACCOUNT, REGION


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


def test_variables_do_not_replicate(registries, replicate):
    outcome = replicate(ECR_SECRET_TO=OTHER, ECR_SECRET_REMOVE="true")
    assert "ECR_SECRET_TO: no such option; ignored" in outcome.stderr
    assert not wrote(registries)
