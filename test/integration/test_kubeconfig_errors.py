"""kubeconfig files that can't be: each is refused by its place, before anything is asked."""

import re

import pytest
from cryptography.hazmat.primitives import serialization

from outside import Outside
from standin import kubeconfig


@pytest.fixture
def outside(stage):
    return Outside(stage)


BOMB = "a: &a [x, x]\n" + "\n".join(f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi"))
TEXTS = {
    # what is in the file, and what the error says after the file's name
    "a bomb": (BOMB, r"line 1: anchors \(&\) are not supported; .+"),
    "an alias to nothing": ("a: *b\n", r"line 1: aliases \(\*\) are not supported; .+"),
    "a merge key": ("a:\n  <<: {b: c}\n", r"line 2: merge keys \(<<\) are not supported; .+"),
    "a tag": ("a: !!python/object:os.system x\n", r"line 1: tags \(!\) are not supported"),
    "a second document": ("a: b\n---\nc: d\n", "line 2: a second document"),
    "a key twice": ("a: b\nc: d\na: e\n", 'line 3: "a" is there twice'),
    "a list for a key": ("[a, b]: c\n", "line 1: a key that is no text"),
    "tabs": ("a:\n\tb: c\n", "line 2: .+; YAML is not indented by tabs"),
    "an open bracket": ("a: [b\nc: d\n", "line 2: .+"),
    "an open quote": ('a: "b\n', "line 2: .+"),
    "too many brackets": ("[" * 70, "line 1: nested too deep"),
    "too many members": ("a: [" + "1," * 20000 + "]", "line 1: too many members"),
    "Latin 1": (b"a: b\nc: \xe4\n", "line 2: .+"),
    "UTF-16": ("a: b\n".encode("utf-16"), "is UTF-16 or UTF-32; save it as UTF-8"),
    "UTF-16 without its mark": ("a: b\n".encode("utf-16-le"), "line 1: has a NUL, .+"),
    "a NUL by its escape": ('a: "\\0"\n', "line 1: a NUL is no text"),
    "a control character": (b"a: \x01\n", "line 1: control characters are not allowed"),
    "a list": ("- a\n- b\n", "not a kubeconfig"),
    "a word": ("kubeconfig\n", "not a kubeconfig"),
    "a Secret": ("apiVersion: v1\nkind: Secret\n", "not a kubeconfig, .+ but a Secret of v1"),
    "another version": ("apiVersion: v2\nkind: Config\n", ".+ but a Config of v2"),
    "nothing": ("", "has no current-context; give --context"),
    "comments": ("# nothing\n", "has no current-context; give --context"),
    "a number for a context": ("current-context: 1\n", "current-context: not text: quote it"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_file_of(outside, case):
    text, words = TEXTS[case]
    path = outside.write(text)
    with outside.nothing_is_asked():
        outcome = outside.run("--kubeconfig", str(path))
    assert outcome.code == 78, outcome.stderr
    assert re.fullmatch(f"error: {re.escape(str(path))}: {words}", outcome.last_line)


def test_a_file_that_is_too_large(outside):
    outcome = outside.run_with("#" * (9 << 20))
    assert outcome.code == 78 and "larger than" in outcome.last_line


def test_what_is_broken_says_nothing_of_the_rest(outside):
    """The file's secrets are on the canaries' list: none of them may be shown."""
    text = kubeconfig.write(outside.stage.directory / "c", outside.document()).read_text()
    for broken in (text + "\t", text.replace("token: ", "token: ["), text + "x: &x"):
        assert outside.run_with(broken).code == 78


CA = "certificate-authority"
CLUSTERS = {
    # members of the cluster that are other, and what the error says of them
    "no server": ({"server": None}, "has no server"),
    "a server without a scheme": ({"server": "10.0.0.1:6443"}, "server: not an https URL.+"),
    "a server of another scheme": ({"server": "ftp://a"}, "server: not an https URL.+"),
    "a password in the server": ({"server": "https://a:b@c"}, "server: not an https URL.+"),
    "a plain server far away": ({"server": "http://10.0.0.1"}, "server: http would show .+"),
    "a number for a server": ({"server": 10}, "server: not text: quote it"),
    "a CA that is no base64": ({CA + "-data": "%"}, CA + "-data: not base64"),
    "a CA that is missing": (
        {CA + "-data": None, CA: "gone"},
        CA + ": .+/gone: No such file or directory",
    ),
    "a CA's file that is empty": (
        {CA + "-data": None, CA: "empty"},
        CA + ": .+/empty: empty",
    ),
    "two CAs": ({CA: "gone"}, f"{CA} and {CA}-data are both set"),
    "a CA that does not count": (
        {"insecure-skip-tls-verify": True},
        CA + " makes no sense with insecure-skip-tls-verify",
    ),
    "a quoted flag": (
        {"insecure-skip-tls-verify": "true"},
        "insecure-skip-tls-verify: not true or false",
    ),
    "a strange name": ({"tls-server-name": "a/b"}, "tls-server-name: no host name"),
    "a strange proxy": ({"proxy-url": "socks4://a"}, "proxy-url: not an http, .+"),
}


@pytest.mark.parametrize("case", CLUSTERS)
def test_a_cluster_with(outside, case):
    changed, words = CLUSTERS[case]
    outside.write("", "empty")
    with outside.nothing_is_asked():
        outcome = outside.run_with(outside.document({**outside.cluster, **changed}))
    assert outcome.code == 78, outcome.stderr
    place = r'cluster "cluster-1" in .+/config\.yaml'
    assert re.fullmatch(f"error: {place}: {words}", outcome.last_line)


def test_a_ca_without_a_certificate(outside):
    cluster = {**outside.cluster, CA + "-data": kubeconfig.data(b"no certificate")}
    outcome = outside.run_with(outside.document(cluster))
    assert outcome.code == 78
    assert re.search("CA of the API server: .+config.yaml: holds no cert", outcome.last_line)


def test_a_ca_of_somebody_else(outside):
    pem = outside.stage.another_authority().pem
    cluster = {**outside.cluster, CA + "-data": kubeconfig.data(pem)}
    outcome = outside.run_with(outside.document(cluster))
    assert outcome.code == 76
    assert "trusted are the certificates of certificate-authority-data in " in outcome.last_line


USERS = {
    # the user's body, and what the error says of it
    "a number for a token": ({"token": 123}, "token: not text: quote it"),
    "a line break in a token": ({"token": "a\nb"}, "token: has a control character .+"),
    "a token file that is missing": ({"tokenFile": "gone"}, ".+/gone: No such file or directory"),
    "a token and a password": (
        {"token": "a", "username": "b"},
        "a token and a password: only one is allowed",
    ),
    "a certificate without its key": (
        {"client-certificate-data": "YQ=="},
        "client-certificate: has no client-key",
    ),
    "a key that is missing": (
        {"client-certificate-data": "YQ==", "client-key": "gone"},
        "client-key: .+/gone: No such file or directory",
    ),
    "two keys": (
        {"client-certificate-data": "YQ==", "client-key": "gone", "client-key-data": "YQ=="},
        "client-key and client-key-data are both set",
    ),
    "a group without a user": ({"as-groups": ["a"]}, "as-uid, as-groups and .+"),
    "a group that is no list": ({"as": "a", "as-groups": "b"}, "as-groups: not a list"),
    "a group that is a number": ({"as": "a", "as-groups": [1]}, "as-groups: not a list of texts"),
    "a line break in a name": ({"as": "a\nb"}, "Impersonate-User: has a control character.+"),
    "an extra that is no list": ({"as": "a", "as-user-extra": {"b": "c"}}, "b: not a list"),
    "a provider": ({"auth-provider": {"name": "gcp"}}, "auth-provider is not supported.+"),
}


@pytest.mark.parametrize("case", USERS)
def test_a_user_with(outside, case):
    user, words = USERS[case]
    with outside.nothing_is_asked():
        outcome = outside.run_with(outside.document(user=user))
    assert outcome.code == 78, outcome.stderr
    place = r'user "user-1" in .+/config\.yaml'
    assert re.fullmatch(f"error: {place}: {words}", outcome.last_line)


def test_a_key_of_another_certificate(outside):
    certificate, key = outside.client_certificate()
    key.write_bytes(outside.stage.users_authority.user("other")[1])
    user = {"client-certificate": str(certificate), "client-key": str(key)}
    outcome = outside.run_with(outside.document(user=user))
    assert outcome.code == 78
    words = "the client certificate of user user-1 in .+: .+ can't be used: key values mismatch"
    assert re.search(words, outcome.last_line)


def locked(pem):
    """A key that only a passphrase opens."""
    key = serialization.load_pem_private_key(pem, None)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"passphrase"),
    )


NO_CERTIFICATE = ": holds no certificate in PEM form"
SWAPPED = {
    # what the certificate and the key are, and what the error says
    "no certificate": (lambda c, k: (b"x", k), NO_CERTIFICATE),
    "one that is vouched for by nonsense": (
        lambda c, k: (c[:-200], k),
        "certificate 2 is damaged (bad end line)",
    ),
    "no key": (lambda c, k: (c, b"x"), "the key is none in PEM form, or needs a passphrase"),
    "a locked key": (lambda c, k: (c, locked(k)), "in PEM form, or needs a passphrase"),
    "the key for a certificate": (lambda c, k: (k, c), NO_CERTIFICATE),
}


@pytest.mark.parametrize("case", SWAPPED)
def test_a_client_certificate_that_is(outside, case):
    change, words = SWAPPED[case]
    certificate, key = map(kubeconfig.data, change(*outside.stage.users_authority.user("a")))
    user = {"client-certificate-data": certificate, "client-key-data": key}
    outcome = outside.run_with(outside.document(user=user))
    assert outcome.code == 78 and outcome.last_line.endswith(words)


def entry(kind, name, **body):
    return {"name": name, kind: body}


CONTEXTS = {
    # members of the document that are other, the exit code, and what the error says
    "no such current context": ({"current-context": "gone"}, 78, 'current-context: no .+"gone" in'),
    "no current context": ({"current-context": ""}, 78, "has no current-context; give --context"),
    "no cluster": ({"contexts": [entry("context", "prod", user="user-1")]}, 78, "names no cluster"),
    "no user": (
        {"contexts": [entry("context", "prod", cluster="cluster-1")]},
        78,
        "context prod of .+: names no user",
    ),
    "an unknown cluster": ({"clusters": []}, 78, 'there is no cluster "cluster-1"'),
    "an unknown user": ({"users": None}, 78, 'there is no user "user-1"'),
    "itself twice": (
        {"contexts": [entry("context", "prod"), entry("context", "prod")]},
        78,
        'context "prod": is there twice',
    ),
}


@pytest.mark.parametrize("case", CONTEXTS)
def test_a_context_with(outside, case):
    changed, code, words = CONTEXTS[case]
    with outside.nothing_is_asked():
        outcome = outside.run_with(outside.document(**changed))
    assert outcome.code == code, outcome.stderr
    assert re.search(words, outcome.last_line)


def test_a_context_that_no_file_has_is_a_usage_error(outside):
    with outside.nothing_is_asked():
        outcome = outside.run_with(None, "--context", "gone")
    assert outcome.code == 64
    assert re.fullmatch('error: --context: no context "gone" in .+config.yaml', outcome.last_line)


def test_a_namespace_that_can_t_be(outside):
    with outside.nothing_is_asked():
        outcome = outside.run_with(outside.document(namespace="Apps_"))
    assert outcome.code == 78 and '"Apps_" is no namespace' in outcome.last_line


@pytest.mark.parametrize("path", ["/no/such/file", "/", "/dev/null"])
def test_a_path_that_is_no_file(outside, path):
    outcome = outside.run("--kubeconfig", path)
    assert outcome.code == 78 and path in outcome.last_line


def test_one_broken_file_of_several_spoils_all(outside):
    good, bad = outside.write(), outside.write("a: [", "bad.yaml")
    outcome = outside.run(KUBECONFIG=f"{good}:{bad}")
    assert outcome.code == 78 and f"{bad}: line" in outcome.last_line
