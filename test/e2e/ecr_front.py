"""What stands before moto and docker-registry, so that together they answer as Amazon ECR does.

moto gives everybody the same token; here each identity gets one of its own, as long as ECR's, and
the registry asks moto's policies what its holder may do.
"""

import http.client
import json
import re
import ssl

from moto_aws import ACCOUNT, REGION, CalendarFront
from standin import signature, sts
from standin.ecr import AMZ_JSON, LIFETIME_S, TOKEN_ROUTE, authorization, make_password
from standin.message import Answer, json_answer, text_answer
from standin.registry import EXPIRED, PLACE, error
from standin.server import StandIn

HOST = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com")
CREDENTIAL = re.compile(r"Credential=(\w+)/\d+/([\w-]+)/")
ACTIONS = {
    # what a pull asks of ECR, by what it asks of the registry
    ("GET", "manifest"): "ecr:BatchGetImage",
    ("HEAD", "manifest"): "ecr:BatchGetImage",
    ("GET", "blob"): "ecr:GetDownloadUrlForLayer",
    ("HEAD", "blob"): "ecr:BatchCheckLayerAvailability",
}
MISSING = {
    "manifest": ("MANIFEST_UNKNOWN", "Requested image not found"),
    "blob": ("BLOB_UNKNOWN", "The layer could not be found in the repository"),
}
LAYER = "GET layer"  # of the storage
FRONT_PASSWORD = "the front's"
KEPT_HEADERS = ("Content-Type", "Docker-Content-Digest", "Content-Length")


class Tokens:
    """The tokens that were given: whose each is, for which region, and until when."""

    def __init__(self, canaries):
        self._canaries = canaries
        self._given = {}  # what is shown for it: (ARN, region, expiry)

    def give(self, arn, region=REGION, expires_at=None):
        """A new password of an identity, as ECR writes them."""
        password = make_password(self._canaries, expires_at)
        self._canaries.watch("authorization token", authorization(password))
        self._given[f"Basic {authorization(password)}"] = arn, region, expires_at
        return password

    def holder(self, shown):
        """(ARN, region, expiry); None if ECR never gave it."""
        return self._given.get(shown)


class EcrApi(CalendarFront):
    """moto as AWS, with tokens that differ, and a clock by which signatures are too old."""

    def __init__(self, moto, tokens, **listener):
        self._tokens = tokens
        super().__init__(moto, **listener)

    def reset(self):
        super().reset()
        self.arns = {}  # by access key
        self.lifetime_s = LIFETIME_S

    def route(self, request):
        target = request.header("X-Amz-Target")
        if target:
            return target.rpartition(".")[2]
        return request.form.get("Action", request.method)

    def answer(self, request):
        if self.route(request) == "GET":
            missing = {"__type": "MissingAuthenticationTokenException"}
            return json_answer(400, missing, AMZ_JSON)
        try:
            signature.check_age(request, self.clock.now())
        except signature.Refusal as no:
            if request.form:
                return sts.failure(request, "SignatureDoesNotMatch", no.message)
            return json_answer(400, {"__type": no.code, "message": no.message}, AMZ_JSON)
        answer = super().answer(request)
        if answer.status != 200 or self.route(request) != TOKEN_ROUTE:
            return answer
        key, region = CREDENTIAL.search(request.header("Authorization")).groups()
        expires_at = int(self.clock.now()) + self.lifetime_s
        document = json.loads(answer.body)
        for item in document["authorizationData"]:
            password = self._tokens.give(self.arns[key], region, expires_at)
            item.update(authorizationToken=authorization(password), expiresAt=expires_at)
        return json_answer(200, document, AMZ_JSON)


