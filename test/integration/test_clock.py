"""A clock that is off: measured by AWS's answers, reported, corrected unless nobody wants that."""

import re

import pytest

from standin import faults
from standin.clock import parse_amz_date
from standin.ecr import TOKEN_ROUTE
from standin.server import FOREVER


@pytest.mark.parametrize("offset_s", [3600, -3600], ids=["an hour ahead", "an hour behind"])
def test_a_clock_that_is_off_is_corrected_once_and_reported(stage, offset_s):
    stage.clock.offset_s = offset_s
    outcome = stage.run()
    assert outcome.code == 0, outcome.stderr
    first, second = stage.ecr.requests
    dates = [parse_amz_date(request.header("X-Amz-Date")) for request in (first, second)]
    assert abs(dates[1] - dates[0] - offset_s) < 10
    assert re.search(r"clock\b.*\b(3600|3599|3601|60 ?m|59m|1 ?h)", outcome.stderr), outcome.stderr
    assert outcome.stderr.count("clock: ") == 1


def test_a_clock_is_not_corrected_twice(stage):
    stage.clock.offset_s = 3600
    stage.ecr.misbehave(
        TOKEN_ROUTE, faults.aws_error("InvalidSignatureException", "Signature expired: no"), FOREVER
    )
    outcome = stage.run()
    assert outcome.code == 77, outcome.stderr
    assert len(stage.ecr.requests) == 2


def test_a_wrong_key_is_not_blamed_on_the_clock(stage):
    environment = stage.with_variables(AWS_SECRET_ACCESS_KEY="w" * 40)
    with stage.secret_stays():
        outcome = stage.run(environment=environment)
    assert outcome.code == 77
    assert "InvalidSignatureException" in outcome.last_line
    assert len(stage.ecr.requests) == 1


def test_a_password_that_ends_while_our_clock_is_ahead_is_still_good(stage):
    """Twelve hours by AWS's clock have passed by ours: only the corrected clock counts."""
    stage.clock.offset_s = -13 * 3600
    outcome = stage.run()
    assert outcome.code == 0, outcome.stderr


def test_a_clock_that_is_a_little_off_is_nothing_to_report(stage):
    stage.clock.offset_s = 200
    outcome = stage.run()
    assert outcome.code == 0, outcome.stderr
    assert "clock" not in outcome.stderr


@pytest.fixture
def configured(stage, tmp_path):
    """The pod's environment with a config file whose default profile holds a line."""

    def configure(line):
        path = tmp_path / "config"
        path.write_text(f"[default]\n{line}\n")
        return stage.with_variables(AWS_CONFIG_FILE=str(path))

    return configure


VARIABLE, KEY = "AWS_DISABLE_CLOCK_SKEW_CORRECTION", "disable_clock_skew_correction"


@pytest.mark.parametrize("offset_s, way", [(3600, "behind"), (-3600, "ahead of")])
@pytest.mark.parametrize("who", [VARIABLE, f'profile "default": {KEY}'])
def test_a_clock_that_shall_be_left_alone_is_reported_only(
    stage, configured, who, offset_s, way
):
    stage.clock.offset_s = offset_s
    if who == VARIABLE:
        environment = stage.with_variables(**{VARIABLE: "true"})
    else:
        environment = configured(f"{KEY} = true")
    with stage.secret_stays():
        outcome = stage.run(environment=environment)
    assert outcome.code == 77, outcome.stderr
    assert len(stage.ecr.requests) == 1, "the same date again can't help"
    said = re.search(r"clock: this machine's is (\d+) s (.+) that of (\S+); (.*)", outcome.lines[0])
    assert abs(int(said[1]) - 3600) <= 2
    assert said.group(2, 3, 4) == (
        way, f"127.0.0.1:{stage.ecr.port}", f"not corrected because of {who}"
    )


def test_the_variable_beats_the_profile(stage, configured):
    stage.clock.offset_s = 3600
    environment = {**configured(f"{KEY} = true"), VARIABLE: "false"}
    outcome = stage.run("--log-format", "json", environment=environment)
    assert outcome.code == 0, outcome.stderr
    assert outcome.events[0]["msg"].endswith("corrected for this run")
    assert abs(outcome.events[0]["offset_s"] - 3600) <= 2


def test_the_date_of_a_cache_is_no_measure(stage):
    stage.clock.offset_s = 3600
    stage.ecr.misbehave(TOKEN_ROUTE, faults.through_a_cache, FOREVER)
    outcome = stage.run()
    assert outcome.code == 77, outcome.stderr
    assert len(stage.ecr.requests) == 1
    assert len(outcome.lines) == 1, "there is nothing to tell of the clock"


@pytest.mark.parametrize("slept_s", [10 * 60, 20 * 60])
def test_a_date_that_outlived_a_sleep_is_no_measure(stage, plain_binary, preload, slept_s):
    """Time limits stand still while a machine sleeps; more than 15 minutes are too much."""
    woken = stage.directory / "woken"
    stage.ecr.misbehave(TOKEN_ROUTE, faults.meanwhile(woken.touch))
    environment = {
        **stage.environment,
        **preload("slept.c"),
        "WOKEN": str(woken),
        "SLEPT_S": str(slept_s),
    }
    outcome = stage.run(environment=environment, binary=plain_binary)
    assert outcome.code == 0, outcome.stderr
    assert woken.exists()
    assert ("clock: " in outcome.stderr) == (slept_s < 15 * 60)
