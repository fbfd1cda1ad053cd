"""moto as judge of our signatures and of IAM's policies, and a front that mends its calendar."""

import http.client
import json
import socket
import subprocess
import sys
import time

import botocore.session

from standin.ecr import AMZ_JSON, LIFETIME_S
from standin.message import Answer
from standin.server import StandIn
from standin.world import without

ACCOUNT = "123456789012"  # moto's only one
REGION = "eu-central-1"
START_LIMIT_S = 60
TOKEN_STATEMENT = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
TRUST_ANYBODY = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*"}


class Moto:
    """A moto server; what it is told to set up is not judged, the rest is."""

    def __init__(self, directory, address="127.0.0.1", port=None):
        self.port = port or _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with open(directory / "moto.log", "wb") as log:
            command = [sys.executable, "-m", "moto.server", "-H", address, "-p", str(self.port)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        give_up = time.monotonic() + START_LIMIT_S
        while not _listens(self.port):
            assert time.monotonic() < give_up and self._process.poll() is None, "no moto"
            time.sleep(0.05)

    def stop(self):
        self._process.terminate()
        self._process.wait()

    def judge(self, after=0):
        """From now on signatures and policies are checked, but for the next `after` calls."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        plain = {"Content-Type": "text/plain"}
        connection.request("POST", "/moto-api/reset-auth", str(after), plain)
        assert connection.getresponse().status == 200
        connection.close()

    def client(self, service, keys, url=None, region=REGION, **options):
        """AWS's own client, with these keys, of moto or of what stands before it."""
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        access, secret, token = (keys.get(name) for name in names)
        return botocore.session.Session().create_client(
            service,
            region,
            endpoint_url=url or self.url,
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            aws_session_token=token,
            **options,
        )

    def add_user(self, name, *statements):
        """A user with a policy of these statements; returns its keys as variables."""
        iam = self._administrator("iam")
        iam.create_user(UserName=name)
        if statements:
            self.allow_user(name, *statements)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return as_variables({**made, "SessionToken": None})

    def add_role(self, name, *statements, trust=TRUST_ANYBODY, account=ACCOUNT):
        """A role that, if nothing else is said, anybody may assume; returns its ARN."""
        iam = self._administrator("iam", account)
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy([trust]))["Role"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_policy(statements))
        return role["Arn"]

    def allow_user(self, name, *statements):
        """Gives a user a policy of these statements."""
        document = _policy(statements)
        iam = self._administrator("iam")
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)

    def trust_in(self, name, statement):
        """Replaces a role's trust policy."""
        iam = self._administrator("iam")
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=_policy([statement]))

    def session_of(self, role):
        """Temporary keys of a role."""
        answer = self._administrator("sts").assume_role(RoleArn=role, RoleSessionName="e2e")
        return as_variables(answer["Credentials"])

    def _administrator(self, service, account=ACCOUNT):
        self.judge(after=1000)
        keys = {"AWS_ACCESS_KEY_ID": "setup", "AWS_SECRET_ACCESS_KEY": "setup"}
        if account != ACCOUNT:
            other = {"RoleArn": f"arn:aws:iam::{account}:role/setup", "RoleSessionName": "setup"}
            keys = as_variables(self.client("sts", keys).assume_role(**other)["Credentials"])
        return self.client(service, keys)


class CalendarFront(StandIn):
    """Hands everything to moto, and corrects one thing: its tokens expired in 2015."""

    def __init__(self, moto, **listener):
        self._moto = moto
        super().__init__(**listener)

    def answer(self, request):
        behind = http.client.HTTPConnection("127.0.0.1", self._moto.port, timeout=30)
        behind.request(request.method, request.target, request.body, dict(request.headers))
        answer = behind.getresponse()
        body = answer.read()
        if answer.status == 200 and b'"authorizationData"' in body:
            document = json.loads(body)
            for item in document["authorizationData"]:
                item["expiresAt"] = int(self.clock.now()) + LIFETIME_S
            body = json.dumps(document).encode()
        kind = answer.headers.get("Content-Type", AMZ_JSON)
        return Answer(answer.status, body, (("Content-Type", kind),))


def signed_by(pod, keys, url):
    """The pod's environment with these keys, every AWS service being at one address."""
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        if name in keys:
            pod.canaries.watch(name, keys[name])
    services = ("AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL_STS")
    return {**without(pod.without_keys(), *services), "AWS_ENDPOINT_URL": url, **keys}


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def as_variables(credentials):
    """What IAM or STS answered, as the variables that every AWS tool knows."""
    names = {
        "AWS_ACCESS_KEY_ID": "AccessKeyId",
        "AWS_SECRET_ACCESS_KEY": "SecretAccessKey",
        "AWS_SESSION_TOKEN": "SessionToken",
    }
    keys = {variable: credentials[member] for variable, member in names.items()}
    return {variable: value for variable, value in keys.items() if value}


def _policy(statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
