"""Every option as flag, as variable and by its familiar names, and which of them wins."""

import re

import pytest

from standin import faults, kubeconfig
from standin.ecr import TOKEN_ROUTE, registry_host
from standin.kubernetes_api import ANY, APPLY
from standin.server import FOREVER
from standin.world import ACCOUNT, NAMESPACE, REGION, REGISTRY, SECRET

OTHER = "444455556666"
MIRROR = "mirror.example.com"
WEST_REGISTRY = registry_host(ACCOUNT, "eu-west-1")


@pytest.fixture
def roomy(stage):
    """A cluster with two more namespaces, where any Secret may be written."""
    for name in ("one", "two"):
        stage.kubernetes.add_namespace(name)
    stage.kubernetes.allow(ANY, ANY)
    return stage


def written(stage):
    """Which Secrets exist now, as namespace/name."""
    return {"/".join(place) for place in stage.kubernetes.secrets.names()}


def registries(stage):
    return set(stage.docker_config()["auths"])


def regions(stage):
    return set(stage.ecr.passwords)


def is_dry(stage):
    return {apply.query.get("dryRun") for apply in stage.kubernetes.arrived(APPLY)}


def seed_foreign(stage):
    config = {"auths": {MIRROR: stage.foreign_entry()}}
    stage.kubernetes.seed(NAMESPACE, SECRET, config)


def seed_token_elsewhere(stage):
    """Moves the mounted files, so that only the option leads to them."""
    stage.service_account.rename(stage.directory / "elsewhere")


def seed_kubeconfig(stage):
    """A kubeconfig whose user may do what the pod's may; the mounted files are gone."""
    stage.service_account.rename(stage.directory / "gone")
    user = {"tokenFile": "gone/token"}
    cluster = {"server": stage.kubernetes.url, "certificate-authority": "gone/ca.crt"}
    content = kubeconfig.document(cluster, user, NAMESPACE)
    kubeconfig.write(stage.directory / "elsewhere", content)


def seed_context(stage):
    seed_kubeconfig(stage)
    (stage.directory / ".kube").mkdir()
    (stage.directory / ".kube/config").write_text(
        (stage.directory / "elsewhere").read_text().replace("gone/", "../gone/")
    )


ELSEWHERE = "ELSEWHERE"  # stands for the folder's path, which each test has its own
VALUED = {
    # option: its value, what is there before, what to look at, and what must be seen
    "--name": ("pull-me", None, written, {f"{NAMESPACE}/pull-me"}),
    "--namespace": ("one", None, written, {f"one/{SECRET}"}),
    "--region": ("eu-west-1", None, regions, {"eu-west-1"}),
    "--registry": (WEST_REGISTRY, None, registries, {WEST_REGISTRY}),
    "--timeout": ("20s", None, registries, {REGISTRY}),
    "--service-account-dir": (ELSEWHERE, seed_token_elsewhere, registries, {REGISTRY}),
    "--kubeconfig": (ELSEWHERE, seed_kubeconfig, registries, {REGISTRY}),
    "--context": (kubeconfig.CONTEXT, seed_context, registries, {REGISTRY}),
    "--log-format": ("json", None, registries, {REGISTRY}),
}
SWITCHES = {
    "--merge": (seed_foreign, registries, {REGISTRY, MIRROR}),
    "--force": (seed_foreign, registries, {REGISTRY}),
    "--dry-run": (None, is_dry, {"All"}),
    "--verbose": (None, registries, {REGISTRY}),
    "--quiet": (None, registries, {REGISTRY}),
}


def variable_of(option):
    return "ECR_SECRET_" + option.strip("-").upper().replace("-", "_")


VALUE_FORMS = {
    "a flag": lambda option, value: ([option, value], {}),
    "a flag with =": lambda option, value: ([f"{option}={value}"], {}),
    "a variable": lambda option, value: ([], {variable_of(option): value}),
}
SWITCH_FORMS = {
    "a flag": lambda option: ([option], {}),
    "true": lambda option: ([], {variable_of(option): "true"}),
    "1": lambda option: ([], {variable_of(option): "1"}),
}


