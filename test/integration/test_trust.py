"""Bundles of authorities: with a damaged one in it, none is trusted only as far as that."""

import re

import pytest

from standin import kubeconfig
from standin.certificates import Authority
from standin.world import NAMESPACE

OTHERS = [Authority().pem for _ in range(2)]


def change_lines(change):
    """A certificate whose lines, in PEM, are changed so."""
    return lambda pem: b"".join(change(pem.splitlines(keepends=True)))


DAMAGES = {
    "no base64": change_lines(lambda lines: [lines[0], b"!", *lines[1:]]),
    "no certificate": change_lines(lambda lines: [lines[0], b"AAAA", lines[1][4:], *lines[2:]]),
    "a line is lost": change_lines(lambda lines: lines[:2] + lines[3:]),
    "its end is lost": change_lines(lambda lines: lines[:-1]),
    "it is cut off": change_lines(lambda lines: lines[:-3]),
    "it is empty": change_lines(lambda lines: [lines[0], lines[-1]]),
}
PLACES = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "ca.crt", "kubeconfig")


def run_with(stage, place, bundle):
    """A run that trusts this bundle, and how an error names it."""
    file = stage.directory / "bundle.pem"
    if bundle is not None:
        file.write_bytes(bundle)
    if place == "ca.crt":
        file = stage.service_account / "ca.crt"
        file.write_bytes(bundle)
        return stage.run(), f"cluster: CA of the API server: {file}"
    if place == "kubeconfig":
        data = "certificate-authority-data"
        cluster = {"server": stage.kubernetes.url, data: kubeconfig.data(bundle)}
        user = {"token": (stage.service_account / "token").read_text()}
        path = stage.directory / "config.yaml"
        kubeconfig.write(path, kubeconfig.document(cluster, user, NAMESPACE))
        outcome = stage.run("--kubeconfig", str(path), environment=stage.outside())
        return outcome, f"cluster: CA of the API server: {data} in {path}"
    environment = stage.with_variables(**{"AWS_CA_BUNDLE": None, place: str(file)})
    prefix = "AWS_CA_BUNDLE: " if place == "AWS_CA_BUNDLE" else ""
    return stage.run(environment=environment), f"{prefix}{file}"


def good(stage, place):
    is_aws = place in ("AWS_CA_BUNDLE", "SSL_CERT_FILE")
    return (stage.aws_authority if is_aws else stage.cluster_authority).pem


@pytest.mark.parametrize("place", PLACES)
def test_all_of_a_bundle_are_trusted_whatever_stands_between(stage, place):
    key = stage.users_authority.user("a")[1]
    between = b"\n# a remark\nsubject=CN = x\n# -----BEGIN CERTIFICATE-----\n"
    bundle = b"\n".join((b"text", OTHERS[0], key, between, OTHERS[1], good(stage, place), b"end"))
    outcome, _ = run_with(stage, place, bundle.replace(b"\n", b"\r\n"))
    assert outcome.code == 0, outcome.stderr


@pytest.mark.parametrize("label", [b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"])
def test_certificates_go_by_other_names_too(stage, label):
    bundle = OTHERS[0] + good(stage, "ca.crt").replace(b"CERTIFICATE", label)
    outcome, _ = run_with(stage, "ca.crt", bundle)
    assert outcome.code == 0, outcome.stderr


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("place", PLACES)
def test_a_damaged_one_is_an_error_wherever_it_is(stage, place, damage, number):
    bundle = [good(stage, place), OTHERS[0]]
    bundle.insert(number - 1, DAMAGES[damage](OTHERS[1]))
    outcome, named = run_with(stage, place, b"".join(bundle))
    assert outcome.code == 78, outcome.stderr
    words = re.escape(f"error: {named}: certificate {number} is damaged (")
    assert re.fullmatch(words + r"[a-zA-Z0-9 ]+\)", outcome.last_line)


NONE = {
    # a bundle without any, or with something that hides some, and what is said
    "words": (b"nothing\n", "holds no certificate in PEM form"),
    "a key": (Authority().user("a")[1], "holds no certificate in PEM form"),
    "a NUL": (OTHERS[0] + b"\0" + OTHERS[1], "has a NUL, so it is no text"),
    "no file": (None, "No such file or directory"),
}


@pytest.mark.parametrize("bundle, words", NONE.values(), ids=NONE)
def test_what_is_no_bundle_is_an_error(stage, bundle, words):
    outcome, named = run_with(stage, "AWS_CA_BUNDLE", bundle)
    assert outcome.code == 78
    assert outcome.last_line == f"error: {named}: {words}"
