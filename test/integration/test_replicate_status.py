"""replicate --status and --wait, and --list-unreplicated: what has been copied."""

import json
import time

import pytest

from standin import faults
from standin.clock import rfc3339
from standin.ecr_registries import (
    COMPLETE,
    DESCRIBE,
    FAILED,
    IMAGES,
    IN_PROGRESS,
    REPOSITORIES,
    STATUS,
)
from standin.server import FOREVER
from standin.world import ACCOUNT, REGION

OTHER = "444455556666"
WEST = "eu-west-1"
THERE = f"{OTHER}/{WEST}"
HERE = f"{ACCOUNT}/{WEST}"
TEAM = {"filter": "team/", "filterType": "PREFIX_MATCH"}
IMAGE = "team/app:1.2"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
DENIED = faults.aws_error("AccessDeniedException", "User is not authorized to do that")


def rule(*targets, **members):
    ends = [dict(zip(("registryId", "region"), one.split("/"))) for one in targets]
    return {"destinations": ends, **members}


@pytest.fixture
def source(registries):
    made = registries.registry(ACCOUNT, REGION)
    made.configuration = {"rules": [rule(THERE)]}
    return made


def looks(registries):
    return len(registries.arrived(STATUS))


# --- Without a wait --------------------------------------------------------------


def test_a_copy_is_complete(source, replicate):
    source.push("team/app", "1.2", statuses=[(THERE, COMPLETE)])
    outcome = replicate("--status", IMAGE)
    assert (outcome.stdout, outcome.stderr) == (f"{IMAGE} -> {THERE}: complete\n", "")


def test_an_image_is_named_by_its_digest_or_with_its_host(source, replicate):
    digest = source.push("team/app", "1.2", statuses=[(THERE, COMPLETE)])
    for name in (f"team/app@{digest}", f"{HOST}/{IMAGE}", f"{HOST}/team/app@{digest}"):
        assert replicate("--status", name).stdout == f"{name} -> {THERE}: complete\n"


def test_the_host_says_the_region(registries, replicate):
    far = registries.registry(ACCOUNT, "us-west-2")
    far.configuration = {"rules": [rule(THERE)]}
    far.push("team/app", "1.2", statuses=[(THERE, COMPLETE)])
    replicate("--status", f"{ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com/{IMAGE}")


def test_a_copy_in_progress_is_worth_another_try(registries, source, replicate):
    source.push("team/app", "1.2", statuses=[(THERE, IN_PROGRESS)])
    outcome = replicate("--status", IMAGE, code=75)
    assert outcome.stdout == f"{IMAGE} -> {THERE}: in progress\n"
    assert outcome.last_line == f"error: {IMAGE} -> {THERE}: in progress; --wait 10m waits for it"
    assert looks(registries) == 1


def test_a_failed_copy_is_explained(source, replicate):
    source.push("team/app", "1.2", statuses=[(THERE, f"{FAILED} AccessDenied"), (HERE, COMPLETE)])
    outcome = replicate("--status", IMAGE, code=69)
    says = f"{IMAGE} -> {THERE}: failed: AccessDenied: the destination's registry policy"
    assert outcome.stdout.startswith(says)
    assert f"{IMAGE} -> {HERE}: complete\n" in outcome.stdout
    assert outcome.last_line.startswith(f"error: {IMAGE} -> {THERE}: failed; AccessDenied: ")


def test_a_code_that_nobody_knows_is_told_as_it_is(source, replicate):
    source.push("team/app", "1.2", statuses=[(THERE, f"{FAILED} SomethingNew")])
    assert "failed; SomethingNew: " in replicate("--status", IMAGE, code=69).last_line


def test_a_status_that_nobody_knows_is_no_end(registries, source, replicate):
    def newer(answer):
        answer["replicationStatuses"][0]["status"] = "QUEUED"

    source.push("team/app", "1.2", statuses=[(THERE, COMPLETE)])
    registries.misbehave(STATUS, faults.change_answer(newer))
    replicate("--status", IMAGE, code=75)


def test_as_json(source, replicate):
    source.push("team/app", "1.2", statuses=[(THERE, f"{FAILED} X"), (HERE, COMPLETE)])
    failed, complete = json.loads(replicate("--status", IMAGE, "--output", "json", code=69).stdout)
    assert complete == {
        "image": IMAGE,
        "registryId": ACCOUNT,
        "region": WEST,
        "status": "COMPLETE",
    }
    assert (failed["status"], failed["failureCode"]) == ("FAILED", "X")
    assert failed["reason"].startswith("X: ")


