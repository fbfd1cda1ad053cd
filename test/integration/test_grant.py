"""grant: policies that others change too, that can't be changed, and who is told what."""

import json

import pytest

from harness import load_json, vectors
from standin import faults
from standin.ecr_repositories import DELETE, DESCRIBE, GET, SET, Repositories
from standin.world import ACCOUNT, REGION

NAME = "team/app"
OTHER, THIRD = "222222222222", "333333333333"
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
PUSH = [
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
    "ecr:PutImage",
]
THEIRS = {
    "Sid": "Theirs",
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "ecr:BatchGetImage",
    "Future": {"deep": [1, 2.5, None, True, {"x": "é"}]},
}


def root(account):
    return f"arn:aws:iam::{account}:root"


def policy(*statements, **members):
    return {"Version": "2012-10-17", **members, "Statement": list(statements)}


def ours(*accounts, sid="EcrSecretPull", actions=PULL):
    principals = {"AWS": [root(account) for account in accounts]}
    return {"Sid": sid, "Effect": "Allow", "Principal": principals, "Action": actions}


class Desk:
    """Where the owner of a repository sits."""

    def __init__(self, stage, repositories):
        self.stage, self.repositories = stage, repositories

    def store(self, stored=None, name=NAME):
        self.repositories.add(ACCOUNT, REGION, name, stored)

    def policy(self, name=NAME):
        return self.repositories.policy(ACCOUNT, REGION, name)

    def grant(self, *arguments, environment=None, **variables):
        environment = {
            **(environment or self.stage.outside()),
            "AWS_ENDPOINT_URL_ECR": self.repositories.url,
            **variables,
        }
        return self.stage.run("grant", *arguments, environment=environment)

    def arrived(self, route):
        return len(self.repositories.arrived(route))

    def when_read(self, *actions):
        """What happens right before each reading of a policy, None: nothing."""
        for action in actions:
            behaviour = faults.meanwhile(action) if action else faults.answer_as_usual
            self.repositories.misbehave(GET, behaviour)


@pytest.fixture
def desk(stage):
    model = load_json(vectors("models", "ecr.json"))
    tls = stage.aws_authority.server_context()
    made = Repositories(model, stage.identities, tls=tls, clock=stage.clock)
    yield Desk(stage, made)
    made.close()
    assert not made.defects


def same(got, want):
    """Equal but for the order of lists, and for one text as a list of it."""
    return canonical(got) == canonical(want)


def canonical(value):
    if isinstance(value, dict):
        return {name: canonical(member) for name, member in value.items()}
    if isinstance(value, list):
        elements = sorted((canonical(one) for one in value), key=json.dumps)
        return elements[0] if len(elements) == 1 else elements
    return value


def refused(desk, ran, code, *words):
    assert ran.code == code, ran.stderr
    assert not ran.stdout
    for word in words:
        assert word in ran.last_line
    assert desk.arrived(SET) + desk.arrived(DELETE) == 0


# --- Who is granted what ----------------------------------------------------


def test_a_grant_is_read_written_and_read_back(desk):
    desk.store()
    ran = desk.grant(NAME, "--to", OTHER)
    assert (ran.code, ran.stdout) == (0, "")
    assert ran.lines == [f"{NAME}: written: account {OTHER} may pull"]
    assert same(desk.policy(), policy(ours(OTHER)))
    assert [desk.repositories.route(r) for r in desk.repositories.requests] == [GET, SET, GET]


def test_force_is_never_sent(desk):
    desk.store()
    desk.grant(NAME, "--to", OTHER)
    (sent,) = desk.repositories.arrived(SET)
    assert set(sent.json()) == {"repositoryName", "policyText"}


def test_a_policy_that_says_so_already_is_read_once(desk):
    desk.store(policy(THEIRS, ours(OTHER, THIRD)))
    ran = desk.grant(NAME, "--to", THIRD)
    assert ran.code == 0 and ran.lines == [f"{NAME}: unchanged: account {THIRD} may pull"]
    assert len(desk.repositories.requests) == 1


def test_principals_come_to_those_that_are_there(desk):
    desk.store(policy(THEIRS, ours(OTHER), Id="kept"))
    role = f"arn:aws:iam::{THIRD}:role/ci"
    ran = desk.grant(NAME, "--to", THIRD, "--to", role)
    assert ran.last_line.endswith(f"account {THIRD} and role {role} may pull")
    wanted = ours(OTHER, THIRD)
    wanted["Principal"]["AWS"].append(role)
    assert same(desk.policy(), policy(THEIRS, wanted, Id="kept"))


