"""Many namespaces of a real API server: ours beside the kubectl loop of the usual CronJob.

Prints figures and fails on none: `make bench-cluster`. It is not collected with the tests.
"""

import os
import resource
import subprocess
import time

from harness import password_of
from pod import BINARY
from standin.world import REGISTRY, SECRET

COUNT = 60
LABEL = "ecr-secret-bench"
LOOP = """
for namespace in $NAMESPACES; do
    "$@" create secret docker-registry %s --namespace "$namespace" --docker-server %s \
        --docker-username AWS --docker-password "$PASSWORD" --dry-run=client --output yaml |
        "$@" apply --filename - >/dev/null
done
""" % ("kubectl-loop", REGISTRY)


def cost(command, environment):
    """Seconds of wall and CPU time of a command that must succeed, with all that it starts."""
    before, since = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL)
    wall, after = time.monotonic() - since, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_figures(cluster, pod_everywhere, capsys):
    pod = pod_everywhere
    names = [cluster.make_namespace(labels={LABEL: pod.namespace}) for _ in range(COUNT)]
    select = ("--namespace-selector", f"{LABEL}={pod.namespace}")
    pod.tick(*select)
    (entry,) = pod.docker_config(names[0], SECRET)["auths"].values()
    loop = {
        **os.environ,
        "KUBECONFIG": str(cluster.kubeconfig),
        "NAMESPACES": " ".join(names),
        "PASSWORD": password_of(entry),
    }
    kubectl = ["sh", "-ec", LOOP, "sh", *cluster.kubectl_words]
    ways = {
        "ecr-secret, all of a tick": ([os.fspath(BINARY), *select], pod.environment),
        "a kubectl loop, without the token": (kubectl, loop),
    }
    for name, (command, environment) in ways.items():
        wall_s, cpu_s = cost(command, environment)
        with capsys.disabled():
            print(f"\n{COUNT} namespaces, {name}: {wall_s:.2f} s, {cpu_s:.2f} s of CPU", end="")
