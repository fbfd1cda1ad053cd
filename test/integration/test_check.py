"""ecr-secret check: what it says of each step, its exit code, and that it changes nothing."""

import pytest

from findings import REPOSITORY, STEPS, bad, image, look
from standin.clock import rfc3339
from standin.world import NAMESPACE, REGISTRY, SECRET, without


def test_where_all_is_well_it_says_so_of_each_step(stage, registry, everything):
    findings = look(stage, "--any-host", image(registry))
    assert list(dict.fromkeys(one["step"] for one in findings)) == list(STEPS)
    assert not bad(findings)


def test_as_text_each_step_has_a_title_and_each_line_a_mark(stage, registry, everything):
    outcome = stage.run("check", "--any-host", image(registry))
    assert outcome.code == 0
    lines = outcome.stdout.splitlines()
    assert [line for line in lines[:-1] if not line.startswith(" ")] == list(STEPS)
    assert f"  ok    {image(registry)}: kubelet uses the key {registry.host} of {SECRET}" in lines
    assert lines[-1] == "nothing to mend"


def test_quiet_prints_problems_only(stage, registry, everything):
    outcome = stage.run("check", "--quiet", "--any-host", image(registry))
    assert (outcome.code, outcome.stdout) == (0, "")
    outcome = stage.run("check", "--quiet", "--any-host", image(registry, f"{REPOSITORY}:none"))
    assert outcome.code == 69
    title, new, remedy, *_ = outcome.stdout.splitlines()
    assert title == "image"
    assert new.startswith("  FAIL  with the new token: ")
    assert remedy.startswith("        -> the repository team/app has no tag none")


def test_without_credentials_the_rest_is_looked_at(stage, registry, everything):
    named = ("--any-host", image(registry))
    findings = look(stage, *named, code=78, environment=stage.without_keys())
    failed, *_ = bad(findings)
    assert failed["step"] == "credentials"
    assert "AWS_ACCESS_KEY_ID is not set" in failed["text"]
    assert any(one["text"].endswith(f"{stage.ecr.url} (AWS_ENDPOINT_URL_ECR) answers") for one in findings)
    assert any(one["text"].endswith("no new token; its registry answers") for one in findings)
    (clock,) = [one for one in findings if one["step"] == "clock"]
    assert clock["mark"] == "ok" and "AWS" in clock["text"]
    (pulled,) = [one for one in findings if "with the Secret's password" in one["text"]]
    assert pulled["mark"] == "ok"


def test_broken_settings_leave_images_unasked(stage, registry, everything):
    broken = {**stage.environment, "AWS_CA_BUNDLE": "/no/such/bundle"}
    findings = look(stage, "--any-host", image(registry), code=78, environment=broken)
    (told,) = [one for one in findings if one["step"] == "image"]
    assert told["mark"] == "note" and "not asked for" in told["text"]


def test_without_a_region_images_are_not_to_blame(stage, registry, everything):
    environment = without(stage.environment, "AWS_REGION")
    findings = look(stage, "--any-host", image(registry), code=78, environment=environment)
    (failed,) = bad(findings)
    assert failed["step"] == "endpoints" and "no region" in failed["text"]


def test_without_a_cluster_images_are_looked_at(stage, registry):
    home = without(
        stage.environment,
        "ECR_SECRET_SERVICE_ACCOUNT_DIR",
        "KUBERNETES_SERVICE_HOST",
        "KUBERNETES_SERVICE_PORT",
    )
    findings = look(stage, "--any-host", image(registry), environment=home)
    (cluster,) = [one for one in findings if one["step"] == "cluster"]
    assert cluster["mark"] == "note"
    look(stage, code=78, environment=home)


def test_a_usage_error_is_no_finding(stage):
    outcome = stage.run("check", "--output", "json", "not an image")
    assert (outcome.code, outcome.stdout) == (64, "")


def test_a_token_is_not_shown_to_storage(stage, registry, everything):
    look(stage, "--any-host", image(registry))
    assert registry.storage.requests
    assert not any(one.header("Authorization") for one in registry.storage.requests)


def test_rights_are_asked_for_by_the_names_that_a_refresh_uses(stage, registry, everything):
    stage.kubernetes.accounts.forbid("get", "list", "patch")
    named = ("--any-host", "--service-account", "default", image(registry))
    findings = look(stage, *named, code=77)
    (missing,) = [one for one in bad(findings) if one["step"] == "rights"]
    assert "resourceNames: [default]" in missing["remedy"]


def test_a_format_that_no_kubelet_reads_is_not_asked_for_images(stage, registry):
    stage.kubernetes.workloads.allow("pods")
    stage.kubernetes.accounts.allow(NAMESPACE, verbs=("get", "list"))
    waits = {"image": image(registry), "state": {"waiting": {"reason": "ErrImagePull"}}}
    stage.kubernetes.workloads.add_pod(NAMESPACE, "waits", {}, containerStatuses=[waits])
    named = ("--any-host", "--registry", registry.host, "--format", "basic-auth")
    assert stage.run(*named).code == 0
    stage.forget_requests()
    findings = look(stage, *named, image(registry))
    assert not bad(findings)
    assert not [one["text"] for one in findings if one["step"] == "image" and "kubelet" in one["text"]]


