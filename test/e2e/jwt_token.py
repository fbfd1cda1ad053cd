"""A ServiceAccount token as the cluster itself would sign it, with an expiry of our choice."""

import base64
import json
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from own_cluster import ISSUER


def forge(cluster, pod, expires_at, another_key=False, audience=ISSUER):
    """Like TokenRequest's answer: issuer, audience, account with its UID."""
    account = cluster.json("get", "serviceaccount", "ecr-secret", "-n", pod.namespace)
    claims = {
        "iss": ISSUER,
        "aud": [audience],
        "sub": pod.user_name,
        "iat": int(expires_at) - 3600,
        "nbf": int(expires_at) - 3600,
        "exp": int(expires_at),
        "jti": str(uuid.uuid4()),
        "kubernetes.io": {
            "namespace": pod.namespace,
            "serviceaccount": {"name": "ecr-secret", "uid": account["metadata"]["uid"]},
        },
    }
    key = cluster.account_key
    if another_key:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signed = f"{_encode({'alg': 'RS256'})}.{_encode(claims)}"
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{_base64(signature)}"


def _encode(document):
    return _base64(json.dumps(document).encode())


def _base64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
