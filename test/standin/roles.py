"""IAM roles: whom they trust, and on which conditions."""

import dataclasses

CHAINED_MAX_S = 3600
TOO_LONG_FOR_ROLE = (
    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
)
TOO_LONG_FOR_CHAIN = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
    " chaining."
)


@dataclasses.dataclass(frozen=True)
class Role:
    """A role and its trust policy."""

    arn: str
    trusts: tuple  # ARNs of users, sessions, roles, or of accounts' roots
    external_id: str | None
    mfa: bool
    max_duration_s: int

    def admits(self, caller, external_id, with_mfa):
        """Whether the trust policy lets the caller in."""
        if self.external_id is not None and external_id != self.external_id:
            return False
        return (with_mfa or not self.mfa) and any(
            caller.goes_by(arn) or arn == _root_of(caller) for arn in self.trusts
        )

    def objection(self, caller, duration_s):
        """What speaks against a session of this length, None if nothing does."""
        if caller.role_arn and duration_s > CHAINED_MAX_S:
            return TOO_LONG_FOR_CHAIN
        return TOO_LONG_FOR_ROLE if duration_s > self.max_duration_s else None


def _root_of(caller):
    """The ARN by which policies name the caller's whole account."""
    partition = caller.arn.split(":")[1]
    return f"arn:{partition}:iam::{caller.account}:root"
