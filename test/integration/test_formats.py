"""--format: what the Secret holds for those who read it, and whose it may become."""

import base64
import json

import pytest

from fan_out import NOTE, add_namespaces, apply, asked, change, seed, written
from harness import password_of
from standin.clock import rfc3339
from standin.ecr import registry_host
from standin.kubernetes_api import APPLY, LISTED_NAMESPACES, LISTED_SECRETS, READ
from standin.kubernetes_rules import DOCKER_CONFIG, DOCKER_CONFIG_TYPE
from standin.world import ACCOUNT, NAMESPACE, REGION, REGISTRY, SECRET

LABEL = "argocd.argoproj.io/secret-type"
STRANGER = registry_host("999988887777", REGION)
BASIC = "kubernetes.io/basic-auth"
ARGO = ("argocd-repository", "argocd-repo-creds")
HOUR_S = 3600
LONG_S = 8 * HOUR_S
SIX_HOURS = ("--min-remaining", "6h")

FORMATS = {
    # --format: the type, the label, and the fields besides the password
    "basic-auth": (BASIC, None, {"username": "AWS"}),
    "argocd-repository": (
        "Opaque",
        "repository",
        {"url": REGISTRY, "type": "helm", "enableOCI": "true", "username": "AWS"},
    ),
    "argocd-repo-creds": (
        "Opaque",
        "repo-creds",
        {"url": REGISTRY, "type": "helm", "enableOCI": "true", "username": "AWS"},
    ),
}
EACH = [pytest.param(name, *row, id=name) for name, row in FORMATS.items()]


def data_of(stage, namespace=NAMESPACE):
    data = stage.secret(namespace)["data"]
    return {key: base64.b64decode(text).decode() for key, text in data.items()}


def seed_format(stage, name, namespace=NAMESPACE, life_s=LONG_S, label="", **fields):
    """A Secret of a format as an earlier run of ours left it."""
    kind, own_label, own_fields = FORMATS[name]
    password = stage.canaries.make("password", 60)
    labels = {LABEL: label or own_label} if own_label else None
    data = {**own_fields, "password": password, **fields}
    return apply(stage, namespace, kind, data, life_s, labels)


def seed_as_kubectl(stage, name, **fields):
    """A Secret of that type by somebody else; None takes a field away."""
    kind, _, own_fields = FORMATS[name]
    data = {**own_fields, "password": "x", **fields}
    encoded = {k: base64.b64encode(v.encode()).decode() for k, v in data.items() if v is not None}
    stage.kubernetes.seed(NAMESPACE, SECRET, {}, type=kind, data=encoded)


@pytest.mark.parametrize("name, kind, label, fields", EACH)
def test_what_its_readers_find(stage, name, kind, label, fields):
    outcome = stage.run("--format", name)
    assert outcome.code == 0, outcome.stderr
    secret = stage.secret()
    assert secret["type"] == kind
    assert data_of(stage) == {**fields, "password": stage.ecr.passwords[REGION]}
    assert secret["metadata"].get("labels") == ({LABEL: label} if label else None)
    assert secret["metadata"]["annotations"] == {NOTE: rfc3339(stage.ecr.expires_at)}
    assert outcome.last_line.startswith(f"{NAMESPACE}/{SECRET}: written, 1 registry, expires ")


@pytest.mark.parametrize("name", FORMATS)
def test_the_second_run_updates_it_in_place_and_unforced(stage, name):
    assert stage.run("--format", name).code == 0
    before = stage.secret()
    assert stage.run("--format", name).code == 0
    after = stage.secret()
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert data_of(stage)["password"] == stage.ecr.passwords[REGION]
    assert not [r for r in stage.kubernetes.arrived(APPLY) if "force" in r.query]


def test_dockerconfigjson_is_the_default(stage):
    assert stage.run("--format", "dockerconfigjson").code == 0
    assert stage.secret()["type"] == DOCKER_CONFIG_TYPE
    assert password_of(stage.docker_config()["auths"][REGISTRY]) == stage.ecr.passwords[REGION]


