"""A Kubernetes cluster as its administrator sees it: through kubectl and a kubeconfig."""

import base64
import json
import os
import subprocess
import urllib.parse
import uuid

RESTRICTED = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",  # speaks up for a CronJob's template, too
}
KUBECTL_LIMIT_S = 60


class Cluster:
    """Any cluster; nothing is touched but the namespaces made here."""

    def __init__(self, kubectl, kubeconfig):
        self.kubectl_words = kubectl
        self.kubeconfig = str(kubeconfig)
        self._made = []

    def describe(self):
        """Reads from the kubeconfig where the API server is, and whom it is vouched for by."""
        view = self.json("config", "view", "--minify", "--raw", "--flatten")
        (entry,) = view["clusters"]
        self.server = entry["cluster"]["server"].rstrip("/")
        url = urllib.parse.urlsplit(self.server)
        self.host, self.port = url.hostname, url.port or 443
        self.ca_pem = base64.b64decode(entry["cluster"]["certificate-authority-data"])
        return self

    def attempt(self, *arguments, stdin=None):
        """One kubectl command, however it ends."""
        return subprocess.run(
            [*self.kubectl_words, *arguments],
            env={**os.environ, "KUBECONFIG": self.kubeconfig},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=KUBECTL_LIMIT_S,
        )

    def kubectl(self, *arguments, stdin=None):
        """One kubectl command that must succeed; returns what it printed."""
        ended = self.attempt(*arguments, stdin=stdin)
        assert ended.returncode == 0, f"kubectl {' '.join(arguments)}: {ended.stderr}"
        return ended.stdout

    def json(self, *arguments):
        return json.loads(self.kubectl(*arguments, "-o", "json"))

    def create(self, *documents):
        """Creates objects, and fails if one of them is refused."""
        self.kubectl("create", "-f", "-", stdin=_list(documents))

    def apply(self, *documents, options=()):
        """`kubectl apply`; returns what it said, warnings included."""
        ended = self.attempt("apply", *options, "-f", "-", stdin=_list(documents))
        assert ended.returncode == 0, ended.stderr
        return ended.stdout + ended.stderr

    def make_namespace(self, *documents, labels=RESTRICTED):
        """A new namespace, with what it is to hold; documents get its name by `in_namespace`."""
        name = f"ecr-secret-e2e-{uuid.uuid4().hex[:8]}"
        self._made.append(name)
        namespace = {"apiVersion": "v1", "kind": "Namespace"}
        namespace["metadata"] = {"name": name, "labels": labels}
        self.create(namespace, *(in_namespace(document, name) for document in documents))
        return name

    def token(self, namespace, *options, account="ecr-secret"):
        """A ServiceAccount token, made the way that kubelet makes one."""
        return self.kubectl("create", "token", account, "-n", namespace, *options).strip()

    def secret(self, namespace, name):
        """A Secret, or None."""
        show = ("-o", "json", "--show-managed-fields", "--ignore-not-found")
        text = self.kubectl("get", "secret", name, "-n", namespace, *show)
        return json.loads(text) if text else None

    def remove_namespaces(self):
        """Removes all that was made here, without waiting for it."""
        made, self._made = self._made, []
        if made:
            options = ("--wait=false", "--ignore-not-found")
            self.kubectl("delete", "namespace", *made, *options)


def in_namespace(document, name):
    """A copy of an object that lives in another namespace."""
    text = json.dumps(document).replace('"namespace": "default"', f'"namespace": "{name}"')
    return json.loads(text)


def _list(documents):
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(documents)})
