"""Stand-ins of the places where a pod finds credentials: container endpoint and IMDSv2."""

from .clock import rfc3339
from .message import json_answer, text_answer
from .server import StandIn

CONTAINER_PATH = "/v1/credentials"
METADATA = "/latest/meta-data/"
ROLES = METADATA + "iam/security-credentials/"
LIFETIME_S = 6 * 3600


class ContainerCredentials(StandIn):
    """The EKS Pod Identity agent, or the ECS agent when no token is wanted."""

    def reset(self):
        super().reset()
        self.identity = None
        self.token = None  # what Authorization must say

    def answer(self, request):
        if self.token is not None and request.header("Authorization") != self.token:
            return text_answer(401, "Unauthorized: the token is not valid")
        if request.method != "GET" or request.path != CONTAINER_PATH:
            return text_answer(404, "404 page not found")
        return json_answer(200, credentials(self.identity, self.clock))


class InstanceMetadata(StandIn):
    """IMDSv2, which answers nobody without a session token of its own."""

    def __init__(self, canaries, **listener):
        self._canaries = canaries
        super().__init__(**listener)

    def reset(self):
        super().reset()
        self.identity = None
        self.role = "node-role"
        self.region = "eu-central-1"
        self._tokens = set()

    def answer(self, request):
        if request.method == "PUT" and request.path == "/latest/api/token":
            return self._session_token(request)
        if request.header("X-aws-ec2-metadata-token") not in self._tokens:
            return text_answer(401, "")
        answer = {
            METADATA + "placement/region": self._text_region,
            METADATA + "placement/availability-zone": self._text_zone,
            ROLES: self._text_roles,
            ROLES.removesuffix("/"): self._text_roles,
            ROLES + str(self.role): self._role_credentials,
        }.get(request.path)
        return answer() if answer else text_answer(404, "")

    def _session_token(self, request):
        ttl = request.header("X-aws-ec2-metadata-token-ttl-seconds") or ""
        if not ttl.isdigit() or not 1 <= int(ttl) <= 21600:
            return text_answer(400, "")
        token = self._canaries.make("metadata session token", 56)
        self._tokens.add(token)
        return text_answer(200, token)

    def _text_region(self):
        return text_answer(200, self.region)

    def _text_zone(self):
        return text_answer(200, self.region + "a")

    def _text_roles(self):
        return text_answer(200, self.role) if self.role else text_answer(404, "")

    def _role_credentials(self):
        document = credentials(self.identity, self.clock)
        return json_answer(200, {"Code": "Success", "Type": "AWS-HMAC", **document})


def credentials(identity, clock):
    """Credentials as both endpoints write them."""
    return {
        "AccessKeyId": identity.access_key,
        "SecretAccessKey": identity.secret_key,
        "Token": identity.session_token,
        "Expiration": rfc3339(clock.now() + LIFETIME_S),
    }
