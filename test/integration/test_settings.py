"""Settings that a variable says or the profile's file, held against botocore where it has them."""

import itertools
import os
import urllib.parse

import botocore.session
import pytest

from standin import faults
from standin.ecr import TOKEN_ROUTE
from standin.server import FOREVER
from standin.world import REGION, without


@pytest.fixture
def configured(stage, tmp_path):
    """The pod's environment with a config file of this text, and without endpoints of its own."""

    def configure(config, **variables):
        path = tmp_path / "config"
        path.write_text(config)
        endpoints = {"AWS_ENDPOINT_URL_ECR": None, "AWS_ENDPOINT_URL_STS": None}
        return stage.with_variables(**{**endpoints, "AWS_CONFIG_FILE": str(path), **variables})

    return configure


def test_a_whole_run_finds_its_services_by_the_profile(stage, configured):
    config = (
        "[profile local]\nservices = standins\nendpoint_url = http://127.0.0.1:1\n"
        f"[services standins]\necr =\n  endpoint_url = {stage.ecr.url}\n"
        f"sts =\n  endpoint_url = {stage.sts.url}\n"
    )
    environment = configured(config, AWS_PROFILE="local", **stage.web_identity())
    outcome = stage.run(environment=without(environment, "AWS_ACCESS_KEY_ID",
                                            "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))
    assert outcome.code == 0, outcome.stderr
    assert stage.sts.requests and stage.ecr.requests


PLACES = {
    # each may name ECR's endpoint: (variables, lines of the profile, lines of its services)
    "own": ({"AWS_ENDPOINT_URL_ECR": "https://own.test"}, "", ""),
    "all": ({"AWS_ENDPOINT_URL": "https://all.test"}, "", ""),
    "services": ({}, "", "ecr =\n  endpoint_url = https://services.test\n"),
    "profile": ({}, "endpoint_url = https://profile.test\n", ""),
    "not ignored": ({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}, "", ""),
    "ignored": ({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "", ""),
    "ignored by profile": ({}, "ignore_configured_endpoint_urls = true\n", ""),
}
ENDPOINTS = ("own", "all", "services", "profile")
SAID = [
    said for count in range(5) for said in itertools.combinations(ENDPOINTS, count)
] + [
    (*ENDPOINTS, *ignored)
    for ignored in (
        ["ignored"],
        ["ignored by profile"],
        ["not ignored", "ignored by profile"],
    )
]


class Asked(Exception):
    """Ends a call of botocore's where it would go out."""


def botocores_host(environment, monkeypatch):
    """Where botocore asks ECR."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)

    def stop(request, **_):
        raise Asked(urllib.parse.urlsplit(request.url).netloc)

    client = botocore.session.Session().create_client("ecr", region_name=REGION)
    client.meta.events.register("before-send.ecr", stop)
    with pytest.raises(Asked) as asked:
        client.get_authorization_token()
    return str(asked.value)


@pytest.mark.parametrize("said", SAID, ids=lambda said: ", ".join(said) or "nobody")
def test_ecr_is_asked_where_botocore_asks_if_said_by(
    stage, proxy, configured, monkeypatch, said
):
    variables, profile, services = {}, "", ""
    for place in said:
        variables.update(PLACES[place][0])
        profile += PLACES[place][1]
        services += PLACES[place][2]
    config = (
        f"[profile team]\nservices = mine\n{profile}"
        f"[services mine]\nsts =\n  endpoint_url = https://sts.test\n{services}"
    )
    environment = configured(config, AWS_PROFILE="team", **variables)
    outcome = stage.run(environment=environment)
    assert outcome.code == 75, outcome.stderr
    assert proxy.asked_for == [botocores_host(environment, monkeypatch) + ":443"]


VARIANTS = {
    # the profile's lines, variables: botocore's host, too
    "FIPS": ("use_fips_endpoint = true\n", {}),
    "dual stack": ("use_dualstack_endpoint = true\n", {}),
    "FIPS of both, dual stack of one": (
        "use_fips_endpoint = false\nuse_dualstack_endpoint = true\n",
        {"AWS_USE_FIPS_ENDPOINT": "true"},
    ),
    "FIPS that the variable takes back": (
        "use_fips_endpoint = true\n",
        {"AWS_USE_FIPS_ENDPOINT": "false"},
    ),
}


@pytest.mark.parametrize("lines, variables", VARIANTS.values(), ids=VARIANTS)
def test_a_profile_chooses_the_variant(stage, proxy, configured, monkeypatch, lines, variables):
    environment = configured(f"[default]\n{lines}", **variables)
    outcome = stage.run(environment=environment)
    assert outcome.code == 75, outcome.stderr
    assert proxy.asked_for == [botocores_host(environment, monkeypatch) + ":443"]


ATTEMPTS = {
    # the profile's lines, variables: how often ECR is asked
    "standard": ("", {"AWS_RETRY_MODE": "standard"}, 3),
    "legacy by profile": ("retry_mode = legacy\n", {}, 5),
    "a number by profile, and adaptive": ("max_attempts = 2\n", {"AWS_RETRY_MODE": "adaptive"}, 2),
    "a number": ("max_attempts = 5\nretry_mode = standard\n", {"AWS_MAX_ATTEMPTS": "1"}, 1),
}


@pytest.mark.parametrize("lines, variables, count", ATTEMPTS.values(), ids=ATTEMPTS)
def test_attempts_are_made_as_said_by(stage, configured, lines, variables, count):
    stage.ecr.misbehave(TOKEN_ROUTE, faults.unavailable(), FOREVER)
    environment = configured(
        f"[default]\n{lines}", AWS_ENDPOINT_URL_ECR=stage.ecr.url, **variables
    )
    outcome = stage.run(environment=environment)
    assert outcome.code == 75, outcome.stderr
    assert len(stage.ecr.requests) == count


def test_a_profile_says_where_metadata_are(stage, configured):
    stage.instance_role()
    environment = configured(
        f"[default]\nec2_metadata_service_endpoint = {stage.metadata.url}/\n",
        AWS_ENDPOINT_URL_ECR=stage.ecr.url,
        AWS_EC2_METADATA_DISABLED=None,
        AWS_ACCESS_KEY_ID=None,
        AWS_SECRET_ACCESS_KEY=None,
        AWS_SESSION_TOKEN=None,
    )
    outcome = stage.run(environment=environment)
    assert outcome.code == 0, outcome.stderr


def test_a_profile_says_whom_to_trust(stage, configured):
    config = f"[default]\nca_bundle = {stage.aws_ca}\n"
    variables = {"AWS_ENDPOINT_URL_ECR": stage.ecr.url, "AWS_CA_BUNDLE": None}
    outcome = stage.run(environment=configured(config, **variables))
    assert outcome.code == 0, outcome.stderr


@pytest.mark.parametrize("who", ["AWS_CA_BUNDLE", 'profile "default": ca_bundle'])
def test_who_named_a_bundle_that_is_not_there_is_said(stage, configured, who):
    missing = stage.directory / "missing.pem"
    if who == "AWS_CA_BUNDLE":
        environment = configured("", AWS_CA_BUNDLE=str(missing))
    else:
        environment = configured(f"[default]\nca_bundle = {missing}\n", AWS_CA_BUNDLE=None)
    outcome = stage.run(environment=environment)
    assert outcome.code == 78, outcome.stderr
    assert outcome.last_line.endswith(f"{who}: {missing}: No such file or directory")


REFUSED = {
    # lines of the config file: the end of the last line
    "a boolean": (
        "[profile team]\nuse_fips_endpoint = maybe\n",
        'profile "team": use_fips_endpoint: not true or false',
    ),
    "a clock's": (
        "[profile team]\ndisable_clock_skew_correction = 2\n",
        'profile "team": disable_clock_skew_correction: not true or false',
    ),
    "a word": (
        "[profile team]\nretry_mode = fast\n",
        'profile "team": retry_mode: not legacy, standard or adaptive',
    ),
    "a service's endpoint": (
        "[profile team]\nservices = x\n[services x]\necr =\n  endpoint_url = ftp://a\n",
        'services "x": ecr.endpoint_url: not an http or https URL',
    ),
    "services that are not there": (
        "[profile team]\nservices = x\n",
        'profile "team": services: the config file has no [services x]',
    ),
}


@pytest.mark.parametrize("config, words", REFUSED.values(), ids=REFUSED)
def test_what_a_profile_can_not_mean_is_78_and_named(stage, configured, config, words):
    with stage.secret_stays():
        outcome = stage.run(environment=configured(config, AWS_PROFILE="team"))
    assert outcome.code == 78, outcome.stderr
    assert outcome.last_line.endswith(words)
    assert not stage.ecr.requests
