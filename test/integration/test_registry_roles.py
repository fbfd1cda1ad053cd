"""Roles: --role-arn and --registry SPEC,role=...: who asks ECR for which registry."""

import pytest

from harness import eventually, password_of
from standin import faults
from standin.clock import parse_rfc3339
from standin.ecr import TOKEN_ROUTE, authorization, make_password, registry_host
from standin.identities import role_arn
from standin.kubernetes_api import APPLY
from standin.server import FOREVER
from standin.sts import ASSUME_ROLE_ROUTE, refuse
from standin.world import ACCOUNT, NAMESPACE, REGION, REGISTRY, SECRET

OTHER = "444455556666"
OTHER_REGISTRY = registry_host(OTHER, REGION)
THIRD_REGISTRY = registry_host("777788889999", REGION)
ROLE = role_arn(OTHER, "pull")
BASTION = role_arn(ACCOUNT, "bastion")
PUBLIC = "public.ecr.aws"


@pytest.fixture
def role(stage):
    """A role in the other account that trusts the pod's user."""
    return stage.sts.add_role(ROLE, [stage.user.arn])


def holder(stage, host):
    """Who was given the password that the Secret holds for this host, and where."""
    return stage.ecr.holder_of(password_of(stage.docker_config()["auths"][host]))


def asked_as(stage, host):
    arn, region = holder(stage, host)
    return arn.split("/")[1] if ":assumed-role/" in arn else arn


def test_the_registry_of_the_roles_own_account_is_written(stage, role):
    outcome = stage.run("--role-arn", role)
    assert outcome.code == 0, outcome.stderr
    assert set(stage.docker_config()["auths"]) == {OTHER_REGISTRY}
    assert asked_as(stage, OTHER_REGISTRY) == "pull"


def test_roles_are_chained_and_the_id_and_name_belong_to_the_last(stage):
    stage.sts.add_role(BASTION, [stage.user.arn])
    stage.sts.add_role(ROLE, [BASTION], external_id="e-42")
    outcome = stage.run(
        *("--role-arn", BASTION, "--role-arn", ROLE),
        *("--external-id", "e-42", "--role-session-name", "tick"),
    )
    assert outcome.code == 0, outcome.stderr
    first, second = stage.sts.assume_role_calls()
    assert first.form.get("ExternalId") is None
    assert first.form["RoleSessionName"] == "ecr-secret"
    assert second.form["ExternalId"] == "e-42"
    assert second.form["RoleSessionName"] == "tick"
    assert holder(stage, OTHER_REGISTRY)[0].endswith("assumed-role/pull/tick")


@pytest.mark.parametrize("variable", ["ECR_SECRET_ROLE_ARN", "AWS_ECR_ROLE_ARN"])
def test_roles_may_stand_in_a_variable(stage, variable):
    stage.sts.add_role(BASTION, [stage.user.arn])
    stage.sts.add_role(role_arn(OTHER, "a,b=c"), [BASTION])
    roles = f"{BASTION};{role_arn(OTHER, 'a,b=c')}\n"
    outcome = stage.run(environment=stage.with_variables(**{variable: roles}))
    assert outcome.code == 0, outcome.stderr
    assert asked_as(stage, OTHER_REGISTRY) == "a,b=c"


def test_a_registrys_role_asks_for_it_alone(stage, role):
    outcome = stage.run(
        *("--registry", REGISTRY),
        *("--registry", f"{OTHER}.{REGION},role={role},session-name=for-it"),
    )
    assert outcome.code == 0, outcome.stderr
    assert asked_as(stage, REGISTRY) == stage.user.arn
    assert holder(stage, OTHER_REGISTRY)[0].endswith("assumed-role/pull/for-it")


def test_a_registrys_role_is_assumed_from_where_the_chain_ends(stage):
    stage.sts.add_role(BASTION, [stage.user.arn])
    stage.sts.add_role(ROLE, [BASTION], external_id="x,y=1")
    outcome = stage.run(
        *("--role-arn", BASTION, "--registry", REGISTRY),
        *("--registry", f"{OTHER_REGISTRY},external-id=x,y=1,role={ROLE}"),
    )
    assert outcome.code == 0, outcome.stderr
    assert asked_as(stage, REGISTRY) == "bastion"
    assert asked_as(stage, OTHER_REGISTRY) == "pull"


