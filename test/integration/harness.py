"""What tests hold in their hands: a world, the program in it, and the checks after each run."""

import base64
import contextlib
import functools
import json
import os
import pathlib
import subprocess
import time

import pytest

import program
from standin.certificates import Authority
from standin.world import NAMESPACE, SECRET, World, without
from terminal import Terminal


CREDENTIALS = ("ECR password", "authorization token")  # what print is there to print


def eventually(condition, within_s=10):
    """Whether it comes true: a server notes an end after the program has seen it."""
    give_up = time.monotonic() + within_s
    while not condition() and time.monotonic() < give_up:
        time.sleep(0.01)
    return condition()


class Stage(World):
    """A world in which the program can be run."""

    def run(self, *arguments, prints_secrets=False, environment=None, binary=None, **options):
        """One run in the pod; every run is searched for secrets before anybody looks at it.

        Where `prints_secrets`, a run that succeeds may print them: to standard output alone.
        """
        since = time.monotonic()
        process = self.start(*arguments, environment=environment, binary=binary, **options)
        return self.finish(process, since, prints_secrets)

    def start(self, *arguments, environment=None, binary=None, **options):
        environment = self.environment if environment is None else environment
        return program.start(binary or program.checked_binary(), arguments, environment, **options)

    def finish(self, process, since, prints_secrets=False):
        outcome = program.finish(process, since)
        self.check(outcome, prints_secrets)
        return outcome

    @contextlib.contextmanager
    def at_terminal(
        self, *arguments, prints_secrets=False, environment=None, streams=("stdin",), **options
    ):
        """A run at a terminal, which is also those of its three streams that are named.

        The block waits for prompts, types, and ends the run with the terminal's finish().
        """
        assert not (prints_secrets and "stderr" in streams), "which would have printed them?"
        check = functools.partial(self.check, prints_secrets=prints_secrets)
        terminal = Terminal(check)
        try:
            options |= terminal.options(streams)
            terminal.process = self.start(*arguments, environment=environment, **options)
            yield terminal
        finally:
            terminal.close()

    def check(self, outcome, prints_secrets=False):
        """What holds for every run, whatever the test is about."""
        written = "\n".join((outcome.stdout, outcome.stderr, outcome.screen))
        leaks = self.canaries.leaks_in(written)
        if prints_secrets and outcome.code == 0:
            leaks = [leak for leak in leaks if not leak.startswith(CREDENTIALS)]
            leaks += self.canaries.leaks_in(outcome.stderr)
        assert not leaks, leaks
        for word in program.SANITIZER_WORDS:
            assert word not in written, written
        assert not self.defects()

    def with_variables(self, **variables):
        """The pod's environment with some variables set, or taken away with None."""
        absent = [name for name, value in variables.items() if value is None]
        given = {name: value for name, value in variables.items() if value is not None}
        return {**without(self.environment, *absent), **given}

    @contextlib.contextmanager
    def secret_stays(self, namespace=NAMESPACE, name=SECRET):
        """The Secret must be the same at the end of the block, to the byte."""
        before = self.secret(namespace, name)
        yield
        assert self.secret(namespace, name) == before, "the Secret is not as it was"

    @contextlib.contextmanager
    def secret_is_old_or_good(self, namespace=NAMESPACE, name=SECRET):
        """At the end of the block the Secret must be as it was, or hold the newest password."""
        before = self.secret(namespace, name)
        yield
        if self.secret(namespace, name) != before:
            (entry,) = self.docker_config(namespace, name)["auths"].values()
            assert password_of(entry) in self.ecr.passwords.values()

    def another_authority(self):
        """An authority that nobody in this world trusts."""
        return Authority()

    def hashed_directory(self):
        """A folder of authorities as c_rehash makes it, with ours in it."""
        folder = self.directory / "certs"
        folder.mkdir()
        command = ["openssl", "x509", "-in", str(self.aws_ca), "-noout", "-hash"]
        name = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        (folder / f"{name}.0").write_bytes(self.aws_authority.pem)
        return folder

    def forget_requests(self):
        """Empties the record, for a second run in the same world."""
        for server in self.servers:
            server.requests.clear()


def password_of(entry):
    """The password in a docker config entry's `auth`, which must belong to AWS."""
    user, _, password = base64.b64decode(entry["auth"], validate=True).decode().partition(":")
    assert user == "AWS"
    return password


def vectors(*parts):
    """The path of a shared test vector; the test counts as not run where there is none."""
    folder = pathlib.Path(os.environ.get("VECTORS") or program.ROOT / "../shared/vectors")
    path = folder.joinpath(*parts)
    if not path.exists():
        not_run(f"no vectors: {'/'.join(parts)} (set VECTORS)")
    return path


def not_run(reason):
    """Skips, loudly: where everything must be there, a test that can't run has failed."""
    if os.environ.get("ECR_SECRET_REQUIRE_VECTORS") == "1":
        pytest.fail(f"not run: {reason}", pytrace=False)
    pytest.skip(f"not run: {reason}")


def load_json(path):
    return json.loads(path.read_text())
