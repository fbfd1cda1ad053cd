"""A stand-in of STS: users and tokens become role sessions, in JSON or in XML."""

from xml.sax.saxutils import escape

from . import model
from .clock import rfc3339
from .identities import ROLE_ARN
from .message import json_answer, text_answer
from .roles import Role
from .server import StandIn
from .signature import Refusal, judge

WEB_IDENTITY_ROUTE = "AssumeRoleWithWebIdentity"
ASSUME_ROLE_ROUTE = "AssumeRole"
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
STATUS = {
    "AccessDenied": 403,
    "IDPRejectedClaim": 403,
    "InvalidClientTokenId": 403,
    "MissingAuthenticationToken": 403,
    "RegionDisabledException": 403,
    "SignatureDoesNotMatch": 403,
}
QUERY_CODES = {  # what STS calls the refusals of judge()
    "IncompleteSignatureException": "IncompleteSignature",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "UnrecognizedClientException": "InvalidClientTokenId",
}
HALF_MFA = "must provide both MFA serial number and one time pass code."
NOT_YOUR_MFA = (
    "unable to validate MFA code.  Please verify your MFA serial number is valid and associated"
    " with this user."
)


class Sts(StandIn):
    """Knows web identity tokens and roles, and answers in the format that was asked for."""

    def __init__(self, identities, **listener):
        self._identities = identities
        super().__init__(**listener)

    def reset(self):
        super().reset()
        self.web_identity_tokens = set()
        self.issued = []  # identities, newest last
        self.lifetime_s = 3600  # of sessions that didn't ask for another
        self._roles = {}

    def add_role(self, arn, trusts, external_id=None, mfa=False, max_duration=3600):
        """A role that AssumeRole knows: `trusts` are ARNs of users, sessions, roles, or roots."""
        assert ROLE_ARN.fullmatch(arn), arn
        self._roles[arn] = Role(arn, tuple(trusts), external_id, mfa, max_duration)
        return arn

    def assume_role_calls(self, arn=None):
        """The requests to assume a role, or any role."""
        calls = self.arrived(ASSUME_ROLE_ROUTE)
        return [call for call in calls if arn in (None, call.form.get("RoleArn"))]

    def route(self, request):
        return request.form.get("Action") or request.query.get("Action") or ""

    def answer(self, request):
        action = self.route(request)
        perform = {
            WEB_IDENTITY_ROUTE: self._assume_role_with_web_identity,
            ASSUME_ROLE_ROUTE: self._assume_role,
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
        if request.header("Authorization") is not None:
            raise Refusal("ValidationError", "Request must not be signed")
        self._check_form(request, WEB_IDENTITY_ROUTE)
        if form["WebIdentityToken"] not in self.web_identity_tokens:
            raise Refusal("InvalidIdentityToken", "Couldn't retrieve verification key")
        provider = "arn:aws:iam::111122223333:oidc-provider/oidc.example"
        return {**self._session(form, self.lifetime_s), "Provider": provider}

    def _assume_role(self, request):
        caller = self._caller(request)
        form = request.form
        self._check_form(request, ASSUME_ROLE_ROUTE)
        with_mfa = self._passed_mfa(caller, form)
        role = self._roles.get(form["RoleArn"])
        if role is None or not role.admits(caller, form.get("ExternalId"), with_mfa):
            sentence = f"User: {caller.arn} is not authorized to perform: sts:AssumeRole"
            raise Refusal("AccessDenied", f"{sentence} on resource: {form['RoleArn']}")
        asked_s = int(form.get("DurationSeconds", 0))
        objection = role.objection(caller, asked_s)
        if objection:
            raise Refusal("ValidationError", objection)
        return self._session(form, asked_s or self.lifetime_s)

    def _passed_mfa(self, caller, form):
        """Whether the caller came with a good one-time code; a bad one is refused."""
        serial, code = form.get("SerialNumber"), form.get("TokenCode")
        if serial is None and code is None:
            return False
        if serial is None or code is None:
            raise Refusal("AccessDenied", f"MultiFactorAuthentication failed, {HALF_MFA}")
        device = self._identities.mfa_device(serial, caller)
        if device is None:
            raise Refusal("AccessDenied", f"MultiFactorAuthentication failed, {NOT_YOUR_MFA}")
        if not device.accept(code):
            sentence = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
            raise Refusal("AccessDenied", sentence)
        return True

    def _session(self, form, lifetime_s):
        """A new session of the role that the form names, as STS describes it."""
        identity = self._identities.add_session_of(form["RoleArn"], form["RoleSessionName"])
        self.issued.append(identity)
        return {
            "Credentials": {
                "AccessKeyId": identity.access_key,
                "SecretAccessKey": identity.secret_key,
                "SessionToken": identity.session_token,
                "Expiration": self.clock.now() + lifetime_s,
            },
            "AssumedRoleUser": {
                "Arn": identity.arn,
                "AssumedRoleId": f"AROATEST:{form['RoleSessionName']}",
            },
        }

    def _check_form(self, request, action):
        content_type = (request.header("Content-Type") or "").partition(";")[0]
        complaints = {
            "must be POSTed to /": request.method == "POST" and request.path == "/",
            "must be a form": content_type == "application/x-www-form-urlencoded",
            "must name Version=2011-06-15": request.form.get("Version") == "2011-06-15",
        }
        for complaint, satisfied in complaints.items():
            if not satisfied:
                raise Refusal("ValidationError", f"Request {complaint}")
        model.check("sts", action, request.form)
        if not ROLE_ARN.fullmatch(request.form["RoleArn"]):
            raise Refusal("ValidationError", "Request ARN is invalid")

    def _get_caller_identity(self, request):
        identity = self._caller(request)
        return {"Arn": identity.arn, "UserId": "AIDATEST", "Account": identity.account}

    def _caller(self, request):
        try:
            identity, _ = judge(request, "sts", self._identities, self.clock.now())
        except Refusal as no:
            raise Refusal(QUERY_CODES[no.code], no.message) from no
        return identity


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
