"""Which host is asked, and what the signature names: regions, FIPS, dual stack, variables."""

import re

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import Loader

from harness import Stage, not_run
from private_network import PrivateNetwork
from standin.world import ACCOUNT

LOADER = Loader()
PARTITIONS = LOADER.load_data("partitions")
REGIONS = sorted(
    region
    for partition in PARTITIONS["partitions"]
    for region in partition["regions"]
    if not region.endswith("-global")
)
AT_ONCE = 5  # more would not fit into the proxy's queue
OUR_ENDPOINTS = {"AWS_ENDPOINT_URL_ECR": None, "AWS_ENDPOINT_URL_STS": None}
VARIANTS = {
    # variables: what botocore's rules call them
    "plain": ({}, {}),
    "FIPS": ({"AWS_USE_FIPS_ENDPOINT": "true"}, {"UseFIPS": True}),
    "dual stack": ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, {"UseDualStack": True}),
    "both": (
        {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
        {"UseFIPS": True, "UseDualStack": True},
    ),
}


def botocores_host(service, region, **parameters):
    rules = EndpointProvider(LOADER.load_service_model(service, "endpoint-rule-set-1"), PARTITIONS)
    return rules.resolve_endpoint(Region=region, **parameters).url.removeprefix("https://")


def hosts_asked(proxy):
    return [target.removesuffix(":443") for target in proxy.asked_for]


@pytest.mark.parametrize("variables, parameters", VARIANTS.values(), ids=VARIANTS)
def test_every_regions_ecr_is_asked_where_botocore_asks(stage, proxy, variables, parameters):
    assert len(REGIONS) >= 46
    regions = [*REGIONS, "us-north-7", "lala-land-1"]  # the last two are unknown
    environment = stage.with_variables(**OUR_ENDPOINTS, **variables)
    for first in range(0, len(regions), AT_ONCE):
        some = regions[first : first + AT_ONCE]
        arguments = [word for region in some for word in ("--registry", f"{ACCOUNT}.{region}")]
        outcome = stage.run(*arguments, environment=environment)
        assert outcome.code == 75, outcome.stderr
    wanted = [botocores_host("ecr", region, **parameters) for region in regions]
    assert sorted(hosts_asked(proxy)) == sorted(wanted)


STS_CASES = [
    # region, AWS_STS_REGIONAL_ENDPOINTS, variant
    ("eu-central-1", None, "plain"),
    ("eu-central-1", "regional", "plain"),
    ("eu-central-1", "legacy", "plain"),
    ("eu-central-1", "legacy", "dual stack"),
    ("us-west-2", "legacy", "FIPS"),
    ("eu-south-1", "legacy", "plain"),
    ("cn-north-1", "legacy", "plain"),
    ("aws-global", None, "plain"),
    ("us-gov-west-1", None, "FIPS"),
    ("us-gov-west-1", None, "both"),
    ("us-iso-east-1", None, "FIPS"),
]


@pytest.mark.parametrize("region, mode, variant", STS_CASES)
def test_sts_is_asked_where_botocore_asks(stage, proxy, region, mode, variant):
    variables, parameters = VARIANTS[variant]
    settings = {**OUR_ENDPOINTS, "AWS_REGION": region, "AWS_STS_REGIONAL_ENDPOINTS": mode}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        settings[name] = None
    environment = stage.with_variables(**settings, **variables, **stage.web_identity())
    outcome = stage.run(environment=environment)
    assert outcome.code == 75, outcome.stderr
    wanted = botocores_host("sts", region, UseGlobalEndpoint=mode == "legacy", **parameters)
    assert hosts_asked(proxy) == [wanted]


SCOPES = [
    ("us-west-2", "plain", "api.ecr.us-west-2.amazonaws.com"),
    ("us-west-2", "FIPS", "api.ecr-fips.us-west-2.amazonaws.com"),
    ("us-west-2", "dual stack", "ecr.us-west-2.api.aws"),
    ("us-gov-east-1", "both", "ecr-fips.us-gov-east-1.api.aws"),
    ("cn-north-1", "dual stack", "ecr.cn-north-1.api.amazonwebservices.com.cn"),
]


@pytest.mark.parametrize("region, variant, host", SCOPES)
def test_the_signature_names_the_region_whatever_the_host(
    stage, proxy, extra_ecr, region, variant, host
):
    ecr = extra_ecr(stage.aws_authority.server_context(host))
    proxy.places[f"{host}:443"] = (ecr.address, ecr.port)
    settings = {**OUR_ENDPOINTS, "AWS_REGION": region, **VARIANTS[variant][0]}
    outcome = stage.run(environment=stage.with_variables(**settings))
    assert outcome.code == 0, outcome.stderr
    (call,) = ecr.requests
    assert call.header("Host") == host
    assert f"/{region}/ecr/aws4_request," in call.header("Authorization")


