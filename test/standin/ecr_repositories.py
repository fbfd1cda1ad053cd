"""A stand-in of ECR's repositories and their policies, which it spells its own way as ECR does."""

import copy
import json
import re

import botocore.model
import botocore.validate

from .ecr import AMZ_JSON, TARGET
from .message import json_answer
from .server import StandIn
from .signature import Refusal, judge

GET, SET, DELETE = "GetRepositoryPolicy", "SetRepositoryPolicy", "DeleteRepositoryPolicy"
DESCRIBE = "DescribeRepositories"
POLICY_MAX = 10240
PAGE = 2  # small, so that nobody can do without the next one
INVALID = "Invalid parameter at 'PolicyText' failed to satisfy constraint: "


class Repositories(StandIn):
    """Repositories by account, region and name. Another account may not touch them."""

    service = "ecr"

    def __init__(self, model, identities, **listener):
        self._model = botocore.model.ServiceModel(model)
        self._identities = identities
        super().__init__(**listener)

    def reset(self):
        super().reset()
        self._policies = {}

    def add(self, account, region, name, policy=None):
        """A repository; its policy is a document, text as it stands, or there is none."""
        text = policy if isinstance(policy, str) else policy and json.dumps(policy)
        self._policies[account, region, name] = text

    def policy(self, account, region, name):
        text = self._policies[account, region, name]
        return text and json.loads(text)

    def route(self, request):
        return (request.header("X-Amz-Target") or "").removeprefix(TARGET)

    def answer(self, request):
        try:
            identity, region = judge(request, self.service, self._identities, self.clock.now())
            document = self._act(request, identity, region)
        except Refusal as no:
            return json_answer(400, {"__type": no.code, "message": no.message}, AMZ_JSON)
        return json_answer(200, document, AMZ_JSON)

    def _act(self, request, identity, region):
        action, asked = self.route(request), request.json()
        if request.method != "POST" or request.header("Content-Type") != AMZ_JSON:
            raise Refusal("UnknownOperationException", "")
        shape = self._model.operation_model(action).input_shape
        faults = botocore.validate.ParamValidator().validate(asked, shape)
        unknown = sorted(set(asked) - set(shape.members))
        if faults.has_errors() or unknown:
            raise Refusal("ValidationException", f"{faults.generate_report()} {unknown}")
        owner = asked.get("registryId", identity.account)
        if owner != identity.account:
            raise Refusal("AccessDeniedException", not_authorized(identity, action, owner, region, asked))
        if action == DESCRIBE:
            return self._describe(owner, region, asked)
        return self._change(action, (owner, region, asked["repositoryName"]), asked)

    def _describe(self, owner, region, asked):
        names = sorted(n for a, r, n in self._policies if (a, r) == (owner, region))
        at = int(asked.get("nextToken", 0))
        found = [{"repositoryName": name, "registryId": owner} for name in names[at : at + PAGE]]
        more = {"nextToken": str(at + PAGE)} if at + PAGE < len(names) else {}
        return {"repositories": found, **more}

    def _change(self, action, key, asked):
        owner, _, name = key
        if key not in self._policies:
            message = f"The repository with name '{name}' does not exist in the registry with id"
            raise Refusal("RepositoryNotFoundException", f"{message} '{owner}'")
        if action == SET:
            self._policies[key] = respelled(asked["policyText"])
        if self._policies[key] is None:
            message = "Repository policy does not exist for the repository with name"
            message = f"{message} '{name}' in the registry with id '{owner}'"
            raise Refusal("RepositoryPolicyNotFoundException", message)
        answer = {"registryId": owner, "repositoryName": name, "policyText": self._policies[key]}
        if action == DELETE:
            self._policies[key] = None
        return answer


def not_authorized(identity, action, owner, region, asked):
    name = asked.get("repositoryName", "*")
    resource = f"arn:aws:ecr:{region}:{owner}:repository/{name}"
    return (
        f"User: {identity.arn} is not authorized to perform: ecr:{action} on resource: {resource}"
        f" because no resource-based policy allows the ecr:{action} action"
    )


def respelled(text):
    """What was sent as ECR keeps it: its own spacing, and other spellings of the same."""
    if len(text) > POLICY_MAX:
        raise Refusal("InvalidParameterException", f"{INVALID}'Member must have length <= {POLICY_MAX}'")
    try:
        policy = json.loads(text)
        statements = policy["Statement"]
    except (ValueError, KeyError):
        statements = []
    if not statements:
        raise Refusal("InvalidParameterException", f"{INVALID}'Invalid repository policy provided'")
    policy = copy.deepcopy(policy)
    for statement in policy["Statement"]:
        for name in ("Action", "Resource"):
            if isinstance(statement.get(name), list):
                statement[name] = statement[name][::-1]
        principals = statement.get("Principal")
        if isinstance(principals, dict) and isinstance(principals.get("AWS"), str):
            principals["AWS"] = [principals["AWS"]]
        elif isinstance(principals, dict) and "AWS" in principals:
            principals["AWS"] = sorted(principals["AWS"], reverse=True)
    text = json.dumps(policy, indent=2, separators=(",", " : "), ensure_ascii=False)
    return re.sub(r"\n *\]", " ]", text)
