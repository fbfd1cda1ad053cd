"""moto judges role chains: each step's signature, the caller's policy and the role's trust."""

import json
import re
import uuid

import pytest

from boto import PYTHON, who_am_i
from moto_aws import ACCOUNT, REGION, TOKEN_STATEMENT, TRUST_ANYBODY, signed_by
from standin.ecr import registry_host
from standin.identities import role_arn

OTHER = "444455556666"
ASSUME = "sts:AssumeRole"
ID = "an,id=of-theirs"
NOBODY = "arn:aws:iam::999999999999:role/nobody"


class Chain:
    """A user who may take role A, which may take role B, which may ask ECR for a token.

    What is wrong with it is named when it is made: `lacks` one of the five statements that it
    takes, or moto's B wants another external id.
    """

    def __init__(self, moto, pod, url, lacks=None, external_id=None):
        name = uuid.uuid4().hex[:8]
        self.user_arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
        self.a, self.b = role_arn(ACCOUNT, f"{name}-a"), role_arn(ACCOUNT, f"{name}-b")
        a_session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}-a/ecr-secret"
        statements = {
            "user's right": allow(self.a),
            "trust of A": trust(self.user_arn),
            "right of A": allow(self.b),
            "trust of B": trust(a_session, external_id),
            "right of B": TOKEN_STATEMENT,
        }
        if lacks:
            statements[lacks] = trust(NOBODY) if "trust" in lacks else allow(NOBODY)
        users, a_trusts, a_may, b_trusts, b_may = statements.values()
        keys = moto.add_user(name, users)
        moto.add_role(f"{name}-a", a_may, trust=a_trusts)
        moto.add_role(f"{name}-b", b_may, trust=b_trusts)
        moto.judge()
        self.environment = signed_by(pod, keys, url)
        self.options = ("--role-arn", self.a, "--role-arn", self.b)


def allow(resource):
    return {"Effect": "Allow", "Action": ASSUME, "Resource": resource}


def trust(principal, external_id=None):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": ASSUME}
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return statement


@pytest.fixture
def chain(moto, front, pod):
    return lambda **wrong: Chain(moto, pod, front.url, **wrong)


def calls(front):
    """Who was asked for what: the role of AssumeRole, else the call's name."""
    targets = [request.header("X-Amz-Target") or "" for request in front.requests]
    forms = [request.form.get("RoleArn") for request in front.requests]
    return [role or target.rpartition(".")[2] for role, target in zip(forms, targets)]


def test_a_chain_of_roles_is_taken_step_by_step(front, pod, chain):
    taken = chain()
    pod.tick(*taken.options, environment=taken.environment)
    assert calls(front) == [taken.a, taken.b, "GetAuthorizationToken"]
    assert set(pod.docker_config()["auths"]) == {registry_host(ACCOUNT, REGION)}


def test_botocore_takes_the_same_chain_and_asks_in_the_same_words(front, pod, chain):
    taken = chain(external_id=ID)
    name = {"role_session_name": "ecr-secret"}
    profiles = {
        "profile a": {"role_arn": taken.a, "credential_source": "Environment", **name},
        "profile b": {"role_arn": taken.b, "source_profile": "a", "external_id": ID, **name},
    }
    pod.home.write_shared_files(config=profiles)
    environment = {**taken.environment, "AWS_ENDPOINT_URL_STS": front.url}
    asked = pod.run(*who_am_i("b"), environment=environment, binary=PYTHON)
    session = f":assumed-role/{taken.b.split('/')[1]}/ecr-secret"
    assert asked.stdout.strip().endswith(session), asked.stderr
    theirs = [request.form for request in front.requests[:2]]
    front.requests.clear()
    pod.tick(*taken.options, "--external-id", ID, environment=taken.environment)
    assert [request.form for request in front.requests[:2]] == theirs


def test_the_last_session_has_the_name_and_the_external_id_that_were_given(front, pod, chain):
    taken = chain(external_id=ID)
    pod.tick(
        *taken.options,
        *("--external-id", ID, "--role-session-name", "tick-1"),
        environment=taken.environment,
    )
    first, second, _ = [request.form for request in front.requests]
    assert (first["RoleSessionName"], first.get("ExternalId")) == ("ecr-secret", None)
    assert (second["RoleSessionName"], second["ExternalId"]) == ("tick-1", ID)


def test_a_registrys_role_is_taken_from_where_the_chain_ends(front, pod, chain):
    taken = chain(external_id=ID)
    host = registry_host(ACCOUNT, REGION)
    registry = f"{host},role={taken.b},external-id={ID},session-name=tick-2"
    pod.tick("--role-arn", taken.a, "--registry", registry, environment=taken.environment)
    assert calls(front) == [taken.a, taken.b, "GetAuthorizationToken"]
    assert set(pod.docker_config()["auths"]) == {host}


