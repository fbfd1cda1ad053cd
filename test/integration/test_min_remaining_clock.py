"""--min-remaining where this machine's clock is off: the API server's decides."""

import pytest

from fan_out import add_namespaces, seed, written
from freshness import HOUR_S, LONG_S, NAMED, SHORT_S, SIX_HOURS, aws_was_asked
from standin import faults
from standin.kubernetes_api import READ
from standin.server import FOREVER
from standin.world import NAMESPACE

BEHIND = "clock: this machine's is {} s behind that of the API server, which decides what is fresh"

def set_servers_ahead(stage, offset_s):
    """AWS's clock, and by it the tokens' ends, and that of the API server."""
    stage.clock.offset_s = stage.kubernetes.clock.offset_s = offset_s


def clock_warnings(outcome):
    return [line for line in outcome.lines if "that of the API server" in line]


@pytest.mark.parametrize("may_list", [True, False], ids=["listed", "one by one"])
@pytest.mark.parametrize("where", ["a,b", "?"], ids=["names", "a glob"])
def test_by_a_clock_that_is_behind_an_old_token_is_not_fresh(stage, where, may_list):
    set_servers_ahead(stage, 3 * HOUR_S)
    add_namespaces(stage, "a", "b")
    seed(stage, "a", SHORT_S)  # by our clock, eight hours
    seed(stage, "b", LONG_S)
    if not may_list:
        stage.kubernetes.forbid("list")
    outcome = stage.run("--namespace", where, *SIX_HOURS, *NAMED)
    assert outcome.code == 0 and outcome.last_line == "1 written, 1 fresh, 0 failed"
    assert written(stage) == ["a"]
    (warning,) = clock_warnings(outcome)
    assert warning in [f"warning: {BEHIND.format(3 * HOUR_S + late)}" for late in (-1, 0, 1)]


def test_it_is_told_even_where_all_are_fresh(stage):
    set_servers_ahead(stage, HOUR_S)
    seed(stage, NAMESPACE, LONG_S)
    outcome = stage.run(*SIX_HOURS, *NAMED, "--log-format", "json")
    assert outcome.code == 0 and not aws_was_asked(stage)
    warning = outcome.events[0]
    assert warning["level"] == "warning" and abs(warning["offset_s"] - HOUR_S) <= 1


OTHER_CLOCKS = {
    # how far the servers' is ahead, how long a token lives by it, and whether that is fresh by ours
    "a little behind": (290, 6 * HOUR_S - 100, True),
    "ahead": (-3 * HOUR_S, 7 * HOUR_S, False),
    "right": (0, LONG_S, True),
}


@pytest.mark.parametrize("offset_s, lifetime_s, is_fresh", OTHER_CLOCKS.values(), ids=OTHER_CLOCKS)
def test_any_other_clock_decides_itself(stage, offset_s, lifetime_s, is_fresh):
    set_servers_ahead(stage, offset_s)
    seed(stage, NAMESPACE, lifetime_s)
    outcome = stage.run(*SIX_HOURS, *NAMED)
    assert outcome.code == 0 and (written(stage) == []) == is_fresh, outcome.stderr
    assert not clock_warnings(outcome)


def test_the_date_of_a_cache_is_no_second_opinion(stage):
    set_servers_ahead(stage, HOUR_S)
    seed(stage, NAMESPACE, SHORT_S + 1800)
    stage.kubernetes.misbehave(READ, faults.through_a_cache, FOREVER)
    outcome = stage.run(*SIX_HOURS, *NAMED)
    assert outcome.code == 0 and written(stage) == []


def test_without_min_remaining_the_api_servers_clock_is_nothing_to_us(stage):
    set_servers_ahead(stage, 600)  # AWS forgives 15 minutes
    add_namespaces(stage, "a")
    seed(stage, "a", SHORT_S)
    environment = stage.with_variables(AWS_DISABLE_CLOCK_SKEW_CORRECTION="true")
    outcome = stage.run("--namespace", "?", *NAMED, environment=environment)
    assert outcome.code == 0 and not clock_warnings(outcome)
