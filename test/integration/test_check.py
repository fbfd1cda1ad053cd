"""ecr-secret check: what it says of each step, its exit code, and that it changes nothing."""

import pytest

from findings import STEPS, read
from standin import faults
from standin.clock import rfc3339
from standin.ecr import authorization, make_password
from standin.kubernetes_api import APPLY
from standin.registry import Registry
from standin.server import FOREVER
from standin.world import NAMESPACE, SECRET, without

REPOSITORY = "team/app"


@pytest.fixture
def registry(stage):
    made = Registry(stage.ecr, tls=stage.aws_authority.server_context())
    made.push(REPOSITORY, "1.2")
    yield made
    made.close()
    assert not made.defects


def look(stage, *arguments, code=0, **options):
    """Runs check; every finding that is not good has a remedy, and nothing was written."""
    outcome = stage.run("check", "--output", "json", *arguments, **options)
    assert outcome.code == code, outcome.stdout + outcome.stderr
    found = read(outcome)
    assert not stage.kubernetes.arrived(APPLY)
    return found


def image(registry, rest=f"{REPOSITORY}:1.2"):
    return f"{registry.host}/{rest}"


def bad(findings):
    return [one for one in findings if one["mark"] in ("warning", "failed")]


@pytest.fixture
def everything(stage, registry):
    """A cluster in which all is well, and may be seen."""
    stage.kubernetes.workloads.allow("pods", "cronjobs")
    stage.kubernetes.accounts.allow(NAMESPACE, verbs=("get", "list"))
    stage.kubernetes.accounts.add(NAMESPACE, "default", pull_secrets=[SECRET])
    outcome = stage.run("--any-host", "--registry", registry.host)
    assert outcome.code == 0, outcome.stderr
    stage.forget_requests()


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


def test_a_secret_that_does_not_exist_is_told_from_one_that_can_not_be_read(
    stage, registry, everything
):
    stage.kubernetes.secrets.delete(NAMESPACE, SECRET)
    (failed,) = bad(look(stage, "--any-host", image(registry), code=69))
    assert failed["text"] == f"{NAMESPACE}/{SECRET} does not exist"
    stage.kubernetes.forbid("get")
    (denied,) = bad(look(stage, "--any-host", image(registry), code=77))
    assert denied["step"] == "rights"


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


@pytest.mark.parametrize("has_keys", (True, False))
def test_where_nobody_answers_it_is_said_once(stage, registry, everything, has_keys):
    """Of ECR, of which no token comes then, and of the registry, with or without a token."""
    environment = stage.environment if has_keys else stage.without_keys()
    closed = "https://127.0.0.1:9"
    silent = {**environment, "AWS_ENDPOINT_URL_ECR": closed}
    code = 75 if has_keys else 78
    failed = bad(look(stage, "--any-host", image(registry), code=code, environment=silent))
    assert [one["step"] for one in failed] == ["credentials"][has_keys:] + ["endpoints"]
    assert failed[-1]["text"].startswith("ECR of eu-central-1: ")
    unreached = f"127.0.0.1:9/{REPOSITORY}:1.2"
    held = {"127.0.0.1:9": stage.docker_config()["auths"][registry.host]}
    stage.kubernetes.seed(NAMESPACE, SECRET, {"auths": held}, manager="ecr-secret")
    failed = bad(look(stage, "--any-host", unreached, code=code, environment=environment))
    (told,) = [one for one in failed if one["text"].startswith(f"registry of {unreached}: ")]
    assert told["kind"] == "try again"


SILENT = {
    # a server that never answers, the exit code, and where that is said
    "ECR": (lambda stage: stage.ecr, 75, "endpoints"),
    "STS": (lambda stage: stage.sts, 0, "identity"),
    "the API server": (lambda stage: stage.kubernetes, 75, "cluster"),
}


@pytest.mark.parametrize("name", SILENT)
def test_one_silent_server_does_not_take_the_time_of_the_others(
    stage, registry, everything, monkeypatch, name
):
    server, code, step = SILENT[name]
    monkeypatch.setattr(server(stage), "receive", faults.never_answer)
    findings = look(stage, "--timeout", "6s", "--any-host", image(registry), code=code)
    told = [one for one in findings if "timed out after 1" in one["text"]]
    assert told[0]["step"] == step
    assert not [one for one in findings if "limit of 6 s" in one.get("remedy", "")]
    reached = [one["text"] for one in findings if one["step"] == "image"]
    assert reached and not [text for text in reached if "no answer" in text]