def test_registries_share_their_role_and_their_regions_token(stage, role):
    hosts = [registry_host(account, REGION) for account in (OTHER, "777788889999")]
    hosts += [registry_host(OTHER, "us-east-1"), f"{OTHER}.dkr.ecr-fips.us-east-1.amazonaws.com"]
    specs = [f"--registry={host},role={role}" for host in hosts]
    outcome = stage.run(*specs, "--registry", REGISTRY)
    assert outcome.code == 0, outcome.stderr
    assert len(stage.sts.assume_role_calls()) == 1
    assert len(stage.ecr.arrived(TOKEN_ROUTE)) == 3, "two regions by role, one without"
    assert set(stage.docker_config()["auths"]) == {*hosts, REGISTRY}


def test_fifty_registries_of_five_roles_and_four_regions_are_one_apply(stage):
    regions = ("eu-central-1", "eu-west-1", "us-east-1", "ap-south-1")
    roles = [role_arn(OTHER, f"r{n}") for n in range(5)]
    for arn in roles:
        stage.sts.add_role(arn, [stage.user.arn])
    hosts = [registry_host(f"{n:012}", regions[n % 4]) for n in range(50)]
    specs = [f"--registry={host},role={roles[n % 5]}" for n, host in enumerate(hosts)]
    outcome = stage.run(*specs)
    assert outcome.code == 0, outcome.stderr
    assert len(stage.sts.assume_role_calls()) == 5
    assert len(stage.ecr.arrived(TOKEN_ROUTE)) == 20
    assert len(stage.kubernetes.arrived(APPLY)) == 1
    for n, host in enumerate(hosts):
        assert asked_as(stage, host) == f"r{n % 5}"
        assert holder(stage, host)[1] == regions[n % 4]


def test_roles_are_assumed_side_by_side(stage):
    """No answer comes before all have asked, so one after the other would never end."""
    roles = [stage.sts.add_role(role_arn(OTHER, f"r{n}"), [stage.user.arn]) for n in range(5)]

    def all_have_asked(exchange):
        if eventually(lambda: len(stage.sts.assume_role_calls()) >= 5):
            exchange.send(exchange.usual_answer())

    stage.sts.misbehave(ASSUME_ROLE_ROUTE, all_have_asked, FOREVER)
    specs = [f"--registry={registry_host(OTHER, f'eu-west-{n}')},role={roles[n]}" for n in range(5)]
    assert stage.run(*specs, "--timeout", "20s").code == 0


ROLE_FAILURES = {
    # what STS says to one role: the exit code of the run
    "denied": (refuse("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole"), 77),
    "throttled for an hour": (faults.unavailable(retry_after_s=3600), 75),
    "nonsense": (faults.html, 76),
    "opted out": (refuse("RegionDisabledException", "STS is not activated in this region"), 69),
}


@pytest.mark.parametrize("failure, code", ROLE_FAILURES.values(), ids=ROLE_FAILURES)
@pytest.mark.parametrize("flags", [(), ("--merge",), ("--force",)], ids=["", "merge", "force"])
def test_a_role_that_fails_keeps_its_entries_and_the_others_are_written(
    stage, role, failure, code, flags
):
    kept = {"auth": authorization(make_password(stage.canaries, int(stage.clock.now()) + 3600))}
    old = {"auths": {REGISTRY: kept, OTHER_REGISTRY: kept, THIRD_REGISTRY: kept}}
    stage.kubernetes.seed(NAMESPACE, SECRET, old, manager="ecr-secret")
    stage.sts.misbehave(ASSUME_ROLE_ROUTE, failure, FOREVER)
    specs = [f"--registry={host},role={role}" for host in (OTHER_REGISTRY, THIRD_REGISTRY)]
    outcome = stage.run(*specs, "--registry", REGISTRY, *flags)
    assert outcome.code == code, outcome.stderr
    auths = stage.docker_config()["auths"]
    assert auths[OTHER_REGISTRY] == auths[THIRD_REGISTRY] == kept
    assert asked_as(stage, REGISTRY) == stage.user.arn
    assert outcome.stderr.count(f"role {role}: sts: AssumeRole") == 2, "once, and in the summary"