# --- Images that are not copied -----------------------------------------------------


def test_an_image_that_is_older_than_the_rule_is_explained(source, replicate):
    source.push("team/app", "1.2", at="2026-01-02T03:04:05Z")
    outcome = replicate("--status", IMAGE, "--wait", "1m", code=69)
    says = f"{IMAGE} -> {THERE}: not copied: a rule of {ACCOUNT} copies it to {THERE}, but it was"
    assert outcome.stdout.startswith(f"{says} pushed at 2026-01-02T03:04:05Z, before that rule")
    assert outcome.seconds < 5, "there is nothing to wait for"


def test_a_destination_that_came_later_is_missing(source, replicate):
    source.configuration = {"rules": [rule(THERE), rule(HERE, repositoryFilters=[TEAM])]}
    source.push("team/app", "1.2", statuses=[(THERE, COMPLETE)])
    outcome = replicate("--status", IMAGE, code=69)
    assert outcome.last_line.startswith(f"error: {IMAGE} -> {HERE}: not copied; a rule of")


def test_a_new_image_may_not_have_begun(source, replicate):
    source.push("team/app", "1.2", at=rfc3339(time.time() - 60))
    assert "in progress" in replicate("--status", IMAGE, code=75).stdout


def test_a_repository_that_no_rule_copies_is_explained(source, replicate):
    source.configuration = {"rules": [rule(THERE, repositoryFilters=[TEAM])]}
    source.push("other", "1")
    said = replicate("--status", "other:1", "--wait", "1m", code=69).last_line
    assert f"other:1: ECR knows of no copy of it; no rule of {ACCOUNT}/{REGION} is for" in said
    assert "ecr-secret replicate --to ... --prefix other" in said


def test_what_is_not_in_the_source_is_refused(source, replicate):
    source.push("team/app", "1.2")
    for name, code in (("team/app:2", "ImageNotFound"), ("none:1", "RepositoryNotFound")):
        said = replicate("--status", name, "--wait", "1m", code=69).last_line
        assert f"error: {name}: ecr: {REGION}: {STATUS}: AWS answered 400 {code}" in said


def test_without_the_right_to_see_rules_ecr_is_believed(registries, source, replicate):
    registries.misbehave(DESCRIBE, DENIED, FOREVER)
    source.push("team/app", "1.2", statuses=[(THERE, COMPLETE)])
    outcome = replicate("--status", IMAGE)
    assert "only copies that ECR knows of are seen" in outcome.lines[0]


def test_without_the_right_to_see_images_the_age_is_not_told(registries, source, replicate):
    registries.misbehave(IMAGES, DENIED, FOREVER)
    source.push("team/app", "1.2")
    said = replicate("--status", IMAGE, code=69).last_line
    assert "it was pushed before that rule was made" in said


# --- Waiting -------------------------------------------------------------------------


def test_a_wait_ends_when_all_are_complete(registries, source, replicate):
    slow = [(THERE, IN_PROGRESS, IN_PROGRESS, COMPLETE), (HERE, COMPLETE)]
    source.push("team/app", "1.2", statuses=slow)
    source.push("base", "1", statuses=[(THERE, COMPLETE)])
    outcome = replicate("--status", IMAGE, "--status", "base:1", "--wait", "1m")
    assert outcome.stdout.count(": complete\n") == 3
    assert looks(registries) == 4, "what is complete is not asked for again"
    assert outcome.stderr == "" and outcome.seconds < 10


def test_a_wait_ends_at_the_first_failure(source, replicate):
    source.push("team/app", "1.2", statuses=[(THERE, IN_PROGRESS, FAILED), (HERE, IN_PROGRESS)])
    outcome = replicate("--status", IMAGE, "--wait", "1m", code=69)
    assert f"{HERE}: in progress" in outcome.stdout and outcome.seconds < 10


def test_a_wait_ends_at_its_limit(registries, source, replicate):
    source.push("team/app", "1.2", statuses=[(THERE, IN_PROGRESS)])
    outcome = replicate("--status", IMAGE, "--wait", "2s", code=75)
    assert outcome.last_line.endswith("in progress; the wait of 2 s is over")
    assert 1.9 < outcome.seconds < 4
    assert 2 < looks(registries) < 9


def test_the_wait_comes_on_top_of_the_timeout(source, replicate):
    source.push("team/app", "1.2", statuses=[(THERE, *[IN_PROGRESS] * 3, COMPLETE)])
    replicate("--status", IMAGE, "--timeout", "1s", "--wait", "1m")


