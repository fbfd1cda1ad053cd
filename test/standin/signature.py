"""Judges a SigV4 signature as AWS does; botocore computes what it should have been."""

import hashlib
import hmac
import re

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from .clock import amz_date, parse_amz_date

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<access_key>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)"
    r"/(?P<service>[^/]+)/aws4_request, SignedHeaders=(?P<headers>[^,]+),"
    r" Signature=(?P<signature>[0-9a-f]{64})"
)
MUST_BE_SIGNED = ("host", "x-amz-date", "x-amz-target", "content-type", "x-amz-security-token")
TOO_OLD_S = 15 * 60
TOO_EARLY_S = 5 * 60
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check"
    " your AWS Secret Access Key and signing method. Consult the service documentation for"
    " details."
)


class Refusal(Exception):
    """AWS's no: an error code and its message."""

    def __init__(self, code, message):
        super().__init__(code)
        self.code = code
        self.message = message


def judge(request, service, identities, now):
    """Returns who signed the request and for which region, or raises Refusal."""
    authorization = request.header("Authorization")
    if authorization is None:
        raise Refusal("MissingAuthenticationTokenException", "Missing Authentication Token")
    claim = AUTHORIZATION.fullmatch(authorization)
    if claim is None:
        raise Refusal("IncompleteSignatureException", "Authorization header is malformed")
    _check_scope(claim, request, service)
    identity = _find_signer(claim, request, identities)
    _check_signed_headers(claim, request)
    check_age(request, now)
    if not hmac.compare_digest(_botocore_signature(claim, request, identity), claim["signature"]):
        raise Refusal("InvalidSignatureException", MISMATCH)
    return identity, claim["region"]


def signed(identities, by=None, region=None):
    """A condition for misbehave(): signed by the owner of an ARN, and for a region."""

    def applies(request):
        claim = AUTHORIZATION.fullmatch(request.header("Authorization") or "")
        signer = claim and identities.find(claim["access_key"])
        by_whom = by is None or bool(signer) and signer.goes_by(by)
        return bool(claim) and by_whom and region in (None, claim["region"])

    return applies


def _check_scope(claim, request, service):
    if claim["service"] != service:
        message = f"Credential should be scoped to correct service: '{service}'. "
        raise Refusal("InvalidSignatureException", message)
    if not (request.header("X-Amz-Date") or "").startswith(claim["day"]):
        message = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date"
        raise Refusal("InvalidSignatureException", message)


def _find_signer(claim, request, identities):
    identity = identities.find(claim["access_key"])
    if identity is None or identity.session_token != request.header("X-Amz-Security-Token"):
        message = "The security token included in the request is invalid."
        raise Refusal("UnrecognizedClientException", message)
    return identity


def _check_signed_headers(claim, request):
    signed = claim["headers"].split(";")
    for name in MUST_BE_SIGNED:
        if request.header(name) is not None and name not in signed:
            message = f"'{name}' must be a 'SignedHeader' in the AWS Credential."
            raise Refusal("InvalidSignatureException", message)


def check_age(request, now):
    stamp = request.header("X-Amz-Date")
    signed_at = parse_amz_date(stamp)
    if signed_at < now - TOO_OLD_S:
        message = (
            f"Signature expired: {stamp} is now earlier than {amz_date(now - TOO_OLD_S)}"
            f" ({amz_date(now)} - 15 min.)"
        )
    elif signed_at > now + TOO_EARLY_S:
        message = (
            f"Signature not yet current: {stamp} is still later than"
            f" {amz_date(now + TOO_EARLY_S)} ({amz_date(now)} + 5 min.)"
        )
    else:
        return
    raise Refusal("InvalidSignatureException", message)


def _botocore_signature(claim, request, identity):
    """What botocore would have written, had it sent this request at that time."""
    credentials = botocore.credentials.Credentials(
        identity.access_key, identity.secret_key, identity.session_token
    )
    signer = botocore.auth.SigV4Auth(credentials, claim["service"], claim["region"])
    rebuilt = botocore.awsrequest.AWSRequest(
        method=request.method,
        url=f"https://{request.header('Host')}{request.target}",
        data=request.body,
    )
    for name in claim["headers"].split(";"):
        rebuilt.headers[name] = _payload_checked(name, request)
    rebuilt.context["timestamp"] = request.header("X-Amz-Date")
    canonical = signer.canonical_request(rebuilt)
    return signer.signature(signer.string_to_sign(rebuilt, canonical), rebuilt)


def _payload_checked(name, request):
    """A signed header's value; the hash of the body must be the body's."""
    value = request.header(name)
    if value is None:
        raise Refusal("InvalidSignatureException", f"'{name}' is signed but was not sent")
    body_hash = hashlib.sha256(request.body).hexdigest()
    if name == "x-amz-content-sha256" and value != body_hash:
        raise Refusal("InvalidSignatureException", MISMATCH)
    return value
