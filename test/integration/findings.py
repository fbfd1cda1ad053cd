"""What `ecr-secret check --output json` prints, after all that holds for every run."""

import json

from standin.kubernetes_api import APPLY

REPOSITORY = "team/app"
STEPS = (
    "configuration",
    "credentials",
    "identity",
    "clock",
    "endpoints",
    "token",
    "cluster",
    "rights",
    "secret",
    "users",
    "cronjob",
    "image",
)
CODES = {
    "usage": 64,
    "refused": 69,
    "system": 71,
    "try again": 75,
    "protocol": 76,
    "denied": 77,
    "configuration": 78,
}


def read(outcome):
    """A run's findings."""
    document = json.loads(outcome.stdout)
    findings = document["findings"]
    assert document["exitCode"] == outcome.code, outcome.stderr
    assert {one["mark"] for one in findings} <= {"ok", "note", "warning", "failed"}
    mute = [one for one in findings if one["mark"] != "ok" and not one.get("remedy")]
    assert not mute, "a finding without a remedy"
    steps = dict.fromkeys(one["step"] for one in findings)  # some come once a namespace
    assert list(steps) == [step for step in STEPS if step in steps], "not in the order of the way"
    failed = [one for one in findings if one["mark"] == "failed"]
    assert [one for one in findings if "kind" in one] == failed
    assert outcome.code == (CODES[failed[0]["kind"]] if failed else 0)
    return findings


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
