"""botocore as the client of the stand-ins: somebody who knows AWS and isn't us."""

import contextlib
import sys

import botocore.config
import botocore.exceptions
import botocore.session
import pytest

from standin.world import REGION

PYTHON = sys.executable
WHO_AM_I = """
import botocore.session, os, sys
os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"]  # botocore reads no other
session = botocore.session.Session(profile=sys.argv[1] if sys.argv[1:] else None)
print(session.create_client("sts").get_caller_identity()["Arn"])
"""


def boto(world, service, identity, secret_key=None, region=REGION, server=None):
    """A botocore client that talks to a stand-in: the service's own, or another."""
    session = botocore.session.Session()
    server = server or getattr(world, service.replace("-", "_"))
    once = {"total_max_attempts": 1}
    config = botocore.config.Config(retries=once, parameter_validation=False)
    return session.create_client(
        service,
        region_name=region,
        endpoint_url=server.url,
        verify=str(world.aws_ca),
        aws_access_key_id=identity.access_key,
        aws_secret_access_key=secret_key or identity.secret_key,
        aws_session_token=identity.session_token,
        config=config,
    )


@contextlib.contextmanager
def refused(code, words=""):
    """The block's call must be refused with this code, in these words."""
    with pytest.raises(botocore.exceptions.ClientError) as refusal:
        yield refusal
    error = refusal.value.response["Error"]
    assert error["Code"] == code and words in error["Message"], error


def who_am_i(*profile):
    """The arguments of run(): a Python program that says which identity botocore finds there."""
    return ("-c", WHO_AM_I, *profile)
