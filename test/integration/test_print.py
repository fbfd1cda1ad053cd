"""ecr-secret print: credentials to standard output, all of them or none, and to nowhere else."""

import base64
import json
import subprocess

import pytest
import yaml

from harness import password_of
from standin import faults
from standin.clock import rfc3339
from standin.ecr import TOKEN_ROUTE, registry_host
from standin.identities import role_arn
from standin.server import FOREVER
from standin.world import ACCOUNT, REGION, REGISTRY, SECRET

WEST = "eu-west-1"
WEST_REGISTRY = registry_host(ACCOUNT, WEST)
SECOND = registry_host("444455556666", REGION)
DENIED = faults.aws_error("AccessDeniedException", "no identity-based policy allows it")
MANIFESTS = ("dockerconfigjson", "basic-auth", "argocd-repository", "argocd-repo-creds")
FORMS = (*MANIFESTS, "docker-config", "secret-yaml", "password", "json")


@pytest.fixture
def printer(stage):
    """Runs print outside of any cluster; returns what came out."""
    address = ("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")
    cluster = ("ECR_SECRET_SERVICE_ACCOUNT_DIR", *address)

    def run(*arguments, prints_secrets=True, **variables):
        environment = stage.with_variables(**dict.fromkeys(cluster), **variables)
        return stage.run(
            "print", *arguments, prints_secrets=prints_secrets, environment=environment
        )

    yield run
    assert not stage.kubernetes.requests, "print asks no cluster"


def printed(outcome):
    """What a run that succeeded without a word has printed."""
    assert (outcome.code, outcome.stderr) == (0, "")
    return outcome.stdout


def data_of(manifest):
    return {key: base64.b64decode(text).decode() for key, text in manifest["data"].items()}


def expiry(stage):
    return rfc3339(stage.ecr.expires_at)


def test_a_docker_config_by_default(stage, printer):
    document = json.loads(printed(printer()))
    assert set(document) == {"auths"} and set(document["auths"]) == {REGISTRY}
    assert password_of(document["auths"][REGISTRY]) == stage.ecr.passwords[REGION]


def test_a_docker_config_is_what_the_secret_would_hold(stage, printer):
    text = printed(printer("--format", "docker-config", "--all-hosts"))
    manifest = json.loads(printed(printer("--format", "dockerconfigjson", "--all-hosts")))
    held = json.loads(data_of(manifest)[".dockerconfigjson"])
    assert set(held["auths"]) == set(json.loads(text)["auths"])
    assert len(held["auths"]) == 4
    assert text.endswith("}\n") and text.count("\n") == 1


def test_a_password_is_one_line(stage, printer):
    assert printed(printer("--format", "password")) == stage.ecr.passwords[REGION] + "\n"


def test_one_token_of_two_registries_is_one_password(stage, printer):
    text = printed(printer("--format", "password", "--registry", REGISTRY, "--registry", SECOND))
    assert text == stage.ecr.passwords[REGION] + "\n"
    assert len(stage.ecr.requests) == 1


def test_json_says_what_each_password_is_for(stage, printer):
    hosts = (REGISTRY, WEST_REGISTRY)
    arguments = [word for host in hosts for word in ("--registry", host)]
    entries = json.loads(printed(printer("--format", "json", *arguments)))
    assert [entry["registry"] for entry in entries] == list(hosts)
    for entry, region in zip(entries, (REGION, WEST)):
        assert set(entry) == {"registry", "username", "password", "expiresAt"}
        assert (entry["username"], entry["password"]) == ("AWS", stage.ecr.passwords[region])
    assert entries[-1]["expiresAt"] == expiry(stage)


def test_a_role_is_assumed_first(stage, printer):
    stage.sts.add_role(role_arn(ACCOUNT, "pull"), [stage.user.arn])
    text = printed(printer("--format", "password", "--role-arn", role_arn(ACCOUNT, "pull")))
    assert "pull" in stage.ecr.holder_of(text.strip())[0]


WANTED_DATA = {
    "basic-auth": ("kubernetes.io/basic-auth", {"username": "AWS"}),
    "argocd-repository": (
        "Opaque",
        {"url": REGISTRY, "type": "helm", "enableOCI": "true", "username": "AWS"},
    ),
    "argocd-repo-creds": (
        "Opaque",
        {"url": REGISTRY, "type": "helm", "enableOCI": "true", "username": "AWS"},
    ),
}
LABELS = {"argocd-repository": "repository", "argocd-repo-creds": "repo-creds"}