@pytest.mark.parametrize("form", VALUE_FORMS)
@pytest.mark.parametrize("option", VALUED)
def test_a_value_may_be_given_as(roomy, option, form):
    value, arrange, look, expected = VALUED[option]
    if arrange:
        arrange(roomy)
    value = str(roomy.directory / "elsewhere") if value is ELSEWHERE else value
    arguments, variables = VALUE_FORMS[form](option, value)
    outcome = roomy.run(*arguments, environment={**roomy.environment, **variables})
    assert outcome.code == 0, outcome.stderr
    assert look(roomy) == expected


@pytest.mark.parametrize("form", SWITCH_FORMS)
@pytest.mark.parametrize("option", SWITCHES)
def test_a_switch_may_be_set_as(roomy, option, form):
    arrange, look, expected = SWITCHES[option]
    if arrange:
        arrange(roomy)
    arguments, variables = SWITCH_FORMS[form](option)
    outcome = roomy.run(*arguments, environment={**roomy.environment, **variables})
    assert outcome.code == 0, outcome.stderr
    assert look(roomy) == expected


@pytest.mark.parametrize("word", ["false", "0", ""])
def test_a_switch_may_be_off_as(stage, word):
    seed_foreign(stage)
    given = {**stage.environment, "ECR_SECRET_MERGE": word, "ECR_SECRET_FORCE": word}
    assert stage.run(environment=given).code == 69


PRECEDENCE = {
    # arguments, variables in falling order of weight, and what must be seen
    "the option beats all": (
        ["--name", "a"],
        {"ECR_SECRET_NAME": "b", "DOCKER_SECRET_NAME": "c"},
        f"{NAMESPACE}/a",
    ),
    "the variable beats the alias": (
        [],
        {"ECR_SECRET_NAME": "b", "DOCKER_SECRET_NAME": "c"},
        f"{NAMESPACE}/b",
    ),
    "the alias beats the default": ([], {"DOCKER_SECRET_NAME": "c"}, f"{NAMESPACE}/c"),
    "an empty variable is none": (
        [],
        {"ECR_SECRET_NAME": "", "DOCKER_SECRET_NAME": "c"},
        f"{NAMESPACE}/c",
    ),
    "an empty alias is none": ([], {"DOCKER_SECRET_NAME": ""}, f"{NAMESPACE}/{SECRET}"),
    "a namespace as an option": (
        ["--namespace", "one"],
        {"ECR_SECRET_NAMESPACE": "two", "TARGET_NAMESPACE": "three"},
        f"one/{SECRET}",
    ),
    "a namespace as a variable": (
        [],
        {"ECR_SECRET_NAMESPACE": "two", "TARGET_NAMESPACE": "three"},
        f"two/{SECRET}",
    ),
    "a namespace as an alias": ([], {"TARGET_NAMESPACE": "two"}, f"two/{SECRET}"),
}


@pytest.mark.parametrize("arguments, variables, expected", PRECEDENCE.values(), ids=PRECEDENCE)
def test_names_by_weight(roomy, arguments, variables, expected):
    outcome = roomy.run(*arguments, environment={**roomy.environment, **variables})
    assert outcome.code == 0, outcome.stderr
    assert written(roomy) == {expected}


