"""cronjob.yaml and the exception beside it, as a cluster and a careful reader would judge them."""

import re

import kubernetes_validate
import pytest
import yaml

import program

MANIFEST = program.ROOT / "cronjob.yaml"
EVERYWHERE = program.ROOT / "packaging" / "cronjob-all-namespaces.yaml"
KUBERNETES_VERSION = "1.36"
PERMANENT_CODES = [64, 69, 70, 76, 77, 78]  # the design's table of exit codes
ALLOWED_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
TINY = {"cpu": 0.1, "memory": 64 << 20}


@pytest.fixture(scope="module", params=[MANIFEST, EVERYWHERE], ids=["one", "all"])
def manifest(request):
    """Each of the two files: what follows holds for both, if it doesn't ask for one by name."""
    return request.param


@pytest.fixture(scope="module")
def objects(manifest):
    return objects_of(manifest)


def objects_of(path):
    documents = [d for d in yaml.safe_load_all(path.read_text()) if d is not None]
    by_kind = {document["kind"]: document for document in documents}
    assert len(by_kind) == len(documents), "one object of a kind"
    return by_kind


def rights(objects):
    """The Role and its binding, of one namespace or of the cluster."""
    scope = "Cluster" if "ClusterRole" in objects else ""
    return objects[scope + "Role"], objects[scope + "RoleBinding"]


@pytest.fixture(scope="module")
def job(objects):
    return objects["CronJob"]["spec"]["jobTemplate"]["spec"]


@pytest.fixture(scope="module")
def pod(job):
    return job["template"]["spec"]


@pytest.fixture(scope="module")
def container(pod):
    (only,) = pod["containers"]
    return only


def quantity(text):
    """A Kubernetes quantity as a number: 10m, 16Mi."""
    number, unit = re.fullmatch(r"([\d.]+)(m|Ki|Mi|Gi|)", str(text)).groups()
    return float(number) * {"": 1, "m": 1e-3, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}[unit]


def test_there_are_an_account_a_role_its_binding_and_the_cronjob():
    assert set(objects_of(MANIFEST)) == {"ServiceAccount", "Role", "RoleBinding", "CronJob"}
    everywhere = {"ServiceAccount", "ClusterRole", "ClusterRoleBinding", "CronJob"}
    assert set(objects_of(EVERYWHERE)) == everywhere


def test_every_object_passes_kubernetes_own_schema_strictly(objects):
    for document in objects.values():
        kubernetes_validate.validate(document, KUBERNETES_VERSION, strict=True)


def test_the_role_allows_three_verbs_on_one_secret_and_nothing_else():
    (rule,) = objects_of(MANIFEST)["Role"]["rules"]
    assert {**rule, "verbs": sorted(rule["verbs"])} == {
        "apiGroups": [""],
        "resources": ["secrets"],
        "resourceNames": rule["resourceNames"],
        "verbs": ["create", "get", "patch"],
    }
    assert len(rule["resourceNames"]) == 1


def test_the_clusterrole_lists_namespaces_and_allows_one_more_verb_on_one_secret():
    namespaces, secrets = objects_of(EVERYWHERE)["ClusterRole"]["rules"]
    assert namespaces == {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["list"]}
    (name,) = secrets.pop("resourceNames")
    verbs = ["create", "get", "list", "patch"]
    assert secrets == {"apiGroups": [""], "resources": ["secrets"], "verbs": verbs}


def test_the_exception_says_that_it_is_one():
    first = EVERYWHERE.read_text().split("apiVersion")[0]
    assert "This is the exception" in first and "cronjob.yaml" in first


def test_the_role_names_the_secret_that_the_program_writes(objects, container):
    (name,) = rights(objects)[0]["rules"][-1]["resourceNames"]
    arguments = container.get("args", [])
    variables = {entry["name"]: entry.get("value") for entry in container.get("env", [])}
    given = [a.partition("=")[2] for a in arguments if a.startswith("--name=")]
    given += [b for a, b in zip(arguments, arguments[1:], strict=False) if a == "--name"]
    given += [variables[v] for v in ("ECR_SECRET_NAME",) if v in variables]
    assert (given or ["ecr-registry"])[0] == name


def test_the_binding_joins_the_role_and_the_account_that_the_pod_uses(objects, pod):
    role, binding = rights(objects)
    account = objects["ServiceAccount"]["metadata"]["name"]
    assert binding["roleRef"] == {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": role["kind"],
        "name": role["metadata"]["name"],
    }
    (subject,) = binding["subjects"]
    assert (subject["kind"], subject["name"]) == ("ServiceAccount", account)
    assert subject["namespace"] == binding["metadata"].get("namespace", subject["namespace"])
    assert pod["serviceAccountName"] == account


