"""Stand-ins of ECR and ECR Public: GetAuthorizationToken, its signature judged by botocore."""

import base64
import json
import re

from .message import json_answer
from .server import StandIn
from .signature import Refusal, judge

TARGET = "AmazonEC2ContainerRegistry_V20150921."
PUBLIC_TARGET = "SpencerFrontendService."
PUBLIC_REGION = "us-east-1"
AMZ_JSON = "application/x-amz-json-1.1"
TOKEN_ROUTE = "GetAuthorizationToken"
LIFETIME_S = 12 * 3600


class Ecr(StandIn):
    """Gives a password for the region that the signature names."""

    service = "ecr"
    target = TARGET

    def __init__(self, canaries, identities, **listener):
        self._canaries = canaries
        self._identities = identities
        super().__init__(**listener)

    def reset(self):
        super().reset()
        self.passwords = {}  # by region: the newest one
        self.issued = []  # (identity, region, password), newest last
        self.expires_at = None  # epoch seconds of the newest one
        self.lifetime_s = LIFETIME_S
        self.write_expiry = str  # how the number is spelled in JSON

    def password_of(self, arn, region):
        """The newest password given to an identity, or to any session of a role."""
        for identity, where, password in reversed(self.issued):
            if where == region and identity.goes_by(arn):
                return password
        raise AssertionError(f"{arn} was given no password in {region}")

    def holder_of(self, password):
        """Who was given a password, and for which region: an ARN and the region's name."""
        return next((who.arn, where) for who, where, what in self.issued if what == password)

    def give(self, identity, region, expires_at):
        """A password that somebody was given, at whatever time."""
        password = make_password(self._canaries, expires_at)
        self._canaries.watch("authorization token", authorization(password))
        self.issued.append((identity, region, password))
        return password

    def is_issued(self, shown):
        """Whether a token, as a registry is shown it, is one of those."""
        return shown in {authorization(password) for _, _, password in self.issued}

    def route(self, request):
        return (request.header("X-Amz-Target") or "").removeprefix(self.target)

    def answer(self, request):
        try:
            identity, region = judge(request, self.service, self._identities, self.clock.now())
            self._check_request(request)
            self._check_region(region)
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

    def _check_region(self, region):
        """Private registries are everywhere."""

    def _authorization(self, identity, region):
        """The answer as JSON text, since a number's spelling matters."""
        self.expires_at = int(self.clock.now()) + self.lifetime_s
        self.passwords[region] = self.give(identity, region, self.expires_at)
        token = authorization(self.passwords[region])
        expiry = self.write_expiry(self.expires_at)
        members = f'"authorizationToken":"{token}","expiresAt":{expiry}'
        return f'{{"authorizationData":{self._data(members, identity, region)}}}'

    def _data(self, members, identity, region):
        host = registry_host(identity.account, region)
        return f'[{{{members},"proxyEndpoint":"https://{host}"}}]'


class EcrPublic(Ecr):
    """Knows one region, and gives an object where Ecr gives a list."""

    service = "ecr-public"
    target = PUBLIC_TARGET

    def _check_region(self, region):
        if region != PUBLIC_REGION:
            message = f"GetAuthorizationToken command is only supported in {PUBLIC_REGION}."
            raise Refusal("UnsupportedCommandException", message)

    def _data(self, members, identity, region):
        return f"{{{members}}}"


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


def expiry_of(token):
    """When the password in a token ends: epoch seconds."""
    password = base64.b64decode(token).partition(b":")[2]
    return json.loads(base64.b64decode(password))["expiration"]


def authorization(password):
    """What stands behind `auth` in a docker config: base64 of AWS:password."""
    return base64.b64encode(f"AWS:{password}".encode()).decode()
