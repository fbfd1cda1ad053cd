"""ecr-secret check, where servers are silent, busy or not there: what it says, and that it goes on."""

import json

import pytest

from findings import REPOSITORY, bad, image, look, read
from standin import faults
from standin.ecr import registry_host
from standin.server import FOREVER
from standin.world import NAMESPACE, REGION, REGISTRY, SECRET, without

OTHER = registry_host("444455556666", REGION)


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
    assert "reached from here" in failed[-1]["remedy"]
    named = ("--registry", REGISTRY, "--registry", f"{OTHER},role=arn:aws:iam::444455556666:role/x")
    failed = bad(look(stage, *named, code=code, environment=silent))
    assert len([one for one in failed if one["step"] == "endpoints"]) == 1
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


def test_of_storage_no_password_is_shown(stage, registry, everything):
    where = faults.redirect_to("https://user:hunter2@127.0.0.1:9/layer?X-Amz-Signature=0123")
    registry.misbehave("GET blob", where, FOREVER)
    (new,) = bad(look(stage, "--any-host", image(registry), code=78))
    assert new["text"].endswith("not a usable URL: https://127.0.0.1:9/layer")


UNMATCHED = {
    # --namespace, and whether anything is left
    "all": ("none-*", False),
    "one of two": (f"{NAMESPACE},none-*", True),
}


@pytest.mark.parametrize("name", UNMATCHED)
def test_a_glob_that_matches_no_namespace_is_told(stage, registry, everything, name):
    named, is_more = UNMATCHED[name]
    stage.kubernetes.allow_everywhere(SECRET)
    findings = look(stage, "--any-host", "--namespace", named, image(registry), code=69)
    failed, *more = bad(findings)
    assert failed["step"] == "cluster" and 'no namespace matches "none-*"' in failed["text"]
    assert not more and is_more == any(one["step"] == "secret" for one in findings)


def test_eks_is_not_asked_without_credentials(stage, registry):
    home = without(stage.outside(), "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    named = ("--eks-cluster", "prod", "--namespace", NAMESPACE, "--any-host", image(registry))
    findings = look(stage, *named, code=78, environment=home)
    assert [one["step"] for one in bad(findings)] == ["credentials"]
    (cluster,) = [one for one in findings if one["step"] == "cluster"]
    assert cluster["mark"] == "note" and "no credentials" in cluster["text"]


def test_eks_that_is_silent_is_named(stage, registry, monkeypatch):
    monkeypatch.setattr(stage.eks, "receive", faults.never_answer)
    named = ("--eks-cluster", "prod", "--namespace", NAMESPACE, "--timeout", "6s", "--any-host")
    findings = look(stage, *named, image(registry), code=75, environment=stage.outside())
    (failed,) = bad(findings)
    assert failed["step"] == "cluster" and "reached from here" in failed["remedy"]
    assert findings[-1]["text"].endswith("can be pulled")


NAMELESS = {
    "an index without manifests": {"schemaVersion": 2, "manifests": []},
    "a manifest without layers": {"schemaVersion": 2, "layers": []},
}


@pytest.mark.parametrize("name", NAMELESS)
def test_a_manifest_that_names_nothing_can_not_be_pulled(stage, registry, everything, name):
    answer = faults.reply(200, json.dumps(NAMELESS[name]))
    registry.misbehave("GET manifest", answer, FOREVER)
    (failed,) = bad(look(stage, "--any-host", image(registry), code=76))
    assert "names nothing that could be pulled" in failed["text"]


def test_what_has_nothing_to_do_with_the_password_is_said_once(stage, registry, everything):
    absent = image(registry, f"{REPOSITORY}:none")
    findings = look(stage, "--any-host", absent, code=69)
    (failed,) = bad(findings)
    assert "answered 404" in failed["text"]
    (same,) = [one for one in findings if one["text"].endswith("the same with the Secret's password")]
    assert same["mark"] == "note"


def test_registries_and_ecr_are_knocked_at_without_a_password(stage, registry, everything):
    look(stage, "--any-host", image(registry))
    pings = [one for one in registry.requests if one.path == "/v2/"]
    assert len(pings) == 2, "one for each way to ask"
    knocks = [one for one in stage.ecr.requests if one.method == "GET"]
    assert len(knocks) == 1
    assert not any(one.header("Authorization") for one in pings + knocks)
