"""A pod in a real cluster, beside stand-ins of AWS: what the program finds there, and its runs."""

import base64
import contextlib
import json
import re
import time

import yaml

import program
from harness import Stage, password_of
from standin.world import REGION, REGISTRY, SECRET

BINARY = program.find_binary("ECR_SECRET_BIN", "build/ecr-secret")
MANIFEST = program.ROOT / "cronjob.yaml"
EVERYWHERE = program.ROOT / "packaging" / "cronjob-all-namespaces.yaml"
KEY = ".dockerconfigjson"
UTC = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class Pod(Stage):
    """Runs the release binary as the ServiceAccount of cronjob.yaml."""

    def enter(self, cluster, namespace, token=None):
        """The pod's own files and variables, as kubelet would lay them out."""
        self.cluster, self.namespace = cluster, namespace
        self.user_name = f"system:serviceaccount:{namespace}:ecr-secret"
        (self.service_account / "namespace").write_text(namespace)
        self.use_token(token or cluster.token(namespace))
        self.find_server()

    def find_server(self):
        """Where the API server is now, and whom it is vouched for by."""
        (self.service_account / "ca.crt").write_bytes(self.cluster.ca_pem)
        self.environment["KUBERNETES_SERVICE_HOST"] = self.cluster.host
        self.environment["KUBERNETES_SERVICE_PORT"] = str(self.cluster.port)

    def use_token(self, token):
        self.canaries.watch("service account token", token)
        (self.service_account / "token").write_text(token)

    def may_write_in(self, namespace):
        """Lets the ServiceAccount use the Role of another namespace as well."""
        binding = next(d for d in manifest(namespace) if d["kind"] == "RoleBinding")
        binding["subjects"][0]["namespace"] = self.namespace
        self.cluster.apply(binding)

    def may_see(self, *resources):
        """Lets the ServiceAccount read more of its namespace than its work needs."""
        rule = {"apiGroups": ["", "batch"], "resources": list(resources), "verbs": ["get", "list"]}
        role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": [rule]}
        role["metadata"] = {"name": "sees", "namespace": self.namespace}
        (binding,) = [d for d in manifest(self.namespace) if d["kind"] == "RoleBinding"]
        binding["metadata"]["name"] = binding["roleRef"]["name"] = "sees"
        self.cluster.create(role, binding)

    def start(self, *arguments, binary=None, **options):
        return super().start(*arguments, binary=binary or BINARY, **options)

    def tick(self, *arguments, **options):
        """A run that must succeed; returns it."""
        outcome = self.run(*arguments, **options)
        assert outcome.code == 0, outcome.stderr
        return outcome

    def refused(self, code, line, *arguments, warning=None, **options):
        """A run that must end with this code, and with one line that matches (or two, the first a
        warning), and change nothing."""
        with self.secret_stays():
            outcome = self.run(*arguments, **options)
        assert outcome.code == code, outcome.stderr
        expected = ["warning: " + warning] if warning else []
        expected.append("error: " + line)
        assert len(outcome.lines) == len(expected), outcome.stderr
        for pattern, said in zip(expected, outcome.lines):
            assert re.fullmatch(pattern, said), outcome.stderr
        return outcome

    def secret(self, namespace=None, name=SECRET):
        return self.cluster.secret(namespace or self.namespace, name)

    def docker_config(self, namespace=None, name=SECRET):
        return json.loads(base64.b64decode(self.secret(namespace, name)["data"][KEY]))

    @contextlib.contextmanager
    def secret_stays(self, namespace=None, name=SECRET):
        """The Secret must be the same at the end of the block, its resourceVersion included."""
        before = self.secret(namespace, name)
        yield
        assert self.secret(namespace, name) == before, "the Secret is not as it was"

    def holds_newest_password(self, namespace=None, host=REGISTRY):
        entry = self.docker_config(namespace)["auths"][host]
        return password_of(entry) == self.ecr.passwords[REGION]

    def requests(self):
        """What the audit log has seen of us: (verb, status), in order, Secrets only."""
        seen = self.cluster.audited(self.user_name)
        names = {name for _, _, name, _ in seen}
        assert names <= {f"{self.namespace}/{SECRET}"}, "something else was asked for"
        assert {kind for _, kind, _, _ in seen} <= {"secrets"}
        return [(verb, status) for verb, _, _, status in seen]

    def wait_for_read(self, before):
        """Waits until a run that is under way, after `before` requests, has read its Secret."""
        give_up = time.monotonic() + 10
        while len(self.requests()) == before:
            assert time.monotonic() < give_up, "the read waited for AWS"
            time.sleep(0.02)

    def unseen(self, namespace=None):
        """The warning of a run that may not read, as a regular expression."""
        place = f"{namespace or self.namespace}/{SECRET}"
        return rf"not looked at before it is written: k8s: read {place}: .+ 403: .+"

    def written(self, registries="1 registry", namespace=None, name=SECRET):
        """What a successful run says, as a regular expression."""
        place = f"{namespace or self.namespace}/{name}"
        return f"{place}: written, {registries}, expires {UTC}"


def are_told(patterns, lines):
    """Whether each pattern has a line of its own; several Secrets' lines come as each is done."""
    left = list(lines)
    for pattern in patterns:
        fitting = [line for line in left if re.fullmatch(pattern, line)]
        if not fitting:
            return False
        left.remove(fitting[0])
    return not left


def manifest(namespace):
    """The objects of cronjob.yaml, moved as its own comment says: sed 's/: default$/: NAME/'."""
    text = re.sub(r": default$", f": {namespace}", MANIFEST.read_text(), flags=re.MULTILINE)
    return [document for document in yaml.safe_load_all(text) if document]


def bare_pod(namespace, name="one"):
    """A Pod as the CronJob's template says, without a Job."""
    (cronjob,) = [d for d in manifest(namespace) if d["kind"] == "CronJob"]
    template = cronjob["spec"]["jobTemplate"]["spec"]["template"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**template["metadata"], "name": name, "namespace": namespace},
        "spec": template["spec"],
    }


def docker_secret(auths, name=SECRET, **fields):
    """A Secret that somebody else might have made."""
    config = json.dumps({"auths": auths}).encode()
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": "default"},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {KEY: base64.b64encode(config).decode()},
        **fields,
    }
