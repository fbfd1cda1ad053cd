"""--verify: the image is asked for with the new token, and what comes of a refusal."""

import pytest

import fan_out
from fan_out import add_namespaces, written
from harness import password_of
from standin import faults
from standin.ecr import TOKEN_ROUTE, authorization
from standin.identities import role_arn
from standin.kubernetes_api import APPLY
from standin.registry import MANIFEST, Registry
from standin.server import FOREVER
from standin.world import ACCOUNT, NAMESPACE, REGION, REGISTRY, SECRET

REPOSITORY = "team/app"
DIGEST = "sha256:" + 64 * "a"
RESOURCE = f"arn:aws:ecr:{REGION}:444455556666:repository/{REPOSITORY}"
SESSION = "arn:aws:sts::111122223333:assumed-role/ecr-reader/tick"
NOT_CREATED = f"{NAMESPACE}/{SECRET}: not created: "
KINDS = {
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
}
PULL = (
    '"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer",'
    '"ecr:BatchCheckLayerAvailability"]'
)


@pytest.fixture
def registry(stage):
    """A registry that takes ECR's tokens, and has one image."""
    made = Registry(stage.ecr, tls=stage.aws_authority.server_context())
    made.push(REPOSITORY, "1.2", "latest", DIGEST)
    yield made
    made.close()
    assert not made.defects


def image(registry, rest=f"{REPOSITORY}:1.2"):
    return f"{registry.host}/{rest}"


def verify(stage, registry, *more, rest=f"{REPOSITORY}:1.2", **options):
    named = ("--any-host", "--registry", registry.host, "--verify", image(registry, rest))
    return stage.run(*named, *more, **options)


def seed(stage, registry, namespace=NAMESPACE, lifetime_s=3600):
    """The Secret as an earlier run left it."""
    fan_out.seed(stage, namespace, lifetime_s, hosts=(registry.host,))


def holds_new_password(stage, registry, namespace=NAMESPACE):
    held = stage.docker_config(namespace)["auths"][registry.host]
    return password_of(held) in stage.ecr.passwords.values()


def refuse(status, code, message):
    document = {"errors": [{"code": code, "message": message}]}
    return faults.reply_json(status, document)


def not_authorized(why, session=SESSION):
    action = "is not authorized to perform: ecr:BatchGetImage"
    return refuse(403, "DENIED", f"User: {session} {action} on resource: {RESOURCE}{why}")


def because(kind, **who):
    return not_authorized(f" because no {kind} policy allows the ecr:BatchGetImage action", **who)


EXPIRED = "Your authorization token has expired. Reauthenticate and try again."
REFUSALS = {
    # what the registry does, the exit code, and what the error must say
    "the token is not accepted": (
        faults.reply(401, "Not Authorized\n", "text/plain"),
        77,
        ["the registry answered 401: Not Authorized; the registry does not accept the token"],
    ),
    "the token has expired": (refuse(403, "DENIED", EXPIRED), 77, [EXPIRED, "the token is new"]),
    "the repository's policy": (
        because("resource-based"),
        77,
        [
            f"the registry answered 403: User: {SESSION} is not",
            '{"Sid":"EcrSecretPull","Effect":"Allow","Principal":'
            '{"AWS":"arn:aws:iam::111122223333:role/ecr-reader"},' + PULL + "}",
            "that aws iam get-role --role-name ecr-reader shows, or the account, 111122223333",
        ],
    ),
    "no policy across accounts": (not_authorized(""), 77, ["EcrSecretPull"]),
    "the identity's policy": (
        because("identity-based"),
        77,
        [
            "arn:aws:iam::111122223333:role/ecr-reader needs "
            '{"Effect":"Allow",' + PULL + f',"Resource":"{RESOURCE}"}}'
        ],
    ),
    "an explicit deny": (
        not_authorized(" with an explicit deny in an identity-based policy"),
        77,
        ["denies it explicitly"],
    ),
    "a redirect": (faults.redirect_to("https://127.0.0.1:1/"), 76, ["answered 30", "redirect"]),
    "a page": (faults.html, 76, ["no manifest (text/html"]),
    "half an answer": (faults.reply(200, '{"schemaVersion":'), 76, ["no manifest"]),
    "too much": (faults.huge, 76, ["verify: "]),
    "too many requests": (
        faults.reply(429, "slow down", "text/plain", Retry_After="20"),
        75,
        ["answered 429: slow down"],
    ),
    "trouble": (faults.unavailable(20), 75, ["answered 503"]),
    "nobody there": (faults.hang_up, 75, ["verify: "]),
}


def refused(registry, behaviour):
    registry.misbehave(MANIFEST, behaviour, FOREVER)


def check_refusal(outcome, registry, code, says):
    assert outcome.code == code, outcome.stderr
    (line,) = [one for one in outcome.lines if "verify: " + image(registry) in one][:1]
    for text in says:
        assert text in line


