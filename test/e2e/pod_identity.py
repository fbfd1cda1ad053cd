"""EKS Pod Identity where there is no EKS: the agent, EKS Auth behind it, and what the webhook does.

The agent is a stand-in that answers as its published source does. Tokens are real, and whether one
is good is for the real API server to say, as EKS Auth finds out with that cluster's keys.
"""

import base64
import json
import time

import botocore.loaders

from kubelet import as_mounted, lay_out, renew
from node_network import POD_IDENTITY_AGENT, inside
from standin.credential_endpoints import CONTAINER_PATH, credentials
from standin.message import json_answer, text_answer
from standin.server import StandIn

AUDIENCE = "pods.eks.amazonaws.com"
MOUNTED_AT = f"/var/run/secrets/{AUDIENCE}/serviceaccount"
TOKEN_FILE = "eks-pod-identity-token"
HOST = {4: POD_IDENTITY_AGENT[4], 6: f"[{POD_IDENTITY_AGENT[6]}]"}
REGION = "eu-west-1"


class Refusal(Exception):
    """What the agent answers instead of credentials: a status and a line of text."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status, self.text = status, text


class PodIdentityAgent(StandIn):
    """Asks EKS Auth, for every request anew; the real one remembers good answers."""

    def __init__(self, cluster, **listener):
        self._cluster = cluster
        super().__init__(**listener)

    def reset(self):
        super().reset()
        self.identity = None
        self.refusal = None  # what EKS Auth says to a good token

    def answer(self, request):
        if request.path != CONTAINER_PATH:
            return said(404, "404 page not found")
        try:
            token = request.header("Authorization") or ""
            check_claims(token)
            self._ask_eks_auth(token)
        except Refusal as no:
            return said(no.status, no.text)
        document = credentials(self.identity, self.clock)
        return json_answer(200, {**document, "AccountId": self.identity.account})

    def _ask_eks_auth(self, token):
        """A TokenReview says what EKS Auth would find."""
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview"}
        review["spec"] = {"token": token, "audiences": [AUDIENCE]}
        made = self._cluster.kubectl("create", "-f", "-", "-o", "json", stdin=json.dumps(review))
        status = json.loads(made)["status"]
        if not status.get("authenticated"):
            raise eks_auth_refuses("InvalidTokenException", "The service account token is invalid")
        if self.refusal is not None:
            raise self.refusal


def check_claims(token):
    """What the agent sees by itself: that it is a token, and still in time."""
    if not token:
        raise Refusal(400, "Service account token cannot be empty")
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        raise Refusal(400, "Service account token cannot be parsed: token is malformed") from None
    if claims["exp"] < time.time():
        text = "token has invalid claims: token is expired"
        raise Refusal(400, f"Service account token failed basic claim validations: {text}")


def eks_auth_errors():
    """Each error that EKS Auth knows, and its HTTP status: AWS's own model says so."""
    model = botocore.loaders.Loader().load_service_model("eks-auth", "service-2")
    shapes = {name: shape for name, shape in model["shapes"].items() if shape.get("exception")}
    return {name: shape["error"]["httpStatusCode"] for name, shape in shapes.items()}


def eks_auth_refuses(code, message):
    """How the agent passes on an error of EKS Auth."""
    status = eks_auth_errors()[code]
    fault = "client" if status < 500 else "server"
    return Refusal(status, f"[0f1e2d3c]: ({code}): {message}, fault: {fault}")


def said(status, text):
    """An answer as Go's http.Error writes it."""
    kind = "text/plain; charset=utf-8"
    return text_answer(status, text + "\n", kind, X_Content_Type_Options="nosniff")


class Projection:
    """What the webhook and kubelet give to a pod: variables, and a file that rotates."""

    def __init__(self, pod, directory):
        self._pod, self._directory = pod, directory
        lay_out(directory, {TOKEN_FILE: b""})
        self.rotate()

    def rotate(self):
        """A new token of the cluster's, bound to the Pod."""
        bound = ("--bound-object-kind=Pod", "--bound-object-name=one")
        token = self._pod.cluster.token(self._pod.namespace, f"--audience={AUDIENCE}", *bound)
        return self.put(token)

    def put(self, token):
        self._pod.canaries.watch("projected token", token)
        renew(self._directory, {TOKEN_FILE: token.encode()})
        return token

    def settings(self, version, network):
        """How to run a program there."""
        variables = {
            "AWS_STS_REGIONAL_ENDPOINTS": "regional",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{HOST[version]}{CONTAINER_PATH}",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": f"{MOUNTED_AT}/{TOKEN_FILE}",
        }
        wrapper = [*inside(network), *as_mounted(self._directory, MOUNTED_AT)]
        return {"environment": {**self._pod.environment, **variables}, "wrapper": wrapper}