TYPES = {"dockerconfigjson": DOCKER_CONFIG_TYPE, **{name: row[0] for name, row in FORMATS.items()}}
CHANGES = [(a, b) for a in TYPES for b in TYPES if TYPES[a] != TYPES[b]]


@pytest.mark.parametrize("there, wanted", CHANGES)
@pytest.mark.parametrize("flags", [(), ("--force",)], ids=["", "force"])
def test_a_type_is_never_changed_into_another(stage, there, wanted, flags):
    if there in FORMATS:
        seed_format(stage, there)
    else:
        seed(stage, NAMESPACE)
    with stage.secret_stays():
        outcome = stage.run("--format", wanted, *flags)
    assert outcome.code == 69 and f"it has type {TYPES[there]}" in outcome.last_line
    assert not stage.kubernetes.arrived(APPLY)


@pytest.mark.parametrize("name", ARGO)
def test_the_url_of_another_registry_is_refused_but_for_force(stage, name):
    seed_format(stage, name, url=STRANGER)
    for flags in ((), ("--merge",)):
        with stage.secret_stays():
            outcome = stage.run("--format", name, *flags)
        assert outcome.code == 69, outcome.stderr
        assert f"its url is {STRANGER}, and would become {REGISTRY}" in outcome.last_line
        assert "--force" in outcome.last_line
    assert stage.run("--format", name, "--force").code == 0
    assert data_of(stage)["url"] == REGISTRY


@pytest.mark.parametrize("name", FORMATS)
def test_somebody_elses_user_is_refused_but_for_force(stage, name):
    seed_as_kubectl(stage, name, username="gitbot")
    with stage.secret_stays():
        outcome = stage.run("--format", name)
    assert outcome.code == 69, outcome.stderr
    assert "its username is gitbot, and would become AWS" in outcome.last_line
    assert stage.run("--format", name, "--force").code == 0
    assert data_of(stage)["username"] == "AWS"


@pytest.mark.parametrize("name", ARGO)
def test_data_without_a_url_are_somebody_elses(stage, name):
    seed_as_kubectl(stage, name, url=None)
    with stage.secret_stays():
        outcome = stage.run("--format", name)
    assert outcome.code == 69, outcome.stderr
    assert f"its url is not there, and would become {REGISTRY}" in outcome.last_line


@pytest.mark.parametrize("name", FORMATS)
def test_several_registries_do_not_fit_into_one_password(stage, name):
    outcome = stage.run("--format", name, "--registry", REGISTRY, "--registry", STRANGER)
    assert outcome.code == 64, outcome.stderr
    assert f"--format {name}" in outcome.last_line
    assert not stage.kubernetes.requests and not stage.ecr.requests


@pytest.mark.parametrize("name", ARGO)
def test_all_names_of_a_registry_are_still_one(stage, name):
    outcome = stage.run("--format", name, "--all-hosts")
    assert outcome.code == 0 and ": written, 1 registry, " in outcome.last_line
    assert data_of(stage)["url"] == REGISTRY


def test_an_unknown_format_is_a_usage_error_that_names_those_known(stage):
    outcome = stage.run("--format", "tar")
    assert outcome.code == 64 and "argocd-repo-creds" in outcome.last_line


@pytest.mark.parametrize("name", FORMATS)
def test_fields_and_labels_of_others_stay(stage, name):
    assert stage.run("--format", name).code == 0

    def add(secret):
        secret["data"]["project"] = "eA=="
        secret["metadata"].setdefault("labels", {})["team"] = "web"

    stage.kubernetes.secrets.update(NAMESPACE, SECRET, "kubectl-edit", add)
    assert stage.run("--format", name).code == 0
    assert data_of(stage)["project"] == "x"
    assert stage.secret()["metadata"]["labels"]["team"] == "web"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("where", [NAMESPACE, "app?"], ids=["a name", "a glob"])