BUSY = {
    # a server that asks to wait longer than it is given, the exit code, and where that is said
    "ECR": (lambda stage: stage.ecr, 75, "token"),
    "STS": (lambda stage: stage.sts, 0, "identity"),
    "the API server": (lambda stage: stage.kubernetes, 75, "cluster"),
}


@pytest.mark.parametrize("name", BUSY)
def test_nobody_is_waited_for_for_long(stage, registry, everything, monkeypatch, name):
    server, code, step = BUSY[name]
    monkeypatch.setattr(server(stage), "receive", faults.unavailable(retry_after_s=20))
    outcome = stage.run("check", "--output", "json", "--any-host", image(registry))
    assert outcome.code == code and outcome.seconds < 10
    told = [one["step"] for one in read(outcome) if " answered 503" in one["text"]]
    assert told == [step]


NOT_ECR = {
    # who answers in place of ECR, the exit code, and the remedy
    "a portal": (faults.html, 76, "a proxy or a portal"),
    "a proxy that says no": (faults.reply(403, "<html>blocked</html>", "text/html"), 76, "a proxy or a portal"),
    "trouble": (faults.unavailable(retry_after_s=20), 75, "run it again"),
}


@pytest.mark.parametrize("name", NOT_ECR)
def test_who_answers_in_place_of_ecr_is_asked(stage, registry, everything, monkeypatch, name):
    behaviour, code, remedy = NOT_ECR[name]
    monkeypatch.setattr(stage.ecr, "receive", behaviour)
    (failed,) = bad(look(stage, "--any-host", image(registry), code=code))
    assert failed["step"] == "token" and remedy in failed["remedy"]


def test_broken_settings_leave_images_unasked(stage, registry, everything):
    broken = {**stage.environment, "AWS_CA_BUNDLE": "/no/such/bundle"}
    findings = look(stage, "--any-host", image(registry), code=78, environment=broken)
    (told,) = [one for one in findings if one["step"] == "image"]
    assert told["mark"] == "note" and "not asked for" in told["text"]


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


STORAGE = {
    # what S3 does, the exit code, the sentence and the remedy
    "nobody there": (faults.hang_up, 75, "with the new token", "gateway endpoint of S3"),
    "forbidden": (
        faults.reply(403, "<Error/>", "application/xml"),
        77,
        "the storage of its first layer answered 403",
        "is the host right",
    ),
}


@pytest.mark.parametrize("name", STORAGE)
def test_layers_come_from_storage_that_has_to_be_reached_too(stage, registry, everything, name):
    behaviour, code, text, remedy = STORAGE[name]
    for digest in registry.storage.contents:
        registry.storage.misbehave(f"GET /layers/{digest}", behaviour, FOREVER)
    findings = bad(look(stage, "--any-host", image(registry), code=code))
    assert text in findings[0]["text"]
    assert remedy in findings[0]["remedy"]


def test_a_token_is_not_shown_to_storage(stage, registry, everything):
    look(stage, "--any-host", image(registry))
    assert registry.storage.requests
    assert not any(one.header("Authorization") for one in registry.storage.requests)


def test_an_entry_that_spoils_all_others_is_said_of_each_image(stage, registry, everything):
    held = stage.docker_config()
    held["auths"]["ghcr.io"] = {"auth": "no base64"}
    stage.kubernetes.seed(NAMESPACE, SECRET, held)
    findings = look(stage, "--any-host", image(registry), code=69)
    (spoilt,) = [one for one in bad(findings) if one["step"] == "image"]
    assert "kubelet uses no key" in spoilt["text"] and "ghcr.io" in spoilt["text"]


def test_rights_are_asked_for_by_the_names_that_a_refresh_uses(stage, registry, everything):
    stage.kubernetes.accounts.forbid("get", "list", "patch")
    named = ("--any-host", "--service-account", "default", image(registry))
    findings = look(stage, *named, code=77)
    (missing,) = [one for one in bad(findings) if one["step"] == "rights"]
    assert "resourceNames: [default]" in missing["remedy"]


def test_a_format_that_no_kubelet_reads_is_not_asked_for_images(stage, registry):
    named = ("--any-host", "--registry", registry.host, "--format", "basic-auth")
    assert stage.run(*named).code == 0
    stage.forget_requests()
    findings = look(stage, *named, image(registry))
    assert {one["step"] for one in bad(findings)} <= {"users"}
    assert not [one["text"] for one in findings if one["step"] == "image" and "kubelet" in one["text"]]


