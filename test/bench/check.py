"""How far `ecr-secret check` travels: its round trips, with three images."""

import contextlib

from delay_proxy import distance
from run import CannotRun
from standin.ecr import authorization
from standin.registry import Registry
from standin.world import NAMESPACE, SECRET

NEAR_MS, FAR_MS = 20, 220
IMAGES = [f"team/app-{number}" for number in range(3)]
BUDGET = 12
HOUR_S = 3600


def check(table, stage, tools, binary):
    """Round trips by the difference of two distances: what servers do themselves cancels out."""
    table.note("a check: token 3, manifest of an index 1, its first child 1, layer 1, storage 3;")
    table.note("a web identity's role 3 and its token 1: the registry and ECR are reached meanwhile")
    ways = {"an access key": stage.environment, "a web identity": stage.irsa()}
    for name, environment in ways.items():
        walls = {away: wall(stage, tools, binary, environment, away) for away in (NEAR_MS, FAR_MS)}
        figure = f"check of 3 images by {name}, {NEAR_MS} ms away"
        table.row(figure, walls[NEAR_MS], "ms", digits=1)
        trips = (walls[FAR_MS] - walls[NEAR_MS]) / (FAR_MS - NEAR_MS)
        table.row("  its round trips, one after another", trips, "", BUDGET, 1)


def wall(stage, tools, binary, environment, away_ms):
    """The quickest of a few runs, in milliseconds."""
    with world(stage, away_ms) as (arguments, places):
        command = [binary, "check", *arguments]
        costs = [tools.cost(command, {**environment, **places}) for _ in range(5)]
    return min(cost.wall_ms for cost in costs)


@contextlib.contextmanager
def world(stage, away_ms):
    """All servers so far away, a Secret that holds a good token; arguments and variables."""
    registry = Registry(stage.ecr, tls=stage.aws_authority.server_context())
    for image in IMAGES:
        registry.push(image, "1")
    servers = (stage.sts, stage.ecr, stage.kubernetes, registry, registry.storage)
    ports = [server.port for server in servers]
    with distance(away_ms / 1000, *ports) as (sts, ecr, kubernetes, images, layers):
        registry.storage.reached_at = f"https://127.0.0.1:{layers}"
        host = f"127.0.0.1:{images}"
        expires_at = int(stage.clock.now()) + 11 * HOUR_S
        password = stage.ecr.give(stage.user, "eu-central-1", expires_at)
        entry = {"auth": authorization(password)}
        stage.kubernetes.seed(NAMESPACE, SECRET, {"auths": {host: entry}}, "ecr-secret")
        stage.kubernetes.workloads.allow("pods", "cronjobs")
        stage.kubernetes.accounts.allow()
        yield ["--any-host", *(f"{host}/{image}:1" for image in IMAGES)], {
            "AWS_ENDPOINT_URL_STS": f"https://127.0.0.1:{sts}",
            "AWS_ENDPOINT_URL_ECR": f"https://127.0.0.1:{ecr}",
            "KUBERNETES_SERVICE_PORT": kubernetes,
        }
    written = [one for one in stage.kubernetes.requests if one.method not in ("GET", "POST")]
    if written:
        raise CannotRun("check has written something")
    registry.close()
