"""What the tests of --min-remaining share: lifetimes, and whether AWS was asked."""

from standin.world import REGISTRY

HOUR_S = 3600
LONG_S = 8 * HOUR_S  # fresh, by the six hours that the tests ask for
SHORT_S = 5 * HOUR_S
SIX_HOURS = ("--min-remaining", "6h")
NAMED = ("--registry", REGISTRY)


def aws_was_asked(stage):
    return any(s.requests for s in (stage.ecr, stage.ecr_public, stage.sts, stage.metadata))
