"""kubeconfig files: which one counts, what a context leads to, and who we are there."""

import json
import re

import pytest

from outside import Outside
from standin import faults, kubeconfig
from standin.kubernetes_api import READ, KubernetesApi
from standin.world import IN_CLUSTER, NAMESPACE, SECRET


@pytest.fixture
def outside(stage):
    return Outside(stage)


def succeeds(outside, outcome, user="token-user"):
    assert outcome.code == 0, outcome.stderr
    assert outside.asked_by() == user
    return outcome


def certificate_data(outside):
    certificate, key = (path.read_bytes() for path in outside.client_certificate())
    encoded = kubeconfig.data(certificate), kubeconfig.data(key)
    return dict(zip(("client-certificate-data", "client-key-data"), encoded))


def certificate_files(outside):
    certificate, key = outside.client_certificate()
    return {"client-certificate": certificate.name, "client-key": str(key)}


def token_file(outside, text=None):
    path = outside.stage.directory / "secrets/token"
    path.parent.mkdir()
    path.write_text(outside.token + "\n" if text is None else text)
    return "secrets/token"


def basic(outside):
    password = outside.stage.canaries.make("password", 30)
    outside.stage.kubernetes.passwords[f"alice:{password}"] = "alice"
    return {"username": "alice", "password": password}


USERS = {
    # what the user has: its body, and whom the server takes us for
    "a token": (lambda o: {"token": o.token}, "token-user"),
    "a token file, relative to the kubeconfig": (
        lambda o: {"tokenFile": token_file(o)},
        "token-user",
    ),
    "a token file, which beats the token": (
        lambda o: {"tokenFile": token_file(o), "token": "old"},
        "token-user",
    ),
    "a token for want of its file": (
        lambda o: {"tokenFile": "gone", "token": o.token},
        "token-user",
    ),
    "a name and a password": (basic, "alice"),
    "a certificate as data": (certificate_data, "certificate-user"),
    "a certificate in files": (certificate_files, "certificate-user"),
    "a certificate and a token": (
        lambda o: {**certificate_files(o), "token": o.token},
        "certificate-user",
    ),
    "a token, which beats a plugin": (
        lambda o: {"token": o.token, **kubeconfig.plugin("/no/such/plugin")},
        "token-user",
    ),
}


@pytest.mark.parametrize("case", USERS)
def test_a_user_with(outside, case):
    make, user = USERS[case]
    succeeds(outside, outside.run_with(outside.document(user=make(outside))), user)


CLUSTERS = {
    # what the cluster has instead
    "a CA in a file": lambda o: {"certificate-authority-data": None,
                                 "certificate-authority": o.ca.name},
    "a CA in lines of base64": lambda o: {
        "certificate-authority-data": re.sub(
            "(.{64})", r"\1\n", o.cluster["certificate-authority-data"]
        )
    },
    "a slash behind the server": lambda o: {"server": o.cluster["server"] + "/"},
    "members that mean nothing to us": lambda o: {"disable-compression": True, "extensions": [
        {"name": "minikube.sigs.k8s.io", "extension": {"version": 1.30}}]},
}


@pytest.mark.parametrize("case", CLUSTERS)
def test_a_cluster_with(outside, case):
    changed = {**outside.cluster, **CLUSTERS[case](outside)}
    succeeds(outside, outside.run_with(outside.document(changed)))


def test_json_is_a_kubeconfig_too(outside):
    succeeds(outside, outside.run_with(json.dumps(outside.document(), indent="\t")))


def test_a_byte_order_mark_does_no_harm(outside):
    text = json.dumps(outside.document())
    succeeds(outside, outside.run_with(b"\xef\xbb\xbf" + text.encode()))


def test_without_a_ca_the_system_s_roots_count(outside):
    cluster = {"server": outside.cluster["server"]}
    outcome = outside.run_with(outside.document(cluster))
    assert outcome.code == 76 and "certificate" in outcome.last_line
    succeeds(outside, outside.run_with(outside.document(cluster), SSL_CERT_FILE=str(outside.ca)))