@pytest.mark.parametrize("form", WANTED_DATA)
def test_a_manifest_of_one_password(stage, printer, form):
    manifest = json.loads(printed(printer("--format", form)))
    kind, data = WANTED_DATA[form]
    assert (manifest["apiVersion"], manifest["kind"], manifest["type"]) == ("v1", "Secret", kind)
    assert data_of(manifest) == {**data, "password": stage.ecr.passwords[REGION]}
    labels = {"argocd.argoproj.io/secret-type": LABELS[form]} if form in LABELS else None
    assert manifest["metadata"].get("labels") == labels


@pytest.mark.parametrize(
    "form, load", [("secret-yaml", yaml.safe_load), ("dockerconfigjson", json.loads)]
)
def test_a_manifest_of_the_pull_secret(stage, printer, form, load):
    manifest = load(printed(printer("--format", form)))
    assert set(manifest) == {"apiVersion", "kind", "metadata", "type", "data"}
    assert manifest["metadata"] == {
        "name": SECRET,
        "annotations": {"ecr-secret/expires-at": expiry(stage)},
    }
    assert manifest["type"] == "kubernetes.io/dockerconfigjson"
    (entry,) = json.loads(data_of(manifest)[".dockerconfigjson"])["auths"].values()
    assert password_of(entry) == stage.ecr.passwords[REGION]


@pytest.mark.parametrize("name", ["pull-me", "1e3", "true", "null", "0x1", "2026-01-02"])
@pytest.mark.parametrize("form", MANIFESTS + ("secret-yaml",))
def test_a_manifest_has_the_name_and_namespace_that_were_given(printer, form, name):
    text = printed(printer("--format", form, "--name", name, "--namespace", name))
    metadata = yaml.safe_load(text)["metadata"]
    assert (metadata["name"], metadata["namespace"]) == (name, name)


@pytest.mark.parametrize("form", ["dockerconfigjson", "secret-yaml"])
def test_several_namespaces_get_a_manifest_each(printer, form):
    text = printed(printer("--format", form, "--namespace", "one,two"))
    documents = text.splitlines() if form == "dockerconfigjson" else yaml.safe_load_all(text)
    if form == "dockerconfigjson":
        documents = map(json.loads, documents)
    assert [d["metadata"]["namespace"] for d in documents] == ["one", "two"]


# --- What is read, and what is not --------------------------------------------------------


def test_its_own_variables_count(stage, printer):
    given = {"ECR_SECRET_FORMAT": "secret-yaml", "DOCKER_SECRET_NAME": "b", "TARGET_NAMESPACE": "c"}
    metadata = yaml.safe_load(printed(printer(**given)))["metadata"]
    assert (metadata["name"], metadata["namespace"]) == ("b", "c")


def test_variables_of_another_command_do_not(printer):
    """A value that would be refused there, and no warning either: refresh knows it."""
    given = {"ECR_SECRET_MERGE": "perhaps", "ECR_SECRET_PARALLEL": "0"}
    assert REGISTRY in printed(printer(**given))


def test_a_glob_counts_only_where_a_namespace_does(printer):
    assert printed(printer("--format", "password", ECR_SECRET_NAMESPACE="team-*"))


NOT_ITS_OWN = [
    "--merge",
    "--force",
    "--dry-run",
    "--verify=a.b/c",
    "--all-namespaces",
    "--namespace-selector=a",
    "--exclude-namespace=a",
    "--service-account=default",
    "--min-remaining=6h",
    "--parallel=4",
    "--service-account-dir=/",
]


@pytest.mark.parametrize("option", NOT_ITS_OWN)
def test_an_option_of_another_command_is_named(stage, printer, option):
    outcome = printer(option)
    assert outcome.code == 64
    name = option.partition("=")[0]
    assert outcome.last_line == f"error: {name}: not an option of print; see print --help"
    assert not stage.ecr.requests


USAGE = {
    "an unknown option": (("--frobnicate",), "--frobnicate: unknown option"),
    "an argument": (("json",), 'unexpected argument "json"'),
    "an unknown format": (("--format", "yaml"), '"yaml" is not docker-config, password, json'),
    "two tokens, one password": (
        ("--format", "password", "--registry", REGISTRY, "--registry", WEST_REGISTRY),
        "take 2, by role and region: name one --registry",
    ),
    "two registries, one password": (
        ("--format", "basic-auth", "--registry", REGISTRY, "--registry", SECOND),
        "holds one password: name one --registry",
    ),
    "a glob in a manifest": (
        ("--format", "secret-yaml", "--namespace", "team-*"),
        '--namespace: "team-*" is a glob',
    ),
}


@pytest.mark.parametrize("arguments, text", USAGE.values(), ids=USAGE)
def test_a_usage_error(stage, printer, arguments, text):
    outcome = printer(*arguments)
    assert (outcome.code, outcome.stdout) == (64, "")
    assert text in outcome.last_line
    assert not stage.ecr.requests


