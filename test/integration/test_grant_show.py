"""grant without a change: --dry-run, --show and --iam."""

import json

from grant_desk import NAME, OTHER, PULL, PUSH, THEIRS, THIRD, ours, policy, root
from standin.ecr_repositories import DELETE
from standin.world import ACCOUNT, REGION


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
