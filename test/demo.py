"""Shows two ticks of ecr-secret against local stand-ins: one that works, one with a wrong key."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from standin.world import NAMESPACE, REGISTRY, SECRET, World, masked

BOLD, PLAIN = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
MEANINGS = {0: "the Secret holds a good token", 77: "denied: a retry will not help"}


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: demo.py PATH-OF-ECR-SECRET")
    sys.stdout.reconfigure(line_buffering=True)  # our lines and the program's, in order
    binary = pathlib.Path(sys.argv[1]).resolve()
    world = World()
    with tempfile.TemporaryDirectory() as directory:
        world.settle_in(directory)
        introduce(world)
        headline("A tick, as a CronJob runs it: web identity to STS, token from ECR, Secret")
        first = tick(binary, {**world.without_keys(), **world.web_identity()})
        show_secret(world)
        headline("The same tick with an access key whose secret is wrong")
        before = world.secret()
        second = tick(binary, {**world.environment, "AWS_SECRET_ACCESS_KEY": "x" * 40})
        kept = world.secret() == before
        print(f"The Secret is {'as it was' if kept else 'SPOILT'}.")
    sys.exit(0 if (first, second, kept) == (0, 77, True) else 1)


def introduce(world):
    print("Stand-ins on this machine, over TLS; botocore judges every signature:")
    print(f"  ECR         {world.ecr.url}")
    print(f"  STS         {world.sts.url}")
    print(f"  Kubernetes  {world.kubernetes.url}")


def headline(text):
    print(f"\n{BOLD}{text}{PLAIN}")


def tick(binary, environment):
    """Runs the program, showing what a person at a terminal would see; returns its exit code."""
    print(f"$ {os.path.relpath(binary)} --namespace {NAMESPACE} --name {SECRET}", flush=True)
    since = time.monotonic()
    arguments = ["--namespace", NAMESPACE, "--name", SECRET]
    ended = subprocess.run([binary, *arguments], env=environment, stderr=subprocess.STDOUT)
    milliseconds = (time.monotonic() - since) * 1000
    meaning = MEANINGS.get(ended.returncode, "see the table of exit codes")
    print(f"exit code {ended.returncode} ({meaning}), {milliseconds:.0f} ms")
    return ended.returncode


def show_secret(world):
    secret = world.secret()
    if secret is None:
        print(f"There is no Secret {NAMESPACE}/{SECRET}.")
        return
    password = world.ecr.passwords[world.environment["AWS_REGION"]]
    print(f"\nSecret {NAMESPACE}/{SECRET}, type {secret['type']}:")
    for name, value in secret["metadata"]["annotations"].items():
        print(f"  {name}: {value}")
    print(indented(masked(world.docker_config())))
    print(f"  (the password for {REGISTRY} has {len(password)} characters)")


def indented(text):
    return "\n".join("  " + line for line in text.splitlines())


if __name__ == "__main__":
    main()