REGIONS = {
    "the option": (
        ["--region", "eu-west-1"],
        {"ECR_SECRET_REGION": "eu-west-2", "AWS_REGION": "eu-west-3"},
        "eu-west-1",
    ),
    "the variable": (
        [],
        {"ECR_SECRET_REGION": "eu-west-2", "AWS_REGION": "eu-west-3"},
        "eu-west-2",
    ),
    "AWS_REGION": (
        [],
        {"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "eu-north-1"},
        "eu-west-3",
    ),
    "AWS_DEFAULT_REGION": ([], {"AWS_DEFAULT_REGION": "eu-north-1"}, "eu-north-1"),
    "an empty AWS_REGION": (
        [],
        {"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-north-1"},
        "eu-north-1",
    ),
    "the first registry's": (["--registry", WEST_REGISTRY], {}, "eu-west-1"),
    "a host's own, whatever else is set": (
        ["--registry", WEST_REGISTRY, "--region", "eu-west-2"],
        {"AWS_REGION": "eu-west-3"},
        "eu-west-1",
    ),
}


@pytest.mark.parametrize("arguments, variables, expected", REGIONS.values(), ids=REGIONS)
def test_the_region_is(stage, arguments, variables, expected):
    environment = {**stage.with_variables(AWS_REGION=None), **variables}
    outcome = stage.run(*arguments, environment=environment)
    assert outcome.code == 0, outcome.stderr
    assert regions(stage) == {expected}


SPECS = {
    # how registries are named, and the hosts that must be written
    "the caller's own account": ([], {}, {REGISTRY}),
    "an account": (["--registry", OTHER], {}, {registry_host(OTHER, REGION)}),
    "an account and its region": (
        ["--registry", f"{OTHER}.cn-north-1"],
        {},
        {f"{OTHER}.dkr.ecr.cn-north-1.amazonaws.com.cn"},
    ),
    "the same host twice": (["--registry", REGISTRY, "--registry", REGISTRY], {}, {REGISTRY}),
    "a host in capitals": (["--registry", REGISTRY.upper()], {}, {REGISTRY}),
    "a dual-stack host": (
        ["--registry", f"{OTHER}.dkr-ecr.eu-west-1.on.aws"],
        {},
        {f"{OTHER}.dkr-ecr.eu-west-1.on.aws"},
    ),
    "a list with spaces": ([], {"ECR_SECRET_REGISTRY": f"{REGISTRY} {OTHER}"}, None),
    "a list with semicolons": ([], {"ECR_SECRET_REGISTRY": f"{REGISTRY};{OTHER}"}, None),
    "a list with newlines": ([], {"ECR_SECRET_REGISTRY": f"{REGISTRY}\n{OTHER}\n"}, None),
    "DOCKER_REGISTRIES": ([], {"DOCKER_REGISTRIES": f"{REGISTRY},{OTHER}"}, None),
    "AWS_ACCOUNT_IDS": ([], {"AWS_ACCOUNT_IDS": f"{ACCOUNT},{OTHER}"}, None),
    "the first alias, no union": (
        [],
        {"DOCKER_REGISTRIES": REGISTRY, "AWS_ACCOUNT_IDS": OTHER},
        {REGISTRY},
    ),
    "a mirror that was allowed": (["--registry", MIRROR, "--any-host"], {}, {MIRROR}),
    "a mirror allowed by variable": (
        ["--registry", MIRROR],
        {"ECR_SECRET_ANY_HOST": "true"},
        {MIRROR},
    ),
}
TWO_ACCOUNTS = {REGISTRY, registry_host(OTHER, REGION)}


@pytest.mark.parametrize("arguments, variables, expected", SPECS.values(), ids=SPECS)
def test_registries_may_be(stage, arguments, variables, expected):
    outcome = stage.run(*arguments, environment={**stage.environment, **variables})
    assert outcome.code == 0, outcome.stderr
    assert registries(stage) == (expected or TWO_ACCOUNTS)


def test_a_mirror_is_a_usage_error_unless_allowed(stage):
    outcome = stage.run("--registry", MIRROR)
    assert outcome.code == 64
    assert MIRROR in outcome.last_line and "--any-host" in outcome.last_line


@pytest.mark.parametrize("separator", [",", ";", " ", "\n", ", ", " ;\n"], ids=repr)
def test_namespaces_are_separated_by(roomy, separator):
    assert roomy.run("--namespace", separator.join(["one", "two"])).code == 0
    assert written(roomy) == {f"one/{SECRET}", f"two/{SECRET}"}


def test_a_namespace_named_twice_is_written_once(roomy):
    assert roomy.run("--namespace", "one,one").code == 0
    assert len(roomy.kubernetes.arrived(APPLY)) == 1


@pytest.mark.parametrize("text", ["2s", "2000ms", "2"])
def test_the_timeout_is_a_duration(stage, text):
    stage.ecr.misbehave(TOKEN_ROUTE, faults.never_answer, FOREVER)
    outcome = stage.run("--timeout", text)
    assert outcome.code == 75, outcome.stderr
    assert 1.9 < outcome.seconds < 10


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_go_to_standard_output_and_ask_nobody(stage, option):
    outcome = stage.run(option, environment={"PATH": "/nonexistent"})
    assert (outcome.code, outcome.stderr) == (0, "")
    assert "ecr-secret" in outcome.stdout
    assert not stage.ecr.requests and not stage.kubernetes.requests


def test_the_help_names_every_option(stage):
    text = stage.run("--help").stdout
    for option in [*VALUED, *SWITCHES, "--any-host", "--eks-cluster", "--eks-role-arn", "--verify",
                   "--help", "--version"]:
        assert option in text


def test_the_version_is_one_line(stage):
    assert re.fullmatch(r"ecr-secret \S+\n", stage.run("--version").stdout)


@pytest.mark.parametrize(
    "variable", ["ECR_SECRET_FROBNICATE", "ECR_SECRET_PORT", "ECR_SECRET_SERVICE_HOST"]
)
def test_an_unknown_variable_of_ours_gets_a_warning_and_no_more(stage, variable):
    outcome = stage.run(environment={**stage.environment, variable: "tcp://10.0.0.1:80"})
    assert outcome.code == 0
    assert variable in outcome.stderr


def test_a_quiet_success_says_nothing_and_a_quiet_failure_still_speaks(stage):
    success = stage.run("-q")
    assert (success.code, success.stdout, success.stderr) == (0, "", "")
    stage.kubernetes.forbid("patch")
    failure = stage.run("-q")
    assert failure.code == 77 and len(failure.lines) == 1


@pytest.mark.parametrize("flag", ["-v", "--verbose"])
def test_verbose_shows_each_requests_method_host_path_and_status(stage, flag):
    outcome = stage.run(flag)
    assert outcome.code == 0
    path = f"/api/v1/namespaces/{NAMESPACE}/secrets/{SECRET}"
    for pattern in (
        r"\bPOST\b.*127\.0\.0\.1.*\b200\b",
        rf"\bGET\b.*{path}.*\b404\b",
        rf"\bPATCH\b.*{path}.*\b201\b",
    ):
        assert re.search(pattern, outcome.stderr), outcome.stderr


RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@pytest.mark.parametrize("arguments", [(), ("-v",)], ids=["normal", "verbose"])
@pytest.mark.parametrize("verbs", [(), ("patch",)], ids=["success", "failure"])
def test_each_json_line_is_an_object_with_time_level_and_message(stage, arguments, verbs):
    stage.kubernetes.forbid(*verbs)
    outcome = stage.run("--log-format", "json", *arguments)
    assert outcome.events, "nothing was said"
    for event in outcome.events:
        assert RFC3339.fullmatch(event["time"])
        assert event["level"] in ("debug", "info", "warn", "warning", "error")
        assert isinstance(event["msg"], str) and event["msg"]
    assert (outcome.events[-1]["level"] == "error") == bool(verbs)


def test_a_usage_error_speaks_json_when_asked(stage):
    (event,) = stage.run("--log-format", "json", "--frobnicate").events
    assert event["level"] == "error" and "--frobnicate" in event["msg"]


@pytest.mark.parametrize(
    "arguments, culprit",
    [(("-xv",), "-x"), (("refresh", "-vx"), "-x"), (("--forc",), "--forc")],
)
def test_an_unknown_or_shortened_option_is_named(stage, arguments, culprit):
    outcome = stage.run(*arguments)
    assert outcome.code == 64
    assert f"error: {culprit}: unknown option" in outcome.last_line


@pytest.mark.parametrize("name", ["ECR_SECRET_VERSION", "ECR_SECRET_HELP"])
def test_a_variable_cannot_make_a_run_that_does_nothing(stage, name):
    outcome = stage.run(environment=stage.with_variables(**{name: "1"}))
    assert outcome.code == 0
    assert name in outcome.stderr
    assert stage.docker_config()


def test_a_variable_that_holds_only_white_space_is_not_set(stage):
    given = stage.with_variables(ECR_SECRET_NAME="\n", DOCKER_SECRET_NAME="other")
    stage.kubernetes.allow("apps", "other")
    outcome = stage.run(environment=given)
    assert "apps/other" in outcome.last_line


def test_a_metadata_switch_of_1_disables(stage):
    assert stage.run(environment=stage.with_variables(AWS_EC2_METADATA_DISABLED="1")).code == 0