def test_the_server_s_path_is_kept(outside):
    """As Rancher has it: many clusters behind one host."""
    cluster = {**outside.cluster, "server": outside.cluster["server"] + "/k8s/clusters/c-1/"}
    outcome = outside.run_with(outside.document(cluster))
    assert outcome.code == 69
    read = outside.stage.kubernetes.requests[0]
    assert read.path == f"/k8s/clusters/c-1/api/v1/namespaces/{NAMESPACE}/secrets/{SECRET}"


# --- Trust -----------------------------------------------------------------------------------


def test_an_unchecked_certificate_is_warned_of(outside):
    cluster = {"server": outside.cluster["server"], "insecure-skip-tls-verify": True}
    outcome = succeeds(outside, outside.run_with(outside.document(cluster)))
    assert re.match("warning: .*insecure-skip-tls-verify", outcome.lines[0])


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_another_name_in_the_certificate(outside, address):
    names = []
    context = outside.stage.cluster_authority.server_context("kubernetes.default.svc")
    context.sni_callback = lambda connection, name, context: names.append(name)
    server = KubernetesApi(tls=context, address=address)
    server.tokens = outside.stage.kubernetes.tokens
    server.add_namespace(NAMESPACE)
    server.allow(NAMESPACE, SECRET)
    cluster = {**outside.cluster, "server": server.url}
    assert outside.run_with(outside.document(cluster)).code == 76
    cluster["tls-server-name"] = "kubernetes.default.svc"
    outcome = outside.run_with(outside.document(cluster), "--verbose")
    server.close()
    assert outcome.code == 0, outcome.stderr
    assert names[-1] == "kubernetes.default.svc"
    assert {r.header("Host") for r in server.requests} == {server.url.removeprefix("https://")}
    assert f"GET {server.url.removeprefix('https://')}/api/v1/" in outcome.stderr


def test_a_plain_server_is_asked_without_a_credential(outside):
    """As kubectl proxy offers it."""
    server = KubernetesApi()
    outcome = outside.run_with(outside.document({"server": server.url}))
    server.close()
    assert outcome.code == 77
    assert {r.header("Authorization") for r in server.requests} == {None}


# --- Impersonation -----------------------------------------------------------------------------


def test_impersonation(outside):
    outside.stage.kubernetes.impersonators.add("token-user")
    acting = {
        "as": "system:serviceaccount:apps:ecr",
        "as-uid": "12-34",
        "as-groups": ["system:authenticated", "grüße"],
        "as-user-extra": {"example.com/Scope": ["a b", "c"]},
    }
    outcome = outside.run_with(outside.document(user={**outside.user, **acting}))
    succeeds(outside, outcome, "system:serviceaccount:apps:ecr")
    for request in outside.stage.kubernetes.requests:
        sent = [(n, v.encode("latin-1").decode()) for n, v in request.headers
                if n.startswith("Impersonate")]
        assert sent == [
            ("Impersonate-User", "system:serviceaccount:apps:ecr"),
            ("Impersonate-Uid", "12-34"),
            ("Impersonate-Group", "system:authenticated"),
            ("Impersonate-Group", "grüße"),
            ("Impersonate-Extra-example.com%2FScope", "a b"),
            ("Impersonate-Extra-example.com%2FScope", "c"),
        ]


# --- Which file, context and namespace ----------------------------------------------------------


def test_the_run_says_where_it_writes(outside):
    path = outside.write()
    outcome = succeeds(outside, outside.run("--kubeconfig", str(path)))
    server = outside.stage.kubernetes.url
    assert outcome.lines[0] == f"writing to {server}, context prod of {path}, namespace apps"
    outcome = outside.run("--kubeconfig", str(path), "--log-format", "json")
    event = outcome.events[0]
    assert (event["server"], event["origin"]) == (server, f"context prod of {path}")


def test_a_pod_does_not_say_so(stage):
    assert "writing to" not in stage.run().stderr


def test_without_a_namespace_there_is_no_default(outside):
    document = outside.document(namespace=None)
    with outside.nothing_is_asked():
        outcome = outside.run_with(document)
    assert outcome.code == 64 and "--namespace" in outcome.last_line
    succeeds(outside, outside.run_with(document, "--namespace", NAMESPACE))