def test_an_image_that_is_there_lets_the_secret_be_written(stage, registry):
    outcome = verify(stage, registry)
    assert outcome.code == 0, outcome.stderr
    assert outcome.last_line.startswith(f"{NAMESPACE}/{SECRET}: written")
    assert holds_new_password(stage, registry)
    assert len(registry.requests) == 1


def test_the_registry_is_asked_before_the_secret_is_written(stage, registry):
    seen = []
    look = faults.meanwhile(lambda: seen.append(len(stage.kubernetes.arrived(APPLY))))
    registry.misbehave(MANIFEST, look)
    assert verify(stage, registry).code == 0
    assert seen == [0]


def test_it_is_asked_as_docker_would(stage, registry):
    assert verify(stage, registry).code == 0
    (request,) = registry.arrived(MANIFEST)
    password = stage.ecr.passwords[REGION]
    assert request.header("Authorization") == f"Basic {authorization(password)}"
    assert set(request.header("Accept").split(", ")) > KINDS


@pytest.mark.parametrize(
    "rest, reference",
    {
        REPOSITORY: "latest",
        f"{REPOSITORY}@{DIGEST}": DIGEST,
        f"{REPOSITORY}:gone@{DIGEST}": DIGEST,
    }.items(),
)
def test_an_image_is_asked_for_by(stage, registry, rest, reference):
    outcome = verify(stage, registry, rest=rest)
    assert outcome.code == 0, outcome.stderr
    (request,) = registry.requests
    assert request.target == f"/v2/{REPOSITORY}/manifests/{reference}"


@pytest.mark.parametrize("behaviour, code, says", REFUSALS.values(), ids=REFUSALS)
def test_a_first_write_is_withheld_by(stage, registry, behaviour, code, says):
    refused(registry, behaviour)
    outcome = verify(stage, registry)
    check_refusal(outcome, registry, code, says)
    assert f"{NOT_CREATED}{image(registry)} could not be verified" in outcome.stderr
    assert stage.secret() is None
    assert not stage.kubernetes.arrived(APPLY)


@pytest.mark.parametrize("behaviour, code, says", REFUSALS.values(), ids=REFUSALS)
def test_a_secret_that_exists_is_written_in_spite_of(stage, registry, behaviour, code, says):
    seed(stage, registry)
    refused(registry, behaviour)
    outcome = verify(stage, registry)
    check_refusal(outcome, registry, code, says)
    assert holds_new_password(stage, registry)


def test_a_role_that_was_assumed_is_named_with_its_path(stage, registry):
    role = role_arn(ACCOUNT, "team/x/ecr-reader")
    stage.sts.add_role(role, [stage.user.arn])
    refused(registry, because("resource-based"))
    outcome = verify(stage, registry, "--role-arn", role)
    check_refusal(outcome, registry, 77, [f'"Principal":{{"AWS":"{role}"}}'])
    assert "get-role" not in outcome.stderr


def test_of_a_role_of_sso_the_account_is_named(stage, registry):
    role = "AWSReservedSSO_reader_0123456789abcdef"
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/somebody@example.com"
    refused(registry, because("resource-based", session=session))
    account = f'"Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}}'
    why = "the account is named, for the path of its SSO role is not known here: aws iam get-role"
    check_refusal(verify(stage, registry), registry, 77, [account, why, f"{role} shows it"])


MISSING = {
    "a repository": ("team/other:1.2", "there is no repository team/other"),
    "a tag": (f"{REPOSITORY}:9", f"the repository {REPOSITORY} has no tag 9"),
    "a digest": (f"{REPOSITORY}@{DIGEST[:-1]}b", f"has no digest {DIGEST[:-1]}b"),
}


@pytest.mark.parametrize("rest, says", MISSING.values(), ids=MISSING)
def test_what_is_missing_is_named(stage, registry, rest, says):
    outcome = verify(stage, registry, rest=rest)
    assert outcome.code == 69
    assert "the registry answered 404: " in outcome.stderr and says in outcome.stderr
    assert stage.secret() is None


def test_trouble_that_passes_is_waited_for(stage, registry):
    registry.misbehave(MANIFEST, faults.unavailable(), times=2)
    assert verify(stage, registry).code == 0
    assert len(registry.requests) == 3


def test_a_registry_that_is_silent_leaves_time_to_write(stage, registry):
    seed(stage, registry)
    refused(registry, faults.never_answer)
    outcome = verify(stage, registry, "--timeout", "9s")
    assert outcome.code == 75
    assert outcome.seconds < 9
    assert holds_new_password(stage, registry)


def test_a_registry_that_nobody_vouches_for_gets_no_token(stage):
    tls = stage.another_authority().server_context()
    made = Registry(stage.ecr, tls=tls)
    outcome = verify(stage, made)
    made.close()
    assert outcome.code == 76, outcome.stderr
    assert not made.requests and stage.secret() is None


def test_what_the_registry_repeats_of_the_token_is_masked(stage, registry):
    """Every run is searched for secrets; this one makes sure that there are some to find."""

    def repeat(exchange):
        shown = exchange.request.header("Authorization").removeprefix("Basic ")
        faults.reply(401, f"who is {shown}?", "text/plain")(exchange)

    refused(registry, repeat)
    outcome = verify(stage, registry, "--verbose")
    assert "answered 401: who is ***?" in outcome.stderr


