"""The way to a kubeconfig's server: by its proxy, by the environment's, or by none."""

import base64

import pytest

from outside import Outside
from standin.proxy import Proxy
from standin.socks import SocksProxy

NAME = "kubernetes.example.com"  # which only the proxies know


@pytest.fixture
def outside(stage):
    return Outside(stage)


@pytest.fixture
def place(outside):
    """Where the API server is for the proxies, and the only way to it by that name."""
    server = outside.stage.kubernetes
    outside.cluster["server"] = f"https://{NAME}:{server.port}"
    outside.cluster["tls-server-name"] = "localhost"
    return {f"{NAME}:{server.port}": (server.address, server.port)}


def make_proxy(outside, place, scheme):
    if scheme == "socks5":
        return SocksProxy(place)
    tls = outside.stage.cluster_authority.server_context("localhost")
    return Proxy(place, tls=tls if scheme == "https" else None)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
def test_the_cluster_s_own_proxy(outside, place, scheme):
    """The proxy, not we, looks up the name."""
    proxy = make_proxy(outside, place, scheme)
    cluster = {**outside.cluster, "proxy-url": proxy.url.replace("127.0.0.1", "localhost")}
    outcome = outside.run_with(outside.document(cluster), NO_PROXY="*", HTTPS_PROXY="http://[::1]:1")
    proxy.close()
    assert outcome.code == 0, outcome.stderr
    assert set(proxy.asked_for) == set(place)


def test_a_proxy_by_https_is_checked_as_the_cluster_is(outside, place):
    proxy = Proxy(place, tls=outside.stage.another_authority().server_context("localhost"))
    cluster = {**outside.cluster, "proxy-url": proxy.url.replace("127.0.0.1", "localhost")}
    assert outside.run_with(outside.document(cluster)).code == 76
    del cluster["certificate-authority-data"]
    cluster["proxy-url"], cluster["insecure-skip-tls-verify"] = proxy.url, True
    outcome = outside.run_with(outside.document(cluster))
    proxy.close()
    assert outcome.code == 0, outcome.stderr


def test_the_proxy_of_a_cluster_on_loopback(outside):
    """A tunnel's far end calls itself so; only the cluster's own proxy leads there."""
    server = outside.stage.kubernetes
    target = f"127.0.0.1:{server.port}"
    proxy = Proxy({target: (server.address, server.port)})
    outcome = outside.run_with(outside.document({**outside.cluster, "proxy-url": proxy.url}))
    proxy.close()
    assert outcome.code == 0, outcome.stderr
    assert set(proxy.asked_for) == {target}


def test_a_proxy_s_password(outside, place):
    password = outside.stage.canaries.make("proxy password", 20).replace("/", "_")
    outside.stage.canaries.watch("proxy password as sent", password)
    proxy = Proxy(place)
    url = proxy.url.replace("//", f"//robot:{password.replace('+', '%2B')}@")
    outcome = outside.run_with(outside.document({**outside.cluster, "proxy-url": url}), "-v")
    proxy.close()
    assert outcome.code == 0, outcome.stderr
    (authorization,) = set(proxy.authorizations)
    pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
    assert pair == f"robot:{password}"


def test_the_environment_s_proxy(outside, place):
    proxy = Proxy(place)
    outcome = outside.run_with(outside.document(), HTTPS_PROXY=proxy.url)
    proxy.close()
    assert outcome.code == 0, outcome.stderr
    assert set(proxy.asked_for) == set(place)


def test_no_proxy_of_the_environment_on_loopback(outside):
    outcome = outside.run_with(outside.document(), HTTPS_PROXY="http://[::1]:1")
    assert outcome.code == 0, outcome.stderr


@pytest.mark.parametrize(
    "url, code, words",
    [
        ("http://127.0.0.1:1", 75, "port 1 "),
        ("http://127.0.0.1", 75, "port 80 "),
        ("https://127.0.0.1", 75, "port 443 "),
        ("socks5://127.0.0.1", 75, "port 1080 "),
        ("http://a:b/c@127.0.0.1", 78, "proxy-url is not a usable proxy URL"),
        ("http://[::1", 78, "proxy-url is not a usable proxy URL"),
    ],
)
def test_a_proxy_that_is_none(outside, url, code, words):
    document = outside.document({**outside.cluster, "proxy-url": url})
    outcome = outside.run_with(document, "--timeout", "1s")
    assert outcome.code == code, outcome.stderr
    assert words in outcome.last_line
    assert "a:b" not in outcome.stderr


def test_a_proxy_that_does_not_know_the_place(outside):
    proxy = SocksProxy({})
    document = outside.document({**outside.cluster, "proxy-url": proxy.url})
    outcome = outside.run_with(document, "--timeout", "1s")
    proxy.close()
    assert outcome.code == 75, outcome.stderr
