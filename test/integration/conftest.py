"""Fixtures: one set of servers for all tests of a worker, one pod for each test."""

import pathlib
import shutil
import subprocess

import pytest

import program
import replication
from findings import REPOSITORY
from grant_desk import Desk
from harness import Stage, load_json, not_run, vectors
from standin.ecr import Ecr
from standin.ecr_registries import Registries
from standin.ecr_repositories import Repositories
from standin.kubernetes_api import KubernetesApi
from standin.proxy import Proxy
from standin.registry import Registry
from standin.world import ACCOUNT, NAMESPACE, REGION, SECRET, profile_keys


@pytest.fixture(scope="session")
def servers():
    return Stage()


@pytest.fixture
def stage(servers, tmp_path):
    """A pod in a cluster, with AWS not far away; the program can run in it."""
    if program.checked_binary() is None:
        pytest.fail("nothing to test: build/san and build/dev hold no ecr-secret")
    servers.settle_in(tmp_path)
    yield servers
    assert not servers.defects()


@pytest.fixture
def world(servers, tmp_path):
    """A stage that needs no program to run: the stand-ins are what is tested."""
    servers.settle_in(tmp_path)
    return servers


@pytest.fixture
def plain_binary():
    """A build without sanitizers."""
    binary = program.plain_binary()
    if binary is None:
        pytest.fail("this test needs a build without sanitizers: build/dev/ecr-secret")
    return binary


@pytest.fixture(scope="session")
def preload(tmp_path_factory):
    """Compiles a library of this folder, and gives the variable that preloads it."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        not_run("no C compiler")

    def compile_it(name):
        source = pathlib.Path(__file__).with_name(name)
        library = tmp_path_factory.mktemp("preload") / source.with_suffix(".so").name
        command = [compiler, "-D_DEFAULT_SOURCE", "-shared", "-fPIC", "-o", str(library)]
        subprocess.run([*command, str(source), "-ldl"], check=True)
        return {"LD_PRELOAD": str(library)}

    return compile_it


@pytest.fixture
def ipv6_kubernetes(stage):
    """The same API server again, but on ::1."""
    server = KubernetesApi(tls=stage.kubernetes.tls, address="::1")
    server.tokens = stage.kubernetes.tokens
    server.add_namespace(NAMESPACE)
    server.allow(NAMESPACE, SECRET)
    yield server
    server.close()


@pytest.fixture
def extra_ecr(stage):
    """Makes further ECR stand-ins, each with a TLS context of its own."""
    made = []

    def make(context):
        made.append(Ecr(stage.canaries, stage.identities, tls=context, clock=stage.clock))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def registries(servers):
    """ECR's registries of all accounts and regions."""
    tls = servers.aws_authority.server_context()
    model = load_json(vectors("models", "ecr.json"))
    made = Registries(model, servers.identities, tls=tls, clock=servers.clock)
    yield made
    made.close()
    assert not made.defects


@pytest.fixture
def proxy(stage):
    """The only way out, on which nobody is reached but who is let in by a test."""
    made = Proxy({})
    stage.environment.update(HTTPS_PROXY=made.url, AWS_MAX_ATTEMPTS="1")
    yield made
    made.close()


@pytest.fixture
def desk(stage):
    """Where an owner of repositories sits, in front of ECR's repositories."""
    model = load_json(vectors("models", "ecr.json"))
    tls = stage.aws_authority.server_context()
    made = Repositories(model, stage.identities, tls=tls, clock=stage.clock)
    yield Desk(stage, made)
    made.close()
    assert not made.defects


@pytest.fixture
def registry(stage):
    made = Registry(stage.ecr, tls=stage.aws_authority.server_context())
    made.push(REPOSITORY, "1.2")
    yield made
    made.close()
    assert not made.defects


@pytest.fixture
def replicate(stage, registries):
    """Runs replicate outside of any cluster; returns how it ended."""

    def run(*arguments, code=0, **variables):
        variables = {"AWS_ENDPOINT_URL_ECR": registries.url, **variables}
        environment = {**stage.outside(), **variables}
        outcome = stage.run("replicate", *arguments, environment=environment)
        assert outcome.code == code, outcome
        return outcome

    yield run
    assert not stage.kubernetes.requests, "replicate asks no cluster"


@pytest.fixture
def source(registries):
    """The registry that is copied from."""
    return registries.registry(ACCOUNT, REGION)


@pytest.fixture
def destination(registries):
    """One of another account, which is copied to."""
    return registries.registry(replication.OTHER, REGION)


@pytest.fixture
def owner(stage):
    """Somebody in the destination."""
    return stage.identities.add_user(replication.OTHER)


@pytest.fixture
def both(stage, owner):
    """The options that name credentials of the destination."""
    stage.home.write_shared_files(credentials={"there": profile_keys(owner)})
    return ("--destination-profile", "there")


@pytest.fixture
def everything(stage, registry):
    """A cluster in which all is well, and may be seen."""
    stage.kubernetes.workloads.allow("pods", "cronjobs")
    stage.kubernetes.accounts.allow(NAMESPACE, verbs=("get", "list"))
    stage.kubernetes.accounts.add(NAMESPACE, "default", pull_secrets=[SECRET])
    outcome = stage.run("--any-host", "--registry", registry.host)
    assert outcome.code == 0, outcome.stderr
    stage.forget_requests()