def test_the_secrets_expiry_is_the_earliest_of_all(stage, role):
    soon = 1800
    stage.ecr.misbehave(
        TOKEN_ROUTE,
        faults.change_answer(
            lambda document: document["authorizationData"][0].update(
                expiresAt=int(stage.clock.now()) + soon
            )
        ),
        FOREVER,
        when=stage.signed(by=role),
    )
    outcome = stage.run("--registry", REGISTRY, "--registry", f"{OTHER_REGISTRY},role={role}")
    assert outcome.code == 0, outcome.stderr
    noted = stage.secret()["metadata"]["annotations"]["ecr-secret/expires-at"]
    assert stage.clock.now() + soon - 60 < parse_rfc3339(noted) <= stage.clock.now() + soon


def test_one_registry_named_with_two_roles_is_64(stage, role):
    with stage.secret_stays():
        outcome = stage.run(
            *("--registry", f"{OTHER_REGISTRY},role={role}", "--registry", f"{OTHER}.{REGION}"),
        )
    assert outcome.code == 64
    assert OTHER_REGISTRY in outcome.last_line and "different roles" in outcome.last_line
    assert not stage.ecr.requests


WRONG = {
    "a role that is no ARN": ("--role-arn", "pull", "--role-arn"),
    "a user": ("--role-arn", f"arn:aws:iam::{OTHER}:user/x", "a role's ARN"),
    "an id without a role": ("--external-id", "e-42", "--external-id: needs the --role-arn"),
    "a name without a role": ("--role-session-name", "x1", "needs the --role-arn"),
    "an attribute that is no role": ("--registry", f"{OTHER},role=x", "role= is a role's ARN"),
    "an attribute without a role": ("--registry", f"{OTHER},external-id=xy", "the role= that"),
    "an attribute that nobody knows": ("--registry", f"{OTHER},rolle=x", "host, ACCOUNT"),
}


@pytest.mark.parametrize("option, value, words", WRONG.values(), ids=WRONG)
def test_64_for(stage, option, value, words):
    outcome = stage.run(option, value)
    assert outcome.code == 64
    assert words in outcome.last_line


def test_the_public_registry_is_asked_in_its_own_region_and_its_risk_is_said(stage):
    outcome = stage.run("--registry", PUBLIC, "--registry", REGISTRY)
    assert outcome.code == 0, outcome.stderr
    assert set(stage.docker_config()["auths"]) == {PUBLIC, REGISTRY}
    (request,) = stage.ecr_public.arrived(TOKEN_ROUTE)
    assert "/us-east-1/ecr-public/aws4_request" in request.header("Authorization")
    assert f"{PUBLIC}: once this token has expired, pulls with it are refused" in outcome.stderr


def test_the_public_registrys_statement_names_both_actions(stage):
    denied = faults.aws_error("AccessDeniedException", "no identity-based policy allows it")
    stage.ecr_public.misbehave(TOKEN_ROUTE, denied, FOREVER)
    outcome = stage.run("--registry", PUBLIC)
    assert outcome.code == 77
    assert '["ecr-public:GetAuthorizationToken","sts:GetServiceBearerToken"]' in outcome.last_line


def test_all_host_names_of_a_registry_have_its_token(stage):
    outcome = stage.run("--all-hosts", "--registry", REGISTRY, "--registry", PUBLIC)
    assert outcome.code == 0, outcome.stderr
    auths = stage.docker_config()["auths"]
    own = [f"{ACCOUNT}.{name}" for name in (
        f"dkr.ecr.{REGION}.amazonaws.com",
        f"dkr.ecr-fips.{REGION}.amazonaws.com",
        f"dkr-ecr.{REGION}.on.aws",
        f"dkr-ecr-fips.{REGION}.on.aws",
    )]
    assert set(auths) == {*own, PUBLIC, "ecr-public.aws.com"}
    assert len({auths[host]["auth"] for host in own}) == 1
    assert len(stage.ecr.arrived(TOKEN_ROUTE)) == 1