def test_a_dry_run_asks_too(stage, registry):
    refused(registry, refuse(403, "DENIED", EXPIRED))
    assert verify(stage, registry, "--dry-run").code == 77
    assert not stage.kubernetes.arrived(APPLY)


def test_what_is_fresh_is_not_verified(stage, registry):
    seed(stage, registry, lifetime_s=8 * 3600)
    assert verify(stage, registry, "--min-remaining", "6h").code == 0
    assert not registry.requests and not stage.ecr.requests


def test_of_many_secrets_only_the_absent_ones_are_withheld(stage, registry):
    add_namespaces(stage, "a", "b", "c")
    seed(stage, registry, "b")
    refused(registry, because("resource-based"))
    outcome = verify(stage, registry, "--namespace", "?")
    assert outcome.code == 77
    assert written(stage) == ["b"]
    assert holds_new_password(stage, registry, "b")
    for absent in "ac":
        assert f"{absent}/{SECRET}: not created: {image(registry)}" in outcome.stderr
        assert stage.secret(absent) is None
    assert "1 written, 3 failed: verify: " in outcome.last_line


def test_without_the_right_to_list_them_they_are_withheld_by_a_read_of_each(stage, registry):
    add_namespaces(stage, "a", "b")
    stage.kubernetes.forbid("list")
    seed(stage, registry, "b")
    refused(registry, because("resource-based"))
    assert verify(stage, registry, "--namespace", "?").code == 77
    assert written(stage) == ["b"]


def test_a_secret_that_can_not_be_read_may_be_there_and_is_written(stage, registry):
    seed(stage, registry)
    stage.kubernetes.forbid("get")
    refused(registry, because("resource-based"))
    assert verify(stage, registry).code == 77
    assert holds_new_password(stage, registry)


def test_of_many_secrets_all_are_written_when_the_image_is_there(stage, registry):
    add_namespaces(stage, "a", "b", "c")
    assert verify(stage, registry, "--namespace", "?").code == 0
    assert sorted(written(stage)) == ["a", "b", "c"]


def test_without_a_token_there_is_nothing_to_verify(stage, registry):
    """The other registry's token is good, so the Secret is written, by the usual rule."""
    stage.ecr.misbehave(
        TOKEN_ROUTE,
        faults.aws_error("AccessDeniedException", "no"),
        FOREVER,
        when=stage.signed(region=REGION),
    )
    other = REGISTRY.replace(REGION, "eu-west-1")
    outcome = verify(stage, registry, "--registry", other)
    assert outcome.code == 77
    assert not registry.requests
    assert "verify" not in outcome.stderr
    assert set(stage.docker_config()["auths"]) == {other}


HOSTS = {
    "a named one": (("--registry", REGISTRY), 0),
    "the caller's own": ((), 1),
}


@pytest.mark.parametrize("named, tokens", HOSTS.values(), ids=HOSTS)
def test_an_image_of_another_host_than(stage, named, tokens):
    """The caller's own registry is known only by its token's answer."""
    outcome = stage.run(*named, "--verify", f"mirror.example.com/{REPOSITORY}")
    assert outcome.code == 64
    says = f"--verify: mirror.example.com/{REPOSITORY}: its host is none of those that are written"
    assert f"{says}: {REGISTRY}" in outcome.last_line
    assert len(stage.ecr.arrived(TOKEN_ROUTE)) == tokens
    assert not stage.kubernetes.arrived(APPLY)


def test_other_names_of_a_registry_are_written_ones_with_all_hosts(stage):
    fips = REGISTRY.replace(".ecr.", ".ecr-fips.")
    wanted = ("--registry", REGISTRY, "--verify", f"{fips}/{REPOSITORY}", "--dry-run")
    assert stage.run(*wanted).code == 64
    outcome = stage.run(*wanted, "--all-hosts", "--timeout", "3s",
                        environment=stage.with_variables(HTTPS_PROXY="http://127.0.0.1:1"))
    assert outcome.code == 75, "there is no such host here, but it was asked"
    assert f"verify: {fips}/{REPOSITORY}: " in outcome.stderr


@pytest.mark.parametrize(
    "value, says",
    {
        "app:1": "an image with its registry's host",
        f"{REGISTRY}/App": "an image whose repository is",
        f"{REGISTRY}/app:": "an image whose tag is",
        f"{REGISTRY}/app@sha256:0": "an image whose digest is",
        "public.ecr.aws/docker/library/alpine": "an image in a private registry",
    }.items(),
)
def test_what_is_no_image_is_a_usage_error(stage, value, says):
    for given in (("--verify", value), ()):
        variables = {} if given else {"ECR_SECRET_VERIFY": value}
        outcome = stage.run(*given, environment=stage.with_variables(**variables))
        assert outcome.code == 64
        name = "--verify" if given else "ECR_SECRET_VERIFY"
        assert f'{name}: "{value}" is not {says}' in outcome.last_line
    assert not stage.ecr.requests