ALL, OWN = "https://all.example.test", "https://own.example.test"
AWS_OWN = "api.ecr.eu-central-1.amazonaws.com"
CUSTOM = {
    "one for all": ({"AWS_ENDPOINT_URL": ALL}, "all.example.test"),
    "one of its own": (
        {"AWS_ENDPOINT_URL": ALL, "AWS_ENDPOINT_URL_ECR": OWN},
        "own.example.test",
    ),
    "another's": ({"AWS_ENDPOINT_URL_ECR_PUBLIC": OWN, "AWS_ENDPOINT_URL_STS": OWN}, AWS_OWN),
    "ignored ones": (
        {
            "AWS_ENDPOINT_URL": ALL,
            "AWS_ENDPOINT_URL_ECR": OWN,
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True",
        },
        AWS_OWN,
    ),
    "a bad one that is ignored": (
        {"AWS_ENDPOINT_URL_ECR": "ftp://x", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
        AWS_OWN,
    ),
    "one that is not ignored": (
        {"AWS_ENDPOINT_URL": ALL, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"},
        "all.example.test",
    ),
    "another's with FIPS": (
        {"AWS_ENDPOINT_URL_EKS": OWN, "AWS_USE_FIPS_ENDPOINT": "true"},
        "api.ecr-fips.eu-central-1.amazonaws.com",
    ),
}


@pytest.mark.parametrize("variables, host", CUSTOM.values(), ids=CUSTOM)
def test_of_custom_endpoints_ecr_is_asked_at(stage, proxy, variables, host):
    outcome = stage.run(environment=stage.with_variables(**{**OUR_ENDPOINTS, **variables}))
    assert outcome.code == 75, outcome.stderr
    assert hosts_asked(proxy) == [host]


SERVICES = ["ECR", "ECR_PUBLIC", "STS", "EKS", "SSO", "SSO_OIDC", "SIGNIN"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_custom_endpoint_that_is_no_url_is_named(stage, service):
    variable = f"AWS_ENDPOINT_URL_{service}"
    outcome = stage.run(environment=stage.with_variables(**{variable: "ftp://x"}))
    assert outcome.code == 78, outcome.stderr
    assert f"{variable}: " in outcome.last_line


REFUSED = {
    "AWS_USE_FIPS_ENDPOINT": "Invalid Configuration: FIPS and custom endpoint are not supported",
    "AWS_USE_DUALSTACK_ENDPOINT": (
        "Invalid Configuration: Dualstack and custom endpoint are not supported"
    ),
}


@pytest.mark.parametrize("who", ["ecr", "sts"])
@pytest.mark.parametrize("variable, sentence", REFUSED.items())
def test_a_variant_and_a_custom_endpoint_are_78(stage, who, variable, sentence):
    environment = stage.with_variables(**{variable: "true"})
    if who == "sts":
        environment = {**stage.without_keys(), **stage.web_identity(), variable: "true"}
    outcome = stage.run(environment=environment)
    assert outcome.code == 78, outcome.stderr
    assert f"{who}: " in outcome.last_line and sentence in outcome.last_line
    assert f"unset {variable}, or AWS_ENDPOINT_URL_{who.upper()}" in outcome.last_line
    assert not stage.ecr.requests and not stage.sts.requests


def test_a_mode_of_sts_that_nobody_knows_is_78(stage):
    outcome = stage.run(environment=stage.with_variables(AWS_STS_REGIONAL_ENDPOINTS="global"))
    assert outcome.code == 78, outcome.stderr
    assert "AWS_STS_REGIONAL_ENDPOINTS: not regional or legacy" in outcome.last_line


@pytest.fixture(scope="module")
def nowhere():
    """A network without a name server."""
    try:
        return PrivateNetwork()
    except PermissionError:
        not_run("no permission to make a network namespace")


HINTS = [
    # region, variables; what must and what must not be in the last line
    ("eu-centrl-1", {}, r'"eu-centrl-1" meant to be "eu-central-1"\?$', "may have no"),
    ("eu-central-1", {}, "", "meant to be|may have no"),
    ("eu-central-1", VARIANTS["FIPS"][0], '"eu-central-1" may have no FIPS endpoint', "meant to"),
    ("eu-central-1", VARIANTS["dual stack"][0], "may have no dual-stack endpoint", "meant to be"),
    ("eu-centrl-1", VARIANTS["both"][0], "meant to be .*no FIPS dual-stack endpoint", "nobody"),
]


@pytest.mark.parametrize("region, variables, hint, absent", HINTS)
def test_a_host_that_is_not_known_gets_a_hint(nowhere, tmp_path, region, variables, hint, absent):
    stage = nowhere.run(Stage)
    nowhere.run(stage.settle_in, tmp_path)
    settings = {**OUR_ENDPOINTS, "AWS_REGION": region, "AWS_MAX_ATTEMPTS": "1", **variables}
    outcome = nowhere.run(stage.run, environment=stage.with_variables(**settings))
    for server in stage.servers:
        server.close()
    assert outcome.code == 75, outcome.stderr
    assert re.search(hint, outcome.last_line), outcome.last_line
    assert not re.search(absent, outcome.last_line), outcome.last_line


HOSTS = {
    # a registry's host: where its token is asked for
    f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com": {},
    f"{ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com": {"UseFIPS": True},
    f"{ACCOUNT}.dkr-ecr.us-east-1.on.aws": {"UseDualStack": True},
    f"{ACCOUNT}.dkr-ecr-fips.us-east-1.on.aws": {"UseFIPS": True, "UseDualStack": True},
}


@pytest.mark.parametrize("host, parameters", HOSTS.items(), ids=list(HOSTS))
def test_a_registrys_host_chooses_the_endpoint(stage, proxy, host, parameters):
    environment = stage.with_variables(**OUR_ENDPOINTS)
    stage.run("--registry", host, "--timeout", "5s", environment=environment)
    assert set(hosts_asked(proxy)) == {botocores_host("ecr", "us-east-1", **parameters)}
