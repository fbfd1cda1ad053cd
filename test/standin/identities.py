"""The AWS identities that the stand-ins know: keys, session tokens, accounts, MFA devices."""

import dataclasses
import re
import secrets
import string

LONG_TOKEN = 2600  # session tokens have no size limit, and real ones pass 2,500
ROLE_ARN = re.compile(
    r"arn:(aws[\w-]*):iam::(\d{12}):role/((?:[!-~]+/)?([\w+=,.@-]{1,64}))", re.ASCII
)


@dataclasses.dataclass(frozen=True)
class Identity:
    """Somebody who may sign requests."""

    access_key: str
    secret_key: str
    session_token: str | None
    account: str
    arn: str
    role_arn: str | None = None  # whose session it is, its path included

    def goes_by(self, arn):
        """Whether a policy that names `arn` means this identity alone, or its role."""
        return arn in (self.arn, self.role_arn)


class Identities:
    """Hands out access keys, and finds their owners."""

    def __init__(self, canaries):
        self._canaries = canaries
        self.forget()

    def forget(self):
        self.token_length = LONG_TOKEN  # of session tokens
        self._by_access_key = {}
        self._mfa_devices = {}

    def find(self, access_key):
        return self._by_access_key.get(access_key)

    def add_user(self, account, name="puller", partition="aws"):
        """Somebody with a long-lived access key."""
        arn = f"arn:{partition}:iam::{account}:user/{name}"
        return self._add("AKIA", None, account, arn)

    def add_session(self, account, role="ecr-reader", session="test", partition="aws"):
        """A role session, with temporary credentials; the role's name may have a path."""
        return self.add_session_of(role_arn(account, role, partition), session)

    def add_session_of(self, arn, session):
        """A session of the role that goes by this ARN; sessions' own ARNs have no path."""
        partition, account, _, name = ROLE_ARN.fullmatch(arn).groups()
        token = self._canaries.make("session token", self.token_length)
        session_arn = f"arn:{partition}:sts::{account}:assumed-role/{name}/{session}"
        return self._add("ASIA", token, account, session_arn, arn)

    def admit(self, identity):
        """Somebody whose keys were made elsewhere."""
        self._canaries.watch("secret access key", identity.secret_key)
        self._by_access_key[identity.access_key] = identity
        return identity

    def revoke(self, identity):
        del self._by_access_key[identity.access_key]

    def add_mfa_device(self, user):
        """A device that shows one-time codes to this user."""
        device = MfaDevice(self._canaries, user)
        self._mfa_devices[device.serial] = device
        return device

    def mfa_device(self, serial, user):
        """The user's device with this serial number, None if there is none."""
        device = self._mfa_devices.get(serial)
        return device if device and device.user == user else None

    def _add(self, prefix, token, account, *arns):
        letters = string.ascii_uppercase + "234567"
        access_key = prefix + "".join(secrets.choice(letters) for _ in range(16))
        secret_key = self._canaries.make("secret access key")
        identity = Identity(access_key, secret_key, token, account, *arns)
        self._by_access_key[access_key] = identity
        return identity


class MfaDevice:
    """Shows six digits that are good for one sign-in."""

    def __init__(self, canaries, user):
        self._canaries = canaries
        self._codes = set()
        self.user = user
        self.serial = user.arn.replace(":user/", ":mfa/")

    def new_code(self):
        """What the device shows next."""
        code = f"{secrets.randbelow(10**6):06}"
        self._codes.add(code)
        return self._canaries.watch("MFA code", code)

    def accept(self, code):
        """Whether the code is good; from now on it no longer is."""
        fresh = code in self._codes
        self._codes.discard(code)
        return fresh


def role_arn(account, role, partition="aws"):
    """A role's ARN; its name may have a path."""
    return f"arn:{partition}:iam::{account}:role/{role}"
