"""What each further namespace costs, and all of them: beside a bare libcurl client."""

import base64
import contextlib
import json

from many import ManyNamespaces
from run import CannotRun
from standin.clock import rfc3339
from standin.ecr import authorization, make_password
from standin.world import REGISTRY, SECRET

FEW, MANY, ALL = 1000, 3000, 10_000
HOUR_S = 3600
OPTIONS = ["--all-namespaces", "--timeout", "30m", "--quiet", "--registry", REGISTRY]
FRESH = [*OPTIONS, "--min-remaining", "1h"]
EACH_BUDGET, PEAK_BUDGET = 0.32, 24  # million instructions, MiB


def fan_out(table, stage, tools, binary):
    table.note(f"a fan-out, by the difference of {FEW} and {MANY} namespaces; lists included")
    config = config_of(stage)
    for figure, options, is_absent, budget in (
        ("each further namespace: listed, applied", OPTIONS, False, EACH_BUDGET),
        ("  that lacks the Secret", OPTIONS, True, EACH_BUDGET),
        ("  that is fresh, so nothing is written", FRESH, False, None),
    ):
        counts = {}
        for count in (FEW, MANY):
            with cluster(stage, count, config, is_absent) as (server, environment):
                counts[count] = tools.instructions([binary, *options], environment)
                check_applied(server, 0 if options is FRESH else count)
        table.row(figure, (counts[MANY] - counts[FEW]) / (MANY - FEW), "M", budget, 3)
    table.row("  a bare libcurl client's PATCH", bare(stage, tools, config), "M", digits=3)
    whole(table, stage, tools, binary, config)


def whole(table, stage, tools, binary, config):
    with cluster(stage, ALL, config) as (server, environment):
        cost = tools.cost([binary, *OPTIONS], environment)
        check_applied(server, ALL)
    table.row(f"{ALL} namespaces: peak memory", cost.peak_kib / 1024, "MiB", PEAK_BUDGET, 1)
    table.row("  CPU time", cost.cpu_ms, "ms", digits=0)
    table.row("  wall time, which is the stand-in's", cost.wall_ms, "ms", digits=0)


def check_applied(server, count):
    if server.applied != count:
        raise CannotRun(f"{server.applied} Secrets were applied, not {count}")


def bare(stage, tools, config):
    body = stage.directory / "body.json"
    body.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": SECRET, "namespace": "team-00000"},
                "type": "kubernetes.io/dockerconfigjson",
                "data": {".dockerconfigjson": base64.b64encode(config.encode()).decode()},
            }
        )
    )
    token = (stage.service_account / "token").read_text()
    headers = [f"Authorization: Bearer {token}", "Content-Type: application/apply-patch+yaml"]
    counts = {}
    with cluster(stage, FEW, config) as (server, environment):
        url = f"https://127.0.0.1:{server.port}/api/v1/namespaces/team-00000/secrets/{SECRET}"
        arguments = [url, stage.service_account / "ca.crt", body]
        for count in (FEW, MANY):
            command = [tools.bare_patch, *arguments, count, *headers]
            counts[count] = tools.instructions(command, environment)
    return (counts[MANY] - counts[FEW]) / (MANY - FEW)


def config_of(stage):
    """A docker config as an earlier run left it, with seven hours to go."""
    expires_at = int(stage.clock.now()) + 7 * HOUR_S
    auth = authorization(make_password(stage.canaries, expires_at))
    return json.dumps({"auths": {REGISTRY: {"auth": auth}}})


@contextlib.contextmanager
def cluster(stage, count, config, is_absent=False):
    """A server of so many namespaces, and the environment of a pod there."""
    expires = rfc3339(int(stage.clock.now()) + 7 * HOUR_S)
    tls = stage.kubernetes.tls
    server = ManyNamespaces(tls, count, SECRET, config, expires, is_absent)
    try:
        yield server, {**stage.environment, "KUBERNETES_SERVICE_PORT": str(server.port)}
    finally:
        server.close()
