"""What `ecr-secret check --output json` prints, after all that holds for every run."""

import json

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
