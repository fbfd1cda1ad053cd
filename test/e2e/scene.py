"""The world of one scenario of `ecr-secret check`: all is well in it, but for what is changed."""

import base64
import functools
import json
import time
import uuid

from amazon_ecr import APP, FAR, OTHER
from moto_aws import ACCOUNT, REGION
from pod import KEY, docker_secret, manifest
from standin.clock import rfc3339
from standin.ecr import authorization, registry_host
from standin.world import SECRET, without

HERE, THERE = registry_host(ACCOUNT, REGION), registry_host(OTHER, REGION)
FAR_HERE = registry_host(ACCOUNT, FAR)
IMAGE = f"{HERE}/{APP}:1"
ROLE = "eks.amazonaws.com/role-arn"
HOUR_S = 3600
SEEN = ("pods", "serviceaccounts", "cronjobs")
STANDINS = [f"AWS_ENDPOINT_URL_{name}" for name in ("ECR", "ECR_PUBLIC", "STS", "EKS", "SSO")]


class Scene:
    """Objects of a namespace, a pod's variables and arguments, and Amazon ECR; a scenario changes
    some of it before enter()."""

    def __init__(self, pod, admin, ecr, fixture):
        self.pod, self.admin, self.ecr = pod, admin, ecr
        self.fixture = fixture  # another fixture of the test, by its name
        self.namespace = f"ecr-secret-e2e-{uuid.uuid4().hex[:8]}"
        self.account, self.role, self.binding, self.cronjob = manifest(self.namespace)
        self.account["metadata"]["annotations"].pop(ROLE)  # it goes by keys
        self.minute = (time.localtime().tm_min + 30) % 60  # of schedules: no run is due now
        self.cronjob["spec"]["schedule"] = f"{self.minute} */4 * * *"
        self.cronjob_status = times(scheduled=0, successful=5)
        self.default = self._object("ServiceAccount", "default")
        self.default["imagePullSecrets"] = [{"name": SECRET}]
        self.secret = docker_secret({}, metadata={"name": SECRET, "namespace": self.namespace})
        self.manager = "ecr-secret"  # who wrote the Secret
        self.hold({HERE: self.entry()})
        self.pods = []
        self.add_pod("runs")
        self.also = []  # objects of any namespace
        self.sees = list(SEEN)
        self.environment = self._variables()
        self.images = [IMAGE]
        self.arguments = []
        self.files = {}  # in the ServiceAccount's directory, instead of good ones
        self.wrapper = ()
        self._at_end = []

    # --- What a scenario changes ------------------------------------------------------

    def entry(self, who="puller", left_s=11 * HOUR_S, region=REGION):
        """A docker config's entry with a token that was given to somebody."""
        password = self.ecr.tokens.give(self.ecr.arn(who), region, int(time.time()) + left_s)
        return {"auth": authorization(password)}

    def hold(self, auths, **members):
        """What the Secret holds."""
        self.hold_text(json.dumps({"auths": auths, **members}))

    def hold_text(self, text):
        self.secret["data"] = {KEY: base64.b64encode(text.encode()).decode()}

    def add_pod(self, name, image=IMAGE, waits=None, namespace=None, **spec):
        """A Pod that runs, or whose container waits for the reason that kubelet gives."""
        pod = self._object("Pod", name, namespace)
        pod["spec"] = {"containers": [{"name": "app", "image": image}], **spec}
        state = {"waiting": waits} if waits else {"running": {}}
        container = {"name": "app", "image": image, "imageID": "", "ready": not waits}
        container.update(restartCount=0, state=state)
        phase = "Pending" if waits else "Running"
        self.pods.append((pod, {"phase": phase, "containerStatuses": [container]}))

    def set(self, *absent, **variables):
        """Changes the pod's variables."""
        self.environment = {**without(self.environment, *absent), **variables}

    def go_by(self, who):
        """Other keys; None for none at all."""
        self.set("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", **self.ecr.keys.get(who, {}))

    def refuse(self, route, behaviour, times=1000):
        """AWS, or its registry, misbehaves."""
        server = self.ecr.front if route.startswith(("GET", "HEAD")) else self.ecr.api
        server.misbehave(route, behaviour, times)

    def at_end(self, action):
        self._at_end.append(action)

    # --- The run ------------------------------------------------------------------------

    def enter(self):
        """Makes it all so, in the cluster and in the pod's files."""
        rules = [{"apiGroups": ["", "batch"], "resources": self.sees, "verbs": ["get", "list"]}]
        role = {**self.role, "metadata": {**self.role["metadata"], "name": "sees"}, "rules": rules}
        binding = json.loads(json.dumps(self.binding or manifest(self.namespace)[2]))
        binding["metadata"]["name"] = binding["roleRef"]["name"] = "sees"
        seeing = [role, binding] if self.sees else []
        wanted = [self.account, self.role, self.binding, *seeing, self.default, self.cronjob]
        self._make_namespace(self.namespace)
        for document in [*wanted, *self.also]:
            if document is not None:
                self.admin.apply(document)
        if self.secret is not None:
            self.admin.apply(self.secret, self.manager)
        for pod, status in self.pods:
            self.admin.apply(pod)
            self._report(pod, status)
        if self.cronjob is not None:
            self._report(self.cronjob, self.cronjob_status)
        token = self.admin.token(self.namespace, "ecr-secret")
        self.pod.enter(self.pod.cluster, self.namespace, token)
        for name, content in self.files.items():
            (self.pod.service_account / name).write_bytes(content)
        self.ecr.moto.judge()

    def run(self, *output):
        """One run of `ecr-secret check`; nothing may be changed by it."""
        before = self.admin.versions(self.namespace)
        options = {"environment": self.environment, "wrapper": self.wrapper}
        outcome = self.pod.run("check", *output, *self.arguments, *self.images, **options)
        changed = before.items() ^ self.admin.versions(self.namespace).items()
        assert not changed, sorted(changed)
        return outcome

    def close(self):
        for action in self._at_end:
            action()

    def make_namespace(self):
        """A further one; its name."""
        name = f"{self.namespace}-{len(self.also)}"
        self._make_namespace(name)
        self.admin.apply(self._object("ServiceAccount", "default", name))
        return name

    def _make_namespace(self, name):
        self.at_end(functools.partial(self.admin.delete, "Namespace", name))
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        self.admin.apply(namespace)

    def _report(self, document, status):
        """Sets an object's status, as controllers and kubelet do."""
        self.admin.apply({**without(document, "spec"), "status": status}, part="/status")

    def _variables(self):
        cluster = self.pod.cluster
        server = {"KUBERNETES_SERVICE_HOST": cluster.host}
        server["KUBERNETES_SERVICE_PORT"] = str(cluster.port)
        kept = without(self.pod.without_keys(), *STANDINS)
        return {**kept, **server, **self.ecr.environment("puller")}

    def _object(self, kind, name, namespace=None):
        metadata = {"name": name, "namespace": namespace or self.namespace}
        return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


def times(**offsets):
    """A CronJob's status, by seconds from now."""
    now = time.time()
    names = {"scheduled": "lastScheduleTime", "successful": "lastSuccessfulTime"}
    return {names[name]: rfc3339(now + offset) for name, offset in offsets.items()}
