"""A real API server with its etcd and controllers on loopback, ours to restart and to audit."""

import contextlib
import http.client
import json
import pathlib
import socket
import ssl
import subprocess
import time
import uuid

import trustme
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cluster import Cluster

ISSUER = "https://kubernetes.default.svc"
CONTROLLERS = "namespace,serviceaccount,root-ca-cert-publisher,resourcequota,cronjob,job"
START_LIMIT_S = 90
# ServiceAccounts are the program; /version is the mark up to which we have read.
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "namespaces": ["kube-system"]},
        {"level": "None", "userGroups": ["system:serviceaccounts:kube-system"]},
        {"level": "Metadata", "userGroups": ["system:serviceaccounts"]},
        {"level": "Metadata", "nonResourceURLs": ["/version"]},
        {"level": "None"},
    ],
}


class OwnCluster(Cluster):
    """Starts empty in a new directory, and stops without a trace."""

    def __init__(self, binary, directory):
        super().__init__([str(binary), "kubectl"], directory / "kubeconfig")
        self.binary = binary
        self.directory = pathlib.Path(directory)
        self.host, self.port = "127.0.0.1", _free_port()
        self.account_key = _write_key(self.directory / "accounts.key")
        self._server = self._controllers = None
        self._users = trustme.CA()
        self._write("users.pem", self._users.cert_pem.bytes())
        self._write("audit.yaml", yaml.safe_dump(AUDIT_POLICY).encode())
        administrator = self._users.issue_cert(
            "admin.invalid", common_name="admin", organization_name="system:masters"
        )
        self._write("admin.pem", administrator.cert_chain_pems[0].bytes())
        self._write("admin.key", administrator.private_key_pem.bytes())
        self.present_certificate_of(trustme.CA())

    # --- Starting and stopping ---------------------------------------------------

    def start(self):
        self.start_server()
        self._controllers = self._run(
            "control",
            f"--kubeconfig={self.kubeconfig}",
            f"--controllers={CONTROLLERS}",
            f"--root-ca-file={self.directory / 'serving-ca.pem'}",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            "--secure-port=0",
        )
        return self.describe()

    def stop(self):
        for process in (self._controllers, self._server):
            if process is not None:
                process.terminate()
        for process in (self._controllers, self._server):
            if process is not None:
                process.wait(timeout=60)

    @contextlib.contextmanager
    def listening_on(self, address):
        """The same cluster on another address of this machine, for the length of a block."""
        before = self.host
        try:
            self._move_to(address)
            yield
        finally:
            self._move_to(before)

    def stop_server(self):
        """The API server and etcd end as a rollout ends them: by SIGTERM."""
        self._server.terminate()
        self._server.wait(timeout=60)

    def _move_to(self, address):
        self.stop_server()
        self.host = address
        self._write_kubeconfig()
        self.start_server()

    def start_server(self):
        etcd = self.directory / "etcd"
        etcd.mkdir(mode=0o700, exist_ok=True)
        self._server = self._run(
            "serve",
            str(etcd),
            f"--bind-address={self.host}",
            f"--secure-port={self.port}",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.0.0.0/24",
            f"--tls-cert-file={self.directory / 'serving.pem'}",
            f"--tls-private-key-file={self.directory / 'serving.key'}",
            f"--client-ca-file={self.directory / 'users.pem'}",
            "--authorization-mode=RBAC",
            f"--service-account-issuer={ISSUER}",
            f"--service-account-key-file={self.directory / 'accounts.key'}",
            f"--service-account-signing-key-file={self.directory / 'accounts.key'}",
            f"--audit-policy-file={self.directory / 'audit.yaml'}",
            f"--audit-log-path={self.directory / 'audit.log'}",
            "--audit-log-mode=blocking",
            "--shutdown-watch-termination-grace-period=1s",
        )
        self._wait_until_ready()

    def _run(self, name, *arguments):
        with open(self.directory / f"{name}.log", "ab") as log:
            command = [str(self.binary), name, *arguments]
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _wait_until_ready(self):
        give_up = time.monotonic() + START_LIMIT_S
        while not self.is_ready():
            if self._server.poll() is not None or time.monotonic() > give_up:
                log = (self.directory / "serve.log").read_text(errors="replace")
                raise AssertionError(f"the API server does not come up:\n{log[-4000:]}")
            time.sleep(0.1)

    def is_ready(self):
        try:
            return self.get("/readyz") == b"ok"
        except (OSError, http.client.HTTPException):
            return False

    # --- What only its owner can do --------------------------------------------------

    @property
    def url(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}"

    def get(self, path):
        """One anonymous request."""
        trust = ssl.create_default_context(cadata=self.ca_pem.decode())
        connection = http.client.HTTPSConnection(self.host, self.port, context=trust, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        finally:
            connection.close()

    def present_certificate_of(self, authority):
        """A new serving certificate; the server picks it up from its files by itself."""
        self.authority, self.ca_pem = authority, authority.cert_pem.bytes()
        leaf = authority.issue_cert("127.0.0.1", "::1", "localhost")
        self._write("serving-ca.pem", self.ca_pem)
        self._write("serving.key", leaf.private_key_pem.bytes())
        self._write("serving.pem", leaf.cert_chain_pems[0].bytes())
        self._write_kubeconfig()

    def user_certificate(self, name):
        """A certificate that the server takes for the user's of this name, and its key; PEM."""
        leaf = self._users.issue_cert("user.invalid", common_name=name)
        return leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes()

    def audited(self, user):
        """What `user` has asked for so far: (verb, resource, namespace/name, status), in order."""
        mark = uuid.uuid4().hex
        self.get(f"/version?{mark}")
        give_up = time.monotonic() + 10
        while mark not in (log := (self.directory / "audit.log").read_text()):
            assert time.monotonic() < give_up, "the audit log has no trace of a request"
            time.sleep(0.01)
        events = [json.loads(line) for line in log.splitlines() if user in line]
        events = [event for event in events if event["user"]["username"] == user]
        events.sort(key=lambda event: event["requestReceivedTimestamp"])
        return [_summary(event) for event in events]

    # --- Files -----------------------------------------------------------------------

    def _write(self, name, content):
        path = self.directory / name
        beside = path.with_suffix(".new")
        beside.write_bytes(content)
        beside.rename(path)
        return path

    def _write_kubeconfig(self):
        files = {
            "client-certificate": str(self.directory / "admin.pem"),
            "client-key": str(self.directory / "admin.key"),
        }
        place = {
            "server": self.url,
            "certificate-authority": str(self.directory / "serving-ca.pem"),
        }
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "e2e",
            "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "e2e"}}],
            "clusters": [{"name": "e2e", "cluster": place}],
            "users": [{"name": "e2e", "user": files}],
        }
        self._write("kubeconfig", json.dumps(document).encode())


def _summary(event):
    what = event.get("objectRef", {})
    name = f"{what.get('namespace', '')}/{what.get('name', '')}"
    return (event["verb"], what.get("resource"), name, event["responseStatus"]["code"])


def _write_key(path):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    path.write_bytes(pem)
    return key


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