def test_each_account_is_asked_by_a_role_of_its_own(moto, front, pod):
    names = [uuid.uuid4().hex[:8] for _ in range(2)]
    roles = [
        moto.add_role(names[0], TOKEN_STATEMENT),
        moto.add_role(names[1], TOKEN_STATEMENT, account=OTHER),
    ]
    keys = moto.add_user(names[0], allow("*"))
    moto.judge()
    specs = [
        f"--registry={account}.{REGION},role={role}"
        for account, role in zip((ACCOUNT, OTHER), roles)
    ]
    pod.tick(*specs, environment=signed_by(pod, keys, front.url))
    hosts = {registry_host(account, REGION) for account in (ACCOUNT, OTHER)}
    assert set(pod.docker_config()["auths"]) == hosts
    assert sorted(calls(front)[:2]) == sorted(roles)


def test_the_registry_of_the_roles_account_is_the_default(moto, front, pod):
    name = uuid.uuid4().hex[:8]
    role = moto.add_role(name, TOKEN_STATEMENT, account=OTHER)
    keys = moto.add_user(name, allow(role))
    moto.judge()
    pod.tick("--role-arn", role, environment=signed_by(pod, keys, front.url))
    assert set(pod.docker_config()["auths"]) == {registry_host(OTHER, REGION)}


REFUSALS = {
    # what is missing: who is refused, and how many calls that takes
    "user's right": ("a", 1),
    "trust of A": ("a", 1),
    "right of A": ("b", 2),
    "trust of B": ("b", 2),
}


@pytest.mark.parametrize("lacks, where", REFUSALS.items(), ids=REFUSALS)
def test_77_without_the(front, pod, chain, lacks, where):
    taken = chain(lacks=lacks)
    role, count = getattr(taken, where[0]), where[1]
    asker = taken.user_arn if role == taken.a else rf"\S+:assumed-role/{taken.a.split('/')[1]}/\S+"
    line = rf"role {role}: sts: AssumeRole: AWS answered 403 AccessDenied: User: {asker} .+"
    pod.refused(77, line, *taken.options, environment=taken.environment)
    assert len(front.requests) == count


def test_77_without_the_last_roles_right(front, pod, chain):
    taken = chain(lacks="right of B")
    line = rf"ecr: .+ AccessDenied: User: \S+:assumed-role/{taken.b.split('/')[1]}/ecr-secret .+"
    pod.refused(77, line, *taken.options, environment=taken.environment)


def test_77_with_a_wrong_external_id(front, pod, chain):
    taken = chain(external_id=ID)
    line = rf"role {taken.b}: sts: AssumeRole: AWS answered 403 AccessDenied: .+"
    wrong = ("--external-id", "of-somebody-else")
    pod.refused(77, line, *taken.options, *wrong, environment=taken.environment)
    assert len(front.requests) == 2


@pytest.mark.parametrize("wrong", ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"])
def test_77_with_a_wrong(front, pod, chain, wrong):
    taken = chain()
    environment = {**taken.environment, wrong: "AKIANOBODYKNOWSTHIS1"}
    line = rf"role {taken.a}: sts: AssumeRole: AWS answered 403 .+"
    pod.refused(77, line, *taken.options, environment=environment)
    assert len(front.requests) <= 2, "asked again, but for the clock's sake"


def test_the_statements_that_the_line_names_are_the_ones_that_were_missing(moto, front, pod):
    """First neither side allows it; then both say what the line said."""
    name = uuid.uuid4().hex[:8]
    role = moto.add_role(name, TOKEN_STATEMENT, trust=trust(NOBODY))
    keys = moto.add_user(name)
    moto.judge()
    environment = signed_by(pod, keys, front.url)
    said = pod.run("--role-arn", role, environment=environment)
    assert said.code == 77, said.stderr
    statements = statements_in(said.last_line)
    assert len(statements) == 2, said.last_line
    (ours,) = (one for one in statements if "Resource" in one)
    (theirs,) = (one for one in statements if "Principal" in one)
    moto.allow_user(name, ours)
    moto.trust_in(name, theirs)
    moto.judge()
    pod.tick("--role-arn", role, environment=environment)


def statements_in(line):
    """Each JSON object in a line of text."""
    decode = json.JSONDecoder().raw_decode
    starts = [match.start() for match in re.finditer(r"\{\"Effect\"", line)]
    return [decode(line, start)[0] for start in starts]


def test_everybodys_trust_needs_no_more_than_the_callers_right(moto, front, pod):
    """What moto's default trust means here, on which the other tests lean."""
    name = uuid.uuid4().hex[:8]
    role = moto.add_role(name, TOKEN_STATEMENT, trust=TRUST_ANYBODY)
    for statements, code in (((allow(role),), 0), ((), 77)):
        keys = moto.add_user(uuid.uuid4().hex[:8], *statements)
        moto.judge()
        environment = signed_by(pod, keys, front.url)
        outcome = pod.run("--role-arn", role, environment=environment)
        assert outcome.code == code, outcome.stderr
