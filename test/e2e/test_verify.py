"""--verify against a real registry, which judges the token that a judging AWS gave."""

import pathlib

import pytest

from moto_aws import TOKEN_STATEMENT, CalendarFront, Moto
from registry import IMAGE

REPOSITORY = IMAGE.partition(":")[0]


@pytest.fixture
def verify(pod, registry, tmp_path_factory):
    """A run with --verify; the registry lets in who has the password that AWS gives."""
    directory = tmp_path_factory.mktemp("moto")
    moto = Moto(directory)
    front = CalendarFront(moto, tls=pod.aws_authority.server_context())
    keys = moto.add_user("puller", TOKEN_STATEMENT)
    moto.judge()
    trusted = directory / "trusted.pem"
    ours = pathlib.Path(pod.environment["AWS_CA_BUNDLE"]).read_text()
    trusted.write_text(ours + (registry.certificates / "ca.crt").read_text())
    changes = {"AWS_ENDPOINT_URL_ECR": front.url, "AWS_CA_BUNDLE": str(trusted)}
    environment = {**pod.without_keys(), **keys, **changes}
    place = ("--any-host", "--registry", registry.host)
    shown = pod.run("print", *place, "--format", "password", environment=environment)
    assert shown.code == 0, shown.stderr
    registry.admit(shown.stdout.strip())

    def run(image):
        return pod.run(*place, "--verify", f"{registry.host}/{image}", environment=environment)

    yield run
    front.close()
    moto.stop()


def test_an_image_that_can_be_pulled_lets_the_secret_be_created(pod, registry, verify):
    outcome = verify(IMAGE)
    assert outcome.code == 0, outcome.stderr
    assert registry.host in pod.docker_config()["auths"]


def test_a_tag_that_is_not_there_withholds_a_first_write(pod, registry, verify):
    outcome = verify(f"{REPOSITORY}:9")
    assert outcome.code == 69, outcome.stderr
    assert f"the repository {REPOSITORY} has no tag 9" in outcome.stderr
    assert pod.secret() is None


def test_a_token_that_the_registry_refuses_is_written_where_there_was_one(pod, registry, verify):
    assert verify(IMAGE).code == 0
    registry.admit("somebody else's")
    outcome = verify(IMAGE)
    assert outcome.code == 77, outcome.stderr
    assert "the registry does not accept the token" in outcome.stderr
    assert f"{pod.namespace}/ecr-registry: written" in outcome.stderr
