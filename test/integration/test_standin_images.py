"""The stand-in of a registry, asked as a node asks it that pulls an image."""

import json
import ssl
import urllib.error
import urllib.request

import pytest

from boto import boto
from standin.ecr import authorization
from standin.registry import IMAGE_MANIFEST, INDEX, Registry, digest_of
from standin.world import REGION

REPOSITORY = "team/app"


class NotFollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments, **options):
        """None: a redirect is an answer."""


@pytest.fixture
def registry(world):
    made = Registry(world.ecr, tls=world.aws_authority.server_context())
    yield made
    made.close()
    assert not made.defects and not made.storage.defects


@pytest.fixture
def token(world):
    """What ECR gives to who asks."""
    answer = boto(world, "ecr", world.user).get_authorization_token()
    return answer["authorizationData"][0]["authorizationToken"]


@pytest.fixture
def ask(world, registry, token):
    """One request: status, headers and body; redirects are not followed."""
    trust = ssl.create_default_context(cadata=world.aws_authority.pem.decode())
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=trust), NotFollowed
    )

    def request(target, method="GET", shown=f"Basic {token}", accept=f"{INDEX}, {IMAGE_MANIFEST}"):
        url = target if target.startswith("https:") else f"https://{registry.host}/v2/{target}"
        headers = {"Authorization": shown, "Accept": accept}
        headers = {name: value for name, value in headers.items() if value}
        try:
            reply = opener.open(urllib.request.Request(url, headers=headers, method=method))
        except urllib.error.HTTPError as refusal:
            reply = refusal
        with reply:
            return reply.status, reply.headers, reply.read()

    return request


def test_an_index_leads_to_manifests_and_they_to_layers(registry, ask):
    layers = registry.push(REPOSITORY, "1")
    _, headers, index = ask(f"{REPOSITORY}/manifests/1")
    assert headers["Content-Type"] == INDEX
    assert headers["Docker-Content-Digest"] == digest_of(index)
    found = []
    for child in json.loads(index)["manifests"]:
        _, headers, manifest = ask(f"{REPOSITORY}/manifests/{child['digest']}")
        assert headers["Content-Type"] == child["mediaType"] == IMAGE_MANIFEST
        assert (digest_of(manifest), len(manifest)) == (child["digest"], child["size"])
        found += [layer["digest"] for layer in json.loads(manifest)["layers"]]
    assert sorted(found) == sorted(layers)


def test_a_layer_is_elsewhere_where_the_token_is_not_wanted(registry, ask):
    digest = registry.push(REPOSITORY, "1")[0]
    status, headers, _ = ask(f"{REPOSITORY}/blobs/{digest}")
    assert status == 307 and headers["Location"].startswith(registry.storage.url)
    assert ask(headers["Location"])[0] == 400
    status, _, content = ask(headers["Location"], shown=None)
    assert status == 200 and digest_of(content) == digest


def test_a_head_has_the_same_status_and_no_body(registry, ask):
    digest = registry.push(REPOSITORY, "1")[0]
    status, headers, body = ask(f"{REPOSITORY}/manifests/1", "HEAD")
    assert (status, headers["Content-Type"], body) == (200, INDEX, b"")
    status, headers, body = ask(f"{REPOSITORY}/blobs/{digest}", "HEAD")
    assert (status, headers["Docker-Content-Digest"], body) == (200, digest, b"")
    assert int(headers["Content-Length"]) > 0
    status, _, body = ask(f"{REPOSITORY}/manifests/2", "HEAD")
    assert (status, body) == (404, b"")


@pytest.mark.parametrize(
    "target, code",
    {
        "team/other/manifests/1": "NAME_UNKNOWN",
        "team/other/blobs/sha256:0": "NAME_UNKNOWN",
        f"{REPOSITORY}/manifests/2": "MANIFEST_UNKNOWN",
        f"{REPOSITORY}/blobs/sha256:0": "BLOB_UNKNOWN",
    }.items(),
)
def test_what_is_missing_is_404(registry, ask, target, code):
    registry.push(REPOSITORY, "1")
    status, _, body = ask(target)
    assert (status, json.loads(body)["errors"][0]["code"]) == (404, code)


def test_an_index_is_not_for_those_who_do_not_know_one(registry, ask):
    registry.push(REPOSITORY, "1")
    assert ask(f"{REPOSITORY}/manifests/1", accept=IMAGE_MANIFEST)[0] == 404


@pytest.mark.parametrize("shown", [None, "Basic QVdTOng="])
def test_without_a_token_of_ecrs_it_is_401_in_plain_text(registry, ask, shown):
    status, headers, body = ask(f"{REPOSITORY}/manifests/1", shown=shown)
    assert (status, body) == (401, b"Not Authorized\n")
    assert headers["Www-Authenticate"].endswith('service="ecr.amazonaws.com"')


def test_an_old_token_is_good_until_it_expires(world, registry, ask):
    registry.push(REPOSITORY, "1")
    for left_s, status in ((60, 200), (-60, 403)):
        password = world.ecr.give(world.user, REGION, int(world.clock.now()) + left_s)
        shown = f"Basic {authorization(password)}"
        answer = ask(f"{REPOSITORY}/manifests/1", shown=shown)
        assert answer[0] == status
    assert b"token has expired" in answer[2]