def test_a_format_of_print_is_none_of_refresh(stage):
    outcome = stage.run("--format", "password")
    assert outcome.code == 64 and "dockerconfigjson, basic-auth" in outcome.last_line


def test_each_command_has_help_of_its_own(stage):
    texts = {name: stage.run(name, "--help").stdout for name in ("refresh", "print")}
    assert stage.run("--help").stdout == texts["refresh"]
    assert texts["print"].startswith("usage: ecr-secret print [OPTION]...\n")
    for option in ("--format", "--registry", "--name", "--timeout", "--version"):
        assert option in texts["print"] and option in texts["refresh"]
    for option in NOT_ITS_OWN:
        name = option.partition("=")[0] + " "
        assert name in texts["refresh"] and name not in texts["print"]
    for text in texts.values():
        assert max(map(len, text.splitlines())) <= 80


# --- What may go wrong --------------------------------------------------------------------

FAILURES = {
    # what ECR says in one of two regions: the exit code
    "denied": (DENIED, 77),
    "throttled for an hour": (faults.unavailable(retry_after_s=3600), 75),
    "nonsense": (faults.html, 76),
    "opted out": (faults.aws_error("RegionDisabledException", "not enabled", 403), 69),
}


@pytest.mark.parametrize("form", ["docker-config", "json", "secret-yaml", "dockerconfigjson"])
@pytest.mark.parametrize("failure, code", FAILURES.values(), ids=FAILURES)
def test_all_or_nothing(stage, printer, form, failure, code):
    in_west = lambda request: f"/{WEST}/ecr/" in request.header("Authorization")  # noqa: E731
    stage.ecr.misbehave(TOKEN_ROUTE, failure, FOREVER, when=in_west)
    outcome = printer("--format", form, "--registry", REGISTRY, "--registry", WEST_REGISTRY)
    assert (outcome.code, outcome.stdout) == (code, "")
    assert len(outcome.lines) == 1 and WEST in outcome.last_line


@pytest.mark.parametrize("form", FORMS)
def test_without_credentials_nothing_is_printed(printer, form):
    nothing = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
    outcome = printer("--format", form, **nothing)
    assert (outcome.code, outcome.stdout) == (78, "")


@pytest.mark.parametrize("form", FORMS)
def test_71_when_standard_output_is_full(stage, form):
    with open("/dev/full", "w") as full:
        outcome = stage.run("print", "--format", form, stdout=full)
    assert outcome.code == 71
    assert outcome.last_line == "error: standard output can't be written to"


def test_71_when_nobody_reads(stage):
    with subprocess.Popen(["true"], stdin=subprocess.PIPE) as reader:
        reader.wait()
        outcome = stage.run("print", stdout=reader.stdin)
    assert outcome.code == 71


def test_a_failure_speaks_json_when_asked(stage, printer):
    stage.ecr.misbehave(TOKEN_ROUTE, DENIED, FOREVER)
    outcome = printer("--log-format", "json")
    (event,) = outcome.events
    assert (outcome.code, outcome.stdout) == (77, "") and event["exit_code"] == 77


@pytest.mark.parametrize("arguments", [("-v",), ("-v", "--log-format", "json")], ids=" ".join)
@pytest.mark.parametrize("form", FORMS)
def test_whatever_is_logged_the_secrets_go_to_standard_output_alone(printer, form, arguments):
    outcome = printer("--format", form, *arguments)
    assert outcome.code == 0 and "POST 127.0.0.1" in outcome.stderr


@pytest.mark.parametrize("form", ["docker-config", "password", "json", "basic-auth"])
def test_a_run_that_was_not_to_print_would_have_been_caught(stage, printer, form):
    """The search that every run ends with does find what print has printed."""
    assert stage.canaries.leaks_in(printed(printer("--format", form)))
    with pytest.raises(AssertionError, match="ECR password|authorization token"):
        printer("--format", form, prints_secrets=False)


WARNING = "warning: credentials are printed to a terminal"


def test_printing_to_a_terminal_warns(stage):
    with stage.at_terminal("print", streams=("stdout",), prints_secrets=True) as terminal:
        outcome = terminal.finish()
    assert outcome.code == 0
    assert outcome.last_line.startswith(WARNING) and len(outcome.lines) == 1
    assert json.loads(outcome.screen)["auths"]


def test_a_pipe_gets_no_warning_though_there_is_a_terminal(stage):
    with stage.at_terminal("print", prints_secrets=True) as terminal:
        assert printed(terminal.finish())