def test_all_objects_live_in_one_namespace(objects):
    of_a_namespace = [d for d in objects.values() if not d["kind"].startswith("Cluster")]
    assert len({document["metadata"].get("namespace") for document in of_a_namespace}) == 1


def test_it_runs_every_four_hours_at_a_minute_that_few_others_choose():
    minute, hours, *days = objects_of(MANIFEST)["CronJob"]["spec"]["schedule"].split()
    assert int(minute) % 5 and re.fullmatch(r"(\*|[0-3]-23)/4", hours)
    assert days == ["*", "*", "*"]


def test_every_namespace_is_looked_after_every_ten_minutes_at_no_cost_while_all_are_fresh():
    cronjob = objects_of(EVERYWHERE)["CronJob"]["spec"]
    assert re.fullmatch(r"[1-9]-5[1-9]/10 \* \* \* \*", cronjob["schedule"])
    job = cronjob["jobTemplate"]["spec"]
    assert job["activeDeadlineSeconds"] < 600, "the next run finds it gone"
    (container,) = job["template"]["spec"]["containers"]
    assert {"--all-namespaces", "--min-remaining=6h", "--timeout=4m"} <= set(container["args"])


def test_runs_neither_overlap_nor_hang_nor_pile_up(objects, job, pod):
    cronjob = objects["CronJob"]["spec"]
    assert cronjob["concurrencyPolicy"] == "Forbid"
    assert 60 <= cronjob["startingDeadlineSeconds"] <= 4 * 3600
    assert 60 < job["activeDeadlineSeconds"] < 4 * 3600, "longer than --timeout's default"
    assert 1 <= job["backoffLimit"] <= 10
    assert job["ttlSecondsAfterFinished"] > 0
    assert pod["restartPolicy"] == "Never"


def test_a_failure_that_a_retry_cannot_mend_fails_the_job(job, container):
    ignore, fail = job["podFailurePolicy"]["rules"]
    assert ignore["action"] == "Ignore"
    assert [c["type"] for c in ignore["onPodConditions"]] == ["DisruptionTarget"]
    assert fail["action"] == "FailJob"
    codes = fail["onExitCodes"]
    assert (codes["operator"], codes["values"]) == ("In", PERMANENT_CODES)
    assert codes.get("containerName", container["name"]) == container["name"]


def test_the_pod_meets_the_restricted_profile(pod, container):
    of_pod, of_container = pod["securityContext"], container["securityContext"]
    merged = {**of_pod, **of_container}
    assert merged["runAsNonRoot"] is True and merged["runAsUser"] != 0
    assert merged["seccompProfile"]["type"] in ("RuntimeDefault", "Localhost")
    assert of_container["allowPrivilegeEscalation"] is False
    assert of_container["capabilities"]["drop"] == ["ALL"]
    assert not of_container["capabilities"].get("add")
    assert not of_container.get("privileged") and not of_pod.get("sysctls")
    assert not any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC", "initContainers"))
    assert not any("hostPort" in port for port in container.get("ports", []))
    for volume in pod.get("volumes", []):
        assert set(volume) - {"name"} <= ALLOWED_VOLUMES


def test_the_root_filesystem_is_read_only_and_the_web_identity_token_readable(pod, container):
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod["securityContext"]["fsGroup"] > 0


@pytest.mark.parametrize("kind", ["requests", "limits"])
def test_it_asks_for_little(container, kind):
    resources = container["resources"][kind]
    assert quantity(resources["memory"]) <= TINY["memory"]
    assert quantity(resources.get("cpu", "0")) <= TINY["cpu"]


def test_the_token_is_mounted_by_the_pod_that_needs_it_and_not_by_default(objects, pod):
    assert objects["ServiceAccount"]["automountServiceAccountToken"] is False
    assert pod["automountServiceAccountToken"] is True


def test_names_are_looked_up_once_and_services_are_not_injected(pod):
    assert {"name": "ndots", "value": "1"} in pod["dnsConfig"]["options"]
    assert pod["enableServiceLinks"] is False


def test_the_comments_show_the_irsa_annotation_the_places_to_edit_and_how_to_run_it_now(manifest):
    text = manifest.read_text()
    assert "eks.amazonaws.com/role-arn" in text
    assert re.search(r"kubectl .*create job .*--from=cronjob/\S+", text)
    assert len(re.findall(r"#.*\bedit\b", text, re.IGNORECASE)) >= 3


def test_every_argument_and_variable_is_one_that_the_program_knows(container, stage):
    known = stage.run("--help").stdout
    for argument in container.get("args", []):
        option = argument.partition("=")[0]
        assert not option.startswith("--") or option in known
    for entry in container.get("env", []):
        option = "--" + entry["name"].removeprefix("ECR_SECRET_").lower().replace("_", "-")
        assert entry["name"].startswith("AWS_") or option in known
