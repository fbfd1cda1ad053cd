"""Amazon ECR as a whole: moto, docker-registry and their fronts, by AWS's own names."""

import json

from ecr_front import EcrApi, EcrFront, Tokens
from ecr_judge import Judge
from moto_aws import ACCOUNT, REGION, TOKEN_STATEMENT
from registry import make_index
from standin.ecr import registry_host
from standin.proxy import Proxy

OTHER = "210987654321"  # an account whose repositories are pulled from
THIRD = "333344445555"  # an account of which nobody is here
FAR = "eu-west-1"  # a region without repositories
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
HOSTS = [registry_host(account, region) for account in (ACCOUNT, OTHER) for region in (REGION, FAR)]
APIS = [f"{api}.{region}.amazonaws.com" for api in ("api.ecr", "sts") for region in (REGION, FAR)]
APP, TORN, DENIED = "team/app", "team/torn", "team/denied"  # of the own account
SHARED, PRIVATE = "team/shared", "team/private"  # of the other


class AmazonEcr:
    """Two accounts with an image or two, and those who pull: their keys, by name."""

    def __init__(self, moto, registry, authority, canaries, directory):
        self.moto, self.registry = moto, registry
        self.tokens = Tokens(canaries)
        self.judge = Judge(moto, OTHER)
        tls = authority.server_context("127.0.0.1", "localhost", *APIS, *HOSTS)
        self.api = EcrApi(moto, self.tokens, tls=tls)
        self.front = EcrFront(registry, self.tokens, self.judge, tls=tls)
        places = {name: self.api for name in APIS} | {name: self.front for name in HOSTS}
        self.proxy = Proxy({f"{n}:443": (s.address, s.port) for n, s in places.items()})
        self._fill(directory)
        self._invite()
        self.settle_in()

    def settle_in(self):
        """Everything as at first, for another test: history, faults and clocks."""
        for server in (self.api, self.front, self.front.storage):
            server.reset()
            server.clock.offset_s = 0
        for name, keys in self.keys.items():
            self.api.arns[keys["AWS_ACCESS_KEY_ID"]] = self.arn(name)
        self.proxy.asked_for.clear()

    def close(self):
        for server in (self.api, self.front, self.proxy):
            server.close()

    @property
    def defects(self):
        return [*self.api.defects, *self.front.defects, *self.front.storage.defects]

    @staticmethod
    def arn(name):
        return f"arn:aws:iam::{ACCOUNT}:user/{name}"

    def environment(self, keys):
        """The variables of somebody with these keys, in a network whose way out is a proxy."""
        return {"AWS_REGION": REGION, "HTTPS_PROXY": self.proxy.url, **self.keys.get(keys, {})}

    def written_to(self):
        """The requests so far that ask for more than to be told something."""
        calls = [self.api.route(request) for request in self.api.requests]
        said = [request.method for request in self.front.requests]
        harmless = (
            "GetAuthorizationToken",
            "GetCallerIdentity",
            "GetRegistryPolicy",
            "DescribeRegistry",
            "AssumeRole",
            "GET",
            "HEAD",
        )
        return [call for call in calls + said if call not in harmless]

    def _fill(self, directory):
        """The same image in each repository; what differs is who may have it."""
        make_index(directory / "image")
        for account, names in {ACCOUNT: [APP, TORN, DENIED], OTHER: [SHARED, PRIVATE]}.items():
            for name in names:
                self.judge.client("ecr", account).create_repository(repositoryName=name)
                self.registry.push(directory / "image", f"{name}:1")
        self.registry.lose_layers(TORN)
        self.front.behind.enter()

    def _invite(self):
        names = ("puller", "token-only", "reader", "nobody")
        self.keys = {name: self.moto.add_user(name) for name in names}
        self.set_policies()

    def set_policies(self):
        """Who may do what, at first."""
        anywhere = {"Effect": "Allow", "Action": PULL, "Resource": "*"}
        denied = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{DENIED}"
        no = {"Effect": "Deny", "Action": PULL, "Resource": denied}
        self.moto.allow_user("puller", TOKEN_STATEMENT, anywhere, no)
        self.moto.allow_user("token-only", TOKEN_STATEMENT)
        registry = {"Effect": "Allow", "Action": "ecr:GetRegistryPolicy", "Resource": "*"}
        self.moto.allow_user("reader", TOKEN_STATEMENT, anywhere, registry)
        for repository, account in {SHARED: ACCOUNT, PRIVATE: THIRD}.items():
            principal = {"AWS": f"arn:aws:iam::{account}:root"}
            self.allow(repository, Effect="Allow", Principal=principal, Action=PULL)
        self.moto.judge()

    def let_copy_in(self, account):
        """Sets the registry's policy: another account's images are copied here."""
        statement = {
            "Sid": "copies",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": ["ecr:ReplicateImage", "ecr:CreateRepository"],
            "Resource": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/*",
        }
        document = {"Version": "2012-10-17", "Statement": [statement]}
        self.judge.client("ecr").put_registry_policy(policyText=json.dumps(document))

    def let_nobody_copy_in(self):
        self.judge.client("ecr").delete_registry_policy()

    def allow(self, repository, **statement):
        """Sets the repository's policy, in the other account."""
        document = {"Version": "2012-10-17", "Statement": [statement]}
        ecr = self.judge.client("ecr", OTHER)
        ecr.set_repository_policy(repositoryName=repository, policyText=json.dumps(document))
        self.judge.forget()
