"""What the tests of grant share: where an owner of repositories sits, and policies."""

import json

from standin import faults
from standin.ecr_repositories import DELETE, GET, SET
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
