"""Scenarios of settings, credentials, and what AWS makes of them."""

import node_network
from moto_aws import ACCOUNT, REGION
from scenarios import failed, note, ok, warning
from scene import IMAGE, ROLE
from standin import faults
from standin.credential_endpoints import InstanceMetadata
from standin.server import FOREVER
from standin.world import without

DENIED_ROLE = f"arn:aws:iam::{ACCOUNT}:role/not-ours"
CLOCK_IS_AHEAD_S = 20 * 60
SEARCH = "apps.svc.cluster.local svc.cluster.local"
RESOLVER = f"nameserver 127.0.0.1\nsearch {SEARCH}\noptions ndots:5\n"
WITH_RESOLVER = 'mount -o bind "$0" /etc/resolv.conf; exec "$@"'


def in_a_pods_resolver(scene):
    path = scene.pod.directory / "resolv.conf"
    path.write_text(RESOLVER)
    scene.wrapper = ("unshare", "--mount", "sh", "-ec", WITH_RESOLVER, str(path))


def without_keys(scene):
    scene.go_by(None)


def without_keys_though_it_has_a_role(scene):
    without_keys(scene)
    scene.account["metadata"]["annotations"][ROLE] = f"arn:aws:iam::{ACCOUNT}:role/puller"


def with_keys_though_it_has_a_role(scene):
    without_keys_though_it_has_a_role(scene)
    scene.go_by("puller")


def behind_one_hop_too_many(scene):
    """On a real router, which drops the answer."""
    network = scene.fixture("network")
    network.lead_out(scene.pod.cluster.port)
    at = {"address": node_network.METADATA_SERVICE[4], "port": 80}
    service = network.ec2.run(InstanceMetadata, scene.pod.canaries, **at)
    scene.at_end(service.close)
    service.misbehave("PUT /latest/api/token", faults.answer_within_hops(1), FOREVER)
    scene.wrapper = node_network.inside(network.pod)
    without_keys(scene)
    scene.set("AWS_EC2_METADATA_DISABLED")


def with_a_web_identity_that_cannot_be_read(scene):
    without_keys(scene)
    path = str(scene.pod.directory / "no-token")
    scene.set(AWS_ROLE_ARN=DENIED_ROLE, AWS_WEB_IDENTITY_TOKEN_FILE=path)


def with_a_pod_identity_that_cannot_be_read(scene):
    without_keys(scene)
    path = str(scene.pod.directory / "no-token")
    agent = "http://169.254.170.23/v1/credentials"
    scene.set(AWS_CONTAINER_CREDENTIALS_FULL_URI=agent)
    scene.set(AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=path)


def with_half_a_key(scene):
    scene.environment = without(scene.environment, "AWS_SECRET_ACCESS_KEY")


def with_a_wrong_secret_key(scene):
    scene.set(AWS_SECRET_ACCESS_KEY="x" * 40)


def with_a_profile_that_is_not_there(scene):
    scene.arguments += ["--profile", "nobodys"]


def with_a_clock_that_is_off_by(seconds):
    return lambda scene: setattr(scene.ecr.api.clock, "offset_s", seconds)


def throttled(scene):
    scene.refuse("GetAuthorizationToken", faults.throttled)
    scene.set(AWS_MAX_ATTEMPTS="1")


def behind_a_proxy_that_is_not_there(scene):
    scene.set(HTTPS_PROXY="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="1")


def with_a_token_that_is_old_already(scene):
    scene.ecr.api.lifetime_s = -60


def by_a_role_that_does_not_trust_us(scene):
    scene.arguments += ["--role-arn", DENIED_ROLE]


def without_our_authority(scene):
    scene.set("AWS_CA_BUNDLE")


def with_no_file_of_authorities(scene):
    scene.set(AWS_CA_BUNDLE="/nowhere/ca.pem")


SCENARIOS = {
    "all is well": ok(lambda scene: None, "image", IMAGE, "with the new token"),
    # configuration
    "a proxy before link-local addresses": note(
        lambda scene: scene.set(HTTP_PROXY="http://proxy.invalid:3128"),
        "configuration",
        ("HTTP_PROXY", "link-local"),
        "169.254.169.254",
        "NO_PROXY",
    ),
    "search domains for every name": note(
        in_a_pods_resolver, "configuration", ("ndots:5", "2 search domains"), "dnsConfig", "ndots"
    ),
    "a file of authorities that is not there": failed(
        78, with_no_file_of_authorities, "configuration", "/nowhere/ca.pem"
    ),
    # credentials
    "no credentials at all, nor Pod Identity": failed(
        78, without_keys, "credentials", "none found", "AWS_ACCESS_KEY_ID", "Pod Identity"
    ),
    "half a key": failed(78, with_half_a_key, "credentials", "AWS_SECRET_ACCESS_KEY"),
    "a profile that is not there": failed(
        78, with_a_profile_that_is_not_there, "credentials", "nobodys"
    ),
    "a web identity's token that is not there": failed(
        78, with_a_web_identity_that_cannot_be_read, "credentials", "no-token"
    ),
    "a Pod Identity's token that is not there": failed(
        78, with_a_pod_identity_that_cannot_be_read, "credentials", "no-token"
    ),
    "one hop too many to the metadata": failed(
        78, behind_one_hop_too_many, "credentials", ("none found", "HttpPutResponseHopLimit")
    ),
    "a role that the webhook did not inject": failed(
        78,
        without_keys_though_it_has_a_role,
        "cluster",
        ("role/puller", "AWS_ROLE_ARN"),
        "delete the pod",
        "webhook",
    ),
    "a role that was not injected, and keys": warning(
        with_keys_though_it_has_a_role,
        "cluster",
        ("role/puller", "other credentials, from environment"),
        "webhook",
    ),
    # identity, clock
    "who we are": ok(lambda scene: None, "identity", ACCOUNT, "user/puller"),
    "a key that nobody knows": failed(
        77,
        lambda scene: scene.set(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE"),
        "token",
        "InvalidClientTokenId",
        "the key is deleted or inactive",
    ),
    "a secret key that is wrong": failed(
        77,
        with_a_wrong_secret_key,
        "token",
        "SignatureDoesNotMatch",
        "the secret access key is not that of the access key",
    ),
    "a clock that is a little off": ok(
        with_a_clock_that_is_off_by(60), "clock", " s behind AWS's, which AWS forgives"
    ),
    "a clock that is off": warning(
        with_a_clock_that_is_off_by(CLOCK_IS_AHEAD_S), "clock", ("s behind AWS's",), "set the clock"
    ),
    # endpoints, token
    "where and whom we ask": ok(
        lambda scene: None, "endpoints", REGION, "partition aws", f"https://api.ecr.{REGION}"
    ),
    "an authority that is not trusted": failed(
        76, without_our_authority, "endpoints", "certificate", "AWS_CA_BUNDLE"
    ),
    "a proxy that is not there": failed(
        75, behind_a_proxy_that_is_not_there, "endpoints", "127.0.0.1", "is the proxy up"
    ),
    "no right to a token": failed(
        77,
        lambda scene: scene.go_by("nobody"),
        "token",
        "ecr:GetAuthorizationToken",
        '"Action":"ecr:GetAuthorizationToken","Resource":"*"',
    ),
    "a token that has expired already": failed(
        76, with_a_token_that_is_old_already, "token", "expired"
    ),
    "too many tokens": failed(
        75, throttled, "token", "ThrottlingException"
    ),
    "a role that does not trust us": failed(
        77,
        by_a_role_that_does_not_trust_us,
        "credentials",
        "sts:AssumeRole",
        "both sides must allow it",
    ),
}
