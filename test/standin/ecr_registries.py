"""A stand-in of ECR's registries: replication, registry policies, images and their copies.

Requests and answers are held against the service's model by botocore.
"""

import copy
import datetime
import hashlib
import json
import re

import botocore.model
import botocore.validate

from .ecr import AMZ_JSON, TARGET
from .message import json_answer
from .server import StandIn
from .signature import Refusal, judge

DESCRIBE, PUT = "DescribeRegistry", "PutReplicationConfiguration"
GET_POLICY, PUT_POLICY = "GetRegistryPolicy", "PutRegistryPolicy"
DELETE_POLICY = "DeleteRegistryPolicy"
STATUS = "DescribeImageReplicationStatus"
IMAGES, REPOSITORIES = "DescribeImages", "DescribeRepositories"
TEMPLATES = "DescribeRepositoryCreationTemplates"
TEMPLATE_ROUTES = (TEMPLATES,)  # newer than the model that we have
COMPLETE, IN_PROGRESS, FAILED = "COMPLETE", "IN_PROGRESS", "FAILED"
POLICY_MAX = 10240
PAGE = 2  # small, so that nobody can do without the next one


class Registries(StandIn):
    """One registry for each account and region; everybody sees that of the account alone."""

    service = "ecr"

    def __init__(self, model, identities, **listener):
        model = copy.deepcopy(model)
        model["shapes"]["DeleteReplication"] = {
            "type": "structure",
            "required": ["enabled"],
            "members": {"enabled": {"shape": "DeleteReplicationEnabled"}},
        }
        model["shapes"]["DeleteReplicationEnabled"] = {"type": "boolean"}
        rule = model["shapes"]["ReplicationRule"]["members"]
        rule["deleteReplication"] = {"shape": "DeleteReplication"}
        self._model = botocore.model.ServiceModel(model)
        self._identities = identities
        super().__init__(**listener)

    def reset(self):
        super().reset()
        self._registries = {}

    def registry(self, account, region):
        return self._registries.setdefault((account, region), Registry(account, region))

    def route(self, request):
        return (request.header("X-Amz-Target") or "").removeprefix(TARGET)

    def answer(self, request):
        try:
            identity, region = judge(request, self.service, self._identities, self.clock.now())
            document = self._act(request, self.registry(identity.account, region))
        except Refusal as no:
            return json_answer(400, {"__type": no.code, "message": no.message}, AMZ_JSON)
        return json_answer(200, document, AMZ_JSON)

    def _act(self, request, registry):
        action = self.route(request)
        if request.method != "POST" or request.header("Content-Type") != AMZ_JSON:
            raise Refusal("UnknownOperationException", "")
        asked = request.json()
        if action in TEMPLATE_ROUTES:
            return ACTIONS[action](registry, asked)
        operation = self._model.operation_model(action)
        self._check(asked, operation.input_shape)
        if asked.get("registryId", registry.account) != registry.account:
            raise Refusal("AccessDeniedException", f"User is not authorized to perform: {action}")
        answer = ACTIONS[action](registry, asked)
        self._check(answer, operation.output_shape)
        return answer

    def _check(self, document, shape):
        faults = botocore.validate.ParamValidator().validate(document, shape)
        if faults.has_errors():
            raise Refusal("ValidationException", faults.generate_report())
        check_limits(document, shape)


def check_limits(value, shape):
    """What botocore leaves to the service: the longest, and how texts are written."""
    pattern = shape.metadata.get("pattern", "")
    if isinstance(value, (str, list)):
        limited = len(value) > shape.metadata.get("max", len(value))
        if limited or (isinstance(value, str) and pattern and not re.fullmatch(pattern, value)):
            raise Refusal("ValidationException", f"{shape.name} failed to satisfy constraint")
    if isinstance(value, list):
        for element in value:
            check_limits(element, shape.member)
    if isinstance(value, dict):
        for name, member in value.items():
            check_limits(member, shape.members[name])


