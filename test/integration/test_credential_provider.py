"""ecr-secret credential-provider: what kubelet asks on standard input, and what it is answered."""

import json
import os
import re

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import Loader

from harness import load_json, vectors
from standin import faults
from standin.ecr import TOKEN_ROUTE, registry_host
from standin.identities import role_arn
from standin.server import FOREVER
from standin.sts import ASSUME_ROLE_ROUTE, WEB_IDENTITY_ROUTE, refuse
from standin.world import ACCOUNT, REGION, REGISTRY, keys_of

API = "credentialprovider.kubelet.k8s.io/"
V1 = API + "v1"
ANNOTATION = "eks.amazonaws.com/ecr-role-arn"
POD_ROLE = role_arn("444455556666", "team/puller")
KUBELETS_LIMIT_S = 60
PUBLIC_HOSTS = {"public.ecr.aws": False, "ecr-public.aws.com": True}  # by dual stack?


def request_for(image=REGISTRY + "/team/app", **members):
    return {"kind": "CredentialProviderRequest", "apiVersion": V1, "image": image, **members}


@pytest.fixture
def kubelet(stage):
    """Asks the plugin as kubelet does, on a node that is no pod; returns how it ended."""

    def ask(request, *arguments, environment=None, **variables):
        text = request if isinstance(request, (str, bytes)) else json.dumps(request)
        path = stage.directory / "request"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        cluster = dict.fromkeys(("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"))
        environment = environment or stage.with_variables(**cluster, **variables)
        with path.open() as stdin:
            return stage.run(
                "credential-provider", *arguments,
                prints_secrets=True, environment=environment, stdin=stdin,
            )  # fmt: skip

    yield ask
    assert not stage.kubernetes.requests, "a plugin asks no cluster"


def answered(outcome):
    """The answer of a run that succeeded without a word."""
    assert (outcome.code, outcome.stderr) == (0, "")
    assert outcome.stdout.endswith("}\n") and outcome.stdout.count("\n") == 1
    answer = json.loads(outcome.stdout)
    assert answer["kind"] == "CredentialProviderResponse"
    assert answer["cacheKeyType"] == "Registry"
    return answer


def seconds_in(answer):
    return int(re.fullmatch(r"(\d+)s", answer["cacheDuration"])[1])


def refused(outcome, code):
    """A run that failed: the reason is on standard error alone."""
    assert (outcome.code, outcome.stdout) == (code, ""), outcome.stderr
    return outcome.last_line


def test_credentials_for_the_host_for_half_the_tokens_life(stage, kubelet):
    answer = answered(kubelet(request_for()))
    assert set(answer) == {"kind", "apiVersion", "cacheKeyType", "cacheDuration", "auth"}
    password = stage.ecr.passwords[REGION]
    assert answer["auth"] == {REGISTRY: {"username": "AWS", "password": password}}
    assert 6 * 3600 - 30 <= seconds_in(answer) <= 6 * 3600


@pytest.mark.parametrize("lifetime_s", [3600, 61])
def test_a_shorter_life_is_halved_too(stage, kubelet, lifetime_s):
    stage.ecr.lifetime_s = lifetime_s
    assert lifetime_s // 2 - 20 <= seconds_in(answered(kubelet(request_for()))) <= lifetime_s // 2


def test_the_life_that_is_left_is_told_by_awss_clock(stage, kubelet):
    stage.clock.offset_s = -7200
    outcome = kubelet(request_for())
    assert outcome.code == 0, outcome.stderr
    assert 6 * 3600 - 30 <= seconds_in(json.loads(outcome.stdout)) <= 6 * 3600


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha1"])
def test_the_answer_has_the_requests_version(kubelet, version):
    answer = answered(kubelet(request_for(apiVersion=API + version)))
    assert answer["apiVersion"] == API + version


@pytest.mark.parametrize("rest", ["", "/app", "/a/b/c:1.2", "/app@sha256:" + "0" * 64, "/app:1/"])
def test_the_host_is_what_comes_before_the_first_slash(kubelet, rest):
    assert set(answered(kubelet(request_for(REGISTRY + rest)))["auth"]) == {REGISTRY}


@pytest.mark.parametrize("host", PUBLIC_HOSTS)
def test_the_public_registry(stage, kubelet, host):
    answer = answered(kubelet(request_for(host + "/docker/library/busybox:1")))
    password = stage.ecr_public.passwords["us-east-1"]
    assert answer["auth"] == {host: {"username": "AWS", "password": password}}
    assert not stage.ecr.requests


