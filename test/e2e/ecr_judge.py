"""Who may pull from a repository: as AWS decides it, by the policies that moto holds."""

import fnmatch
import json

from botocore.exceptions import ClientError

from moto_aws import ACCOUNT, as_variables
from moto_aws import REGION as HOME

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ALLOW, DENY = "Allow", "Deny"


class Judge:
    """Reads repositories and policies from moto, as an administrator of both accounts."""

    def __init__(self, moto, other_account):
        self._moto = moto
        keys = moto.add_user("judge", EVERYTHING)
        role = moto.add_role("judge", EVERYTHING, account=other_account)
        sts = moto.client("sts", keys)
        session = sts.assume_role(RoleArn=role, RoleSessionName="judge")["Credentials"]
        self._keys = {ACCOUNT: keys, other_account: as_variables(session)}
        self._clients = {}
        self._known = {}  # what moto has answered

    def forget(self):
        """Something was changed in moto."""
        self._known.clear()

    def client(self, service, account=ACCOUNT, region=HOME):
        place = service, account, region
        if place not in self._clients:
            keys = self._keys[account]
            self._clients[place] = self._moto.client(service, keys, region=region)
        return self._clients[place]

    def has_repository(self, repository, account, region):
        if account not in self._keys:
            return False
        answer = self._ask("ecr", account, region, "describe_repositories")
        return repository in [one["repositoryName"] for one in answer["repositories"]]

    def objection(self, arn, action, repository, account, region):
        """None if the identity may do it, else the end of ECR's sentence: why it may not."""
        resource = f"arn:aws:ecr:{region}:{account}:repository/{repository}"
        theirs = _decide(self._policies_of(arn), action, resource)
        its = _decide(self._policy_of(repository, account, region), action, resource, arn)
        for kind, said in (("an identity", theirs), ("a resource", its)):
            if said == DENY:
                return f"with an explicit deny in {kind}-based policy"
        is_at_home = arn.split(":")[4] == account
        if ALLOW in (theirs, its) if is_at_home else theirs == its == ALLOW:
            return None
        kind = "resource" if theirs == ALLOW else "identity"
        return f"because no {kind}-based policy allows the {action} action"

    def _policies_of(self, arn):
        """The statements of a user's inline policies, or of a session's role's."""
        kind, name = arn.split(":")[5].split("/")[:2]
        kind = "user" if kind == "user" else "role"
        whose = {f"{kind.capitalize()}Name": name}
        names = self._ask("iam", ACCOUNT, HOME, f"list_{kind}_policies", **whose)["PolicyNames"]
        get = f"get_{kind}_policy"
        found = [self._ask("iam", ACCOUNT, HOME, get, **whose, PolicyName=one) for one in names]
        return [statement for one in found for statement in one["PolicyDocument"]["Statement"]]

    def _policy_of(self, repository, account, region):
        if account not in self._keys:
            return []
        whose = {"repositoryName": repository}
        answer = self._ask("ecr", account, region, "get_repository_policy", **whose)
        return json.loads(answer["policyText"])["Statement"] if answer else []

    def _ask(self, service, account, region, operation, **parameters):
        """moto's answer, the same as before if it was asked before; None if nothing is there."""
        question = service, account, region, operation, *parameters.items()
        if question not in self._known:
            client = self.client(service, account, region)
            try:
                self._known[question] = getattr(client, operation)(**parameters)
            except ClientError as reason:
                assert "NotFoundException" in reason.response["Error"]["Code"], reason
                self._known[question] = None
        return self._known[question]


def _decide(statements, action, resource, arn=None):
    """Deny beats Allow; None if nothing is said. A repository's policy has principals."""
    effects = [s["Effect"] for s in statements if _is_about(s, action, resource, arn)]
    return DENY if DENY in effects else ALLOW if ALLOW in effects else None


def _is_about(statement, action, resource, arn):
    if arn is not None and not set(_texts(statement["Principal"])) & _names_of(arn):
        return False
    actions, resources = _texts(statement["Action"]), _texts(statement.get("Resource", resource))
    return any(fnmatch.fnmatchcase(action.lower(), one.lower()) for one in actions) and any(
        fnmatch.fnmatchcase(resource, one) for one in resources
    )


def _texts(value):
    """A policy says "x", ["x"], or of principals {"AWS": "x"}."""
    value = value.get("AWS", []) if isinstance(value, dict) else value
    return [value] if isinstance(value, str) else value


def _names_of(arn):
    """All by which a principal may be meant: itself, its role, its account, everybody."""
    account, what = arn.split(":")[4:6]
    names = {arn, account, f"arn:aws:iam::{account}:root", "*"}
    if what.startswith("assumed-role/"):
        names.add(f"arn:aws:iam::{account}:role/{what.split('/')[1]}")
    return names
