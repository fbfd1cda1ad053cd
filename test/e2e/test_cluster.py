"""What we test against is what it says it is, else nothing here proves anything."""

import pathlib
import re

import pytest

import own_cluster as own
from api import Api

GO_MOD = (pathlib.Path(own.__file__).parent / "apiserver" / "go.mod").read_text()


def pinned(module):
    return re.search(rf"^\t{re.escape(module)} (v\S+)$", GO_MOD, re.MULTILINE)[1]


def test_the_api_server_is_the_kubernetes_that_go_mod_pins(own_cluster):
    version = own_cluster.json("version")["serverVersion"]
    assert version["gitVersion"] == pinned("k8s.io/kubernetes")
    assert (version["major"], int(version["minor"]) >= 34) == ("1", True)


@pytest.mark.parametrize("token", ["", "nobody's"])
def test_who_has_no_token_may_nothing(cluster, token):
    api = Api(cluster, token)
    status, answer = api.ask("GET", "/api/v1/secrets")
    assert status in (401, 403) and answer["kind"] == "Status"
    api.close()
