"""The stand-in of ECR's registries, held against botocore's own client."""

import datetime

import pytest

from boto import boto, refused
from standin.ecr_registries import COMPLETE, FAILED, IN_PROGRESS
from standin.world import ACCOUNT, REGION


@pytest.fixture
def client(world, registries):
    return boto(world, "ecr", world.user, server=registries)


def test_botocore_sees_copies_on_their_way(registries, client):
    statuses = [(f"{ACCOUNT}/eu-west-1", IN_PROGRESS, COMPLETE), ("222222222222/x-1", FAILED + " X")]
    registries.registry(ACCOUNT, REGION).push("app", "1", statuses=statuses)
    image = {"repositoryName": "app", "imageId": {"imageTag": "1"}}
    first, second = (client.describe_image_replication_status(**image) for _ in range(2))
    assert [one["status"] for one in first["replicationStatuses"]] == [IN_PROGRESS, FAILED]
    assert [one["status"] for one in second["replicationStatuses"]] == [COMPLETE, FAILED]
    assert second["replicationStatuses"][1]["failureCode"] == "X"


def test_botocore_reads_what_it_wrote(registries, client):
    there = {"region": "eu-west-1", "registryId": "222222222222"}
    rules = {"rules": [{"destinations": [there]}]}
    client.put_replication_configuration(replicationConfiguration=rules)
    answer = client.describe_registry()
    assert (answer["registryId"], answer["replicationConfiguration"]) == (ACCOUNT, rules)


def test_the_model_is_enforced(registries, client):
    too_many = {"rules": [{"destinations": []}] * 11}
    with refused("ValidationException"):
        client.put_replication_configuration(replicationConfiguration=too_many)


def test_images_come_in_pages(registries, client):
    ours = registries.registry(ACCOUNT, REGION)
    for number in range(5):
        ours.push("app", f"{number}")
    ours.push("app")
    pages = client.get_paginator("describe_images")
    tagged = {"repositoryName": "app", "filter": {"tagStatus": "TAGGED"}}
    found = [image for page in pages.paginate(**tagged) for image in page["imageDetails"]]
    assert [image["imageTags"] for image in found] == [["0"], ["1"], ["2"], ["3"], ["4"]]
    utc = datetime.timezone.utc
    assert found[0]["imagePushedAt"] == datetime.datetime(2026, 10, 1, tzinfo=utc)


def test_what_is_not_there_is_refused_by_its_code(registries, client):
    registries.registry(ACCOUNT, REGION).push("app", "1")
    missing = {"none": "RepositoryNotFoundException", "app": "ImageNotFoundException"}
    for name, code in missing.items():
        with refused(code, "does not exist"):
            image = {"repositoryName": name, "imageId": {"imageTag": "2"}}
            client.describe_image_replication_status(**image)
    with refused("RegistryPolicyNotFoundException"):
        client.get_registry_policy()
