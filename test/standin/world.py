"""The world around one run of the program: AWS, a cluster, and the pod's own files."""

import base64
import json
import os
import pathlib

from .canary import Canaries
from .certificates import Authority
from .clock import Clock
from .credential_endpoints import ContainerCredentials, InstanceMetadata
from .ecr import Ecr, EcrPublic, registry_host
from .eks import Authenticator, Eks
from .home import Home
from .identities import Identities, role_arn
from .kubernetes_api import KubernetesApi
from .signature import signed
from .sso import Sso
from .sts import Sts

ACCOUNT = "111122223333"
REGION = "eu-central-1"
REGISTRY = registry_host(ACCOUNT, REGION)
NAMESPACE = "apps"
SECRET = "ecr-registry"
ROLE_ARN = role_arn(ACCOUNT, "ecr-reader")
IN_CLUSTER = ("ECR_SECRET_SERVICE_ACCOUNT_DIR", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")
SERVICE_ACCOUNT = f"system:serviceaccount:{NAMESPACE}:ecr-secret"


class World:
    """Servers that live as long as a test session, and a pod that is new for each test."""

    def __init__(self):
        self.aws_authority = Authority()
        self.cluster_authority = Authority()  # who vouches for one doesn't for the other
        self.users_authority = Authority()  # of client certificates
        self.canaries = Canaries()
        self.identities = Identities(self.canaries)
        self.clock = Clock()  # AWS's
        tls = self.aws_authority.server_context()
        known = self.canaries, self.identities
        self.ecr = Ecr(*known, tls=tls, clock=self.clock)
        self.ecr_public = EcrPublic(*known, tls=tls, clock=self.clock)
        self.sts = Sts(self.identities, tls=tls, clock=self.clock)
        self.eks = Eks(self.identities, tls=tls, clock=self.clock)
        self.sso = Sso(*known, tls=tls, clock=self.clock)
        self.container = ContainerCredentials()
        self.metadata = InstanceMetadata(self.canaries)
        context = self.cluster_authority.server_context(users=self.users_authority)
        self.kubernetes = KubernetesApi(tls=context)
        aws = (self.ecr, self.ecr_public, self.sts, self.eks, self.sso)
        self.servers = (*aws, self.container, self.metadata, self.kubernetes)

    def settle_in(self, directory):
        """Makes everything new: no history, one user, one namespace, one pod in `directory`."""
        for server in self.servers:
            server.reset()
        self.canaries.forget()
        self.identities.forget()
        self.clock.offset_s = self.kubernetes.clock.offset_s = 0
        self.user = self.identities.add_user(ACCOUNT)
        self.directory = pathlib.Path(directory)
        self.home = Home(self.directory, self.canaries)
        self.service_account = self.directory / "serviceaccount"
        self.service_account.mkdir()
        self.aws_ca = self._write("aws-ca.pem", self.aws_authority.pem)
        (self.service_account / "ca.crt").write_bytes(self.cluster_authority.pem)
        (self.service_account / "namespace").write_text(NAMESPACE)
        self.rotate_service_account_token()
        self.kubernetes.add_namespace(NAMESPACE)
        self.kubernetes.allow(NAMESPACE, SECRET)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            "ECR_SECRET_SERVICE_ACCOUNT_DIR": str(self.service_account),
            "KUBERNETES_SERVICE_HOST": self.kubernetes.address,
            "KUBERNETES_SERVICE_PORT": str(self.kubernetes.port),
            "AWS_ENDPOINT_URL_ECR": self.ecr.url,
            "AWS_ENDPOINT_URL_ECR_PUBLIC": self.ecr_public.url,
            "AWS_ENDPOINT_URL_STS": self.sts.url,
            "AWS_ENDPOINT_URL_EKS": self.eks.url,
            "AWS_ENDPOINT_URL_SSO": self.sso.url,
            "AWS_CA_BUNDLE": str(self.aws_ca),
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            **keys_of(self.user),
        }

    def without_keys(self):
        """The environment of a pod that was given no access key."""
        return without(self.environment, *keys_of(self.user))

    def with_keys(self, identity):
        """The environment of a pod that was given somebody's keys."""
        return {**self.without_keys(), **keys_of(identity)}

    def signed(self, by=None, region=None):
        """A condition for misbehave(): signed by the owner of an ARN, and for a region."""
        return signed(self.identities, by, region)

    def web_identity(self, role_arn=ROLE_ARN):
        """What the IRSA webhook adds to a pod: two variables and a token file."""
        token = self.canaries.make("web identity token", 900)
        self.sts.web_identity_tokens.add(token)
        path = self._write("web-identity-token", token.encode())
        return {"AWS_ROLE_ARN": role_arn, "AWS_WEB_IDENTITY_TOKEN_FILE": str(path)}

    def pod_identity(self):
        """What the EKS Pod Identity webhook adds to a pod."""
        self.container.identity = self.identities.add_session(ACCOUNT, "pod-role")
        self.container.token = self.canaries.make("pod identity token", 900)
        path = self._write("pod-identity-token", self.container.token.encode())
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.container.url + "/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(path),
        }

    def instance_role(self):
        """What a pod on an EC2 node finds without being told."""
        self.metadata.identity = self.identities.add_session(ACCOUNT, "node-role")
        return {
            "AWS_EC2_METADATA_DISABLED": "false",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.metadata.url,
        }

    def eks_cluster(self, name="prod", region=REGION, token_id=None, **members):
        """Our API server becomes a cluster of EKS; returns what judges its tokens."""
        members = {"endpoint": self.kubernetes.url, **members}
        self.eks.add_cluster(ACCOUNT, region, name, self.cluster_authority.pem, **members)
        known = self.canaries, self.identities, self.clock
        self.kubernetes.tokens = {}
        self.kubernetes.authenticator = Authenticator(*known, token_id or name)
        return self.kubernetes.authenticator

    def outside(self):
        """The environment of a machine that is no pod: a CI runner, a laptop."""
        return without(self.environment, *IN_CLUSTER)

    def rotate_service_account_token(self):
        """Puts a new token in the pod's file; the API server takes no other."""
        token = self.canaries.make("service account token", 900)
        self.kubernetes.tokens = {token: SERVICE_ACCOUNT}
        (self.service_account / "token").write_text(token)

    def docker_config(self, namespace=NAMESPACE, name=SECRET):
        """The docker config that a Secret holds now, None without a Secret."""
        return self.kubernetes.docker_config(namespace, name)

    def secret(self, namespace=NAMESPACE, name=SECRET):
        return self.kubernetes.secrets.get(namespace, name)

    def defects(self):
        """What went wrong inside the stand-ins themselves."""
        return [defect for server in self.servers for defect in server.defects]

    def foreign_entry(self, user="robot"):
        """A docker config entry of somebody else's registry."""
        pair = f"{user}:{self.canaries.make('foreign password')}"
        auth = base64.b64encode(pair.encode()).decode()
        return {"username": user, "auth": self.canaries.watch("foreign auth", auth)}

    def _write(self, name, content):
        path = self.directory / name
        path.write_bytes(content)
        return path


def keys_of(identity):
    """An identity as the three variables that every AWS tool knows."""
    keys = {
        "AWS_ACCESS_KEY_ID": identity.access_key,
        "AWS_SECRET_ACCESS_KEY": identity.secret_key,
        "AWS_SESSION_TOKEN": identity.session_token,
    }
    return {name: value for name, value in keys.items() if value is not None}


def profile_keys(identity):
    """An identity as the settings of a profile."""
    return {name.lower(): value for name, value in keys_of(identity).items()}


def without(environment, *names):
    """A copy of an environment without some of its variables."""
    return {name: value for name, value in environment.items() if name not in names}


def masked(config):
    """A docker config as text that may be shown."""
    hidden = {host: dict.fromkeys(entry, "****") for host, entry in config["auths"].items()}
    return json.dumps({"auths": hidden}, indent=2)
