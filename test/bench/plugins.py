"""What a plugin costs whoever waits for it, beside the two official ones: same questions, same
servers, in turn."""

import json
import pathlib
import shutil
import statistics

from run import HERE, CannotRun, output_of
from standin.world import REGISTRY, ROLE_ARN, without

MB = 1e6
TIMES = 15
REQUEST = {
    "kind": "CredentialProviderRequest",
    "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
    "image": f"{REGISTRY}/team/app",
}
CONTEST = {  # what is measured: its unit, the figure of a Cost, and which of them all counts
    f"CPU time, median of {TIMES}": ("ms", lambda cost: cost.cpu_ms, statistics.median),
    f"wall time, best of {TIMES}": ("ms", lambda cost: cost.wall_ms, min),
    f"peak memory, most of {TIMES}": ("MiB", lambda cost: cost.peak_kib / 1024, max),
}


def plugins(table, stage, tools, binary):
    if not shutil.which("go"):
        table.note("plugins against the official ones: not measured, no Go")
        return
    try:
        peers = output_of([HERE / "peers.sh"])
    except CannotRun as reason:
        table.note(f"plugins against the official ones: they can't be built here: {reason}")
        return
    helper = stage.directory / "docker-credential-ecr-secret"
    helper.symlink_to(binary)
    names = {"helper": "docker-credential-ecr-login", "provider": "ecr-credential-provider"}
    sizes = {name: pathlib.Path(peers, name).stat().st_size / MB for name in names.values()}
    for name, size_mb in sizes.items():
        table.row(f"{name}, stripped", size_mb, "MB")
    smaller = round(min(sizes.values()), 2)
    table.row("  ours, which is both", binary.stat().st_size / MB, "MB", smaller)

    get = [helper, "get"], [f"{peers}/{names['helper']}", "get"]
    provide = [binary, "credential-provider"], [f"{peers}/{names['provider']}"]
    keys = {**stage.outside(), "AWS_EC2_METADATA_DISABLED": "true"}
    cold = {**keys, "AWS_ECR_DISABLE_CACHE": "true"}
    request = json.dumps(REQUEST)
    contest(table, tools, "docker helper, cold", get, cold, REGISTRY)
    contest(table, tools, "docker helper, warm", get, keys, REGISTRY)
    contest(table, tools, "kubelet plugin", provide, keys, request)
    token, nobody = with_token(stage)
    contest(table, tools, "kubelet plugin by a token", provide, nobody, token)


def with_token(stage):
    """A request with a ServiceAccount's token, and the environment of a node without keys."""
    token = stage.canaries.make("pod's token", 900)
    stage.sts.web_identity_tokens.add(token)
    annotations = {"eks.amazonaws.com/ecr-role-arn": ROLE_ARN}
    members = {"serviceAccountToken": token, "serviceAccountAnnotations": annotations}
    nobody = without(stage.outside(), "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    return json.dumps({**REQUEST, **members}), nobody


def contest(table, tools, what, commands, environment, text):
    """The costs of both programs, run in turn; ours are to be the smaller ones."""
    costs = [[], []]
    for number in range(TIMES + 1):
        for command, taken in zip(commands, costs):
            cost = tools.cost(command, environment, text=text)
            if number > 0:  # the first one warms caches
                taken.append(cost)
    for name, (unit, figure, choose) in CONTEST.items():
        ours, theirs = (choose(map(figure, taken)) for taken in costs)
        table.row(f"{what}: {name}", ours, unit, digits=1)
        table.row("  of the official one", theirs, unit, digits=1)
        table.row("  ours against it", ours / theirs, "x", 1)
