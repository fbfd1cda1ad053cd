"""Scenarios of the cluster: our rights, the Secret, who uses it, and who refreshes it."""

import functools

from scenarios import failed, note, ok, warning
from scene import HERE, HOUR_S, IMAGE, THERE, times
from standin.certificates import Authority
from standin.world import IN_CLUSTER, SECRET

BACK_OFF = {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{IMAGE}"'}
OURS = f"resourceNames: [{SECRET}]"


def outside_of_any_cluster(scene):
    scene.set(*IN_CLUSTER)


def outside_and_without_images(scene):
    outside_of_any_cluster(scene)
    scene.images = []


def with_verbs(*verbs):
    return lambda scene: scene.role["rules"][0].update(verbs=list(verbs))


def with_a_role_for_another_secret(scene):
    scene.role["rules"][0]["resourceNames"] = ["another"]


def in_no_namespace(scene):
    scene.arguments += ["--namespace", "nowhere-at-all"]


def with_service_accounts(scene):
    scene.arguments += ["--service-account", "default"]


def with_a_service_account_that_lacks_it(scene):
    with_service_accounts(scene)
    scene.role["rules"].append(
        {"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["get", "patch"]}
    )
    del scene.default["imagePullSecrets"]


def without_secret(scene):
    scene.secret = None


def with_a_pod_elsewhere(scene):
    """Where there is no Secret; who may list all pods is told."""
    other = scene.make_namespace()
    scene.add_pod("far", waits=BACK_OFF, namespace=other)
    metadata = {"name": scene.namespace}
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}
    group = "rbac.authorization.k8s.io"
    role = {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": metadata}
    binding = {**role, "kind": "ClusterRoleBinding"}
    binding["roleRef"] = {"apiGroup": group, "kind": "ClusterRole", "name": scene.namespace}
    binding["subjects"] = scene.binding["subjects"]
    scene.also += [{**role, "rules": [rule]}, binding]
    for document in scene.also:
        scene.at_end(functools.partial(scene.admin.delete, document["kind"], scene.namespace))


def of_argo(scene):
    scene.manager = "argocd-controller"


def of_type_opaque(scene):
    scene.secret["type"] = "Opaque"


def that_is_immutable(scene):
    scene.secret["immutable"] = True


def by_key(spell):
    """The same token under another spelling of its registry's host."""
    return lambda scene: scene.hold({spell.format(HERE): scene.entry()})


def with_a_credential_store(scene):
    scene.hold({HERE: {}}, credsStore="desktop")


def with_one_entry_that_spoils_all(scene):
    scene.hold({HERE: scene.entry(), "mirror.example.com": {"auth": "no base64!"}})


def with_somebody_elses_entry(scene):
    scene.hold({HERE: scene.entry(), "mirror.example.com": {"auth": "dTpw"}})


def without_pull_secrets(scene):
    del scene.default["imagePullSecrets"]


def with_a_pod_that_waits_without_it(scene):
    scene.add_pod("waits", waits=BACK_OFF, serviceAccountName="ecr-secret")


def with_a_pod_that_waits(scene):
    scene.add_pod("waits", waits=BACK_OFF)


def by_schedule(schedule):
    return lambda scene: scene.cronjob["spec"].update(schedule=f"{scene.minute} {schedule}")


def that_fails(scene):
    scene.cronjob_status = times(scheduled=0, successful=-9 * HOUR_S)


def that_never_ran(scene):
    scene.cronjob_status = {}


def with_a_deadline_of(seconds):
    return lambda scene: scene.cronjob["spec"].update(startingDeadlineSeconds=seconds)


def that_nobody_starts(scene):
    """Any more; the real controller would, but for the deadline."""
    with_a_deadline_of(20)(scene)
    scene.cronjob_status = times(scheduled=-9 * HOUR_S, successful=-9 * HOUR_S + 5)


def without_cronjob(scene):
    scene.cronjob = None


SCENARIOS = {
    # cluster
    "who we are there": ok(lambda scene: None, "cluster", "system:serviceaccount:", ":ecr-secret"),
    "no cluster, but images": note(
        outside_of_any_cluster, "cluster", "none is named", "--kubeconfig"
    ),
    "no cluster and no images": failed(
        78, outside_and_without_images, "cluster", "", "--kubeconfig"
    ),
    "an API server that is not there": failed(
        75, lambda scene: scene.set(KUBERNETES_SERVICE_PORT="1"), "cluster", "127.0.0.1:1"
    ),
    "an API server that is not trusted": failed(
        76, lambda scene: scene.files.update({"ca.crt": Authority().pem}), "cluster", "certificate"
    ),
    "a token that the API server does not know": failed(
        77, lambda scene: scene.files.update(token=b"x.y.z"), "cluster", "401"
    ),
    # rights
    "no rights at all": failed(
        77,
        lambda scene: setattr(scene, "binding", None),
        "rights",
        ("ecr-secret", f"get, create, patch the Secret {SECRET}"),
        OURS,
        "verbs: [get, create, patch]",
    ),
    "a Role without patch": failed(
        77, with_verbs("get", "create"), "rights", f"patch the Secret {SECRET}", OURS
    ),
    "a Role without get": failed(
        77, with_verbs("create", "patch"), "rights", f"get the Secret {SECRET}", OURS
    ),
    "a Role for another Secret": failed(77, with_a_role_for_another_secret, "rights", SECRET, OURS),
    "a namespace that is not there": failed(77, in_no_namespace, "rights", "nowhere-at-all", OURS),
    "no right to ServiceAccounts": failed(
        77, with_service_accounts, "rights", "patch the ServiceAccount", "[serviceaccounts]"
    ),
    "no right to look around": note(
        lambda scene: scene.sees.clear(), "users", ("pods in", "403"), "get and list"
    ),
    # secret
    "no Secret": failed(69, without_secret, "secret", "does not exist", "run ecr-secret refresh"),
    "a Secret of type Opaque": failed(69, of_type_opaque, "secret", "Opaque", "delete the Secret"),
    "a Secret that is immutable": failed(69, that_is_immutable, "secret", "immutable", "delete"),
    "somebody else's Secret": note(of_argo, "secret", "argocd-controller", "one program alone"),
    "a token that has expired": failed(
        77,
        lambda scene: scene.hold({HERE: scene.entry(left_s=-HOUR_S)}),
        "secret",
        ("expired at", "1 h 0 min ago"),
        "run ecr-secret refresh",
    ),
    "a key with https://": warning(by_key("https://{}"), "secret", "https://"),
    "a key with a path": failed(69, by_key("{}/team"), "secret", f"holds no entry {HERE}"),
    "a key of another path": failed(69, by_key("{}/other"), "image", "kubelet finds no key"),
    "a credential store instead of entries": failed(
        69, with_a_credential_store, "secret", "credsStore"
    ),
    "one entry that spoils all": failed(
        69, with_one_entry_that_spoils_all, "secret", "mirror.example.com"
    ),
    "another registry, over which nothing is written": note(
        with_somebody_elses_entry, "secret", "mirror.example.com", "--merge"
    ),
    "another account's entry alone": failed(
        69,
        lambda scene: scene.hold({THERE: scene.entry()}),
        "secret",
        f"holds no entry {HERE}",
        "--registry",
    ),
    "a docker config that is empty": failed(
        69, lambda scene: scene.hold_text("{}"), "secret", "holds no registry", "refresh"
    ),
    # users
    "who uses it": ok(lambda scene: None, "users", "pods with it: 1"),
    "nobody uses it": warning(without_pull_secrets, "users", SECRET, "--service-account default"),
    "a ServiceAccount without the Secret": failed(
        69, with_a_service_account_that_lacks_it, "users", "ServiceAccount default lacks", "refresh"
    ),
    "a pod that waits without the Secret": failed(
        69,
        with_a_pod_that_waits_without_it,
        "users",
        ("/waits waits for", "does not have the Secret"),
        "--service-account ecr-secret",
        "delete the pod",
    ),
    "a pod that waits though it has the Secret": warning(
        with_a_pod_that_waits, "users", ("/waits waits for", "Back-off")
    ),
    "a pod in another namespace than the Secret": warning(
        with_a_pod_elsewhere, "users", ("/far", "is not written to its namespace"), "--namespace"
    ),
    # cronjob
    "a CronJob that is often enough": ok(lambda scene: None, "cronjob", " */4 * * *"),
    "a CronJob that is suspended": warning(
        lambda scene: scene.cronjob["spec"].update(suspend=True),
        "cronjob",
        "is suspended",
        '"suspend":false',
    ),
    "a CronJob that fails": warning(that_fails, "cronjob", "did not succeed", "kubectl logs"),
    "a CronJob that has never run": note(
        that_never_ran, "cronjob", "has not run", "kubectl -n", "create job"
    ),
    "a CronJob whose deadline is too short": warning(
        with_a_deadline_of(5), "cronjob", "startingDeadlineSeconds is 5", "kubectl", "300"
    ),
    "a CronJob that is not started any more": warning(
        that_nobody_starts, "cronjob", "a run has been due", "kube-controller-manager"
    ),
    "a CronJob once a day": warning(by_schedule("3 * * *"), "cronjob", "24 hours"),
    "a CronJob of which no run may fail": warning(
        by_schedule("*/8 * * *"), "cronjob", ("8 hours", "one run that fails")
    ),
    "no CronJob": note(without_cronjob, "cronjob", "no CronJob", "cronjob.yaml"),
}
