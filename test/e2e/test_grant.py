"""grant against moto: botocore reads back what was written, and IAM's code judges the calls."""

import itertools
import json

import botocore.exceptions
import pytest

import program
from moto_aws import ACCOUNT, REGION, Moto
from pod import BINARY

PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
OTHER = "111122223333"
ROOT = f"arn:aws:iam::{OTHER}:root"
OURS = {"Sid": "EcrSecretPull", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": PULL}
THEIRS = {
    "Sid": "CodeBuild",
    "Effect": "Allow",
    "Principal": {"Service": "codebuild.amazonaws.com"},
    "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
}
RIGHTS = (
    "DescribeRepositories",
    "GetRepositoryPolicy",
    "SetRepositoryPolicy",
    "DeleteRepositoryPolicy",
)
numbers = itertools.count()


def policy(*statements, **members):
    return {"Version": "2012-10-17", **members, "Statement": list(statements)}


def may(*actions):
    """A statement of an identity; moto judges ECR's actions on all resources only."""
    return {"Effect": "Allow", "Action": [f"ecr:{one}" for one in actions], "Resource": "*"}


class Owner:
    """An account with repositories, and a user who may change their policies."""

    def __init__(self, moto):
        self.moto = moto
        setup = {"AWS_ACCESS_KEY_ID": "setup", "AWS_SECRET_ACCESS_KEY": "setup"}
        self._ecr = moto.client("ecr", setup)
        self.keys = moto.add_user(f"owner-{next(numbers)}", may(*RIGHTS))

    def make_repository(self, name=None, stored=None):
        name = name or f"team/app-{next(numbers)}"
        self.moto.judge(after=1000)
        self._ecr.create_repository(repositoryName=name)
        if stored is not None:
            self._ecr.set_repository_policy(repositoryName=name, policyText=json.dumps(stored))
        return name

    def policy(self, name):
        """As botocore reads it; None: there is none."""
        self.moto.judge(after=1000)
        try:
            answer = self._ecr.get_repository_policy(repositoryName=name)
        except botocore.exceptions.ClientError as none:
            assert none.response["Error"]["Code"] == "RepositoryPolicyNotFoundException"
            return None
        return json.loads(answer["policyText"])

    def grant(self, *arguments, keys=None):
        self.moto.judge()
        environment = {
            **(keys or self.keys),
            "AWS_ENDPOINT_URL": self.moto.url,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        return program.run(BINARY, ["grant", *arguments], environment)


@pytest.fixture(scope="module")
def owner(tmp_path_factory):
    server = Moto(tmp_path_factory.mktemp("moto"))
    yield Owner(server)
    server.stop()


def test_a_first_grant_makes_the_policy(owner):
    name = owner.make_repository()
    ran = owner.grant(name, "--to", OTHER)
    assert (ran.code, ran.stdout) == (0, ""), ran.stderr
    assert ran.lines == [f"{name}: written: account {OTHER} may pull"]
    assert owner.policy(name) == policy(OURS)


def test_a_second_grant_writes_nothing(owner):
    name = owner.make_repository()
    owner.grant(name, "--to", OTHER)
    reader = owner.moto.add_user(f"reader-{next(numbers)}", may("GetRepositoryPolicy"))
    ran = owner.grant(name, "--to", OTHER, keys=reader)
    assert ran.code == 0 and ran.lines == [f"{name}: unchanged: account {OTHER} may pull"]


def test_what_others_have_written_stays_and_comes_back(owner):
    stored = policy(THEIRS, Version="2008-10-17", Id="kept")
    name = owner.make_repository(stored=stored)
    role = f"arn:aws:iam::{OTHER}:role/ci/push"
    assert owner.grant(name, "--to", OTHER, "--to", "org:o-a1b2c3d4e5").code == 0
    assert owner.grant(name, "--to", role, "--push").code == 0
    held = owner.policy(name)
    sids = [statement["Sid"] for statement in held["Statement"]]
    assert sids == ["CodeBuild", "EcrSecretPull", "EcrSecretPullOrganization", "EcrSecretPush"]
    assert held["Statement"][3]["Principal"] == {"AWS": role}
    assert set(held["Statement"][3]["Action"]) > set(PULL)
    assert held["Statement"][2]["Principal"] == "*"
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    assert held["Statement"][2]["Condition"] == condition
    assert owner.grant(name, "--remove").code == 0
    assert owner.policy(name) == stored


def test_the_last_statement_takes_the_policy_with_it(owner):
    name = owner.make_repository()
    owner.grant(name, "--to", OTHER, "--to", "444455556666")
    assert owner.grant(name, "--remove", "--to", OTHER).code == 0
    assert owner.policy(name)["Statement"][0]["Principal"] == {"AWS": ROOT.replace(OTHER, "444455556666")}
    ran = owner.grant(name, "--remove", "--to", "444455556666")
    assert ran.code == 0 and ran.last_line.endswith(", and nothing else: it is deleted")
    assert owner.policy(name) is None


def test_a_dry_run_prints_the_difference_and_writes_nothing(owner):
    name = owner.make_repository(stored=policy(THEIRS))
    ran = owner.grant(name, "--to", OTHER, "--dry-run")
    assert ran.code == 0
    assert ran.lines == [f"{name}: would be written (dry run): account {OTHER} may pull"]
    assert ran.stdout.startswith(f"{name}\n")
    assert '+       "Sid": "EcrSecretPull",\n' in ran.stdout
    assert not any(line.startswith("-") for line in ran.stdout.splitlines() if "}" not in line)
    assert owner.policy(name) == policy(THEIRS)


def test_a_glob_stands_for_the_repositories_it_matches(owner):
    names = [owner.make_repository(f"glob/{name}") for name in ("a", "b", "c/d")]
    other = owner.make_repository("globe")
    ran = owner.grant("glob/*", "glob/a", "--to", OTHER)
    assert ran.code == 0
    assert ran.last_line == "3 written, 0 failed"
    assert all(owner.policy(name) == policy(OURS) for name in names)
    assert owner.policy(other) is None
    ran = owner.grant("glob/*", "--show", "--output", "json")
    assert [one["repository"] for one in json.loads(ran.stdout)] == names


def test_a_glob_that_matches_nothing_is_refused(owner):
    ran = owner.grant("nothing/*", "--to", OTHER)
    assert ran.code == 69 and "nothing/*: none of the " in ran.last_line


def test_show_says_who_may_pull_in_words(owner):
    deny = {"Effect": "Deny", "Principal": "*", "Action": "ecr:*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    name = owner.make_repository(stored=policy(THEIRS, deny))
    owner.grant(name, "--to", OTHER, "--to", "org:o-a1b2c3d4e5")
    ran = owner.grant(name, "--show")
    assert ran.code == 0 and not ran.stderr
    assert ran.stdout.splitlines() == [
        f"{name} ({ACCOUNT}.{REGION})",
        f"  service codebuild.amazonaws.com may pull, if aws:SourceAccount StringEquals {ACCOUNT}: "
        'statement "CodeBuild"',
        "  everybody must not do everything, if aws:SecureTransport Bool false: statement 2",
        f'  account {OTHER} may pull: statement "EcrSecretPull", ours',
        '  everybody in organisation o-a1b2c3d4e5 may pull: statement "EcrSecretPullOrganization", '
        "ours",
    ]


def test_a_repository_that_does_not_exist_does_not_hold_up_another(owner):
    name = owner.make_repository()
    ran = owner.grant("team/missing", name, "--to", OTHER)
    assert ran.code == 69
    assert "team/missing: ecr: " in ran.lines[0] and "RepositoryNotFoundException" in ran.lines[0]
    assert "is it in another account, or another region?" in ran.lines[0]
    assert owner.policy(name) == policy(OURS)


def test_a_denied_write_shows_the_statement_that_allows_it(owner):
    name = owner.make_repository()
    keys = owner.moto.add_user(f"reader-{next(numbers)}", may("GetRepositoryPolicy"))
    ran = owner.grant(name, "--to", OTHER, keys=keys)
    assert ran.code == 77
    assert '{"Effect":"Allow","Action":"ecr:SetRepositoryPolicy","Resource":"' in ran.last_line
    assert owner.policy(name) is None
