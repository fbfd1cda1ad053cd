"""kubectl and we read the same kubeconfigs to the same effect: who we are, or that it can't be."""

import json
import os
import subprocess

import pytest

from pod import manifest
from standin import kubeconfig
from standin.certificates import Authority
from standin.kubeconfig import data, document, plugin
from standin.proxy import Proxy
from standin.socks import SocksProxy
from standin.world import IN_CLUSTER, without

ALICE, BOB = "alice@example.com", "bob"  # the first has a certificate, and may act as anybody
IMPERSONATOR = "ecr-secret-e2e-impersonator"
RBAC = "rbac.authorization.k8s.io"


@pytest.fixture(scope="module")
def alice(cluster):
    """A person who may act as others, by certificate and key."""
    if not hasattr(cluster, "user_certificate"):
        pytest.skip("KUBECONFIG is set: that cluster's users are not ours")
    rule = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["impersonate"]}
    meta = {"name": IMPERSONATOR}
    cluster.create(
        {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": meta, "rules": [rule]},
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": meta,
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": IMPERSONATOR},
            "subjects": [{"apiGroup": RBAC, "kind": "User", "name": ALICE}],
        },
    )
    yield cluster.user_certificate(ALICE)
    cluster.kubectl("delete", "clusterrole,clusterrolebinding", IMPERSONATOR)


@pytest.fixture(scope="module")
def account(cluster):
    """One namespace for all, and its ServiceAccount's token."""
    namespace = cluster.make_namespace(*manifest("default"))
    yield namespace, cluster.token(namespace)
    cluster.remove_namespaces()


