"""TERM, INT and HUP end a run at once, wherever it is, and never spoil the Secret."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

from harness import not_run
from standin import faults
from standin.ecr import TOKEN_ROUTE
from standin.kubernetes_api import APPLY, READ
from standin.server import FOREVER
from standin.sts import WEB_IDENTITY_ROUTE
from standin.world import REGISTRY

AT_ONCE_S = 2  # however busy the machine; `make bench` holds it against 0.1
CODES = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129}

MOMENTS = {
    # the server that keeps the program waiting, its route, and how
    "while STS is asked": ("sts", WEB_IDENTITY_ROUTE, faults.never_answer),
    "while ECR is asked": ("ecr", TOKEN_ROUTE, faults.never_answer),
    "while the password is being received": ("ecr", TOKEN_ROUTE, faults.stall_after_headers),
    "while the Secret is read": ("kubernetes", READ, faults.never_answer),
    "before the apply is carried out": ("kubernetes", APPLY, faults.never_answer),
    "after the apply was carried out": ("kubernetes", APPLY, faults.answer_never_arrives),
    "while waiting for a retry": ("ecr", TOKEN_ROUTE, faults.unavailable(retry_after_s=20)),
}


def interrupt(stage, server, route, process, number, victim=None):
    """Sends a signal once a request of that route has arrived; returns how it ended, and when."""
    assert getattr(stage, server).wait_for(route), "the program never got there"
    time.sleep(0.05)
    sent = time.monotonic()
    os.kill(victim or process.pid, number)
    return stage.finish(process, sent)


def with_web_identity(stage):
    return {**stage.without_keys(), **stage.web_identity()}


@pytest.mark.parametrize("server, route, fault", MOMENTS.values(), ids=MOMENTS)
def test_sigterm_ends_the_run_at_once(stage, plain_binary, server, route, fault):
    assert stage.run(binary=plain_binary).code == 0
    before = stage.docker_config()
    stage.forget_requests()
    getattr(stage, server).misbehave(route, fault, FOREVER)
    process = stage.start(environment=with_web_identity(stage), binary=plain_binary)
    outcome = interrupt(stage, server, route, process, signal.SIGTERM)
    assert outcome.code == 143, outcome.stderr
    assert outcome.seconds < AT_ONCE_S
    carried_out = fault is faults.answer_never_arrives
    assert (stage.docker_config() != before) == carried_out
    assert set(stage.docker_config()["auths"]) == {REGISTRY}


@pytest.mark.parametrize("number, code", CODES.items(), ids=lambda value: str(value))
def test_each_signal_has_its_exit_code(stage, number, code):
    stage.ecr.misbehave(TOKEN_ROUTE, faults.never_answer, FOREVER)
    outcome = interrupt(stage, "ecr", TOKEN_ROUTE, stage.start(), number)
    assert outcome.code == code, outcome.stderr
    assert stage.secret() is None


def test_a_client_that_was_interrupted_leaves_nothing_behind(stage):
    stage.kubernetes.misbehave(APPLY, faults.never_answer, FOREVER)
    outcome = interrupt(stage, "kubernetes", APPLY, stage.start(), signal.SIGTERM)
    assert outcome.code == 143
    left = {path.name for path in pathlib.Path(stage.directory).iterdir()}
    assert left == {"serviceaccount", "aws-ca.pem"}


def as_process_1():
    """A command that runs another as process 1 of a new PID namespace."""
    command = ["unshare", "--pid", "--fork", "--kill-child"]
    if os.geteuid() != 0:
        command[1:1] = ["--user", "--map-root-user"]
    if not shutil.which("unshare") or subprocess.run([*command, "true"]).returncode:
        not_run("no permission to make a PID namespace")
    return command


def child_of(process):
    """The process id of the one child, as seen from outside."""
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return int(children.read_text().split()[0])


@pytest.mark.parametrize("number, code", CODES.items(), ids=lambda value: str(value))
def test_a_signal_ends_the_run_as_process_1_too(stage, plain_binary, number, code):
    stage.ecr.misbehave(TOKEN_ROUTE, faults.never_answer, FOREVER)
    process = stage.start(binary=plain_binary, wrapper=as_process_1())
    assert stage.ecr.wait_for(TOKEN_ROUTE)
    outcome = interrupt(stage, "ecr", TOKEN_ROUTE, process, number, child_of(process))
    assert outcome.code == code, outcome.stderr
    assert outcome.seconds < 2 * AT_ONCE_S


def test_a_reader_that_left_does_not_kill_the_program(stage):
    """SIGPIPE: standard error is closed, the Secret is written all the same."""
    process = stage.start("-v")
    process.stderr.close()
    process.stdout.close()
    assert process.wait(timeout=20) == 0
    assert set(stage.docker_config()["auths"]) == {REGISTRY}