def test_the_token_is_of_the_hosts_region(stage, kubelet):
    host = registry_host(ACCOUNT, "ap-south-2")
    answer = answered(kubelet(request_for(host + "/app")))
    assert answer["auth"][host]["password"] == stage.ecr.passwords["ap-south-2"]
    assert set(stage.ecr.passwords) == {"ap-south-2"}


NOT_ECRS = [
    "docker.io/library/busybox",
    "busybox",
    "registry.example:5000/app",
    f"{REGISTRY}:443/app",
    f"{REGISTRY}.example/app",
    f"evil.example/{REGISTRY}/app",
    "1" + REGISTRY + "/app",
    "xpublic.ecr.aws/app",
    "/" + REGISTRY,
]


@pytest.mark.parametrize("image", NOT_ECRS)
def test_other_hosts_get_an_answer_without_credentials(stage, kubelet, image):
    answer = answered(kubelet(request_for(image)))
    assert answer["apiVersion"] == V1 and answer["auth"] is None and "cacheDuration" not in answer
    assert not stage.ecr.requests and not stage.ecr_public.requests


# --- Every partition and spelling -----------------------------------------------------------

LOADER = Loader()
PARTITIONS = LOADER.load_data("partitions")
OUR_ENDPOINTS = dict.fromkeys(
    f"AWS_ENDPOINT_URL_{service}" for service in ("ECR", "ECR_PUBLIC", "STS")
)


def botocores_host(service, region, **parameters):
    rules = EndpointProvider(LOADER.load_service_model(service, "endpoint-rule-set-1"), PARTITIONS)
    return rules.resolve_endpoint(Region=region, **parameters).url.removeprefix("https://")


def valid_hosts():
    return load_json(vectors("ecr", "ecr-hosts.json"))["valid"]


def test_every_private_host_is_known_in_its_own_spelling(kubelet):
    hosts = [host["host"] for host in valid_hosts()]
    assert len(hosts) >= 20
    for host in [*hosts, REGISTRY.upper(), REGISTRY.replace("dkr", "DKR")]:
        assert set(answered(kubelet(request_for(host + "/app")))["auth"]) == {host}


def test_fips_hosts_ask_fips_endpoints_and_dual_stack_hosts_dual_stack_ones(kubelet, proxy):
    seen = set()
    for host in valid_hosts():
        proxy.asked_for.clear()
        assert kubelet(request_for(host["host"] + "/app"), **OUR_ENDPOINTS).code == 75
        variant = {"UseFIPS": host["fips"], "UseDualStack": ".on." in host["host"]}
        wanted = botocores_host("ecr", host["region"].lower(), **variant)
        assert proxy.asked_for == [wanted + ":443"], host["host"]
        seen.add(tuple(variant.values()))
    assert len(seen) == 4, "all four kinds were among them"


@pytest.mark.parametrize("host, is_dual_stack", PUBLIC_HOSTS.items())
def test_the_public_registrys_dual_stack_host_does_too(kubelet, proxy, host, is_dual_stack):
    assert kubelet(request_for(host + "/app"), **OUR_ENDPOINTS).code == 75
    wanted = botocores_host("ecr-public", "us-east-1", UseDualStack=is_dual_stack)
    assert proxy.asked_for == [wanted + ":443"]


# --- A ServiceAccount's token ---------------------------------------------------------------


@pytest.fixture
def token(stage):
    """A token that STS knows, in a world full of other identities; none of those may be used."""
    others = {**stage.web_identity(), **stage.instance_role(), **keys_of(stage.user)}
    container = stage.pod_identity()
    stage.environment.update(others)
    stage.environment.update(container)
    stage.home.write_shared_files(
        credentials={"default": {k.lower(): v for k, v in keys_of(stage.user).items()}}
    )
    token = stage.canaries.make("pod's token", 900)
    stage.sts.web_identity_tokens.add(token)
    yield token
    assert not stage.metadata.requests and not stage.container.requests
    assert not stage.sts.arrived(ASSUME_ROLE_ROUTE)


def request_with(token, role=POD_ROLE, **members):
    annotations = {} if role is None else {ANNOTATION: role}
    return request_for(serviceAccountToken=token, serviceAccountAnnotations=annotations, **members)


