"""The front that makes moto and docker-registry one ECR, judged by clients that are not ours."""

import base64
import subprocess

import pytest

from amazon_ecr import APP, DENIED, FAR, OTHER, PRIVATE, SHARED, TORN
from moto_aws import ACCOUNT, REGION
from standin.ecr import registry_host

HERE = registry_host(ACCOUNT, REGION)
THERE = registry_host(OTHER, REGION)


@pytest.fixture
def pull(ecr, aws, tmp_path):
    """skopeo's attempt to pull, with the token that botocore was given."""
    aws.settle_in(tmp_path)
    (tmp_path / "ca.crt").write_bytes(aws.aws_authority.pem)

    def attempt(image, who="puller", region=REGION, password=None):
        client = ecr.moto.client("ecr", ecr.keys[who], ecr.api.url, region, verify=str(aws.aws_ca))
        (data,) = client.get_authorization_token()["authorizationData"]
        given = base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]
        options = ("--src-creds", f"AWS:{password or given}", "--src-cert-dir", str(tmp_path))
        places = (f"docker://{image}", f"dir:{tmp_path / 'copy'}")
        command = ["skopeo", "--insecure-policy", "copy", "--all", *options, *places]
        environment = {**aws.environment, "HTTPS_PROXY": ecr.proxy.url}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    return attempt


def test_an_index_is_pulled_from_ones_own_and_from_another_account(ecr, pull):
    for image in (f"{HERE}/{APP}:1", f"{THERE}/{SHARED}:1"):
        pulled = pull(image)
        assert pulled.returncode == 0, pulled.stderr
    assert ecr.front.storage.requests and not ecr.written_to()


REFUSED = {
    # the image, and what skopeo repeats of the registry's answer
    "a repository that is not there": (f"{HERE}/team/none:1", "does not exist in the registry"),
    "a tag that is not there": (f"{HERE}/{TORN}:2", "Requested image not found"),
    "a layer that is lost": (f"{HERE}/{TORN}:1", "404"),
    "another account's policy": (f"{THERE}/{PRIVATE}:1", "no resource-based policy allows"),
    "another account's nothing": (f"{THERE}/team/none:1", "no resource-based policy allows"),
    "an explicit deny": (f"{HERE}/{DENIED}:1", "explicit deny in an identity-based policy"),
    "another region": (f"{registry_host(ACCOUNT, FAR)}/{TORN}:1", "400, Bad Request"),
}


@pytest.mark.parametrize("image, says", REFUSED.values(), ids=REFUSED)
def test_refused_is(pull, image, says):
    refused = pull(image)
    assert refused.returncode != 0 and says in refused.stderr, refused.stderr


def test_refused_is_who_may_have_a_token_and_no_more(pull):
    refused = pull(f"{THERE}/{SHARED}:1", "token-only")
    assert "no identity-based policy allows the ecr:BatchGetImage action" in refused.stderr


def test_refused_are_a_wrong_password_and_an_expired_one(ecr, pull):
    assert "unauthorized" in pull(f"{HERE}/{TORN}:1", password="x").stderr
    ecr.api.lifetime_s = -60
    assert "authorization token has expired" in pull(f"{HERE}/{TORN}:1").stderr