def broken(text="no: cluster"):
    return {"apiVersion": "v1", "current-context": text}


ORDER = {
    # what there is, from most to least weight: each time the first that is there must win
    "--kubeconfig": lambda o, path: (["--kubeconfig", path], {}),
    "its variable": lambda o, path: ([], {"ECR_SECRET_KUBECONFIG": path}),
    "--service-account-dir": lambda o, path: (
        [],
        {name: o.stage.environment[name] for name in IN_CLUSTER},
    ),
    "KUBECONFIG": lambda o, path: ([], {"KUBECONFIG": path}),
    "~/.kube/config": lambda o, path: ([], {}),
}


@pytest.mark.parametrize("winner", ORDER)
def test_what_comes_first(outside, winner):
    good, bad = str(outside.write()), str(outside.write(broken(), "bad.yaml"))
    kubeconfig.write(outside.home_file, outside.document() if winner[0] == "~" else broken())
    arguments, variables = [], {}
    for name in reversed(list(ORDER)[list(ORDER).index(winner):]):
        more, given = ORDER[name](outside, good if name == winner else bad)
        variables = {**variables, **given}
        arguments = more
    in_pod = winner == "--service-account-dir"
    user = "system:serviceaccount:apps:ecr-secret" if in_pod else "token-user"
    succeeds(outside, outside.run(*arguments, **variables), user)


def test_a_context_leaves_the_pod(outside):
    kubeconfig.write(outside.home_file, outside.document())
    pod = {name: outside.stage.environment[name] for name in IN_CLUSTER}
    succeeds(outside, outside.run("--context", "prod", **pod))


def test_no_cluster_at_all(outside):
    with outside.nothing_is_asked():
        outcome = outside.run()
    assert outcome.code == 78
    words = "error: cluster: none found: KUBECONFIG is not set, there is no .+/.kube/config"
    assert re.fullmatch(words + ", and this is no pod: .+", outcome.last_line)
    outcome = outside.run("--context", "prod")
    assert re.fullmatch(words, outcome.last_line)


def test_files_are_merged(outside):
    """The first file wins, entry by entry and as a whole; missing files are skipped."""
    wrong = {"server": "https://127.0.0.1:1", "insecure-skip-tls-verify": True}
    first = outside.document(user={}, names=("dev", "cluster-1", "user-2"), contexts=None)
    second = outside.document(wrong)
    outside.write({**first, "current-context": "", "users": []}, "a")
    outside.write(second, "b")
    paths = [str(outside.stage.directory / name) for name in ("a", "gone", "b", "a")]
    succeeds(outside, outside.run(KUBECONFIG=":".join(["", *paths])))


def test_all_files_are_missing(outside):
    outcome = outside.run(KUBECONFIG="/no/such:/nor/such")
    assert outcome.code == 78 and "KUBECONFIG: /no/such:/nor/such: " in outcome.last_line


REFUSED = {
    # what was shown: what the error says of it
    "a token": (lambda o: {"token": o.token}, "the token of user user-1 in "),
    "a token file": (lambda o: {"tokenFile": token_file(o)}, "the token in .+/secrets/token is"),
    "a certificate": (certificate_files, "the client certificate of user user-1 in "),
    "a password": (basic, "the name and password of user user-1 in "),
    "nothing": (lambda o: {}, "context prod of .+ has no credential$"),
}


@pytest.mark.parametrize("shown", REFUSED)
def test_a_401_names_what_was_shown(outside, shown):
    make, words = REFUSED[shown]
    document = outside.document(user=make(outside))
    server = outside.stage.kubernetes
    server.tokens, server.passwords = {}, {}
    server.strangers = {"certificate-user"}
    outcome = outside.run_with(document)
    assert outcome.code == 77, outcome.stderr
    assert re.search(words, outcome.last_line)


def test_a_password_that_comes_back_is_not_shown(outside):
    user = basic(outside)
    document = {"kind": "Status", "message": f"no such user: {user['password']}"}
    answer = faults.reply_json(403, document)
    outside.stage.kubernetes.misbehave(READ, answer)
    outcome = outside.run_with(outside.document(user=user))
    assert "no such user: ***" in outcome.stderr