def test_of_several_keys_the_one_that_lives_longest_is_tried(stage, registry, everything):
    held = stage.docker_config()
    good = held["auths"][registry.host]
    bad_one = {"auth": authorization(make_password(stage.canaries, stage.clock.now() - 3600))}
    held["auths"] = {f"https://{registry.host}": bad_one, registry.host: good}
    stage.kubernetes.seed(NAMESPACE, SECRET, held, manager="ecr-secret")
    findings = look(stage, "--any-host", image(registry), code=77)
    assert {one["step"] for one in bad(findings)} == {"secret"}  # where it has expired
    (pulled,) = [one for one in findings if "with the Secret's password" in one["text"]]
    assert pulled["mark"] == "ok"


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


UNSERVED = {
    # what the API server says to everything, and the exit code
    "it does not know us": (faults.reply_json(401, {"kind": "Status", "message": "Unauthorized"}), 77),
    "a page": (faults.html, 76),
    "trouble": (faults.unavailable(), 75),
}


@pytest.mark.parametrize("name", UNSERVED)
def test_a_cluster_that_does_not_serve_us_is_said_once(
    stage, registry, everything, monkeypatch, name
):
    behaviour, code = UNSERVED[name]
    monkeypatch.setattr(stage.kubernetes, "receive", behaviour)
    for named in (("--namespace", "a,b"), ("--namespace", "team-*")):
        findings = look(stage, *named, "--any-host", image(registry), code=code)
        (failed,) = bad(findings)
        assert failed["step"] == "cluster"
        assert "with the new token" in findings[-1]["text"]


def test_who_we_are_may_be_out_of_order_alone(stage, registry, everything):
    """Then all else is looked at as ever."""
    stage.kubernetes.misbehave("review self", faults.unavailable(), FOREVER)
    findings = look(stage, "--any-host", image(registry), code=75)
    (failed,) = bad(findings)
    assert failed["step"] == "cluster" and "SelfSubjectReview" in failed["text"]
    (rights,) = [one for one in findings if one["step"] == "rights"]
    assert rights["mark"] == "ok"


def test_further_namespaces_are_looked_at_too(stage, registry, everything):
    """More than are asked about at once; of one the Secret is not the first one's."""
    names = [NAMESPACE, *(f"team-{n}" for n in range(9))]
    for name in names[1:]:
        stage.kubernetes.add_namespace(name)
        stage.kubernetes.allow(name, SECRET)
    named = ("--any-host", "--namespace", ",".join(names))
    assert stage.run(*named, "--registry", registry.host).code == 0
    stage.kubernetes.seed(names[4], SECRET, {"auths": {registry.host: {"auth": "QVdTOng="}}}, "ecr-secret")
    stage.forget_requests()
    findings = look(stage, *named, image(registry))
    told = [one["text"] for one in findings if one["step"] == "rights"]
    assert told == [f"{name}: all that a refresh needs is allowed" for name in names]
    (other,) = [one for one in findings if "is not the same as in" in one["text"]]
    assert other["text"].startswith(f"{names[4]}/{SECRET} ") and other["mark"] == "note"


OTHERS = {
    # a further key, the options, and whether a refresh by them would stop at it
    "a mirror": ("mirror.example.com", (), True),
    "ECR that may be named": ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", (), False),
    "ECR that is not named": ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", ("--registry",), True),
    "a path in ECR": ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/team", (), True),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_a_refresh_would_stop_at(stage, registry, everything, name):
    key, options, stops = OTHERS[name]
    held = stage.docker_config()
    held["auths"][key] = {"auth": "QVdTOng="}
    stage.kubernetes.seed(NAMESPACE, SECRET, held, manager="ecr-secret")
    named = [part for one in options for part in (one, registry.host)]
    findings = look(stage, "--any-host", *named, image(registry))
    told = [one for one in findings if one["text"].startswith(f"entry {key} is ")]
    assert [one["mark"] for one in told] == ["note"] * stops


def test_a_missing_entry_beside_others_wants_a_merge(stage, registry, everything):
    others = {"auths": {"mirror.example.com": {"auth": "QVdTOng="}}}
    stage.kubernetes.seed(NAMESPACE, SECRET, others, manager="ecr-secret")
    findings = look(stage, "--any-host", image(registry), code=69)
    missing, *_ = bad(findings)
    assert "holds no entry" in missing["text"] and "--merge" in missing["remedy"]


def test_a_spoilt_entry_of_our_own_mirror_is_mended_by_a_refresh(stage, registry, everything):
    spoilt = {"auths": {registry.host: {"auth": "no base64"}}}
    stage.kubernetes.seed(NAMESPACE, SECRET, spoilt, manager="ecr-secret")
    findings = look(stage, "--any-host", image(registry), code=69)
    assert {one["remedy"][:22] for one in bad(findings)} == {"run ecr-secret refresh"}
