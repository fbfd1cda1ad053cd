"""The program outside of a pod: a stage, its kubeconfig files, and who they say that it is."""

import contextlib

from standin import kubeconfig
from standin.world import NAMESPACE


class Outside:
    """Knows a stage; `cluster` and `user` are the parts of a kubeconfig that works."""

    def __init__(self, stage):
        self.stage = stage
        self.environment = stage.outside()
        self.home_file = stage.directory / ".kube/config"
        self.token = stage.canaries.make("kubeconfig token", 900)
        stage.kubernetes.tokens[self.token] = "token-user"
        self.ca = stage.directory / "cluster-ca.pem"
        self.ca.write_bytes(stage.cluster_authority.pem)
        self.cluster = {
            "server": stage.kubernetes.url,
            "certificate-authority-data": kubeconfig.data(stage.cluster_authority.pem),
        }
        self.user = {"token": self.token}

    def document(self, cluster=None, user=None, namespace=NAMESPACE, **members):
        """The kubeconfig that works, with another cluster or user."""
        cluster = self.cluster if cluster is None else cluster
        return kubeconfig.document(
            cluster, self.user if user is None else user, namespace, **members
        )

    def write(self, content=None, name="config.yaml"):
        path = self.stage.directory / name
        return kubeconfig.write(path, self.document() if content is None else content)

    def run(self, *arguments, **variables):
        return self.stage.run(*arguments, environment={**self.environment, **variables})

    def run_with(self, content=None, *arguments, **variables):
        """A run with this kubeconfig alone."""
        path = self.write(content)
        return self.run("--kubeconfig", str(path), *arguments, **variables)

    def client_certificate(self, name="certificate-user"):
        """Two files, of a certificate and its key."""
        certificate, key = self.stage.users_authority.user(name)
        self.stage.canaries.watch("client key", key.decode().splitlines()[3])
        paths = self.stage.directory / "user.pem", self.stage.directory / "user.key"
        for path, content in zip(paths, (certificate, key)):
            path.write_bytes(content)
        return paths

    def asked_by(self):
        """Whom the API server took us for; one and the same in all requests."""
        (user,) = set(self.stage.kubernetes.asked_by)
        return user

    @contextlib.contextmanager
    def nothing_is_asked(self):
        """Neither AWS's password nor the cluster was asked for in the block."""
        yield
        assert not self.stage.kubernetes.requests
        assert not self.stage.ecr.requests