class Behind:
    """docker-registry, which lets in nobody but the front."""

    def __init__(self, registry):
        self._registry = registry
        self._headers = {"Authorization": f"Basic {authorization(FRONT_PASSWORD)}"}
        self._address = registry.host
        trusted = str(registry.certificates / "ca.crt")
        self._trust = ssl.create_default_context(cafile=trusted)

    def enter(self):
        """From now on nobody else is let in."""
        self._registry.admit(FRONT_PASSWORD)

    def ask(self, method, target, accept=None):
        """(status, headers, body)."""
        behind = http.client.HTTPSConnection(self._address, context=self._trust, timeout=30)
        accepts = {} if accept is None else {"Accept": accept}
        behind.request(method, target, headers={**self._headers, **accepts})
        answer = behind.getresponse()
        body = answer.read()
        behind.close()
        return answer.status, answer.headers, body


class Storage(StandIn):
    """S3: its addresses are signed, and no other right may be shown."""

    def __init__(self, behind, **listener):
        self._behind = behind
        super().__init__(**listener)

    def route(self, request):
        return LAYER

    def answer(self, request):
        if request.header("Authorization") is not None or "X-Amz-Signature" not in request.query:
            return text_answer(403, "<Error><Code>AccessDenied</Code></Error>", "application/xml")
        status, _, body = self._behind.ask(request.method, request.path)
        return Answer(status, body)


class EcrFront(StandIn):
    """Registries of all accounts and regions, by the host that is asked for."""

    def __init__(self, registry, tokens, judge, **listener):
        self.behind = Behind(registry)
        self._tokens, self._judge = tokens, judge
        self.storage = Storage(self.behind, **listener)
        super().__init__(**listener)

    def close(self):
        super().close()
        self.storage.close()

    @property
    def host(self):
        """A name by which it can be reached without a proxy."""
        return f"localhost:{self.port}"

    def route(self, request):
        place = PLACE.fullmatch(request.path)
        return f"{request.method} {place[2]}" if place else super().route(request)

    def answer(self, request):
        named = HOST.fullmatch(request.header("Host"))
        account, region = named.groups() if named else (ACCOUNT, REGION)
        holder = self._tokens.holder(request.header("Authorization"))
        if holder is not None and holder[1] != region:
            return text_answer(400, "Bad Request\n")
        if holder is None:
            realm = f'Basic realm="https://{request.header("Host")}/",service="ecr.amazonaws.com"'
            return text_answer(401, "Not Authorized\n", WWW_Authenticate=realm)
        if holder[2] <= self.clock.now():
            return error(403, "DENIED", EXPIRED)
        if request.path == "/v2/":
            return json_answer(200, {})
        return self._serve(request, holder[0], account, region)

    def _serve(self, request, arn, account, region):
        place = PLACE.fullmatch(request.path)
        if place is None or (request.method, place[2]) not in ACTIONS:
            return text_answer(404, "404 page not found\n")
        repository, kind = place.groups()[:2]
        action = ACTIONS[request.method, kind]
        why = self._judge.objection(arn, action, repository, account, region)
        if why is not None:
            resource = f"arn:aws:ecr:{region}:{account}:repository/{repository}"
            who = f"User: {arn} is not authorized to perform: {action}"
            return error(403, "DENIED", f"{who} on resource: {resource} {why}")
        if not self._judge.has_repository(repository, account, region):
            name = f"The repository with name '{repository}' does not exist"
            return error(404, "NAME_UNKNOWN", f"{name} in the registry with id '{account}'")
        return self._from_behind(request, kind)

    def _from_behind(self, request, kind):
        method = "HEAD" if kind == "blob" else "GET"
        status, headers, body = self.behind.ask(method, request.path, request.header("Accept"))
        if status != 200:
            return error(404, *MISSING[kind])
        if kind == "blob" and request.method == "GET":
            place = f"{self.storage.url.replace('127.0.0.1', 'localhost')}{request.path}"
            return text_answer(307, "", Location=f"{place}?X-Amz-Signature=0")
        kept = tuple((name, headers[name]) for name in KEPT_HEADERS if headers[name])
        return Answer(200, body, kept)
