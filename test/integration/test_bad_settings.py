"""Values that cannot be right: refused by name, before anybody is asked."""

import re

import pytest

from standin.world import NAMESPACE, SECRET, keys_of

CONTROL_CHARACTERS = ["a\nb", "a\rb", "a\tb", "a\x01b", "a\x7fb"]


def refused_unasked(stage, outcome, code, culprit):
    """The run ended with `code`, named the culprit, and asked nobody anything."""
    assert outcome.code == code, outcome.stderr
    assert culprit in outcome.last_line
    for server in stage.servers:
        assert not server.requests


@pytest.mark.parametrize("value", CONTROL_CHARACTERS, ids=repr)
@pytest.mark.parametrize(
    "variable, code",
    [
        ("AWS_ACCESS_KEY_ID", 78),
        ("AWS_SECRET_ACCESS_KEY", 78),
        ("AWS_SESSION_TOKEN", 78),
        ("AWS_REGION", 78),
        ("AWS_ENDPOINT_URL_ECR", 78),
        ("ECR_SECRET_NAME", 64),
        ("ECR_SECRET_REGION", 64),
        ("ECR_SECRET_TIMEOUT", 64),
    ],
)
def test_a_control_character_is_refused_in(stage, variable, value, code):
    given = {**stage.environment, variable: value}
    refused_unasked(stage, stage.run(environment=given), code, variable)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n"], ids=repr)
def test_newlines_after_a_key_are_trimmed(stage, ending):
    keys = {name: value + ending for name, value in keys_of(stage.user).items()}
    outcome = stage.run(environment={**stage.environment, **keys})
    assert outcome.code == 0, outcome.stderr


def test_newlines_after_every_setting_are_trimmed(stage):
    given = {
        **stage.environment,
        "AWS_REGION": "eu-west-1\n",
        "ECR_SECRET_NAME": SECRET + "\n",
        "ECR_SECRET_NAMESPACE": NAMESPACE + "\n",
        "ECR_SECRET_TIMEOUT": "20s\n",
    }
    assert stage.run(environment=given).code == 0
    assert set(stage.ecr.passwords) == {"eu-west-1"}


MALFORMED_REGIONS = [
    "EU-CENTRAL-1",
    "eu central 1",
    "eu-central-1/..",
    "eu-central-1.evil.example",
    "eu-central-1#",
    "-eu-central-1",
    "eu_central_1",
    "x" * 300,
    "@evil.example",
]


@pytest.mark.parametrize("region", MALFORMED_REGIONS)
@pytest.mark.parametrize(
    "how, code", [("--region", 64), ("ECR_SECRET_REGION", 64), ("AWS_REGION", 78)]
)
def test_a_malformed_region_is_refused_at_once(stage, how, code, region):
    if how.startswith("--"):
        outcome = stage.run(how, region)
    else:
        outcome = stage.run(environment={**stage.environment, how: region})
    refused_unasked(stage, outcome, code, how)


def test_no_region_anywhere_is_said(stage):
    outcome = stage.run(environment=stage.with_variables(AWS_REGION=None))
    assert outcome.code in (64, 78)
    assert "region" in outcome.last_line and "AWS_REGION" in outcome.last_line
    assert not stage.ecr.requests


def test_a_well_formed_region_that_nobody_knows_is_asked_like_any_other(stage):
    assert stage.run("--region", "eu-elsewhere-7").code == 0
    assert set(stage.ecr.passwords) == {"eu-elsewhere-7"}


BAD_VALUES = {
    "--timeout": ["banana", "", "-1s", "0", "0s", "1x", "1s2", "99999999999999999999s", "1e3s"],
    "--name": ["", "UPPER", "a_b", "-a", "a-", "a/b", "a" * 254, "a..b", "é"],
    "--namespace": ["UPPER", "a.b", "-a", "a/b", "a" * 64, "a,-b"],
    "--registry": [
        "",
        "docker.io",
        "12345678901",
        "1234567890123",
        "111122223333.dkr.ecr.eu-central-1.amazonaws.com.evil.example",
        "111122223333.dkr.ecr.eu-central-1.amazonaws.com/repo",
        "111122223333.eu/central",
    ],
    "--log-format": ["", "xml", "JSON "],
}


@pytest.mark.parametrize(
    "option, value", [(option, value) for option, values in BAD_VALUES.items() for value in values]
)
def test_a_value_that_cannot_be_is_64(stage, option, value):
    refused_unasked(stage, stage.run(option, value), 64, option)


@pytest.mark.parametrize("flag", ["merge", "force", "dry-run", "any-host", "verbose", "quiet"])
@pytest.mark.parametrize("value", ["yes", "2", "TRUE", "on", "truefalse", "1 "])
def test_a_boolean_variable_must_be_true_false_1_or_0(stage, flag, value):
    variable = "ECR_SECRET_" + flag.upper().replace("-", "_")
    given = {**stage.environment, variable: value}
    refused_unasked(stage, stage.run(environment=given), 64, variable)


USAGE_ERRORS = {
    # the arguments, and what the line must name
    "an unknown option": (["--frobnicate"], "--frobnicate"),
    "an unknown short option": (["-x"], "x"),
    "an unknown command": (["frobnicate"], "frobnicate"),
    "an argument too many": (["refresh", "extra"], "extra"),
    "an option without its value": (["--name"], "--name"),
    "a boolean with a value": (["--merge=perhaps"], "merge"),
}


@pytest.mark.parametrize("arguments, culprit", USAGE_ERRORS.values(), ids=USAGE_ERRORS)
def test_a_usage_error_is_64_and_names(stage, arguments, culprit):
    outcome = stage.run(*arguments)
    refused_unasked(stage, outcome, 64, culprit)
    assert outcome.stdout == ""


BAD_ENDPOINTS = ["ftp://127.0.0.1", "127.0.0.1", "https://", "file:///etc/passwd", "https://a b"]


@pytest.mark.parametrize("url", BAD_ENDPOINTS)
def test_an_endpoint_that_is_no_http_address_is_78(stage, url):
    given = {**stage.environment, "AWS_ENDPOINT_URL_ECR": url}
    outcome = stage.run(environment=given)
    assert outcome.code == 78, outcome.stderr
    assert "AWS_ENDPOINT_URL_ECR" in outcome.last_line


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_a_ca_bundle_that_cannot_be_used_is_78(stage, content):
    path = stage.directory / "bundle.pem"
    if content is not None:
        path.write_bytes(content)
    outcome = stage.run(environment={**stage.environment, "AWS_CA_BUNDLE": str(path)})
    assert outcome.code == 78, outcome.stderr
    assert str(path) in outcome.last_line
    assert not stage.ecr.requests


def test_a_message_about_a_control_character_shows_none(stage):
    outcome = stage.run(environment={**stage.environment, "ECR_SECRET_NAME": "a\x1b[31mb"})
    assert outcome.code == 64
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", outcome.stderr)
