"""A stand-in of the ECR API: GetAuthorizationToken, its signature judged by botocore."""

import base64
import json
import re

from .message import json_answer
from .server import StandIn
from .signature import Refusal, judge

TARGET = "AmazonEC2ContainerRegistry_V20150921."
AMZ_JSON = "application/x-amz-json-1.1"
TOKEN_ROUTE = "GetAuthorizationToken"
LIFETIME_S = 12 * 3600


class Ecr(StandIn):
    """Gives a password for the region that the signature names."""

    def __init__(self, canaries, identities, **listener):
        self._canaries = canaries
        self._identities = identities
        super().__init__(**listener)

    def reset(self):
        super().reset()
        self.passwords = {}  # by region: the newest one
        self.expires_at = None  # epoch seconds of the newest one
        self.lifetime_s = LIFETIME_S
        self.write_expiry = str  # how the number is spelled in JSON

    def route(self, request):
        return (request.header("X-Amz-Target") or "").removeprefix(TARGET)

    def answer(self, request):
        try:
            identity, region = judge(request, "ecr", self._identities, self.clock.now())
            self._check_request(request)
        except Refusal as no:
            document = {"__type": no.code, "message": no.message}
            return json_answer(400, document, AMZ_JSON)
        return json_answer(200, self._authorization(identity, region), AMZ_JSON)

    def _check_request(self, request):
        if request.method != "POST" or request.path != "/" or self.route(request) != TOKEN_ROUTE:
            raise Refusal("UnknownOperationException", "")
        if request.header("Content-Type") != AMZ_JSON:
            raise Refusal("SerializationException", "Start of structure or map found")
        ids = request.json().get("registryIds")
        if ids is not None and not all(re.fullmatch(r"\d{12}", one) for one in ids):
            raise Refusal("InvalidParameterException", "Invalid parameter at 'registryIds'")

    def _authorization(self, identity, region):
        """The answer as JSON text, since a number's spelling matters."""
        self.expires_at = int(self.clock.now()) + self.lifetime_s
        password = make_password(self._canaries, self.expires_at)
        self.passwords[region] = password
        token = authorization(password)
        self._canaries.watch("authorization token", token)
        host = registry_host(identity.account, region)
        return (
            f'{{"authorizationData":[{{"authorizationToken":"{token}",'
            f'"expiresAt":{self.write_expiry(self.expires_at)},'
            f'"proxyEndpoint":"https://{host}"}}]}}'
        )


def registry_host(account, region):
    """A registry's host name."""
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"{account}.dkr.ecr.{region}.{suffix}"


def make_password(canaries, expires_at):
    """A password as long and as odd as ECR's: base64 of JSON that names its expiry."""
    document = {
        "payload": canaries.make("ECR password payload", 1500),
        "datakey": canaries.make("ECR password data key", 250),
        "version": "2",
        "type": "DATA_KEY",
        "expiration": expires_at,
    }
    password = base64.b64encode(json.dumps(document).encode()).decode()
    return canaries.watch("ECR password", password)


def authorization(password):
    """What stands behind `auth` in a docker config: base64 of AWS:password."""
    return base64.b64encode(f"AWS:{password}".encode()).decode()
