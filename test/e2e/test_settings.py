"""Mistakes in a pod's settings: found before a real server is asked for anything."""

import re

import pytest

from standin.world import without

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def file_of(pod, name):
    return re.escape(str(pod.service_account / name))


def test_64_a_namespace_that_cannot_be(own_cluster, pod):
    pod.refused(64, "--namespace: .+", "--namespace", "No_Such")
    assert pod.requests() == []


def test_64_an_unknown_option(own_cluster, pod):
    pod.refused(64, ".*--frobnicate.*", "--frobnicate")
    assert pod.requests() == []


@pytest.mark.parametrize("name", ["token", "ca.crt"])
def test_78_a_file_of_the_service_account_is_missing(own_cluster, pod, name):
    (pod.service_account / name).unlink()
    pod.refused(78, rf"cluster: .+: {file_of(pod, name)}: .+")
    assert pod.requests() == []


def test_78_no_credentials_of_aws(pod):
    environment = without(pod.environment, *KEYS)
    line = "credentials: none found: environment: AWS_ACCESS_KEY_ID is not set; web identity: .+"
    pod.refused(78, line, environment=environment)


def test_78_half_a_credential(pod):
    line = "credentials: environment: only half is set: AWS_SECRET_ACCESS_KEY is missing"
    pod.refused(78, line, environment=without(pod.environment, KEYS[1]))


def test_78_outside_a_pod(own_cluster, pod):
    environment = without(pod.environment, "KUBERNETES_SERVICE_HOST")
    line = "cluster: KUBERNETES_SERVICE_HOST is not set: .+"
    pod.refused(78, line, environment=environment)
    assert pod.requests() == []
