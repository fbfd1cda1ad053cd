"""Our reading of AWS's shared files against botocore's, on pairs of files that nobody wrote."""

import dataclasses
import os
import re
import shutil

import pytest

from botocore_oracle import Oracle
from profile_files import Maker, process_of
from standin.home import Home
from standin.signature import AUTHORIZATION
from standin.world import ACCOUNT, REGION, ROLE_ARN, keys_of, profile_keys, without

PAIRS = 8
CODES = {69, 75, 76, 77, 78}
OUR_NAMES = re.compile(r"ecr-secret|botocore-session-\d+")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def oracle(home):
    botocore = Oracle(home)
    yield botocore
    botocore.close()


def settle(stage, home, directory):
    """A new world, in the home directory that both sides know."""
    directory.mkdir()
    stage.settle_in(directory)
    shutil.rmtree(home / ".aws", ignore_errors=True)
    stage.home = Home(home, stage.canaries)
    stage.environment["HOME"] = str(home)


def key_of(request):
    """The access key with which a request was signed, None if it wasn't."""
    claim = AUTHORIZATION.fullmatch(request.header("Authorization") or "")
    return claim and claim["access_key"]


def signer(stage, request):
    """Who signed a request: a role of theirs, else the ARN."""
    return whose(stage, key_of(request))


def whose(stage, access_key):
    """An identity, a session of it being as good as another."""
    identity = access_key and stage.identities.find(access_key)
    return identity and (identity.role_arn or identity.arn)


def sessions(stage):
    """What STS was asked for, by whom and how."""
    asked = []
    for request in stage.sts.requests:
        form = without(request.form, "Action", "Version", "WebIdentityToken")
        form["RoleSessionName"] = OUR_NAMES.sub("ours", form["RoleSessionName"])
        asked.append((request.form["Action"], signer(stage, request), form))
    return asked


def by_botocore(stage, oracle, environment, profile):
    """What botocore finds, and whom it asked on the way."""
    found = oracle.ask(environment, profile)
    seen = sessions(stage), len(stage.sso.requests)
    forget(stage)
    return found, seen


def by_us(stage, environment, profile):
    """How our run ended, and whom it asked on the way."""
    chosen = ("--profile", profile) if profile else ()
    outcome = stage.run("--force", *chosen, environment=environment)
    seen = sessions(stage), len(stage.sso.requests)
    return outcome, seen


def forget(stage):
    stage.forget_requests()
    stage.ecr.passwords.clear()


def compare(stage, oracle, environment, profile):
    """Both look at the same files; returns whether botocore found something."""
    forget(stage)
    theirs, they_asked = by_botocore(stage, oracle, environment, profile)
    ours, we_asked = by_us(stage, environment, profile)
    context = f"botocore: {theirs}\nwe: {ours.code} {ours.stderr}"
    region = theirs["region"]
    if theirs["keys"] is None or region is None:
        assert ours.code in CODES, context
        assert not stage.ecr.requests, context
        return False
    access_key, *others = theirs["keys"]
    expected = stage.identities.find(access_key)
    is_whole = others == [expected.secret_key, expected.session_token]
    assert ours.code == (0 if is_whole else 77), context
    assert {signer(stage, one) for one in stage.ecr.requests} == {whose(stage, access_key)}, context
    assert set(stage.ecr.passwords) == ({region} if is_whole else set()), context
    assert we_asked == they_asked, context
    return True


def choices(pair):
    """Each profile by its name; one by the variable, and whatever is found without any."""
    yield from ((name, {}) for name in pair.names)
    yield None, {"AWS_PROFILE": pair.names[0]}
    yield None, {}


@pytest.mark.parametrize("seed", range(int(os.environ.get("ECR_SECRET_SEEDS", 8))))
def test_both_find_the_same_in_files_made_up_from(stage, oracle, home, tmp_path, seed):
    found = tried = 0
    for number in range(PAIRS):
        settle(stage, home, tmp_path / str(number))
        pair = Maker(stage, f"{seed}-{number}").pair()
        stage.home.write_shared_files(pair.credentials, pair.config)
        base = {**without(stage.without_keys(), "AWS_REGION"), **pair.variables}
        for profile, more in choices(pair):
            tried += 1
            try:
                found += compare(stage, oracle, {**base, **more}, profile)
            except AssertionError as error:
                chosen = f"profile {profile}, {more}"
                raise AssertionError(f"seed {seed}-{number}, {chosen}\n{pair}\n{error}") from None
    assert 0 < found < tried, "none of it is good, or all of it"


@dataclasses.dataclass(frozen=True)
class Difference:
    """Files, of which {user}, {other}, {old} are somebody's keys; and who is found in a profile."""

    theirs: str | None
    ours: str | None
    config: str = ""
    credentials: str = ""
    profile: str = "p"


