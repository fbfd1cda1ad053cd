"""Runs the real binary, with a hard time limit, and reports how it ended."""

import dataclasses
import json
import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).parents[2]
HARD_LIMIT_S = 30
SANITIZERS = {
    "ASAN_OPTIONS": "exitcode=99:detect_leaks=1",
    "UBSAN_OPTIONS": "halt_on_error=1:exitcode=99:print_stacktrace=1",
}
SANITIZER_WORDS = ("AddressSanitizer", "LeakSanitizer", "runtime error:")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How one run ended."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    screen: str = ""  # what came up on the terminal, if there was one

    @property
    def lines(self):
        return self.stderr.splitlines()

    @property
    def last_line(self):
        return self.lines[-1] if self.lines else ""

    @property
    def events(self):
        """The lines of --log-format json."""
        return [json.loads(line) for line in self.lines]


def find_binary(variable, *defaults):
    """A binary named by a variable, else the first of the defaults that was built."""
    if variable in os.environ:
        return pathlib.Path(os.environ[variable]).resolve()
    return next((path for path in map(ROOT.joinpath, defaults) if path.exists()), None)


def checked_binary():
    """The build to test everything with: the sanitizers' if it is there."""
    return find_binary("ECR_SECRET_BIN", "build/san/ecr-secret", "build/dev/ecr-secret")


def plain_binary():
    """A build without sanitizers, for limits on time and memory."""
    return find_binary("ECR_SECRET_PLAIN_BIN", "build/dev/ecr-secret")


def start(
    binary,
    arguments,
    environment,
    stdin=subprocess.DEVNULL,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    wrapper=(),
    **options,
):
    """Starts the program; `wrapper` is a command that runs it."""
    return subprocess.Popen(
        [*wrapper, str(binary), *arguments],
        env={**SANITIZERS, **environment},
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        text=True,
        **options,
    )


def finish(process, since):
    """Waits for the end of a run that began at `since` (time.monotonic())."""
    try:
        stdout, stderr = process.communicate(timeout=HARD_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError(f"still running after {HARD_LIMIT_S} s") from None
    seconds = time.monotonic() - since
    return Outcome(process.returncode, stdout or "", stderr or "", seconds)


def run(binary, arguments, environment, **options):
    since = time.monotonic()
    return finish(start(binary, arguments, environment, **options), since)
