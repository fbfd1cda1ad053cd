"""Shared config and credentials files: which profile is used, and when."""

import pytest

from standin.world import REGION


@pytest.fixture
def files(stage, tmp_path):
    """Puts text into the two files, and gives the variables that name them."""

    def put(credentials="", config=""):
        paths = {}
        for name, text in (("CONFIG_FILE", config), ("SHARED_CREDENTIALS_FILE", credentials)):
            path = tmp_path / name.lower()
            path.write_text(text)
            paths["AWS_" + name] = str(path)
        return {**stage.without_keys(), **paths}

    return put


@pytest.fixture
def keys(stage):
    """The lines of a profile whose key the stand-in of ECR knows, and its key id."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    found = {name: stage.environment[name] for name in names}
    token = stage.environment.get("AWS_SESSION_TOKEN")
    if token:
        found["AWS_SESSION_TOKEN"] = token
    return "".join(f"{name.lower()} = {value}\n" for name, value in found.items())


def test_the_default_profile_is_used_when_nothing_else_is_set(stage, files, keys):
    assert stage.run(environment=files("[default]\n" + keys)).code == 0


@pytest.mark.parametrize("how", ["option", "variable"])
def test_a_profile_is_chosen_by_name(stage, files, keys, how):
    given = files("[default]\naws_access_key_id=AKIANOBODY\naws_secret_access_key=x\n[team]\n" + keys)
    if how == "option":
        outcome = stage.run("--profile", "team", environment=given)
    else:
        outcome = stage.run(environment={**given, "AWS_PROFILE": "team"})
    assert outcome.code == 0, outcome.stderr


def test_a_profiles_keys_may_stand_in_the_config_file(stage, files, keys):
    given = files(config="[profile team]\n" + keys)
    assert stage.run("--profile", "team", environment=given).code == 0


def test_a_profiles_region_is_used(stage, files, keys):
    given = files("[default]\n" + keys, "[default]\nregion = ap-south-1\n")
    given.pop("AWS_REGION")
    assert stage.run(environment=given).code == 0
    assert set(stage.ecr.passwords) == {"ap-south-1"}


def test_the_environments_region_beats_the_profiles(stage, files, keys):
    given = files("[default]\n" + keys, "[default]\nregion = ap-south-1\n")
    assert stage.run(environment=given).code == 0
    assert set(stage.ecr.passwords) == {REGION}


WRONG_KEYS = {"AWS_ACCESS_KEY_ID": "AKIANOBODY", "AWS_SECRET_ACCESS_KEY": "wrong"}


def test_an_explicit_profile_beats_the_environments_keys_and_aws_profile_does_not(
    stage, files, keys
):
    given = {**files("[team]\n" + keys), **WRONG_KEYS}
    given.pop("AWS_SESSION_TOKEN", None)
    assert stage.run("--profile", "team", environment=given).code == 0
    assert stage.run(environment={**given, "AWS_PROFILE": "team"}).code == 77


REFUSED = {
    "a profile that is not there": ("[default]\n", "", "team"),
    "half a key": ("[team]\naws_access_key_id = AKIA\n", "", "aws_secret_access_key"),
    "a key of two lines": (
        "[team]\naws_access_key_id = AK\n  IA\naws_secret_access_key = x\n",
        "",
        "aws_access_key_id: has a control character",
    ),
    "a file that can't be parsed": ("[team\n", "", "must end with ']'"),
    "a region that can't be": ("[team]\n%s", "[profile team]\nregion = A B\n", "region"),
}


@pytest.mark.parametrize("credentials, config, words", REFUSED.values(), ids=REFUSED)
def test_what_a_profile_lacks_is_78_and_named(stage, files, keys, credentials, config, words):
    given = files(credentials.replace("%s", keys), config)
    given.pop("AWS_REGION")
    with stage.secret_stays():
        outcome = stage.run("--profile", "team", environment=given)
    assert outcome.code == 78, outcome.stderr
    assert words in outcome.last_line
    assert not stage.ecr.requests


def test_the_sources_that_were_tried_name_the_profile(stage, files):
    outcome = stage.run(environment=files())
    assert outcome.code == 78
    assert 'profile: no profile "default" in the shared files' in outcome.last_line
