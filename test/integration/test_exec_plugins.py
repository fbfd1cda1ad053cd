"""Exec plugins of kubeconfigs: what they are told, what they print, and how they fail."""

import datetime
import json
import re

import pytest

from outside import Outside
from standin import kubeconfig

GROUP = "client.authentication.k8s.io"
PLUGIN = "bin/plugin"  # below the kubeconfig's folder


@pytest.fixture
def outside(stage):
    return Outside(stage)


def write_plugin(outside, script, path=PLUGIN):
    """A shell script below the kubeconfig's folder."""
    path = kubeconfig.write(outside.stage.directory / path, f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return path


def credential(version="v1", kind="ExecCredential", **status):
    return {"apiVersion": f"{GROUP}/{version}", "kind": kind, "status": status}


def prints(outside, text):
    """A plugin that prints this text, or this document as JSON."""
    answer = outside.stage.directory / "answer"
    answer.write_text(text if isinstance(text, str) else json.dumps(text))
    return write_plugin(outside, f"cat '{answer}'")


def run(outside, version="v1", command="./" + PLUGIN, arguments=(), variables=(), **members):
    user = kubeconfig.plugin(command, version, **members)
    document = outside.document(user=user)
    return outside.run_with(document, *arguments, **dict(variables))


def succeeds(outside, outcome, user="token-user"):
    assert outcome.code == 0, outcome.stderr
    assert outside.asked_by() == user
    return outcome


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
@pytest.mark.parametrize("command", ["./bin/plugin", "bin/plugin", "bin/../bin/plugin"])
def test_a_command_relative_to_the_file(outside, version, command):
    prints(outside, credential(version, token=outside.token))
    outcome = succeeds(outside, run(outside, version, command))
    assert len(outcome.lines) == 2


def test_a_command_of_the_path(outside):
    path = prints(outside, credential(token=outside.token)).parent
    variables = {"PATH": f"{path}:{outside.environment['PATH']}"}
    succeeds(outside, run(outside, command="plugin", variables=variables))


def test_an_absolute_command_and_a_mode(outside):
    path = prints(outside, credential(token=outside.token))
    succeeds(outside, run(outside, command=path, interactiveMode="IfAvailable"))


def test_yaml_is_an_answer_too(outside):
    text = f"apiVersion: {GROUP}/v1\nkind: ExecCredential\nstatus:\n  token: {outside.token}\n"
    prints(outside, text)
    succeeds(outside, run(outside))


def test_a_client_certificate(outside):
    certificate, key = (path.read_text() for path in outside.client_certificate())
    prints(outside, credential(clientCertificateData=certificate, clientKeyData=key))
    succeeds(outside, run(outside), "certificate-user")


# --- What it is told -------------------------------------------------------------------------------


def told(outside, **members):
    """What the plugin finds: its arguments, standard input and environment."""
    prints(outside, credential(token=outside.token))
    record = outside.stage.directory / "told"
    answer = outside.stage.directory / "answer"
    write_plugin(outside, f"{{ printf '%s\\n' \"$@\"; cat; env -0; }} >'{record}'\ncat '{answer}'")
    succeeds(outside, run(outside, **members))
    text = record.read_text()
    head, _, variables = text.partition("KUBERNETES_EXEC_INFO=")
    return text, json.loads(variables.partition("\0")[0])


def test_the_arguments_and_variables(outside):
    text, info = told(
        outside,
        args=["token", "--for me", ""],
        env=[{"name": "A", "value": "1=2"}, {"name": "HOME", "value": "/other"}, {"name": "B"}],
    )
    assert text.startswith("token\n--for me\n\n")
    variables = text.split("\0")
    assert {"HOME=/other", "B="} < set(variables) and "A=1=2" in text
    assert f"HOME={outside.environment['HOME']}" not in variables
    assert info == {
        "apiVersion": f"{GROUP}/v1",
        "kind": "ExecCredential",
        "spec": {"interactive": False},
    }


def test_the_cluster(outside):
    outside.cluster = {
        **outside.cluster,
        "disable-compression": True,
        "tls-server-name": "localhost",
        "extensions": [
            {"name": "other", "extension": {"no": "thing"}},
            {"name": f"{GROUP}/exec", "extension": {"audience": "a", "n": [1, 2.5, True, None]}},
        ],
    }
    _, info = told(outside, provideClusterInfo=True)
    assert info["spec"]["cluster"] == {
        "server": outside.stage.kubernetes.url,
        "tls-server-name": "localhost",
        "certificate-authority-data": outside.cluster["certificate-authority-data"],
        "disable-compression": True,
        "config": {"audience": "a", "n": [1, 2.5, True, None]},
    }


# --- What it prints ----------------------------------------------------------------------------------


def moment(**later):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**later)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_an_expiry_to_come(outside):
    prints(outside, credential(token=outside.token, expirationTimestamp=moment(minutes=5)))
    assert "expired" not in succeeds(outside, run(outside)).stderr