def add_cronjob(stage, schedule="37 */4 * * *", status=None, **spec):
    template = {"spec": {"containers": [], "initContainers": [{"image": "example.com/ecr-secret:1"}]}}
    job = {"spec": {"template": template}}
    more = {"schedule": schedule, "jobTemplate": job, **spec}
    stage.kubernetes.workloads.add_cronjob(NAMESPACE, "nightly", more, **(status or {}))


def at(stage, offset_s):
    return rfc3339(stage.clock.now() + offset_s)


LATE = {
    # the last start and success, in hours from now, and whether a run is overdue by "*/4"
    "since it was made": ({}, True),
    "since its last run": ({"lastScheduleTime": -5, "lastSuccessfulTime": -4.9}, True),
    "not yet": ({"lastScheduleTime": -4, "lastSuccessfulTime": -3.9}, False),
}


@pytest.mark.parametrize("name", LATE)
def test_a_controller_that_stopped_is_noticed(stage, registry, everything, name):
    hours, is_late = LATE[name]
    add_cronjob(stage, status={key: at(stage, h * 3600) for key, h in hours.items()})
    told = [one["text"] for one in bad(look(stage, "--any-host", image(registry)))]
    assert [text for text in told if "a run has been due" in text] == told
    assert len(told) == is_late


def test_a_run_that_does_not_end_is_named(stage, registry, everything):
    """The controller is not to blame for what concurrencyPolicy: Forbid holds back."""
    started = {"lastScheduleTime": at(stage, -9 * 3600), "active": [{"name": "nightly-123"}]}
    add_cronjob(stage, status=started, concurrencyPolicy="Forbid")
    (told,) = bad(look(stage, "--any-host", image(registry)))
    assert "its job nightly-123, started" in told["text"]
    assert "describe job nightly-123" in told["remedy"]


def test_a_suspended_cronjob_is_not_late_as_well(stage, registry, everything):
    add_cronjob(stage, suspend=True, startingDeadlineSeconds=1)
    (told,) = bad(look(stage, "--any-host", image(registry)))
    assert "is suspended" in told["text"]


def test_who_we_are_need_not_be_told(stage, registry, everything):
    stage.kubernetes.reviews.is_forbidden = True
    findings = look(stage, "--any-host", image(registry))
    assert not bad(findings)
    (note,) = [one for one in findings if one["step"] == "cluster" and one["mark"] == "note"]
    assert "system:basic-user" in note["remedy"]


def test_a_service_account_that_is_not_there_is_told(stage, registry, everything):
    stage.kubernetes.accounts.allow(NAMESPACE)
    named = ("--any-host", "--service-account", "default,nosuch")
    findings = look(stage, *named, image(registry), code=69)
    (failed,) = bad(findings)
    assert failed["text"] == f"{NAMESPACE}: there is no ServiceAccount nosuch"
    assert stage.run(*named, "--registry", registry.host).code == 69


def test_of_pods_that_wait_alike_one_is_told(stage, registry, everything):
    def add(name, spec=None, phase="Pending"):
        waits = {"image": image(registry), "state": {"waiting": {"reason": "ErrImagePull"}}}
        stage.kubernetes.workloads.add_pod(NAMESPACE, name, spec or {}, phase, containerStatuses=[waits])

    for n in range(20):
        add(f"web-{n}")
    add("with-it", {"imagePullSecrets": [{"name": SECRET}]})
    add("another", {"serviceAccountName": "other"})
    add("over", phase="Failed")
    told = [one["text"] for one in bad(look(stage, "--any-host", image(registry), code=69))]
    assert [text.split()[1] for text in told] == [f"{NAMESPACE}/{n}" for n in ("web-0", "with-it", "another")]
    assert [text.endswith("; so do 19 more") for text in told] == [True, False, False]


OUTSIDE = {
    # an image, and what its remedy says
    "a port": (f"{REGISTRY}:443/{REPOSITORY}:1.2", "without a port"),
    "another registry": ("127.0.0.1:9/library/nginx:1", "--any-host"),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_host_that_may_not_be_given_is_not_wanted(stage, everything, name):
    wanted, remedy = OUTSIDE[name]
    assert stage.run("--registry", wanted.partition("/")[0]).code == 64
    stage.forget_requests()
    environment = stage.with_variables(HTTPS_PROXY="http://127.0.0.1:9", NO_PROXY="127.0.0.1")
    findings = look(stage, wanted, code=69, environment=environment)
    told = [one for one in bad(findings) if one["step"] == "image"]
    assert len(told) == 2 and all(remedy in one["remedy"] for one in told)