def test_push_has_a_statement_of_its_own(desk):
    desk.store(policy(ours(OTHER)))
    ran = desk.grant(NAME, "--to", OTHER, "--push")
    assert ran.last_line.endswith("may pull and push")
    pushed = ours(OTHER, sid="EcrSecretPush", actions=PULL + PUSH)
    assert same(desk.policy(), policy(ours(OTHER), pushed))


def test_the_last_push_goes_and_the_pull_stays(desk):
    pushed = ours(OTHER, sid="EcrSecretPush", actions=PULL + PUSH)
    desk.store(policy(ours(OTHER, THIRD), pushed))
    ran = desk.grant(NAME, "--to", OTHER, "--push", "--remove")
    assert ran.last_line.endswith(f"no statement of ours lets account {OTHER} push")
    assert same(desk.policy(), policy(ours(OTHER, THIRD)))


def test_what_is_removed_goes_from_both(desk):
    pushed = ours(OTHER, sid="EcrSecretPush", actions=PULL + PUSH)
    desk.store(policy(THEIRS, ours(OTHER, THIRD), pushed))
    assert desk.grant(NAME, "--to", OTHER, "--remove").code == 0
    assert same(desk.policy(), policy(THEIRS, ours(THIRD)))


def test_without_a_name_all_of_ours_goes(desk):
    pushed = ours(OTHER, sid="EcrSecretPush", actions=PULL + PUSH)
    desk.store()
    desk.grant(NAME, "--to", "org:o-a1b2c3d4e5", "--to", OTHER)
    desk.grant(NAME, "--to", "org:o-a1b2c3d4e5", "--push")
    assert len(desk.policy()["Statement"]) == 3
    ran = desk.grant(NAME, "--remove")
    assert ran.last_line == (
        f"{NAME}: written: no statement of ours is in it, and nothing else: it is deleted"
    )
    assert desk.policy() is None
    desk.store(policy(pushed, THEIRS))
    desk.grant(NAME, "--remove")
    assert same(desk.policy(), policy(THEIRS))


def test_nothing_to_remove_is_no_failure(desk):
    desk.store()
    ran = desk.grant(NAME, "--remove", "--to", OTHER)
    assert ran.code == 0 and ": unchanged: " in ran.last_line
    assert len(desk.repositories.requests) == 1


def test_china_has_a_partition_of_its_own(desk):
    desk.repositories.add(ACCOUNT, "cn-north-1", NAME)
    ran = desk.grant(NAME, "--to", OTHER, "--registry", f"{ACCOUNT}.cn-north-1")
    assert ran.code == 0
    (statement,) = desk.repositories.policy(ACCOUNT, "cn-north-1", NAME)["Statement"]
    assert statement["Principal"] == {"AWS": [f"arn:aws-cn:iam::{OTHER}:root"]}


def test_a_denial_of_somebody_else_is_pointed_out(desk):
    deny = {"Sid": "No", "Effect": "Deny", "Principal": {"AWS": OTHER}, "Action": "ecr:Batch*"}
    desk.store(policy(deny))
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 0
    words = 'statement "No", which is not ours, still denies pulls to ' + root(OTHER)
    assert words in ran.last_line


# --- Others write, too ------------------------------------------------------


def test_what_came_while_another_was_written_is_kept(desk):
    desk.store()
    desk.store(name="other")
    desk.repositories.misbehave(SET, faults.meanwhile(lambda: desk.store(policy(THEIRS), "other")))
    ran = desk.grant(NAME, "other", "--to", OTHER)
    assert ran.code == 0 and ran.last_line == "2 written, 0 failed"
    assert same(desk.policy("other"), policy(THEIRS, ours(OTHER)))


def test_a_write_that_was_overwritten_is_mended(desk):
    desk.store()
    desk.when_read(None, lambda: desk.store(policy(THEIRS)))
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 0
    assert "somebody else changes it, too; it has to be changed once more" in ran.lines[0]
    assert same(desk.policy(), policy(THEIRS, ours(OTHER)))
    assert desk.arrived(SET) == 2


