"""Every exit code of the design, through the real program, at least once."""

import os
import pathlib
import resource
import signal
import subprocess

import pytest

import program
from harness import not_run
from standin import faults
from standin.ecr import TOKEN_ROUTE
from standin.server import FOREVER
from standin.world import NAMESPACE, SECRET


def fail(stage, behaviour):
    stage.ecr.misbehave(TOKEN_ROUTE, behaviour, FOREVER)


WAYS_TO_END = {
    # exit code: what leads there, and what the arguments are
    0: (lambda stage: None, ()),
    64: (lambda stage: None, ("--frobnicate",)),
    69: (lambda stage: stage.kubernetes.add_namespace(NAMESPACE, "Terminating"), ()),
    75: (lambda stage: fail(stage, faults.unavailable(retry_after_s=3600)), ()),
    76: (lambda stage: fail(stage, faults.html), ()),
    77: (lambda stage: stage.identities.revoke(stage.user), ()),
    78: (lambda stage: (stage.service_account / "token").unlink(), ()),
}


@pytest.mark.parametrize("code", WAYS_TO_END)
def test_the_exit_code(stage, code):
    arrange, arguments = WAYS_TO_END[code]
    arrange(stage)
    outcome = stage.run(*arguments)
    assert outcome.code == code, outcome.stderr
    assert len(outcome.lines) == 1, "one line, whatever the outcome"
    assert not outcome.last_line.endswith(".")


def test_70_when_a_library_call_that_cannot_fail_does(stage, plain_binary, preload):
    environment = {**stage.environment, **preload("broken_digests.c")}
    with stage.secret_stays():
        outcome = stage.run(environment=environment, binary=plain_binary)
    assert outcome.code == 70, outcome.stderr
    assert len(outcome.lines) == 1
    assert not stage.ecr.requests


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_71_when_standard_output_is_full(stage, option):
    with open("/dev/full", "w") as full:
        outcome = stage.run(option, stdout=full)
    assert outcome.code == 71
    assert "output" in outcome.last_line


def test_71_when_there_are_no_descriptors_left(stage, plain_binary):
    with stage.secret_stays():
        outcome = stage.run(binary=plain_binary, preexec_fn=with_descriptors(4))
    assert outcome.code == 71, outcome.stderr


def with_descriptors(count):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def with_memory(size):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))


def least_memory_to_start(binary, step=32 << 10):
    """The smallest address space in which --version works."""
    too_little, enough = 0, (512 << 20) // step
    while enough - too_little > 1:
        middle = (too_little + enough) // 2
        limit = with_memory(middle * step)
        if program.run(binary, ["--version"], {}, preexec_fn=limit).code == 0:
            enough = middle
        else:
            too_little = middle
    return enough * step


def test_71_when_memory_runs_out_and_never_a_crash(stage, plain_binary):
    start = least_memory_to_start(plain_binary)
    codes = []
    for extra in range(0, 4 << 20, 128 << 10):
        limit = with_memory(start + extra)
        with stage.secret_is_old_or_good():
            codes.append(stage.run(binary=plain_binary, preexec_fn=limit).code)
    assert set(codes) <= {0, 71}, codes
    assert 71 in codes


def test_no_core_is_dumped(stage, plain_binary):
    """Memory holds secrets: a crash must not write it to disk."""
    if not pathlib.Path("/proc/self/limits").exists():
        not_run("no /proc")
    fail(stage, faults.never_answer)
    process = stage.start(binary=plain_binary)
    assert stage.ecr.wait_for(TOKEN_ROUTE)
    limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
    os.kill(process.pid, signal.SIGTERM)
    process.communicate()
    (line,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert line.split()[4] == "0"


ROOM_FOR_A_LOG = r"""
    mkdir "$1/dev" && mount --rbind /dev "$1/dev" && mount -t tmpfs tmpfs /dev
    for node in null zero random urandom; do
        touch /dev/$node && mount --bind "$1/dev/$node" /dev/$node
    done
    touch /dev/termination-log && mount --bind "$1/termination-log" /dev/termination-log
    shift && exec "$@"
"""


@pytest.mark.parametrize("verbs", [(), ("patch",)], ids=["success", "failure"])
def test_the_final_line_goes_to_the_termination_log(stage, verbs):
    log = stage.directory / "termination-log"
    log.touch()
    own_mounts = ["unshare", "--mount", "sh", "-ec", ROOM_FOR_A_LOG, "sh", str(stage.directory)]
    if subprocess.run([*own_mounts, "true"], capture_output=True).returncode:
        not_run("no permission to mount over /dev")
    (stage.directory / "dev").rmdir()
    stage.kubernetes.forbid(*verbs)
    outcome = stage.run(wrapper=own_mounts)
    assert outcome.code == (77 if verbs else 0), outcome.stderr
    assert log.read_text().strip() == outcome.last_line
    assert f"{NAMESPACE}/{SECRET}" in log.read_text()
    assert not stage.canaries.leaks_in(log.read_text())
