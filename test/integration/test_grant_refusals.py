"""grant: what can't be changed and is left alone, and mistakes."""

import json

import pytest

from grant_desk import NAME, OTHER, THEIRS, THIRD, ours, policy, refused, root, same
from standin import faults
from standin.ecr_repositories import GET, SET
from standin.world import ACCOUNT, REGION

# --- What can't be ----------------------------------------------------------

BAD_POLICIES = {
    "half a document": ('{"Statement":[\n{"Effect":', "is not JSON, at line 2, column 11"),
    "a list": ("[]", "is not a JSON object"),
    "no statement": ("{}", "Statement is not a statement, nor a list"),
    "a large number": (
        '{"Statement":[{"Effect":"Deny","x":9007199254740993}]}',
        "has a number that would be rounded, at line 1, column 36",
    ),
    "a NUL": (
        '{"Statement":[{"Effect":"Deny","x":"\\u0000"}]}',
        "holds a NUL, at line 1, column 37",
    ),
    "no effect": ('{"Statement":[{"Sid":"x"}]}', "statement 1 of the policy has an Effect"),
    "two of a name": ('{"Statement":[],"Id":"a","Id":"b"}', "two members Id"),
}


@pytest.mark.parametrize("case", BAD_POLICIES)
@pytest.mark.parametrize("how", (("--to", OTHER), ("--remove",)))
def test_a_policy_that_is_not_understood_is_left_alone(desk, case, how):
    stored, words = BAD_POLICIES[case]
    desk.store(stored)
    refused(desk, desk.grant(NAME, *how), 69, f"error: {NAME}: ", words)


def test_a_policy_that_gets_too_long_is_not_sent(desk):
    long = {**THEIRS, "Resource": "x" * 9900}
    desk.store(policy(long))
    wanted = policy(long, {**ours(OTHER), "Principal": {"AWS": root(OTHER)}})
    size = len(json.dumps(wanted, separators=(",", ":"), ensure_ascii=False).encode())
    words = f"would have {size} bytes, {size - 10240} more than the 10240 that ECR takes"
    refused(desk, desk.grant(NAME, "--to", OTHER), 69, words)


def test_a_policy_that_locks_the_owner_out_is_not_written(desk):
    lock = {"Sid": "Lock", "Effect": "Deny", "Principal": "*", "Action": "ecr:*"}
    desk.store(policy(lock))
    ran = desk.grant(NAME, "--to", OTHER)
    words = f'statement "Lock" denies ecr:SetRepositoryPolicy to account {ACCOUNT}'
    refused(desk, ran, 69, words, "nobody could change the policy again")


def test_a_statement_of_ours_that_was_changed_is_left_alone(desk):
    desk.store(policy({**ours(OTHER), "Condition": {"Bool": {"x": "true"}}}))
    ran = desk.grant(NAME, "--to", THIRD)
    refused(desk, ran, 69, "EcrSecretPull has been changed by somebody else: it has a Condition")


def test_who_is_not_the_owner_is_told_whose_it_is(desk):
    ran = desk.grant(NAME, "--to", OTHER, "--registry", f"{THIRD}.{REGION}")
    refused(desk, ran, 77, f"account {THIRD} owns it: ask as one of its identities")


def test_a_repository_that_is_missing_is_69_and_the_others_are_written(desk):
    desk.store()
    ran = desk.grant("missing", NAME, "--to", OTHER)
    assert ran.code == 69
    assert ran.lines[0].startswith(f"error: missing: ecr: {REGION}: GetRepositoryPolicy: ")
    assert "is it in another account, or another region?" in ran.lines[0]
    assert ran.last_line.startswith("error: 1 written, 1 failed: missing: ")
    assert same(desk.policy(), policy(ours(OTHER)))


def test_an_account_that_does_not_exist_is_explained(desk):
    desk.store()
    message = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository"
    desk.repositories.misbehave(SET, faults.aws_error("InvalidParameterException", message))
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 69 and "account, role or user in the policy does not exist" in ran.last_line


def test_a_throttled_call_is_made_again(desk):
    desk.store()
    desk.repositories.misbehave(GET, faults.throttled)
    assert desk.grant(NAME, "--to", OTHER).code == 0


ODD_ANSWERS = {
    "no policyText": (faults.reply_json(200, {"registryId": ACCOUNT}), "has no policyText"),
    "a list": (faults.reply_json(200, []), "is not a JSON object"),
    "a page": (faults.html, "is not a JSON object"),
}


@pytest.mark.parametrize("case", ODD_ANSWERS)
def test_an_answer_that_makes_no_sense_is_76(desk, case):
    behaviour, words = ODD_ANSWERS[case]
    desk.store()
    desk.repositories.misbehave(GET, behaviour)
    refused(desk, desk.grant(NAME, "--to", OTHER), 76, words)


# --- Mistakes ---------------------------------------------------------------

MISTAKES = {
    "no repository": (("--to", OTHER), "name a repository"),
    "nothing to do": ((NAME,), "give --to WHO, or --remove, --show or --iam"),
    "push alone": ((NAME, "--push"), "give --to WHO, or --remove, --show or --iam"),
    "show and iam": ((NAME, "--show", "--iam"), "--show and --iam: give one"),
    "show and to": ((NAME, "--show", "--to", OTHER), "--show changes nothing"),
    "show and push": ((NAME, "--show", "--push"), "--show changes nothing"),
    "show and dry-run": ((NAME, "--show", "--dry-run"), "--show changes nothing"),
    "iam and remove": ((NAME, "--iam", "--remove"), "--iam changes nothing"),
    "iam and no registry": ((NAME, "--iam"), "--iam: give --registry ACCOUNT.REGION"),
    "json and no show": ((NAME, "--to", OTHER, "--output", "json"), "--output: goes with --show"),
    "another partition": (
        (NAME, "--to", f"arn:aws-cn:iam::{OTHER}:root"),
        "is of another partition than the repositories, which are in aws",
    ),
    "capitals": (("Team", "--to", OTHER), '"Team" is not a repository\'s name'),
    "an account alone": ((NAME, "--remove", "--registry", OTHER), "is not ACCOUNT.REGION"),
}
NOBODIES = (
    "*",
    "11111111111",
    "o-a1b2c3d4e5",
    "org:a1b2c3d4e5",
    "org:o-A1B2C3D4E5",
    f"arn:aws:sts::{OTHER}:assumed-role/r/s",
    f"arn:aws:iam::{OTHER}:role/*",
    f"arn:aws:iam::{OTHER}:role/",
    f"arn:aws:iam::{OTHER}:group/g",
    f"arn:aws:iam::{OTHER}:*",
    f"arn:aws:s3::{OTHER}:root",
)


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named_before_anybody_is_asked(desk, case):
    arguments, words = MISTAKES[case]
    desk.store()
    refused(desk, desk.grant(*arguments), 64, words)
    assert not desk.repositories.requests


@pytest.mark.parametrize("who", NOBODIES)
def test_only_an_account_a_principal_or_an_organisation_is_granted(desk, who):
    desk.store()
    refused(desk, desk.grant(NAME, "--to", who), 64, f'--to: "{who}" is not an account\'s')


def test_variables_grant_and_revoke_nothing(desk):
    desk.store(policy(ours(OTHER)))
    ran = desk.grant(NAME, "--to", OTHER, ECR_SECRET_REMOVE="1", ECR_SECRET_TO=THIRD)
    assert ran.code == 0 and ran.last_line.startswith(f"{NAME}: unchanged")
    assert "ECR_SECRET_REMOVE: no such option; ignored" in ran.stderr
