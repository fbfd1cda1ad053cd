"""A profile's credential_process: how it is run, and what it may print."""

import json
import os
import time

import pytest

from harness import eventually
from standin.clock import rfc3339
from standin.world import profile_keys
from test_credentials import signer


def document_of(identity, **members):
    """What a process prints for an identity; None takes a member away."""
    document = {
        "Version": 1,
        "AccessKeyId": identity.access_key,
        "SecretAccessKey": identity.secret_key,
        "SessionToken": identity.session_token,
        **members,
    }
    return {name: value for name, value in document.items() if value is not None}


@pytest.fixture
def process(stage):
    """Makes the profile "proc" run a script, by this line where %s is the script's path."""

    def write(script, line="%s"):
        path = stage.directory / "print credentials"
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)
        line = line.replace("%s", f'"{path}"')
        stage.home.write_shared_files(config={"profile proc": {"credential_process": line}})

    return write


@pytest.fixture
def printing(stage, process):
    """Makes the profile's process print a document, or text as it stands."""

    def write(document):
        text = document if isinstance(document, str) else json.dumps(document)
        path = stage.directory / "credentials.json"
        path.write_text(text)
        process(f'cat "{path}"\n')

    return write


def run(stage, *arguments, **variables):
    environment = {**stage.without_keys(), **variables}
    return stage.run("--profile", "proc", *arguments, environment=environment)


def test_long_lived_keys_of_a_process_are_used(stage, printing):
    printing(document_of(stage.user))
    outcome = run(stage)
    assert outcome.code == 0, outcome.stderr
    assert signer(stage) == stage.user


def test_a_session_of_a_process_is_used_while_it_lasts(stage, printing):
    session = stage.identities.add_session("111122223333")
    expiration = rfc3339(time.time() + 900)
    printing(document_of(session, Expiration=expiration, AccountId="111122223333"))
    outcome = run(stage)
    assert outcome.code == 0, outcome.stderr
    assert signer(stage) == session


def test_a_role_may_be_assumed_with_what_a_process_prints(stage, printing):
    role = stage.sts.add_role("arn:aws:iam::444455556666:role/puller", [stage.user.arn])
    printing(document_of(stage.user))
    with open(stage.home.config, "a") as file:
        file.write(f"[profile role]\nrole_arn = {role}\nsource_profile = proc\n")
    outcome = stage.run("--profile", "role", environment=stage.without_keys())
    assert outcome.code == 0, outcome.stderr
    assert signer(stage).role_arn == role


def test_keys_of_the_credentials_file_beat_a_process_and_those_of_the_config_file_do_not(
    stage, process
):
    process("exit 3\n")
    stage.home.write_shared_files({"proc": profile_keys(stage.user)})
    assert run(stage).code == 0
    (stage.directory / ".aws" / "credentials").unlink()
    with open(stage.home.config, "a") as file:
        file.writelines(f"{key} = {value}\n" for key, value in profile_keys(stage.user).items())
    assert run(stage).code == 78


def test_words_are_split_as_a_shell_does_but_there_is_no_shell(stage, process):
    words = stage.directory / "words"
    document = json.dumps(document_of(stage.user))
    process(
        f"""printf '%s\\n' "$@" > "{words}"\necho '{document}'\n""",
        """%s one 'two words' "three 'words' here" four\\ words $HOME *; true""",
    )
    outcome = run(stage)
    assert outcome.code == 0, outcome.stderr
    assert words.read_text().splitlines() == [
        "one",
        "two words",
        "three 'words' here",
        "four words",
        "$HOME",
        "*;",
        "true",
    ]


def test_a_process_sees_our_environment_and_no_input(stage, process):
    document = json.dumps(document_of(stage.user))
    process(f"""read line && exit 4\n[ "$TEAM" = kiwi ] || exit 5\necho '{document}'\n""")
    outcome = run(stage, TEAM="kiwi")
    assert outcome.code == 0, outcome.stderr


