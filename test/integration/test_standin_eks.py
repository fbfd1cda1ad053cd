"""EKS and its authenticator judged by botocore, which makes tokens as the AWS CLI does."""

import base64

import botocore.session
import botocore.signers
import pytest

from boto import boto, refused
from standin.world import ACCOUNT, REGION

OPEN = {"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}


def aws_cli_token(identity, cluster="prod", host=None, query="", expires=60, header="x-k8s-aws-id"):
    """What `aws eks get-token` prints, or what it would with one thing changed."""
    session = botocore.session.Session()
    session.set_credentials(identity.access_key, identity.secret_key, identity.session_token)
    signer = botocore.signers.RequestSigner(
        session.create_client("sts", region_name=REGION).meta.service_model.service_id,
        *(REGION, "sts", "v4"),
        session.get_credentials(),
        session.get_component("event_emitter"),
    )
    base = f"https://{host or f'sts.{REGION}.amazonaws.com'}/"
    request = {
        "method": "GET",
        "url": f"{base}?Action=GetCallerIdentity&Version=2011-06-15{query}",
        "body": {},
        "headers": {header: cluster},
        "context": {},
    }
    url = signer.generate_presigned_url(
        request, region_name=REGION, expires_in=expires, operation_name=""
    )
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


@pytest.fixture
def authenticator(world):
    made = world.eks_cluster()
    made.access_entries[world.user.arn] = "user"
    return made


def test_botocore_is_told_where_a_cluster_is(world, authenticator):
    cluster = boto(world, "eks", world.user).describe_cluster(name="prod")["cluster"]
    assert cluster["endpoint"] == world.kubernetes.url
    ca = base64.b64decode(cluster["certificateAuthority"]["data"])
    assert ca == world.cluster_authority.pem
    assert cluster["resourcesVpcConfig"].items() >= OPEN.items()


def test_botocore_is_refused_by_eks(world, authenticator):
    with refused("ResourceNotFoundException", "No cluster found for name: other."):
        boto(world, "eks", world.user).describe_cluster(name="other")
    with refused("ResourceNotFoundException"):
        boto(world, "eks", world.user, region="eu-west-1").describe_cluster(name="prod")
    with refused("InvalidSignatureException"):
        boto(world, "eks", world.user, secret_key="wrong").describe_cluster(name="prod")
    world.eks.denied.add(world.user.arn)
    with refused("AccessDeniedException", f":{ACCOUNT}:cluster/prod"):
        boto(world, "eks", world.user).describe_cluster(name="prod")


def test_the_aws_clis_token_is_taken(world, authenticator):
    assert authenticator(aws_cli_token(world.user)) == "user"
    world.identities.token_length = 900
    session = world.identities.add_session(ACCOUNT)
    authenticator.access_entries[session.role_arn] = "role"
    assert authenticator(aws_cli_token(session)) == "role"
    assert not authenticator.complaints


SPOILT = {
    # what is changed, and why it is refused
    "another cluster": ({"cluster": "stage"}, "the signature does not match"),
    "no cluster": ({"header": "x-other"}, "did not sign"),
    "a private endpoint": ({"host": "vpce-1.sts.vpce.amazonaws.com"}, "unexpected hostname"),
    "another region's host": ({"host": "sts.us-east-1.amazonaws.com"}, "scoped"),
    "another parameter": ({"query": "&x=1"}, "non-whitelisted"),
    "a long life": ({"expires": 901}, "invalid X-Amz-Expires"),
}


@pytest.mark.parametrize("change, complaint", SPOILT.values(), ids=SPOILT)
def test_the_authenticator_refuses(world, authenticator, change, complaint):
    assert authenticator(aws_cli_token(world.user, **change)) is None
    (said,) = authenticator.complaints
    assert complaint in said


@pytest.mark.parametrize("offset_s, complaint", [(901, "expired"), (-400, "not yet")])
def test_a_token_has_its_time(world, authenticator, offset_s, complaint):
    token = aws_cli_token(world.user)
    world.clock.offset_s = offset_s
    assert authenticator(token) is None
    assert complaint in authenticator.complaints[0]


@pytest.mark.parametrize("change", ["padding", "another letter", "another prefix", "too long", "twice"])
def test_a_token_that_was_changed_is_refused(world, authenticator, change):
    token = aws_cli_token(world.user)
    changed = {
        "padding": token + "=",
        "another letter": token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:],
        "another prefix": token.replace("v1", "v2"),
        "too long": token + 4096 * "A",
        "twice": token + base64.urlsafe_b64encode(b"&Version=2011-06-15").decode(),
    }[change]
    assert authenticator(changed) is None