class Place:
    """A folder of kubeconfigs, what they are made of, and kubectl and the program in it."""

    def __init__(self, pod, alice, folder):
        self.pod, self.cluster, self.folder = pod, pod.cluster, folder
        self.certificate, self.key = alice
        self.account = pod.user_name
        self.token = (pod.service_account / "token").read_text()
        self.closing = []
        self.file("alice.pem", self.certificate)
        self.file("alice.key", self.key)
        self.file("keys/token", self.token)
        self.file("ca.pem", self.cluster.ca_pem)

    def file(self, name, content, mode=0o600):
        path = kubeconfig.write(self.folder / name, content)
        path.chmod(mode)
        return path

    def make(self, user=None, **cluster):
        """The kubeconfig that works, with another user, and other members of its cluster."""
        usual = {"server": self.cluster.server, "certificate-authority-data": data(self.cluster.ca_pem)}
        merged = {name: value for name, value in {**usual, **cluster}.items() if value is not None}
        return document(merged, {"token": self.token} if user is None else user, self.pod.namespace)

    def asking(self, answer, version="v1", script="", **members):
        """A user whose plugin prints this ExecCredential, if its script does not end it."""
        api_version = f"client.authentication.k8s.io/{version}"
        text = {"apiVersion": api_version, "kind": "ExecCredential", "status": answer}
        self.file("answer.json", json.dumps(text))
        self.file("bin/plugin", f"#!/bin/sh\n{script}\ncat '{self.folder}/answer.json'\n", 0o700)
        return plugin("./bin/plugin", version, **members)

    def through(self, kind):
        """A proxy that knows the API server by another name as well."""
        target = f"kubernetes.invalid:{self.cluster.port}"
        proxy = kind({target: (self.cluster.host, self.cluster.port)})
        self.closing.append(proxy)
        return self.make(
            **{"server": f"https://{target}", "proxy-url": proxy.url, "tls-server-name": "localhost"}
        )

    def environment(self, files):
        names = [name if name.startswith("/") else str(self.folder / name) for name in files]
        bare = without(self.pod.environment, *IN_CLUSTER)
        return {**bare, "HOME": str(self.folder), "KUBECONFIG": ":".join(names)}

    def whoami(self, files):
        """Who kubectl is with these files; None if it can't be."""
        ended = subprocess.run(
            [*self.cluster.kubectl_words, "auth", "whoami", "-o", "json"],
            env={**self.environment(files), "PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if ended.returncode:
            return None
        return json.loads(ended.stdout)["status"]["userInfo"]["username"]

    def only(self, user):
        """Nobody but this user may write the Secret."""
        (binding,) = [d for d in manifest(self.pod.namespace) if d["kind"] == "RoleBinding"]
        if user != self.account:
            binding["subjects"] = [{"apiGroup": RBAC, "kind": "User", "name": user}]
        self.cluster.apply(binding)


@pytest.fixture
def place(aws, cluster, alice, account, tmp_path):
    aws.settle_in(tmp_path)
    aws.enter(cluster, *account)
    made = Place(aws, alice, tmp_path / "place")
    yield made
    for proxy in made.closing:
        proxy.close()
    assert not aws.defects()


def client(p, **members):
    return {"client-certificate-data": data(p.certificate), "client-key-data": data(p.key), **members}


def shows_certificate(p):
    return {"clientCertificateData": p.certificate.decode(), "clientKeyData": p.key.decode()}


WORKS = {
    # how it is written: a kubeconfig (or its text), and who one is
    "a token": lambda p: (p.make(), p.account),
    "a token file": lambda p: (p.make({"tokenFile": "keys/token"}), p.account),
    "a token file beats a token": lambda p: (
        p.make({"tokenFile": str(p.folder / "keys/token"), "token": "x"}),
        p.account,
    ),
    "a token without its file": lambda p: (
        p.make({"tokenFile": "gone", "token": p.token}),
        p.account,
    ),
    "certificate data": lambda p: (p.make(client(p)), ALICE),
    "certificate files": lambda p: (
        p.make({"client-certificate": "alice.pem", "client-key": "./alice.key"}),
        ALICE,
    ),
    "a certificate and a token": lambda p: (p.make(client(p, token=p.token)), ALICE),
    "a key without a certificate": lambda p: (
        p.make({"token": p.token, "client-key": "gone"}),
        p.account,
    ),
    "impersonation": lambda p: (p.make(client(p, **{"as": BOB})), BOB),
    "impersonation with all": lambda p: (
        p.make(
            client(
                p,
                **{"as": BOB, "as-uid": "1", "as-groups": ["a", "b"]},
                **{"as-user-extra": {"example.com/X y": ["1", "ü"]}},
            )
        ),
        BOB,
    ),
    "a plugin of v1": lambda p: (p.make(p.asking({"token": p.token})), p.account),
    "a plugin of v1beta1": lambda p: (
        p.make(p.asking({"token": p.token}, "v1beta1")),
        p.account,
    ),
    "a plugin with a certificate": lambda p: (p.make(p.asking(shows_certificate(p))), ALICE),
    "a plugin whose answer expired": lambda p: (
        p.make(p.asking({"token": p.token, "expirationTimestamp": "2020-01-01T00:00:00Z"})),
        p.account,
    ),
    "a plugin with variables and arguments": lambda p: (
        p.make(
            p.asking(
                {"token": p.token},
                script='[ "$A$1" = "b c" ] || exit 1',
                env=[{"name": "A", "value": "b "}],
                args=["c"],
            )
        ),
        p.account,
    ),
    "a plugin that is told of the cluster": lambda p: (
        p.make(
            p.asking(
                {"token": p.token},
                script=f'case $KUBERNETES_EXEC_INFO in *"{p.cluster.server}"*) ;; *) exit 1; esac',
                provideClusterInfo=True,
            )
        ),
        p.account,
    ),
    "a token beats a plugin": lambda p: (
        p.make({"token": p.token, **plugin("/no/such/program")}),
        p.account,
    ),
    "a CA's file": lambda p: (
        p.make(**{"certificate-authority-data": None, "certificate-authority": "ca.pem"}),
        p.account,
    ),
    "no check of the certificate": lambda p: (
        p.make(**{"certificate-authority-data": None, "insecure-skip-tls-verify": True}),
        p.account,
    ),
    "yes for true": lambda p: (
        json.dumps(
            p.make(**{"certificate-authority-data": None, "insecure-skip-tls-verify": True})
        ).replace("true", "yes"),
        p.account,
    ),
    "another name of the server": lambda p: (p.make(**{"tls-server-name": "localhost"}), p.account),
    "a slash behind the server": lambda p: (p.make(server=p.cluster.server + "/"), p.account),
    "an http proxy": lambda p: (p.through(Proxy), p.account),
    "a SOCKS proxy": lambda p: (p.through(SocksProxy), p.account),
    "JSON": lambda p: (json.dumps(p.make()), p.account),
    "JSON with tabs": lambda p: (json.dumps(p.make(), indent="\t"), p.account),
    "a byte order mark": lambda p: (b"\xef\xbb\xbf" + json.dumps(p.make()).encode(), p.account),
    "members that nobody knows": lambda p: ({**p.make(), "unknown": {"a": [1.5]}}, p.account),
}


@pytest.mark.parametrize("case", WORKS)
def test_it_works(place, case):
    content, user = WORKS[case](place)
    works_with(place, {"config": content}, user)


def works_with(place, files, user):
    for name, content in files.items():
        place.file(name, content)
    place.only(user)
    assert place.whoami(files) == user
    outcome = place.pod.run(environment=place.environment(files))
    assert outcome.code == 0, outcome.stderr
    assert place.pod.holds_newest_password()


def test_the_first_of_several_files_wins(place):
    own = place.make()
    other = {**place.make({"token": "x"}), "current-context": "gone"}
    other["contexts"][0]["name"] = "other"
    works_with(place, {"own": own, "other": other}, place.account)


def test_parts_of_several_files_make_one(place):
    whole = place.make()
    parts = {
        name: {"apiVersion": "v1", "kind": "Config", name: whole[name]}
        for name in ("clusters", "users", "contexts", "current-context")
    }
    works_with(place, {**parts, "users": {**parts["users"], "current-context": ""}}, place.account)


def changed(p, **members):
    return {**p.make(), **members}


FAILS = {
    # how it is written, and our exit code
    "a CA of somebody else": lambda p: (
        p.make(**{"certificate-authority-data": data(Authority().pem)}),
        76,
    ),
    "no CA": lambda p: (p.make(**{"certificate-authority-data": None}), 76),
    "a wrong name": lambda p: (p.make(**{"tls-server-name": "wrong.example.com"}), 76),
    "two CAs": lambda p: (p.make(**{"certificate-authority": "ca.pem"}), 78),
    "a CA and no check": lambda p: (p.make(**{"insecure-skip-tls-verify": True}), 78),
    "a quoted flag": lambda p: (p.make(**{"insecure-skip-tls-verify": "true"}), 78),
    "a CA that is no base64": lambda p: (p.make(**{"certificate-authority-data": "%"}), 78),
    "a proxy of another kind": lambda p: (p.make(**{"proxy-url": "ftp://localhost"}), 78),
    "a number for a token": lambda p: (p.make({"token": 1}), 78),
    "a wrong token": lambda p: (p.make({"token": "x"}), 77),
    "a password": lambda p: (p.make({"username": "a", "password": "b"}), 77),
    "a token and a password": lambda p: (p.make({"token": p.token, "username": "b"}), 78),
    "a certificate without its key": lambda p: (p.make({"client-certificate": "alice.pem"}), 78),
    "two certificates": lambda p: (p.make(client(p, **{"client-certificate": "alice.pem"})), 78),
    "a key of somebody else": lambda p: (
        p.make({**client(p), "client-key-data": data(p.cluster.user_certificate(BOB)[1])}),
        78,
    ),
    "a group without a user": lambda p: (p.make(client(p, **{"as-groups": ["a"]})), 78),
    "a plugin that fails": lambda p: (p.make(p.asking({"token": p.token}, script="exit 1")), 78),
    "a plugin that wants a person": lambda p: (
        p.make(p.asking({"token": p.token}, interactiveMode="Always")),
        78,
    ),
    "a plugin without a mode": lambda p: (
        p.make(p.asking({"token": p.token}, interactiveMode=None)),
        78,
    ),
    "a plugin of an old version": lambda p: (p.make(p.asking({"token": p.token}, "v1alpha1")), 78),
    "a plugin without an answer": lambda p: (p.make(p.asking({})), 76),
    "a plugin with half an answer": lambda p: (
        p.make(p.asking({"token": p.token, "clientKeyData": p.key.decode()})),
        76,
    ),
    "an unknown cluster": lambda p: (changed(p, clusters=[]), 78),
    "an unknown user": lambda p: (changed(p, users=[]), 78),
    "a user twice": lambda p: (changed(p, users=2 * p.make()["users"]), 78),
    "no current context": lambda p: (changed(p, **{"current-context": ""}), 78),
    "an unknown current context": lambda p: (changed(p, **{"current-context": "x"}), 78),
    "another kind": lambda p: (changed(p, kind="Secret"), 78),
    "another version": lambda p: (changed(p, apiVersion="v2"), 78),
    "an open bracket": lambda p: (json.dumps(p.make())[:-1], 78),
    "a tab": lambda p: ("a:\n\tb: c\n", 78),
}


@pytest.mark.parametrize("case", FAILS)
def test_it_fails(place, case):
    content, code = FAILS[case](place)
    place.file("config", content)
    assert place.whoami(["config"]) is None
    with place.pod.secret_stays():
        outcome = place.pod.run(environment=place.environment(["config"]))
    assert outcome.code == code, outcome.stderr