def test_an_expiry_that_is_over_is_warned_of(outside):
    expired = moment(minutes=-5)
    prints(outside, credential(token=outside.token, expirationTimestamp=expired))
    outcome = succeeds(outside, run(outside))
    assert re.match(f"warning: exec plugin: .+: its credential expired at {expired}",
                    outcome.lines[0])


ANSWERS = {
    # what it prints, and what the error says of it; {T} is a token
    "nothing": ("", "it is no ExecCredential"),
    "words": ("please log in: {T}", "it is no ExecCredential"),
    "half an answer": ('{"kind": "{T}', "line 1: .+"),
    "another kind": (credential(kind="Secret"), "it is no ExecCredential"),
    "another version": (
        credential("v1beta1", token="{T}"),
        f"it has apiVersion {GROUP}/v1beta1, and {GROUP}/v1 is configured",
    ),
    "no version": ({"kind": "ExecCredential"}, "it has apiVersion none, and .+"),
    "no status": ({**credential(), "status": None}, "it has no status"),
    "an empty status": (credential(), "it has neither a token nor a certificate"),
    "a number for a token": (credential(token=1), "token: not text: quote it"),
    "a token of two lines": (credential(token="a\nb"), "token: has a control character .+"),
    "a certificate alone": (
        credential(clientCertificateData="a"),
        "it has only one of certificate and key",
    ),
    "a key alone": (
        credential(token="{T}", clientKeyData="a"),
        "it has only one of certificate and key",
    ),
    "an expiry that is none": (
        credential(token="{T}", expirationTimestamp="tomorrow"),
        "its expirationTimestamp is none",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_of(outside, case):
    answer, words = ANSWERS[case]
    text = answer if isinstance(answer, str) else json.dumps(answer)
    prints(outside, text.replace("{T}", outside.token))
    with outside.nothing_is_asked():
        outcome = run(outside)
    assert outcome.code == 76, outcome.stderr
    words = rf"exec plugin: .+/bin/plugin: what it printed \(\d+ bytes\): {words}"
    assert re.search(words + "$", outcome.last_line), outcome.stderr


def test_a_certificate_that_is_none(outside):
    prints(outside, credential(clientCertificateData="a", clientKeyData="b"))
    outcome = run(outside)
    assert outcome.code == 78, outcome.stderr
    assert re.search("what the exec plugin .+ printed: the certificate: holds no certificate", outcome.last_line)


def test_a_token_that_is_not_accepted(outside):
    prints(outside, credential(token="other"))
    outcome = run(outside)
    assert outcome.code == 77
    assert re.search("what the exec plugin .+ printed is not accepted", outcome.last_line)


# --- How it fails --------------------------------------------------------------------------------------


def test_a_program_that_is_missing(outside):
    hint = "Install it:\n  \x1b[1mapt install plugin"
    outcome = run(outside, command="no-such-plugin", installHint=hint)
    assert outcome.code == 78
    words = r"exec plugin: no-such-plugin: No such file or directory; Install it:   .+apt install"
    assert re.search(words, outcome.last_line)
    assert "\x1b" not in outcome.stderr


def test_a_program_that_fails_says_why(outside):
    write_plugin(outside, "echo first >&2; echo 'you must log in' >&2; exit 3")
    outcome = run(outside, installHint="not this")
    assert outcome.code == 78
    assert re.search("exit status 3; it said: you must log in$", outcome.last_line)


def test_a_program_that_hangs_ends_with_the_run(outside):
    write_plugin(outside, "sleep 60")
    outcome = run(outside, arguments=["--timeout", "1s"])
    assert outcome.code == 75 and outcome.seconds < 3
    assert re.search("took longer than 1 s", outcome.last_line)


def test_a_program_that_prints_without_end(outside):
    write_plugin(outside, "yes")
    outcome = run(outside)
    assert outcome.code == 76 and "printed more than" in outcome.last_line


SETTINGS = {
    # members of exec that are other, and what the error says of them
    "no command": ({"command": ""}, "has no command"),
    "a number for a command": ({"command": 1}, "command: not text: quote it"),
    "arguments that are no list": ({"args": "a b"}, "args: not a list"),
    "an argument that is a number": ({"args": [1]}, "args: not a list of texts"),
    "a variable without a name": ({"env": [{"value": "a"}]}, "env: a variable has no name.+"),
    "a variable with a strange name": ({"env": [{"name": "a=b"}]}, "env: a variable has .+"),
    "a number for a value": ({"env": [{"name": "a", "value": 1}]}, "env: value: not text.+"),
    "an old version": ({"apiVersion": f"{GROUP}/v1alpha1"}, "apiVersion: .+ not .+/v1alpha1"),
    "no version": ({"apiVersion": None}, "apiVersion: .+ not none"),
    "no mode": ({"interactiveMode": None}, "interactiveMode: not Never, IfAvailable or Always"),
    "a strange mode": ({"interactiveMode": "Now"}, "interactiveMode: not Never, .+"),
    "a need for a person": ({"interactiveMode": "Always"}, "interactiveMode: Always: we ask .+"),
    "a quoted flag": ({"provideClusterInfo": "yes"}, "provideClusterInfo: not true or false"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_a_plugin_with(outside, case):
    changed, words = SETTINGS[case]
    path = write_plugin(outside, "touch was-run")
    user = {"exec": {**kubeconfig.plugin(path)["exec"], **changed}}
    with outside.nothing_is_asked():
        outcome = outside.run_with(outside.document(user=user))
    assert outcome.code == 78, outcome.stderr
    assert re.fullmatch(f'error: user "user-1" in .+: exec: {words}', outcome.last_line)


# --- EKS ------------------------------------------------------------------------------------------------

AWS = ["--region", "eu-central-1", "eks", "get-token", "--cluster-name", "c", "--output", "json"]
PROGRAMS = {
    # command, arguments, and whether we know what it would print
    "aws": ("aws", AWS, True),
    "aws by its path": ("bin/aws", AWS, True),
    "aws-iam-authenticator": ("aws-iam-authenticator", ["token", "-i", "c"], True),
    "aws with an option that we don't know": ("aws", [*AWS, "--debug"], False),
    "another program's token": ("gcloud", AWS, False),
}


@pytest.mark.parametrize("case", PROGRAMS)
def test_a_program_whose_token_we_make_is_not_run(outside, case):
    command, arguments, is_known = PROGRAMS[case]
    mark = outside.stage.directory / "was-run"
    name = command.rpartition("/")[2]
    folder = write_plugin(outside, f"touch '{mark}'; exit 9", f"bin/{name}").parent
    variables = {"PATH": f"{folder}:{outside.environment['PATH']}"}
    outcome = run(outside, "v1beta1", command, args=arguments, variables=variables)
    assert mark.exists() == (not is_known), outcome.stderr