def test_an_answer_that_is_behind_is_looked_at_twice(desk):
    desk.store()
    behind = faults.aws_error("RepositoryPolicyNotFoundException", "none yet")
    desk.when_read(None)
    desk.repositories.misbehave(GET, behind)
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 0 and len(ran.lines) == 1
    assert desk.arrived(SET) == 1 and same(desk.policy(), policy(ours(OTHER)))


def test_a_deletion_meanwhile_is_mended(desk):
    desk.store(policy(THEIRS))
    desk.when_read(None, desk.store)
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 0 and "changed once more" in ran.lines[0]
    assert same(desk.policy(), policy(ours(OTHER)))


def test_an_addition_after_the_write_is_told_and_kept(desk):
    desk.store()
    desk.when_read(None, lambda: desk.store(policy(ours(OTHER), THEIRS)))
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 0 and "it is as wanted all the same" in ran.lines[0]
    assert same(desk.policy(), policy(ours(OTHER), THEIRS))
    assert desk.arrived(SET) == 1


def test_somebody_who_never_stops_is_75(desk):
    desk.store()
    desk.when_read(None, *[lambda: desk.store(policy(THEIRS))] * 10)
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 75
    assert "was written 3 times, and each time" in ran.last_line
    assert desk.arrived(SET) == 3 and same(desk.policy(), policy(THEIRS))


def test_somebody_who_does_the_same_leaves_nothing_to_write(desk):
    desk.store()
    desk.store(name="other")
    same_there = faults.meanwhile(lambda: desk.store(policy(ours(OTHER)), "other"))
    desk.repositories.misbehave(SET, same_there)
    ran = desk.grant(NAME, "other", "--to", OTHER)
    assert ran.lines[1] == f"other: unchanged: account {OTHER} may pull"
    assert desk.arrived(SET) == 1


def test_an_answer_that_is_lost_is_no_failure(desk):
    desk.store()
    desk.repositories.misbehave(SET, faults.answer_is_lost)
    assert desk.grant(NAME, "--to", OTHER).code == 0
    assert same(desk.policy(), policy(ours(OTHER)))


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


# --- Many repositories ------------------------------------------------------


def test_all_pages_of_repositories_are_read(desk):
    names = [f"team/{letter}" for letter in "abcde"]
    for name in (*names, "other"):
        desk.store(name=name)
    ran = desk.grant("team/?", "--to", OTHER)
    assert ran.code == 0 and ran.last_line == "5 written, 0 failed"
    assert desk.arrived(DESCRIBE) == 3
    assert all(same(desk.policy(name), policy(ours(OTHER))) for name in names)
    assert desk.policy("other") is None


def test_names_alone_need_no_list(desk):
    desk.store()
    desk.grant(NAME, NAME, "--to", OTHER)
    assert desk.arrived(DESCRIBE) == 0 and desk.arrived(SET) == 1


def test_pages_without_an_end_are_76(desk):
    endless = faults.reply_json(200, {"repositories": [], "nextToken": "again"})
    desk.repositories.misbehave(DESCRIBE, endless, times=2000)
    refused(desk, desk.grant("*", "--to", OTHER), 76, "pages have no end")


def test_a_glob_that_matches_nothing_does_not_hold_up_another(desk):
    desk.store()
    ran = desk.grant("x*", "team/*", "--to", OTHER)
    assert ran.code == 69
    assert ran.lines[0] == f"error: x*: none of the 1 repositories in {REGION} matches"
    assert same(desk.policy(), policy(ours(OTHER)))


# --- Without a change -------------------------------------------------------


def test_a_dry_run_prints_a_difference(desk):
    desk.store(policy(THEIRS, ours(OTHER)))
    ran = desk.grant(NAME, "--to", THIRD, "--dry-run")
    assert ran.code == 0
    assert ran.lines == [f"{NAME}: would be written (dry run): account {THIRD} may pull"]
    head, *lines = ran.stdout.splitlines()
    assert head == NAME
    assert [line for line in lines if line[0] in "+-"] == [
        f'-         "AWS": ["{root(OTHER)}"]',
        '+         "AWS": [',
        f'+           "{root(OTHER)}",',
        f'+           "{root(THIRD)}"',
        "+         ]",
    ]
    assert len(desk.repositories.requests) == 1


