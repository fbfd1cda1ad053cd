"""`ecr-secret check` in a real cluster: each trap is built, and must be named with its remedy."""

import json

import pytest

import scenarios_aws
import scenarios_cluster
import scenarios_image
from admin import Admin
from amazon_ecr import PRIVATE
from findings import read
from moto_aws import TOKEN_STATEMENT
from scene import Scene

SCENARIOS = {
    f"{module.__name__.removeprefix('scenarios_')}: {name}": scenario
    for module in (scenarios_aws, scenarios_cluster, scenarios_image)
    for name, scenario in module.SCENARIOS.items()
}
READS = {"get", "list"}
REVIEWS = {"selfsubjectaccessreviews", "selfsubjectreviews"}


@pytest.fixture(scope="module")
def admin(cluster):
    made = Admin(cluster)
    yield made
    made.close()


@pytest.fixture
def scene(aws, cluster, own_cluster, admin, ecr, tmp_path, request):
    aws.settle_in(tmp_path)
    aws.cluster = cluster
    made = Scene(aws, admin, ecr, request.getfixturevalue)
    yield made
    made.close()
    assert not aws.defects()


def check(scene):
    """A run's findings and exit code, after all that holds for every run."""
    outcome = scene.run("--output", "json")
    findings = read(outcome)
    assert not scene.ecr.written_to()
    seen = scene.pod.cluster.audited(scene.pod.user_name)
    wrote = [one for one in seen if one[0] not in READS and one[1] not in REVIEWS]
    assert not wrote, "more than questions were asked"
    return outcome.code, findings


def test_none_of_it_is_said_where_all_is_well(scene):
    """So each finding below comes of what its scenario changes."""
    scene.enter()
    code, findings = check(scene)
    assert code == 0 and {one["mark"] for one in findings} <= {"ok", "note"}
    traps = {name: one for name, one in SCENARIOS.items() if one.mark != "ok"}
    said = [name for name, one in traps.items() if one.finding(findings)]
    assert not said and len(traps) >= 40


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_check_names(scene, scenario):
    scenario.set_up(scene)
    scene.enter()
    code, findings = check(scene)
    shown = json.dumps(findings, indent=1)
    found = scenario.finding(findings)
    assert found, f"no such {scenario.step}, {scenario.mark}: {scenario.says}\n{shown}"
    assert code == scenario.code, shown


def statement_in(remedy):
    """The policy statement that a remedy shows."""
    return json.JSONDecoder().raw_decode(remedy, remedy.index('{"'))[0]


def refused(scene):
    """The remedy of an image that may not be pulled."""
    scene.enter()
    code, findings = check(scene)
    assert code == 77
    return next(one["remedy"] for one in findings if one["mark"] == "failed")


@pytest.fixture
def once_more(scene):
    """Checks again, with moto's policies as they are now, and puts these back at the end."""

    def again():
        scene.ecr.judge.forget()
        scene.ecr.moto.judge()
        assert check(scene)[0] == 0

    yield again
    scene.ecr.set_policies()


def test_the_repository_policy_of_the_remedy_is_enough(scene, once_more):
    scenarios_image.of_another_account(PRIVATE)(scene)
    scene.ecr.allow(PRIVATE, **statement_in(refused(scene)))
    once_more()


def test_the_identity_policy_of_the_remedy_is_enough(scene, once_more):
    scenarios_image.with_keys_for_tokens_only(scene)
    statement = statement_in(refused(scene))
    scene.ecr.moto.allow_user("token-only", TOKEN_STATEMENT, statement)
    once_more()
