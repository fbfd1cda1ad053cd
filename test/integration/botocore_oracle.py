"""botocore in a process of its own, which says whose credentials a pair of shared files means.

It is asked many times: each question is a line of JSON with the environment and the profile, each
answer one with the keys and the region, or with the error. HOME stays the same.
"""

import json
import os
import subprocess
import sys

import botocore.credentials
import botocore.loaders
import botocore.session

# A library that only the refresh of `aws login` needs, which is never reached here.
botocore.credentials.EC = botocore.credentials.EC or object()


class Oracle:
    """Runs this file as a program, in a home directory."""

    def __init__(self, home):
        path = os.pathsep.join(sys.path)
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, environment, profile=None):
        """What botocore finds: keys (as in a profile) or None, region, and error."""
        question = {"environment": environment, "profile": profile}
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=10)


def find(question, loader):
    """What a new session finds in this environment."""
    os.environ.clear()
    os.environ.update(question["environment"])
    session = botocore.session.Session(profile=question["profile"])
    session.register_component("data_loader", loader)
    found = {"keys": None, "region": None, "error": None}
    try:
        found["region"] = session.get_config_variable("region")
        credentials = session.get_credentials()
        if credentials is not None:
            found["keys"] = credentials.get_frozen_credentials()[:3]
    except Exception as error:  # of many kinds, not all of them botocore's own
        found["error"] = f"{type(error).__name__}: {error}"
    return found


def serve():
    loader = botocore.loaders.create_loader()
    for line in sys.stdin:
        print(json.dumps(find(json.loads(line), loader)), flush=True)


if __name__ == "__main__":
    serve()
