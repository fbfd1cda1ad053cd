"""cronjob.yaml as it stands: applied, its Pods made by the real Job controller, and run."""

import json
import re

import pytest

from kubelet import FILES, Kubelet
from pod import MANIFEST, bare_pod, docker_secret, manifest
from standin import faults
from standin.ecr import TOKEN_ROUTE
from standin.server import FOREVER
from standin.world import SECRET

STRICT = ("--validate=strict",)
DRY_RUN = ("--dry-run=server", *STRICT)


@pytest.fixture
def kubelet(own_cluster, pod):
    """Only where there is no real one that would run the image of the manifest."""
    return Kubelet(pod)


def test_the_server_validates_the_manifest_as_it_stands(cluster):
    """Unedited, for the namespace "default": a dry run, so nothing of it stays."""
    said = cluster.attempt("apply", *DRY_RUN, "-f", str(MANIFEST))
    assert said.returncode == 0, said.stderr
    assert said.stdout.count("(server dry run)") == 4 and said.stderr == ""


def test_the_manifest_is_applied_in_a_restricted_namespace_without_a_warning(cluster):
    name = cluster.make_namespace()
    said = cluster.apply(*manifest(name), options=STRICT)
    assert said.count(" created") == 4 and "Warning" not in said
    assert cluster.apply(*manifest(name), options=STRICT).count(" unchanged") == 4


def test_the_job_s_pod_template_is_admitted_as_a_pod(cluster, namespace):
    pod = bare_pod(namespace)
    assert "created (server dry run)" in cluster.apply(pod, options=DRY_RUN)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda spec: spec.pop("securityContext"),
        lambda spec: spec["containers"][0]["securityContext"].pop("capabilities"),
        lambda spec: spec["containers"][0]["securityContext"].pop("allowPrivilegeEscalation"),
    ],
)
def test_the_namespace_really_enforces_the_restricted_profile(cluster, namespace, spoil):
    pod = bare_pod(namespace)
    spoil(pod["spec"])
    refused = cluster.attempt("apply", *DRY_RUN, "-f", "-", stdin=json.dumps(pod))
    assert refused.returncode != 0 and 'violates PodSecurity "restricted' in refused.stderr


def test_a_job_s_pod_runs_and_the_job_completes(kubelet, pod):
    kubelet.start_job("now")
    made = kubelet.next_pod("now")
    outcome = kubelet.run(made)
    assert outcome.code == 0 and re.fullmatch(pod.written(), outcome.last_line), outcome.stderr
    assert pod.holds_newest_password()
    assert kubelet.ended("now") == ("Complete", "CompletionsReached")


def test_the_pod_is_given_the_files_that_the_program_looks_for(kubelet):
    kubelet.start_job("now")
    spec = kubelet.next_pod("now")["spec"]
    (mount,) = [m for m in spec["containers"][0]["volumeMounts"] if m["mountPath"] == FILES]
    (volume,) = [v for v in spec["volumes"] if v["name"] == mount["name"]]
    sources = volume["projected"]["sources"]
    paths = [item["path"] for s in sources for v in s.values() for item in v.get("items", [v])]
    assert sorted(paths) == ["ca.crt", "namespace", "token"]
    place = ("kube-root-ca.crt", "-n", kubelet.namespace)
    published = kubelet.cluster.json("get", "configmap", *place)
    assert published["data"]["ca.crt"].encode() == kubelet.cluster.ca_pem


def test_what_a_retry_cannot_mend_fails_the_job_at_once(kubelet, pod):
    pod.ecr.misbehave(TOKEN_ROUTE, faults.aws_error("AccessDeniedException", "no"), FOREVER)
    kubelet.start_job("now")
    assert kubelet.run(kubelet.next_pod("now")).code == 77
    assert kubelet.ended("now") == ("Failed", "PodFailurePolicy")
    assert len(kubelet.pods("now")) == 1


def test_what_a_retry_may_mend_is_tried_again_in_a_new_pod(kubelet, pod):
    pod.ecr.misbehave(TOKEN_ROUTE, faults.unavailable(retry_after_s=3600), 1)
    kubelet.start_job("now")
    assert kubelet.run(kubelet.next_pod("now")).code == 75
    assert kubelet.run(kubelet.next_pod("now")).code == 0
    assert kubelet.ended("now") == ("Complete", "CompletionsReached")
    assert len(kubelet.pods("now")) == 2


def test_two_cronjobs_may_keep_one_secret(kubelet, pod):
    cronjobs = [d for d in manifest(pod.namespace) if d["kind"] == "CronJob"]
    cronjobs[0]["metadata"]["name"] = "second"
    pod.cluster.apply(*cronjobs)
    kubelet.start_job("one")
    kubelet.start_job("two", cronjob="second")
    uids = set()
    for job in ("one", "two"):
        assert kubelet.run(kubelet.next_pod(job)).code == 0
        assert kubelet.ended(job)[0] == "Complete" and pod.holds_newest_password()
        uids.add(pod.secret()["metadata"]["uid"])
    assert len(uids) == 1


def test_a_refused_secret_fails_the_job_at_once_and_stays(kubelet, pod):
    theirs = docker_secret({"registry.example.com": {"auth": "eDp5"}})
    theirs["metadata"]["namespace"] = pod.namespace
    pod.cluster.create(theirs)
    kubelet.start_job("now")
    with pod.secret_stays(name=SECRET):
        assert kubelet.run(kubelet.next_pod("now")).code == 69
    assert kubelet.ended("now") == ("Failed", "PodFailurePolicy")
