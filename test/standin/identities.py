"""The AWS identities that the stand-ins know: keys, session tokens, accounts."""

import dataclasses
import secrets
import string

LONG_TOKEN = 2600  # session tokens have no size limit, and real ones pass 2,500


@dataclasses.dataclass(frozen=True)
class Identity:
    """Somebody who may sign requests."""

    access_key: str
    secret_key: str
    session_token: str | None
    account: str
    arn: str


class Identities:
    """Hands out access keys, and finds their owners."""

    def __init__(self, canaries):
        self._canaries = canaries
        self.forget()

    def forget(self):
        self._by_access_key = {}

    def find(self, access_key):
        return self._by_access_key.get(access_key)

    def add_user(self, account, name="puller"):
        """Somebody with a long-lived access key."""
        return self._add("AKIA", None, account, f"arn:aws:iam::{account}:user/{name}")

    def add_session(self, account, role="ecr-reader", session="test"):
        """A role session, with temporary credentials."""
        arn = f"arn:aws:sts::{account}:assumed-role/{role}/{session}"
        token = self._canaries.make("session token", LONG_TOKEN)
        return self._add("ASIA", token, account, arn)

    def revoke(self, identity):
        del self._by_access_key[identity.access_key]

    def _add(self, prefix, token, account, arn):
        letters = string.ascii_uppercase + "234567"
        access_key = prefix + "".join(secrets.choice(letters) for _ in range(16))
        secret_key = self._canaries.make("secret access key")
        identity = Identity(access_key, secret_key, token, account, arn)
        self._by_access_key[access_key] = identity
        return identity