def test_trouble_on_the_way_is_no_end(registries, source, replicate):
    statuses = [(THERE, IN_PROGRESS, COMPLETE)]
    source.push("team/app", "1.2", statuses=statuses)
    done = []

    def trouble_later(request):
        done.append(request)
        return 1 < len(done) < 12

    registries.misbehave(STATUS, faults.hang_up, FOREVER, when=trouble_later)
    replicate("--status", IMAGE, "--wait", "25s")
    assert looks(registries) > 11


def test_a_signal_ends_a_wait(stage, registries, source):
    source.push("team/app", "1.2", statuses=[(THERE, IN_PROGRESS)])
    environment = {**stage.outside(), "AWS_ENDPOINT_URL_ECR": registries.url}
    since = time.monotonic()
    process = stage.start("replicate", "--status", IMAGE, "--wait", "1m", environment=environment)
    assert registries.wait_for(STATUS, 2)
    process.terminate()
    assert stage.finish(process, since).code == 128 + 15


def test_a_terminal_shows_how_far_it_is(stage, registries, source):
    source.push("team/app", "1.2", statuses=[(THERE, IN_PROGRESS, COMPLETE), (HERE, COMPLETE)])
    environment = {**stage.outside(), "AWS_ENDPOINT_URL_ECR": registries.url}
    arguments = ("replicate", "--status", IMAGE, "--wait", "1m")
    with stage.at_terminal(*arguments, environment=environment, streams=("stderr",)) as terminal:
        terminal.wait_for("1 of 2 copies complete")
        outcome = terminal.finish()
    assert outcome.code == 0
    assert outcome.screen.endswith("\r\033[K"), "the line is taken away"


# --- What was never copied -------------------------------------------------------------


def test_images_that_were_not_copied_are_listed(registries, source, replicate):
    source.configuration = {"rules": [rule(THERE), rule(HERE, repositoryFilters=[TEAM])]}
    source.push("team/app", "1", at="2026-01-01T00:00:00Z")
    source.push("team/app", "2", "latest", statuses=[(THERE, COMPLETE), (HERE, COMPLETE)])
    source.push("team/app", "3", statuses=[(THERE, COMPLETE), (HERE, FAILED)])
    source.push("team/app")  # nobody deploys by no tag
    source.push("base", "1", statuses=[(THERE, IN_PROGRESS)])
    source.push("old", "1", at="2025-01-01T00:00:00Z")
    assert replicate("--list-unreplicated").stdout.splitlines() == [
        f"old:1, pushed 2025-01-01T00:00:00Z: not in {THERE}",
        f"team/app:1, pushed 2026-01-01T00:00:00Z: not in {THERE} {HERE}",
        f"team/app:3, pushed 2026-10-01T00:00:00Z: not in {HERE}",
    ]
    (old, *_) = json.loads(replicate("--list-unreplicated", "--output", "json").stdout)
    assert (old["image"], old["missing"]) == ("old:1", [THERE])


def test_a_repository_that_no_rule_copies_is_not_looked_at(registries, source, replicate):
    source.configuration = {"rules": [rule(THERE, repositoryFilters=[TEAM])]}
    source.push("other", "1")
    outcome = replicate("--list-unreplicated")
    assert outcome.stdout == "" and "all tagged images are where" in outcome.last_line
    assert not registries.arrived(IMAGES)


def test_many_images_are_asked_for_at_once(registries, source, replicate):
    for number in range(40):
        statuses = [(THERE, COMPLETE)] if number % 2 else []
        source.push("app", f"{number}", statuses=statuses)
    lines = replicate("--list-unreplicated").stdout.splitlines()
    assert [line.partition(",")[0] for line in lines] == [f"app:{n}" for n in range(0, 40, 2)]


def test_an_image_that_is_deleted_meanwhile_is_none(registries, source, replicate):
    source.push("app", "1")
    gone = faults.aws_error("ImageNotFoundException", "The image does not exist")
    registries.misbehave(STATUS, gone)
    assert replicate("--list-unreplicated").stdout == ""


@pytest.mark.parametrize("action", [REPOSITORIES, IMAGES, STATUS])
def test_a_list_that_would_be_incomplete_is_an_error(registries, source, replicate, action):
    source.push("app", "1")
    registries.misbehave(action, DENIED, FOREVER)
    assert f"{action}: AWS answered 400 AccessDenied" in replicate(
        "--list-unreplicated", code=77
    ).last_line