FAILED_RUNS = {
    # the script and the line of the profile; words of the error
    "a process that fails": (
        "echo one >&2; echo 'log in first' >&2; exit 3\n",
        "%s",
        ["credential_process", "log in first", "3"],
    ),
    "a process that is killed": ("kill -9 $$\n", "%s", ["credential_process"]),
    "a program that is not there": ("", "no-such-program --now", ["no-such-program"]),
    "a quote that is not closed": ("", "%s 'oh", ["credential_process"]),
}


@pytest.mark.parametrize("script, line, words", FAILED_RUNS.values(), ids=FAILED_RUNS)
def test_it_is_78_and_named(stage, process, script, line, words):
    process(script, line)
    with stage.secret_stays():
        outcome = run(stage)
    assert outcome.code == 78, outcome.stderr
    assert outcome.last_line.startswith('error: credentials: profile "proc": ')
    for word in words:
        assert word in outcome.last_line
    assert not stage.ecr.requests


BAD_DOCUMENTS = {
    # what is printed: made of a good document; words of the error
    "nothing": (lambda good: "", "not a JSON object"),
    "a greeting": (lambda good: "Welcome!\n" + json.dumps(good), "not a JSON object"),
    "a list": (lambda good: [good], "not a JSON object"),
    "half of it": (lambda good: json.dumps(good)[:-20], "not a JSON object"),
    "version 2": (
        lambda good: good | {"Version": 2},
        "Unsupported version '2' for credential process provider, supported versions: 1",
    ),
    "a version that is text": (lambda good: good | {"Version": "1"}, "Version"),
    "no version": (lambda good: without_member(good, "Version"), "Version"),
    "no access key": (lambda good: without_member(good, "AccessKeyId"), "AccessKeyId"),
    "no secret key": (lambda good: without_member(good, "SecretAccessKey"), "SecretAccessKey"),
    "an empty secret key": (lambda good: good | {"SecretAccessKey": ""}, "SecretAccessKey"),
    "a key with a space": (
        lambda good: good | {"AccessKeyId": good["AccessKeyId"] + " "},
        "AccessKeyId",
    ),
    "credentials of yesterday": (
        lambda good: good | {"Expiration": "2020-01-01T00:00:00Z"},
        "2020-01-01T00:00:00Z",
    ),
    "a date that is none": (lambda good: good | {"Expiration": "tomorrow"}, "Expiration"),
    "a date that is true": (lambda good: good | {"Expiration": True}, "Expiration"),
    "the names of another document": (
        lambda good: {"Version": 1, "Token": good["SecretAccessKey"]},
        "AccessKeyId",
    ),
    "more than there is room for": (lambda good: " " * (1 << 20) + json.dumps(good), ""),
}


def without_member(document, name):
    return {key: value for key, value in document.items() if key != name}


@pytest.mark.parametrize("spoil, words", BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS)
def test_what_makes_no_sense_is_76_and_not_shown(stage, printing, spoil, words):
    printing(spoil(document_of(stage.user)))
    with stage.secret_stays():
        outcome = run(stage)
    assert outcome.code == 76, outcome.stderr
    assert 'profile "proc": credential_process' in outcome.last_line
    assert words in outcome.last_line
    assert not stage.ecr.requests


def test_a_process_that_takes_too_long_is_killed_with_its_children(stage, process):
    pids = stage.directory / "pids"
    process(f'sleep 60 &\necho $! $$ > "{pids}"\nwait\n')
    outcome = run(stage, "--timeout", "1s")
    assert outcome.code == 75, outcome.stderr
    assert "credential_process" in outcome.last_line
    assert 1 <= outcome.seconds < 5
    for pid in pids.read_text().split():
        assert eventually(lambda: is_gone(int(pid))), "a process was left behind"


def is_gone(pid):
    """Whether a process has ended; a zombie that nobody waits for has."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_the_secrets_of_a_process_stay_out_of_a_verbose_log(stage, printing):
    printing(document_of(stage.user))
    outcome = run(stage, "--verbose")
    assert outcome.code == 0
    assert stage.user.secret_key not in outcome.stderr
    assert 'credentials: from profile "proc"' in outcome.stderr
    assert os.fspath(stage.directory) not in outcome.last_line