class Registry:
    """What one account has in one region."""

    def __init__(self, account, region):
        self.account, self.region = account, region
        self.configuration = {"rules": []}
        self.policy = None  # its text
        self.templates = []
        self.repositories = {}

    def push(self, repository, *tags, at="2026-10-01T00:00:00Z", statuses=()):
        """An image whose copies go through these statuses; each look sees the next one."""
        images = self.repositories.setdefault(repository, {})
        seed = f"{repository}{len(images)}".encode()
        digest = "sha256:" + hashlib.sha256(seed).hexdigest()
        images[digest] = Image(digest, tags, at, [Copy(*status) for status in statuses])
        return digest

    def find(self, asked):
        images = self.repository(asked["repositoryName"])
        wanted = asked["imageId"]
        for image in images.values():
            by_tag = wanted.get("imageTag") in (*image.tags, None)
            if by_tag and wanted.get("imageDigest") in (image.digest, None):
                return image
        tag, digest = (wanted.get(name) for name in ("imageTag", "imageDigest"))
        message = (
            f"The image with imageId {{imageDigest:'{digest}', imageTag:'{tag}'}} does not exist"
            f" within the repository with name '{asked['repositoryName']}' in the registry with"
            f" id '{self.account}'"
        )
        raise Refusal("ImageNotFoundException", message)

    def repository(self, name):
        if name in self.repositories:
            return self.repositories[name]
        message = f"The repository with name '{name}' does not exist in the registry with id"
        raise Refusal("RepositoryNotFoundException", f"{message} '{self.account}'")


class Image:
    def __init__(self, digest, tags, at, copies):
        self.digest, self.tags, self.copies = digest, tags, copies
        self.pushed_at = datetime.datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp()

    def describe(self, repository):
        tags = {"imageTags": list(self.tags)} if self.tags else {}
        return {
            "repositoryName": repository,
            "imageDigest": self.digest,
            "imagePushedAt": self.pushed_at,
            **tags,
        }


class Copy:
    """A copy that is under way: "ACCOUNT/REGION", then what is seen, the last for ever."""

    def __init__(self, target, *seen):
        self.account, self.region = target.split("/")
        self._seen = list(seen)

    def look(self):
        now = self._seen.pop(0) if len(self._seen) > 1 else self._seen[0]
        status, _, code = now.partition(" ")
        failure = {"failureCode": code} if code else {}
        return {"region": self.region, "registryId": self.account, "status": status, **failure}


def describe_registry(registry, _):
    return {
        "registryId": registry.account,
        "replicationConfiguration": copy.deepcopy(registry.configuration),
    }


def put_configuration(registry, asked):
    wanted = asked["replicationConfiguration"]
    for rule in wanted["rules"]:
        for one in rule["destinations"]:
            if (one["registryId"], one["region"]) == (registry.account, registry.region):
                message = "Replication destination cannot be the same as the source registry"
                raise Refusal("InvalidParameterException", message)
    registry.configuration = wanted
    return {"replicationConfiguration": wanted}


def get_policy(registry, _):
    if registry.policy is None:
        message = f"Registry policy does not exist in the registry with id '{registry.account}'"
        raise Refusal("RegistryPolicyNotFoundException", message)
    return {"registryId": registry.account, "policyText": registry.policy}


def put_policy(registry, asked):
    try:
        statements = json.loads(asked["policyText"])["Statement"]
    except (ValueError, KeyError):
        statements = []
    if not statements:
        message = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid"
        raise Refusal("InvalidParameterException", f"{message} registry policy provided'")
    registry.policy = asked["policyText"]
    return get_policy(registry, asked)


def delete_policy(registry, asked):
    answer = get_policy(registry, asked)
    registry.policy = None
    return answer


def replication_status(registry, asked):
    image = registry.find(asked)
    return {
        "repositoryName": asked["repositoryName"],
        "imageId": asked["imageId"],
        "replicationStatuses": [one.look() for one in image.copies],
    }


def page_of(things, asked, name):
    at = int(asked.get("nextToken", 0))
    more = {"nextToken": str(at + PAGE)} if at + PAGE < len(things) else {}
    return {name: things[at : at + PAGE], **more}


def describe_images(registry, asked):
    name = asked["repositoryName"]
    if "imageIds" in asked:
        wanted = [registry.find({**asked, "imageId": one}) for one in asked["imageIds"]]
    else:
        wanted = registry.repository(name).values()
    tagged = asked.get("filter", {}).get("tagStatus") == "TAGGED"
    found = [image.describe(name) for image in wanted if image.tags or not tagged]
    return page_of(found, asked, "imageDetails")


def describe_repositories(registry, asked):
    names = [{"repositoryName": name} for name in sorted(registry.repositories)]
    return page_of(names, asked, "repositories")


def describe_templates(registry, _):
    return {"registryId": registry.account, "repositoryCreationTemplates": registry.templates}


ACTIONS = {
    DESCRIBE: describe_registry,
    PUT: put_configuration,
    GET_POLICY: get_policy,
    PUT_POLICY: put_policy,
    DELETE_POLICY: delete_policy,
    STATUS: replication_status,
    IMAGES: describe_images,
    REPOSITORIES: describe_repositories,
    TEMPLATES: describe_templates,
}
