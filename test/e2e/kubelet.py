"""What kubelet does, where there is none: lays out a Pod's files, runs it, reports how it ended."""

import json
import pathlib
import tempfile
import time

PATIENCE_S = 30
FILES = "/var/run/secrets/kubernetes.io/serviceaccount"
# As a pod sees it: its own /run, and the files of its ServiceAccount there.
MOUNT = """
    mount -t tmpfs tmpfs /var/run && mkdir -p "$0" && mount -o bind "$1" "$0"
    mount -o remount,bind,ro "$0"
    shift && exec "$@"
"""


class Kubelet:
    """For the Pods that the Job controller makes."""

    def __init__(self, pod):
        self.pod, self.cluster, self.namespace = pod, pod.cluster, pod.namespace

    def start_job(self, name, cronjob="ecr-secret"):
        """`kubectl create job --from`, as the README says."""
        command = ("create", "job", name, f"--from=cronjob/{cronjob}", "-n", self.namespace)
        self.cluster.kubectl(*command)

    def pods(self, job):
        options = ("-n", self.namespace, "-l", f"batch.kubernetes.io/job-name={job}")
        return self.cluster.json("get", "pods", *options)["items"]

    def next_pod(self, job):
        """The Pod of a Job that has not run yet, once the Job controller has made it."""

        def waiting():
            return [pod for pod in self.pods(job) if pod["status"]["phase"] == "Pending"]

        return self._wait(waiting)[0]

    def run(self, made):
        """Runs a Pod's only container with what its own spec says, and reports how it ended."""
        (container,) = made["spec"]["containers"]
        metadata = made["metadata"]
        bound = ("--bound-object-kind=Pod", f"--bound-object-name={metadata['name']}")
        self.pod.use_token(self.cluster.token(self.namespace, *bound))
        environment = {variable["name"]: variable["value"] for variable in container["env"]}
        role = self._account()["metadata"]["annotations"]["eks.amazonaws.com/role-arn"]
        environment = {**self.pod.without_keys(), **self.pod.web_identity(role), **environment}
        outcome = self.pod.run(*container["args"], environment=environment)
        self._report(metadata["name"], container["name"], outcome)
        return outcome

    def ended(self, job):
        """The condition with which a Job ended, and its reason."""
        final = ("Complete", "Failed")

        def conditions():
            status = self.cluster.json("get", "job", job, "-n", self.namespace)["status"]
            return [c for c in status.get("conditions", ()) if c["type"] in final]

        (condition,) = self._wait(conditions)
        return condition["type"], condition["reason"]

    def _account(self):
        return self.cluster.json("get", "serviceaccount", "ecr-secret", "-n", self.namespace)

    def _report(self, name, container, outcome):
        terminated = {"exitCode": outcome.code, "message": outcome.last_line, "reason": "Ended"}
        state = {"name": container, "image": "x", "imageID": "x", "ready": False, "restartCount": 0}
        status = {
            "phase": "Failed" if outcome.code else "Succeeded",
            "containerStatuses": [{**state, "state": {"terminated": terminated}}],
        }
        command = ("patch", "pod", name, "-n", self.namespace, "--subresource=status", "-p")
        self.cluster.kubectl(*command, json.dumps({"status": status}))

    @staticmethod
    def _wait(question):
        give_up = time.monotonic() + PATIENCE_S
        while not (answer := question()):
            assert time.monotonic() < give_up, "the Job controller does nothing"
            time.sleep(0.1)
        return answer


def as_mounted(directory, at=FILES):
    """A command under which a program finds `directory` where pods have their ServiceAccount."""
    return ["unshare", "--mount", "sh", "-ec", MOUNT, at, str(directory)]


def lay_out(directory, files):
    """Files the way that kubelet's atomic writer makes them: links that a new version moves."""
    directory.mkdir()
    for name in files:
        (directory / name).symlink_to(f"..data/{name}")
    renew(directory, files)


def renew(directory, files):
    """A new version of all files, which takes the old one's place in one step."""
    version = pathlib.Path(tempfile.mkdtemp(prefix="..2026_11_22_03_04_05.", dir=directory))
    for name, content in files.items():
        (version / name).write_bytes(content)
    beside = directory / "..data_tmp"
    beside.symlink_to(version.name)
    beside.rename(directory / "..data")