def test_a_dry_run_of_a_deletion_shows_all_of_it_go(desk):
    desk.store(policy(ours(OTHER)))
    ran = desk.grant(NAME, "--remove", "--dry-run")
    assert all(line.startswith("- ") for line in ran.stdout.splitlines()[1:])
    assert desk.policy() is not None and desk.arrived(DELETE) == 0


def test_show_says_who_may_do_what(desk):
    desk.store(
        policy(
            {"Effect": "Allow", "Principal": {"AWS": ["AROAEXAMPLE", OTHER]}, "Action": "ecr:*"},
            {
                "Sid": "All but",
                "Effect": "Deny",
                "NotPrincipal": {"AWS": [root(OTHER), f"arn:aws:iam::{THIRD}:user/u"]},
                "NotAction": ["ecr:List*", "ecr:Get*"],
            },
            {**ours(THIRD), "Action": [*PULL, "ecr:DescribeImages"]},
            {**THEIRS, "Condition": {"NumericLessThan": {"k": [1, 2]}, "Null": {"j": True}}},
        )
    )
    desk.store(name="other")
    ran = desk.grant(NAME, "other", "--show")
    assert ran.code == 0 and not ran.stderr
    assert ran.stdout.splitlines() == [
        f"{NAME} ({ACCOUNT}.{REGION})",
        "  deleted role AROAEXAMPLE may do everything: statement 1",
        f"  account {OTHER} may do everything: statement 1",
        f"  everybody but account {OTHER}, user arn:aws:iam::{THIRD}:user/u must not do everything"
        ' but ecr:List*, ecr:Get*: statement "All but"',
        f"  account {THIRD} may pull, and call ecr:DescribeImages:"
        ' statement "EcrSecretPull", ours',
        "  service lambda.amazonaws.com may call ecr:BatchGetImage, if k NumericLessThan 1 or 2,"
        ' and j Null true: statement "Theirs"',
        f"other ({REGION})",
        "  no policy: nobody but the account that owns it",
    ]


def test_show_shows_no_control_characters(desk):
    odd = {"Sid": "a\nb", "Effect": "Allow", "Principal": {"\x1b[2J": "\r"}, "Action": "\x7f"}
    desk.store(policy(odd))
    ran = desk.grant(NAME, "--show")
    assert ran.stdout.splitlines()[1:] == ['   [2J   may call  : statement "a\\u000ab"']


def test_show_as_json_says_the_same(desk):
    desk.store(policy(ours(OTHER, sid="EcrSecretPush", actions=PULL + PUSH)))
    ran = desk.grant(NAME, "--show", "--output", "json", "--registry", f"{ACCOUNT}.{REGION}")
    assert json.loads(ran.stdout) == [
        {
            "repository": NAME,
            "account": ACCOUNT,
            "region": REGION,
            "hasPolicy": True,
            "statements": [
                {
                    "name": 'statement "EcrSecretPush"',
                    "ours": True,
                    "effect": "Allow",
                    "who": [{"kind": "account", "value": OTHER}],
                    "others": False,
                    "pull": True,
                    "push": True,
                    "all": False,
                    "actions": PULL + PUSH,
                    "allBut": False,
                    "conditions": [],
                }
            ],
        }
    ]


def test_iam_prints_what_the_pulling_side_needs_without_a_call(desk):
    where = f"{ACCOUNT}.{REGION}"
    nobody = desk.stage.without_keys()
    ran = desk.grant(NAME, "team/*", "--iam", "--registry", where, environment=nobody)
    assert ran.code == 0 and not ran.stderr and not desk.repositories.requests
    arn = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/"
    assert json.loads(ran.stdout) == policy(
        {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {"Effect": "Allow", "Action": PULL, "Resource": [arn + NAME, arn + "team/*"]},
    )
    ran = desk.grant(NAME, "--iam", "--push", "--registry", where, environment=nobody)
    assert json.loads(ran.stdout)["Statement"][1]["Action"] == PULL + PUSH


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


def test_a_role_of_the_owner_is_asked_as(desk):
    role = f"arn:aws:iam::{THIRD}:role/admin"
    desk.stage.sts.add_role(role, [desk.stage.user.arn])
    desk.repositories.add(THIRD, REGION, NAME)
    ran = desk.grant(NAME, "--to", OTHER, "--role-arn", role)
    assert ran.code == 0
    assert same(desk.repositories.policy(THIRD, REGION, NAME), policy(ours(OTHER)))
