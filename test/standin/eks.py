"""Stand-ins of EKS: DescribeCluster, and the authenticator in front of a cluster's API server."""

import base64
import binascii
import hmac
import re
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from .clock import parse_amz_date
from .message import json_answer
from .server import StandIn
from .signature import Refusal, judge

DESCRIBE_ROUTE = "DescribeCluster"
CLUSTER_PATH = re.compile(r"/clusters/([^/]+)")
STATUS = {"ResourceNotFoundException": 404}
TOKEN_PREFIX = "k8s-aws-v1."
TOKEN_MAX = 4096
TOKEN_LIFE_S = 15 * 60
STS_HOST = re.compile(r"sts(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|api\.aws)")
CLUSTER_ID_HEADER = "x-k8s-aws-id"
PARAMETERS = {
    "Action",
    "Version",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
}


class Eks(StandIn):
    """Knows clusters by region and name, and who may not ask about them."""

    def __init__(self, identities, **listener):
        self._identities = identities
        super().__init__(**listener)

    def reset(self):
        super().reset()
        self.denied = set()  # ARNs
        self._clusters = {}

    def add_cluster(self, account, region, name, ca, **members):
        """A cluster, ACTIVE and open to the world unless its members, with the endpoint, differ."""
        self._clusters[region, name] = {
            "name": name,
            "arn": cluster_arn(account, region, name),
            "status": "ACTIVE",
            "certificateAuthority": {"data": base64.b64encode(ca).decode()},
            "resourcesVpcConfig": {
                "vpcId": "vpc-0123",
                "endpointPublicAccess": True,
                "endpointPrivateAccess": False,
                "publicAccessCidrs": ["0.0.0.0/0"],
            },
            **members,
        }

    def route(self, request):
        return DESCRIBE_ROUTE if CLUSTER_PATH.fullmatch(request.path) else request.path

    def answer(self, request):
        try:
            identity, region = judge(request, "eks", self._identities, self.clock.now())
            return json_answer(200, {"cluster": self._describe(request, identity, region)})
        except Refusal as no:
            headers = {"x_amzn_ErrorType": no.code + ":http://internal.amazon.com/"}
            return json_answer(STATUS.get(no.code, 403), {"message": no.message}, **headers)

    def _describe(self, request, identity, region):
        place = CLUSTER_PATH.fullmatch(request.path)
        if request.method != "GET" or place is None:
            raise Refusal("UnknownOperationException", "")
        name = urllib.parse.unquote(place[1])
        if any(identity.goes_by(arn) for arn in self.denied):
            sentence = f"User: {identity.arn} is not authorized to perform: eks:DescribeCluster"
            arn = cluster_arn(identity.account, region, name)
            raise Refusal("AccessDeniedException", f"{sentence} on resource: {arn}")
        if (region, name) not in self._clusters:
            raise Refusal("ResourceNotFoundException", f"No cluster found for name: {name}.")
        return self._clusters[region, name]


class Authenticator:
    """aws-iam-authenticator: says which user of Kubernetes a token stands for.

    It holds a token against the rules of its verifier (pkg/token/token.go), and against STS's,
    which the real one asks.
    """

    def __init__(self, canaries, identities, clock, cluster_id):
        self._canaries = canaries
        self._identities = identities
        self._clock = clock
        self._cluster_id = cluster_id
        self.access_entries = {}  # principal's ARN: user name
        self.tokens = []  # those that came, each once
        self.complaints = []

    def __call__(self, token):
        """The user, None for a token that is not good; why not is among the complaints."""
        if token not in self.tokens:
            self.tokens.append(self._canaries.watch("EKS token", token))
        try:
            identity = self._verify(token)
        except Refusal as no:
            self.complaints.append(no.message)
            return None
        entries = self.access_entries.items()
        user = next((user for arn, user in entries if identity.goes_by(arn)), None)
        if user is None:
            self.complaints.append("no access entry")
        return user

    def _verify(self, token):
        url = _presigned_url(token)
        parts = urllib.parse.urlsplit(url)
        pairs = urllib.parse.parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
        query = dict(pairs)
        host = STS_HOST.fullmatch(parts.netloc)
        signed = query.get("X-Amz-SignedHeaders", "").split(";")
        _demand(parts.scheme == "https", f"unexpected scheme {parts.scheme}")
        _demand(host, f"unexpected hostname {parts.netloc}")
        _demand(parts.path == "/", "unexpected path")
        _demand(len(pairs) == len(query), "query parameter with multiple values")
        _demand(set(query) <= PARAMETERS, "non-whitelisted query parameter")
        _demand(query.get("Action") == "GetCallerIdentity", "unexpected action")
        _demand(CLUSTER_ID_HEADER in signed, f"client did not sign the {CLUSTER_ID_HEADER} header")
        _demand(0 <= int(query["X-Amz-Expires"]) <= 900, "invalid X-Amz-Expires")
        age = self._clock.now() - parse_amz_date(query["X-Amz-Date"])
        _demand(age <= TOKEN_LIFE_S, "X-Amz-Date parameter is expired")
        _demand(age >= -300, "Signature not yet current")
        return self._ask_sts(url, query, host[1])

    def _ask_sts(self, url, query, region):
        """What STS does with the URL and the header that names this cluster."""
        access_key, *scope = query["X-Amz-Credential"].split("/")
        expected = [query["X-Amz-Date"][:8], region, "sts", "aws4_request"]
        identity = self._identities.find(access_key)
        _demand(scope == expected, f"Credential should be scoped to {expected}")
        _demand(query["X-Amz-SignedHeaders"] == f"host;{CLUSTER_ID_HEADER}", "signed headers")
        _demand(query.get("Version") == "2011-06-15", "Version")
        _demand(
            identity and identity.session_token == query.get("X-Amz-Security-Token"),
            "The security token included in the request is invalid",
        )
        bare, _, signature = url.rpartition("&X-Amz-Signature=")
        computed = _botocore_signature(bare, query["X-Amz-Date"], region, identity, self._cluster_id)
        _demand(hmac.compare_digest(computed, signature), "the signature does not match")
        return identity


def cluster_arn(account, region, name):
    return f"arn:aws:eks:{region}:{account}:cluster/{name}"


def _presigned_url(token):
    _demand(len(token) <= TOKEN_MAX, "token is too large")
    _demand(token.startswith(TOKEN_PREFIX), f"token is missing expected {TOKEN_PREFIX} prefix")
    text = token.removeprefix(TOKEN_PREFIX)
    _demand(re.fullmatch(r"[\w-]+", text, re.ASCII), "token is not base64url without padding")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except binascii.Error as reason:
        raise Refusal("Format", f"token: {reason}") from None


def _botocore_signature(url, date, region, identity, cluster_id):
    """What botocore would have put behind this URL, had it presigned it at that time."""
    credentials = botocore.credentials.Credentials(identity.access_key, identity.secret_key)
    signer = botocore.auth.SigV4Auth(credentials, "sts", region)
    request = botocore.awsrequest.AWSRequest(method="GET", url=url)
    request.headers[CLUSTER_ID_HEADER] = cluster_id
    request.context["timestamp"] = date
    canonical = signer.canonical_request(request)
    return signer.signature(signer.string_to_sign(request, canonical), request)


def _demand(condition, complaint):
    if not condition:
        raise Refusal("Format", complaint)