def test_fresh_by_an_untouched_note(stage, name, where):
    add_namespaces(stage)
    seed_format(stage, name)
    outcome = stage.run("--format", name, "--namespace", where, *SIX_HOURS)
    assert outcome.code == 0 and ": fresh, 1 registry, expires " in outcome.last_line
    lists = [LISTED_NAMESPACES, LISTED_SECRETS]
    assert asked(stage) == ([READ] if where == NAMESPACE else lists)
    assert not stage.ecr.requests


NOT_FRESH = {
    # what happened to a Secret whose note says that it is good for eight hours
    "somebody changed the password": lambda s, n: edit(s, n, password="hunter2"),
    "somebody emptied the password": lambda s, n: edit(s, n, password=""),
    "somebody took the password": lambda s, n: edit(s, n, password=None),
    "somebody changed the user": lambda s, n: edit(s, n, username="robot"),
    "its note says less": lambda s, n: seed_format(s, n, life_s=5 * HOUR_S),
}
NOT_FRESH_OF_ARGO = {
    "somebody took the type": lambda s, n: edit(s, n, type=None),
    "somebody turned OCI off": lambda s, n: edit(s, n, enableOCI="false"),
    "somebody took the label": lambda s, n: take_label(s, n),
    "the label is the other one's": lambda s, n: other_label(s, n),
}
CELLS = [(name, key, row) for name in FORMATS for key, row in NOT_FRESH.items()]
CELLS += [(name, key, row) for name in ARGO for key, row in NOT_FRESH_OF_ARGO.items()]


def edit(stage, name, **fields):
    seed_format(stage, name)
    data = {**data_of(stage), **fields}
    encoded = {k: base64.b64encode(v.encode()).decode() for k, v in data.items() if v is not None}
    change(stage, NAMESPACE, data=encoded)


def take_label(stage, name):
    seed_format(stage, name)
    stage.kubernetes.secrets.update(
        NAMESPACE, SECRET, "kubectl-edit", lambda secret: secret["metadata"].pop("labels")
    )


def other_label(stage, name):
    """We wrote it ourselves, with another --format."""
    seed_format(stage, name, label=FORMATS[ARGO[1 - ARGO.index(name)]][1])


@pytest.mark.parametrize(
    "name, arrange", [pytest.param(n, row, id=f"{n}: {key}") for n, key, row in CELLS]
)
def test_not_fresh_and_mended(stage, name, arrange):
    arrange(stage, name)
    outcome = stage.run("--format", name, *SIX_HOURS)
    assert outcome.code == 0, outcome.stderr
    assert written(stage) == [NAMESPACE]
    kind, label, fields = FORMATS[name]
    assert data_of(stage) == {**fields, "password": stage.ecr.passwords[REGION]}
    assert stage.secret()["metadata"].get("labels", {}).get(LABEL) == label


@pytest.mark.parametrize("name", ARGO)
@pytest.mark.parametrize("url", ["https://example.com", registry_host(ACCOUNT, "eu-west-1")])
def test_a_url_that_cannot_be_the_callers_own_is_not_fresh(stage, name, url):
    seed_format(stage, name, url=url)
    with stage.secret_stays():
        assert stage.run("--format", name, *SIX_HOURS).code == 69


@pytest.mark.parametrize("name", FORMATS)
def test_a_fan_out_reads_each_before_it_writes_and_makes_those_that_are_absent(stage, name):
    add_namespaces(stage, *"abc")
    seed_format(stage, name, "a")
    apply(stage, "b", DOCKER_CONFIG_TYPE, {DOCKER_CONFIG: json.dumps({"auths": {}})}, LONG_S)
    with stage.secret_stays("b"):
        outcome = stage.run("--format", name, "--namespace", "?")
    assert outcome.code == 69
    for namespace in "ac":
        assert data_of(stage, namespace)["password"] == stage.ecr.passwords[REGION]


def test_without_the_right_to_read_a_format_is_applied_unforced(stage):
    seed_format(stage, "argocd-repo-creds")
    stage.kubernetes.forbid("get")
    assert stage.run("--format", "argocd-repo-creds").code == 0
    (only,) = stage.kubernetes.arrived(APPLY)
    assert "force" not in only.query and data_of(stage)["password"] == stage.ecr.passwords[REGION]