def asked_as(stage):
    """The role that the one question to ECR was signed by, after one to STS with the token."""
    ((identity, _, _),) = stage.ecr.issued + stage.ecr_public.issued
    (call,) = stage.sts.requests
    assert call.form["RoleArn"] == identity.role_arn
    assert call.form["RoleSessionName"] == "ecr-credential-provider"
    return identity.role_arn, call.form["WebIdentityToken"]


def test_the_annotations_role_is_assumed_with_the_token(stage, kubelet, token):
    answer = answered(kubelet(request_with(token), AWS_ECR_ROLE_ARN=role_arn(ACCOUNT, "another")))
    assert asked_as(stage) == (POD_ROLE, token)
    assert answer["auth"][REGISTRY]["password"] == stage.ecr.passwords[REGION]


def test_without_an_annotation_the_variables_role_is(stage, kubelet, token):
    answered(kubelet(request_with(token, role=None), AWS_ECR_ROLE_ARN=POD_ROLE))
    assert asked_as(stage) == (POD_ROLE, token)


def test_the_public_registry_with_a_token(stage, kubelet, token):
    answered(kubelet(request_with(token, image="public.ecr.aws/a/b"), AWS_REGION=None))
    assert asked_as(stage) == (POD_ROLE, token)


@pytest.mark.parametrize("option", [(), ("--role-arn", role_arn(ACCOUNT, "node"))])
def test_options_for_the_node_do_not_count_then(stage, kubelet, token, option):
    answered(kubelet(request_with(token), *option, ECR_SECRET_PROFILE="nobody"))
    assert asked_as(stage) == (POD_ROLE, token)


def test_a_token_without_a_role_is_refused(stage, kubelet, token):
    text = refused(kubelet(request_with(token, role=None)), 78)
    assert ANNOTATION in text and "AWS_ECR_ROLE_ARN" in text
    assert not stage.sts.requests and not stage.ecr.requests


@pytest.mark.parametrize("role", ["puller", "arn:aws:iam::1:role/x", POD_ROLE + " x"])
def test_a_role_that_is_none_is_named(stage, kubelet, token, role):
    assert f'{ANNOTATION}: "{role}" is not' in refused(kubelet(request_with(token, role)), 78)
    text = refused(kubelet(request_with(token, None), AWS_ECR_ROLE_ARN=role), 78)
    assert "AWS_ECR_ROLE_ARN: " in text
    assert not stage.sts.requests and not stage.ecr.requests


