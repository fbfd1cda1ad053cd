"""Scenarios of images: what a registry says to the new token, and to the Secret's."""

import json

from amazon_ecr import APP, DENIED, FAR, OTHER, PRIVATE, SHARED, TORN
from ecr_front import LAYER
from moto_aws import ACCOUNT
from scenarios import Scenario, failed, ok
from scene import FAR_HERE, HERE, HOUR_S, IMAGE, THERE
from standin import faults
from standin.server import FOREVER

MANIFEST = "GET manifest"
GONE = "sha256:" + 64 * "a"
PULL = '["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer","ecr:BatchCheckLayerAvailability"]'


def of(*images):
    """These images instead."""
    return lambda scene: setattr(scene, "images", list(images))


def of_another_account(repository):
    """Whose registry the Secret is for as well."""

    def change(scene):
        scene.images = [f"{THERE}/{repository}:1"]
        scene.hold({THERE: scene.entry()})

    return change


def in_another_region(scene):
    scene.images = [f"{FAR_HERE}/{APP}:1"]
    scene.hold({FAR_HERE: scene.entry(region=FAR)})


def with_keys_for_tokens_only(scene):
    scene.go_by("token-only")


def with_a_secret_of(who, **options):
    return lambda scene: scene.hold({HERE: scene.entry(who, **options)})


def said(status, code, message):
    """An answer of ECR that these servers don't give by themselves."""
    document = {"errors": [{"code": code, "message": message}]}
    return lambda scene: scene.refuse(MANIFEST, faults.reply(status, json.dumps(document)))


def too_often(scene):
    scene.refuse(MANIFEST, faults.reply(429, "slow down", "text/plain", Retry_After="20"))


def with_storage_that(behaviour):
    """What is behind the redirect of a layer, S3, does this."""

    def change(scene):
        scene.ecr.front.storage.misbehave(LAYER, behaviour, FOREVER)
        scene.set(AWS_MAX_ATTEMPTS="1")

    return change


def where_copies_come(scene):
    """The image is missing, and may yet be in the account that it is copied from."""
    scene.go_by("reader")
    scene.images = [f"{HERE}/{APP}:9"]
    scene.ecr.let_copy_in(OTHER)
    scene.at_end(scene.ecr.let_nobody_copy_in)


SCENARIOS = {
    "three images": ok(of(*[IMAGE] * 3), "image", IMAGE, "first layer"),
    "an image of another account": ok(of_another_account(SHARED), "image", THERE, "first layer"),
    "what the Secret holds works": ok(lambda scene: None, "image", "with the Secret's password"),
    "which key kubelet uses": ok(lambda scene: None, "image", f"kubelet uses the key {HERE}"),
    "a tag that is not there": failed(69, of(f"{HERE}/{APP}:9"), "image", "404", "has no tag 9"),
    "an image that was pushed before its replication": Scenario(
        where_copies_come,
        "image",
        "note",
        ("if it is to come by replication", f"{OTHER} may copy it here", "pushed after the rule"),
        ("ecr-secret replicate",),
        69,
    ),
    "a digest that is not there": failed(
        69, of(f"{HERE}/{APP}@{GONE}"), "image", "404", "has no digest"
    ),
    "a repository that is not there": failed(
        69,
        of(f"{HERE}/team/none:1"),
        "image",
        "does not exist",
        f"no repository team/none in account {ACCOUNT}",
    ),
    "a wrong region in the host": failed(69, in_another_region, "image", FAR, f"region {FAR}"),
    "a wrong account in the host": failed(
        77, of_another_account(APP), "image", ("403", "resource-based"), "policy"
    ),
    "another account's policy": failed(
        77,
        of_another_account(PRIVATE),
        "image",
        ("403", "no resource-based policy allows"),
        f'"AWS":"arn:aws:iam::{ACCOUNT}:user/puller"',
        PULL,
        "ecr-secret grant",
    ),
    "our identity's policy": failed(
        77,
        with_keys_for_tokens_only,
        "image",
        ("403", "no identity-based policy allows"),
        "user/token-only",
        PULL,
        f"repository/{APP}",
    ),
    "a policy that denies it": failed(
        77, of(f"{HERE}/{DENIED}:1"), "image", ("403", "explicit deny"), "denies it explicitly"
    ),
    "a layer that is lost": failed(69, of(f"{HERE}/{TORN}:1"), "image", ("404", "layer")),
    "a way to layers that is barred": failed(
        75, with_storage_that(faults.hang_up), "image", "localhost:", "ECR keeps layers in S3"
    ),
    "a policy before layers": failed(
        77,
        with_storage_that(faults.reply(403, "<Error/>", "application/xml")),
        "image",
        ("storage of its first layer", "403"),
        "endpoint for S3",
    ),
    "too many pulls": failed(75, too_often, "image", "429"),
    "a Secret whose token has expired": failed(
        77,
        with_a_secret_of("puller", left_s=-HOUR_S),
        "image",
        ("with the Secret's password", "expired"),
        "refresh",
    ),
    "a Secret of somebody who may not pull": failed(
        77,
        with_a_secret_of("token-only"),
        "image",
        ("with the Secret's password", "user/token-only"),
        PULL,
    ),
    "a Secret with another region's token": failed(
        77,
        with_a_secret_of("puller", region=FAR),
        "image",
        ("with the Secret's password", "400"),
        "its region and its partition",
    ),
    "a pull-through cache that may not be filled": failed(
        77,
        said(
            403,
            "DENIED",
            f"User: arn:aws:iam::{ACCOUNT}:user/puller is not authorized to perform:"
            f" ecr:BatchImportUpstreamImage on resource: arn:aws:ecr:eu-central-1:{ACCOUNT}:"
            "repository/docker-hub/library/alpine because no identity-based policy allows the"
            " ecr:BatchImportUpstreamImage action",
        ),
        "image",
        "ecr:BatchImportUpstreamImage",
        "ecr:BatchImportUpstreamImage",
    ),
    "a repository whose key is disabled": failed(
        77,
        said(403, "DENIED", "KMS key arn:aws:kms:eu-central-1:1:key/2 is disabled"),
        "image",
        "KMS",
        "the KMS key of the repository can't be used",
    ),
    "an image that was archived": failed(
        69,
        said(404, "MANIFEST_UNKNOWN", "The image has been archived"),
        "image",
        "archived",
    ),
}
