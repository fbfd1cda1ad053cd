"""A stand-in of IAM Identity Center's portal, where an SSO token becomes a role's credentials."""

import re

from .message import json_answer
from .server import StandIn
from .signature import Refusal

CREDENTIALS_PATH = "/federation/credentials"
CREDENTIALS_ROUTE = f"GET {CREDENTIALS_PATH}"
TOKEN_HEADER = "x-amz-sso_bearer_token"
LIFETIME_S = 3600
ERRORS = {
    "InvalidRequestException": 400,
    "UnauthorizedException": 401,
    "ForbiddenException": 403,
    "ResourceNotFoundException": 404,
    "TooManyRequestsException": 429,
}


class Sso(StandIn):
    """Knows one user, the user's access tokens, and the roles assigned in each account."""

    def __init__(self, canaries, identities, **listener):
        self._canaries = canaries
        self._identities = identities
        super().__init__(**listener)

    def reset(self):
        super().reset()
        self.issued = []  # identities, newest last
        self.lifetime_s = LIFETIME_S
        self._tokens = set()
        self._roles = {}  # by account: a role's ARN by the name of its permission set

    def assign(self, account, *names, region="us-east-1"):
        """Lets the user take these roles in an account (none: the account is known)."""
        roles = self._roles.setdefault(account, {})
        for name in names:
            path = f"aws-reserved/sso.amazonaws.com/{region}"
            role = f"{path}/AWSReservedSSO_{name}_0123456789abcdef"
            roles[name] = f"arn:aws:iam::{account}:role/{role}"

    def role_arn(self, account, name):
        """The IAM role behind an assigned role."""
        return self._roles[account][name]

    def sign_in(self):
        """What `aws sso login` gets: an access token."""
        token = self._canaries.make("SSO access token", 900)
        self._tokens.add(token)
        return token

    def sign_out(self, token):
        """From now on the token opens nothing."""
        self._tokens.discard(token)

    def answer(self, request):
        try:
            return json_answer(200, {"roleCredentials": self._role_credentials(request)})
        except Refusal as no:
            return failure(no.code, no.message)

    def _role_credentials(self, request):
        if self.route(request) != CREDENTIALS_ROUTE:
            raise Refusal("ResourceNotFoundException", "No such operation")
        if request.header("Authorization") is not None:
            raise Refusal("InvalidRequestException", "Request must not be signed")
        name, account = request.query.get("role_name"), request.query.get("account_id")
        if not name or not re.fullmatch(r"\d{12}", account or ""):
            raise Refusal("InvalidRequestException", "Request is invalid")
        if request.header(TOKEN_HEADER) not in self._tokens:
            raise Refusal("UnauthorizedException", "Session token not found or invalid")
        if account not in self._roles:
            raise Refusal("ResourceNotFoundException", "Account not found")
        if name not in self._roles[account]:
            raise Refusal("ForbiddenException", "No access")
        return self._session(self._roles[account][name])

    def _session(self, role_arn):
        identity = self._identities.add_session_of(role_arn, "jane@example.com")
        self.issued.append(identity)
        return {
            "accessKeyId": identity.access_key,
            "secretAccessKey": identity.secret_key,
            "sessionToken": identity.session_token,
            "expiration": int((self.clock.now() + self.lifetime_s) * 1000),
        }


def failure(code, message):
    """An error as the portal writes it."""
    document = {"message": message, "__type": f"com.amazonaws.switchboard.portal#{code}"}
    return json_answer(ERRORS[code], document, x_amzn_errortype=f"{code}:")


def refuse(code, message=""):
    """A fault: the portal says no."""
    return lambda exchange: exchange.send(failure(code, message))