def test_where_sts_says_no_nobody_else_is_asked(stage, kubelet, token):
    no = refuse("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    stage.sts.misbehave(WEB_IDENTITY_ROUTE, no, FOREVER)
    text = refused(kubelet(request_with(token)), 77)
    assert POD_ROLE in text and "Not authorized" in text
    assert not stage.ecr.requests


@pytest.mark.parametrize("region, wanted", [(None, "cn-north-1"), ("cn-northwest-1",) * 2])
def test_sts_is_asked_in_the_hosts_region(kubelet, proxy, token, region, wanted):
    """As the official plugin does; --region is for who has an endpoint in one region only."""
    host = registry_host(ACCOUNT, "cn-north-1")
    option = () if region is None else ("--region", region)
    request = request_with(token, role_arn(ACCOUNT, "x", "aws-cn"), image=host + "/app")
    assert kubelet(request, *option, **OUR_ENDPOINTS).code == 75
    assert set(proxy.asked_for) == {f"sts.{wanted}.amazonaws.com.cn:443"}


def test_a_token_does_not_count_for_hosts_that_are_not_ecrs(stage, kubelet, token):
    assert answered(kubelet(request_with(token, image="docker.io/a")))["auth"] is None
    assert not stage.sts.requests


@pytest.mark.parametrize("token_member", [{}, {"serviceAccountToken": ""}])
def test_without_a_token_the_nodes_own_identity_asks(stage, kubelet, token_member):
    """The variable is for tokens alone, as with the official plugin."""
    answered(kubelet(request_for(**token_member), AWS_ECR_ROLE_ARN=POD_ROLE))
    ((identity, _, _),) = stage.ecr.issued
    assert identity == stage.user and not stage.sts.requests


def test_without_a_token_a_role_may_be_named(stage, kubelet):
    stage.sts.add_role(POD_ROLE, [stage.user.arn])
    answered(kubelet(request_for(), "--role-arn", POD_ROLE))
    ((identity, _, _),) = stage.ecr.issued
    assert identity.role_arn == POD_ROLE


def test_a_nodes_instance_role(stage, kubelet):
    environment = {**stage.without_keys(), **stage.instance_role()}
    answered(kubelet(request_for(), environment=environment))
    ((identity, _, _),) = stage.ecr.issued
    assert "node-role" in identity.arn


# --- What may go wrong ------------------------------------------------------------------------

BAD_REQUESTS = {
    "nothing": (b"", "is not a JSON object"),
    "half of one": (json.dumps(request_for())[:40], "is not a JSON object"),
    "a list": ("[]", "is not a JSON object"),
    "another kind": (request_for(kind="CredentialProviderResponse"), "kind is not"),
    "no kind": ({"apiVersion": V1, "image": "a/b"}, "kind is not"),
    "another version": (request_for(apiVersion=API + "v2"), 'apiVersion is "' + API + 'v2"'),
    "a version of others": (request_for(apiVersion="v1"), 'apiVersion is "v1"'),
    "no version": (request_for(apiVersion=None), 'apiVersion is ""'),
    "no image": (request_for(image=None), "has no image"),
    "an empty image": (request_for(image=""), "has no image"),
    "an image that is a number": (request_for(image=7), "has no image"),
    "a token that is none": (request_for(serviceAccountToken=["t"]), "is not a text"),
    "a NUL": (b'{"kind":"\0"}', "has a NUL"),
    "an endless one": (b" " * (1 << 20) + b"  ", "more than 1048576 bytes"),
}


@pytest.mark.parametrize("request_, text", BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_76_for_a_request_that_makes_no_sense(stage, kubelet, request_, text):
    assert text in refused(kubelet(request_), 76)
    assert not stage.ecr.requests


def test_a_request_of_the_size_that_is_allowed(kubelet):
    annotations = {f"a{number}": "x" * 1000 for number in range(250)}
    answered(kubelet(request_for(serviceAccountAnnotations=annotations)))


FAILURES = {
    "denied": (faults.aws_error("AccessDeniedException", "no identity-based policy allows it"), 77),
    "throttled for an hour": (faults.unavailable(retry_after_s=3600), 75),
    "nonsense": (faults.html, 76),
    "opted out": (faults.aws_error("RegionDisabledException", "not enabled", 403), 69),
}


@pytest.mark.parametrize("failure, code", FAILURES.values(), ids=FAILURES)
def test_a_failure_of_ecr_is_the_exit_code(stage, kubelet, failure, code):
    stage.ecr.misbehave(TOKEN_ROUTE, failure, FOREVER)
    refused(kubelet(request_for()), code)


def test_without_credentials(stage, kubelet):
    refused(kubelet(request_for(), environment=stage.without_keys()), 78)


def test_it_ends_well_inside_kubelets_minute(stage, kubelet):
    stage.ecr.misbehave(TOKEN_ROUTE, faults.never_answer, FOREVER)
    outcome = kubelet(request_for())
    refused(outcome, 75)
    assert outcome.seconds < KUBELETS_LIMIT_S / 2


def test_it_does_not_wait_forever_for_the_request(stage):
    reader, writer = os.pipe()
    try:
        outcome = stage.run("credential-provider", "--timeout", "300ms", stdin=reader)
    finally:
        os.close(reader)
        os.close(writer)
    assert "standard input: its end has not come in time" in refused(outcome, 75)
    assert outcome.seconds < 5


def test_what_is_logged_goes_to_standard_error_alone(stage, kubelet):
    outcome = kubelet(request_for(), "-v", "--log-format", "json")
    assert outcome.code == 0 and json.loads(outcome.stdout)["auth"]
    assert outcome.events and "POST" in outcome.stderr


def test_71_when_standard_output_is_full(stage):
    path = stage.directory / "request"
    path.write_text(json.dumps(request_for()))
    with path.open() as stdin, open("/dev/full", "w") as full:
        outcome = stage.run("credential-provider", stdin=stdin, stdout=full)
    assert outcome.code == 71


def test_its_help(stage):
    text = stage.run("credential-provider", "--help").stdout
    assert text.startswith("usage: ecr-secret credential-provider [OPTION]...\n")
    assert "(20s)" in text and "--role-arn" in text and "--registry" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_an_option_of_refresh_is_named(kubelet):
    assert "--namespace: not an option of credential-provider" in refused(
        kubelet(request_for(), "--namespace", "a"), 64
    )