ROLE = "role_arn = {role}\nsource_profile = base\n"
BASE = "[base]\n{user}"
SSO = "sso_account_id = 111122223333\nsso_role_name = x\n"
# Where we mean to differ, by the SDKs' reference guide or for the reason given here. Two more are
# about the region: botocore reads neither AWS_REGION nor the metadata service for it.
DIFFERENCES = {
    # What the guide says of the files, and botocore, which reads them as Python's INI, doesn't do:
    "a comment may follow a value": Difference(
        None, "role", "[profile p]\n" + ROLE.replace("}", "} # of theirs"), BASE
    ),
    "spaces in brackets are nothing": Difference(None, "user", "[ profile p ]\n{user}"),
    "a section may be there twice": Difference(
        None, "user", "[profile p]\nregion = eu-west-1\n[profile p]\n{user}"
    ),
    "a key may be there twice": Difference(
        None, "user", "[profile p]\noutput = x\noutput = y\n{user}"
    ),
    "[profile default] hides [default]": Difference(
        "other", "user", "[profile default]\n{user}[default]\n{other}", profile="default"
    ),
    "only = separates": Difference("user", None, "[profile p]\noutput: json\n{user}"),
    "a first line can't be a continuation": Difference(
        "user", None, "[profile p]\n output=x\n{user}"
    ),
    "names have no quotes": Difference("user", None, '[profile "p"]\n{user}'),
    # What costs nothing and can't be meant otherwise:
    "a byte order mark is no part of a section": Difference(
        None, "user", "\ufeff[profile p]\n{user}"
    ),
    "comments may be in any encoding": Difference(None, "user", "[profile p]\n# \udce4\n{user}"),
    "a credential_source's case is nothing": Difference(
        None, "role", "[profile p]\nrole_arn = {role}\ncredential_source = environment\n"
    ),
    "what is empty is not set": Difference(None, "user", "[profile p]\nrole_arn =\n{user}"),
    "an own source may be more than keys": Difference(
        None,
        "role",
        "[profile p]\nrole_arn = {role}\nsource_profile = p\ncredential_process = {process}\n",
    ),
    "SSO that isn't used needs no session": Difference(
        None, "role", "[profile p]\n" + ROLE + "sso_session = gone\n" + SSO, BASE
    ),
    # What is a mistake must not be passed over, and who asks must not change by it:
    "half a key is not the pod's own identity": Difference(
        "pod", None, credentials="[p]\naws_secret_access_key = x\n"
    ),
    "a duration that is no number is not the usual one": Difference(
        "role", None, "[profile p]\nduration_seconds = 1h\n" + ROLE, BASE
    ),
    # What only the old boto wrote:
    "a session token has one name": Difference("old", None, credentials="[p]\n{old}"),
}


@pytest.fixture
def cast(stage, home, tmp_path):
    """Everybody whom the table names, and the text that stands for them in the files."""
    settle(stage, home, tmp_path / "world")
    stage.environment.update(keys_of(stage.user), AWS_DEFAULT_REGION=REGION, **stage.pod_identity())
    people = {
        "user": stage.user,
        "other": stage.identities.add_user(ACCOUNT, "other"),
        "old": stage.identities.add_session(ACCOUNT, "old"),
        "pod": stage.container.identity,
    }
    texts = {"{" + name + "}": settings(identity) for name, identity in people.items()}
    texts["{old}"] = texts["{old}"].replace("session", "security")
    texts["{role}"] = stage.sts.add_role(ROLE_ARN, [f"arn:aws:iam::{ACCOUNT}:root"])
    texts["{process}"] = f"cat {process_of(stage.user, tmp_path / 'process')}"
    return people, texts


def settings(identity):
    return "".join(f"{key} = {value}\n" for key, value in profile_keys(identity).items())


def filled(template, texts):
    for mark, text in texts.items():
        template = template.replace(mark, text)
    return template.encode(errors="surrogateescape")


def found(stage, people, access_key):
    """The name in the table of who has this key."""
    arn = whose(stage, access_key)
    names = {identity.role_arn or identity.arn: name for name, identity in people.items()}
    return {**names, ROLE_ARN: "role", None: None}[arn]


@pytest.mark.parametrize("case", DIFFERENCES.values(), ids=DIFFERENCES)
def test_unlike_botocore_we_say(stage, oracle, cast, case):
    people, texts = cast
    stage.home.config.parent.mkdir()
    stage.home.config.write_bytes(filled(case.config, texts))
    stage.home.credentials.write_bytes(filled(case.credentials, texts))
    theirs, _ = by_botocore(stage, oracle, stage.environment, case.profile)
    ours, _ = by_us(stage, stage.environment, case.profile)
    assert found(stage, people, theirs["keys"] and theirs["keys"][0]) == case.theirs, theirs
    if case.ours is None:
        assert ours.code in CODES and not stage.ecr.passwords, ours.stderr
    else:
        assert ours.code == 0, ours.stderr
        (key,) = {key_of(request) for request in stage.ecr.requests}
        assert found(stage, people, key) == case.ours


def test_unlike_botocore_we_look_for_a_profile_only_if_we_need_it(stage, oracle, cast):
    stage.environment["AWS_PROFILE"] = "nobody's"
    theirs, _ = by_botocore(stage, oracle, stage.environment, None)
    ours, _ = by_us(stage, stage.environment, None)
    assert theirs["error"].startswith("ProfileNotFound") and ours.code == 0, ours.stderr
