"""A stand-in of STS: a web identity token becomes a role session, in JSON or in XML."""

import re
from xml.sax.saxutils import escape

from .clock import rfc3339
from .message import json_answer, text_answer
from .server import StandIn
from .signature import Refusal, judge

WEB_IDENTITY_ROUTE = "AssumeRoleWithWebIdentity"
ROLE_ARN = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):role/([\w+=,.@/-]+)")
SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
STATUS = {"AccessDenied": 403, "IDPRejectedClaim": 403, "RegionDisabledException": 403}


class Sts(StandIn):
    """Knows web identity tokens, and answers in the format that was asked for."""

    def __init__(self, identities, **listener):
        self._identities = identities
        super().__init__(**listener)

    def reset(self):
        super().reset()
        self.web_identity_tokens = set()
        self.issued = []  # identities, newest last
        self.lifetime_s = 3600

    def route(self, request):
        return request.form.get("Action") or request.query.get("Action") or ""

    def answer(self, request):
        action = self.route(request)
        perform = {
            WEB_IDENTITY_ROUTE: self._assume_role_with_web_identity,
            "GetCallerIdentity": self._get_caller_identity,
        }.get(action)
        try:
            if perform is None:
                raise Refusal("InvalidAction", f"Could not find operation {action}")
            return success(request, action, perform(request))
        except Refusal as no:
            return failure(request, no.code, no.message)

    def _assume_role_with_web_identity(self, request):
        form = request.form
        role = ROLE_ARN.fullmatch(form.get("RoleArn", ""))
        self._check_form(request, form, role)
        if form.get("WebIdentityToken") not in self.web_identity_tokens:
            raise Refusal("InvalidIdentityToken", "Couldn't retrieve verification key")
        identity = self._identities.add_session(role[1], role[2], form["RoleSessionName"])
        self.issued.append(identity)
        return {
            "Credentials": {
                "AccessKeyId": identity.access_key,
                "SecretAccessKey": identity.secret_key,
                "SessionToken": identity.session_token,
                "Expiration": self.clock.now() + self.lifetime_s,
            },
            "AssumedRoleUser": {"Arn": identity.arn, "AssumedRoleId": "AROATEST:test"},
            "Provider": "arn:aws:iam::111122223333:oidc-provider/oidc.example",
        }

    def _check_form(self, request, form, role):
        content_type = (request.header("Content-Type") or "").partition(";")[0]
        complaints = {
            "must be POSTed to /": request.method == "POST" and request.path == "/",
            "must be a form": content_type == "application/x-www-form-urlencoded",
            "must not be signed": request.header("Authorization") is None,
            "must name Version=2011-06-15": form.get("Version") == "2011-06-15",
            "must name a valid RoleArn": role is not None,
            "must name a valid RoleSessionName": SESSION_NAME.fullmatch(
                form.get("RoleSessionName", "")
            ),
        }
        for complaint, satisfied in complaints.items():
            if not satisfied:
                raise Refusal("ValidationError", f"Request {complaint}")

    def _get_caller_identity(self, request):
        identity, _ = judge(request, "sts", self._identities, self.clock.now())
        return {"Arn": identity.arn, "UserId": "AIDATEST", "Account": identity.account}


def wants_json(request):
    return "application/json" in (request.header("Accept") or "")


def success(request, action, result):
    """A result in the format that the request accepts."""
    if wants_json(request):
        document = {f"{action}Response": {f"{action}Result": result}}
        return json_answer(200, document)
    body = f"<{action}Result>{_xml(result)}</{action}Result>"
    text = f'<{action}Response xmlns="{NAMESPACE}">{body}</{action}Response>'
    return text_answer(200, text, "text/xml")


def failure(request, code, message):
    """An error in the format that the request accepts."""
    status = STATUS.get(code, 400)
    error = {"Type": "Sender", "Code": code, "Message": message}
    if wants_json(request):
        return json_answer(status, {"Error": error, "RequestId": "a-request-id"})
    body = f"<Error>{_xml(error)}</Error><RequestId>a-request-id</RequestId>"
    text = f'<ErrorResponse xmlns="{NAMESPACE}">{body}</ErrorResponse>'
    return text_answer(status, text, "text/xml")


def refuse(code, message):
    """A fault: STS says no, in the format that was asked for."""
    return lambda exchange: exchange.send(failure(exchange.request, code, message))


def _xml(value):
    """Members as elements; times as XML writes them, seconds as JSON does."""
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(member)}</{name}>" for name, member in value.items())
    return rfc3339(value) if isinstance(value, float) else escape(str(value))
