"""Prints what ecr-secret costs, beside the budget of each figure: bench.py BINARY.

A figure past its budget is marked and changes nothing else: machines differ. Only what doesn't
run at all is an error.
"""

import gzip
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from delay_proxy import distance
from run import HERE, CannotRun, Tools, run
from stage import new_stage  # first: it says where the stand-ins are

from check import check
from fan_out import fan_out
from plugins import plugins
from standin import faults
from standin.ecr import TOKEN_ROUTE
from standin.server import FOREVER
from standin.world import REGISTRY, ROLE_ARN, profile_keys, without

MB = 1e6
TICK_BUDGET = 52  # million instructions
IRSA_ROUND_TRIPS = {"STS": 3, "ECR": 3, "apply": 1}  # 3: TCP, TLS 1.3, request
DEADLINE_MS = 500
PROFILES = 10_000



class Table:
    """Three columns, printed as they become known."""

    def __init__(self):
        print(f"{'figure':<52} {'measured':>12} {'budget':>10}")

    def row(self, figure, value, unit="", budget=None, digits=2):
        limit = "" if budget is None else f"{budget:g} {unit}"
        mark = " MISSED" if budget is not None and value > budget else ""
        print(f"{figure:<52} {f'{value:.{digits}f} {unit}':>12} {limit:>10}{mark}", flush=True)

    def note(self, text):
        print(f"    {text}", flush=True)


def size(table, binary):
    content = binary.read_bytes()
    table.row("static binary", len(content) / MB, "MB", 5.8)
    table.row("  gzip -9", len(gzip.compress(content, 9)) / MB, "MB", 2.6)


def instructions(table, stage, tools, binary):
    table.note("instructions, by callgrind, of the static binary itself; the Secret exists already")
    tools.cost([binary], stage.irsa())
    tick = tools.instructions([binary], stage.irsa())
    table.row("a tick: web identity, token, read, apply", tick, "M", TICK_BUDGET, 1)
    bare = tools.instructions([tools.bare, *stage.bare_arguments()], stage.environment)
    table.row("  a bare libcurl client, three requests", bare, "M", digits=1)
    key = tools.instructions([binary], stage.environment)
    table.row("  the tick with an access key, so without STS", key, "M", digits=1)
    return tick


def trust(table, stage, tools, binary, tick):
    """Parsing a whole bundle is what the other ways must not cost."""
    bundle, folder = stage.strangers()
    add_own_hash(stage, folder)
    nothing_set = without(stage.irsa(), "AWS_CA_BUNDLE")
    ways = {
        "a hashed directory of 141": ({"SSL_CERT_DIR": str(folder)}, TICK_BUDGET),
        "a bundle of 141, parsed whole": ({"SSL_CERT_FILE": str(bundle)}, None),
    }
    for name, (variable, budget) in ways.items():
        count = tools.instructions([binary], {**nothing_set, **variable})
        table.row(f"  the tick, trusting {name}", count, "M", budget, 1)
    compiled_in(table, stage, tools, binary, nothing_set, tick)


def add_own_hash(stage, folder):
    """Puts our authority where OpenSSL looks for it."""
    ask = ["openssl", "x509", "-in", stage.aws_ca, "-noout", "-hash"]
    name = run(ask, None).stdout.strip()
    shutil.copy(stage.aws_ca, folder / f"{name}.0")


def compiled_in(table, stage, tools, binary, nothing_set, tick):
    """Those roots vouch for no stand-in: what they cost shows in runs that end at STS."""
    no_system_roots = ["unshare", "--mount", "sh", "-ec"]
    if os.geteuid() != 0:
        no_system_roots[1:1] = ["--user", "--map-root-user"]
    hide = 'for d in /etc/ssl /etc/pki; do ! [ -d $d ] || mount -t tmpfs none $d; done; exec "$@"'
    no_system_roots += [hide, "sh"]
    if run([*no_system_roots, "true"], None).returncode != 0:
        table.note("the roots compiled in: not measured, no permission to hide /etc/ssl")
        return
    refused = {"code": 76, "wrapper": no_system_roots}
    stranger = {**nothing_set, "AWS_CA_BUNDLE": str(stage.service_account / "ca.crt")}
    one = tools.instructions([binary], stranger, **refused)
    roots = tools.instructions([binary], nothing_set, **refused)
    figure = "  the tick, trusting the roots compiled in"
    table.row(figure, tick + roots - one, "M", TICK_BUDGET, 1)
    table.note("the last: the tick, and what two runs differ in that end at STS's certificate")


def namespaces(table, stage, tools, binary):
    """The API server's connections cost more than what goes through them."""
    few, many = 20, 60
    names = stage.add_namespaces(many)
    tools.cost([binary, "--namespace", ",".join(names)], stage.environment)  # so that all exist
    one, some, all_of_them = (
        tools.instructions([binary, "--namespace", ",".join(names[:count])], stage.environment)
        for count in (1, few, many)
    )
    connections = f"each further namespace, up to {few}, connections included"
    table.row(connections, (some - one) / (few - 1), "M")
    table.row("  after these: a read and an apply", (all_of_them - some) / (many - few), "M", 0.32)


def profiles(table, stage, tools, binary):
    """What a profile file of 10,000 adds to a tick: CPU time, and no memory to speak of."""
    keys = profile_keys(stage.user)
    section = "[team-{}]\n" + "".join(f"{name} = {value}\n" for name, value in keys.items())
    files = {name: stage.directory / name for name in ("many", "few", "config")}
    files["many"].write_text("".join(section.format(n) for n in range(PROFILES)))
    files["few"].write_text(section.format(PROFILES - 1))
    role = stage.sts.add_role(ROLE_ARN, [stage.user.arn])
    files["config"].write_text(
        f"[profile chain]\nrole_arn = {role}\nsource_profile = team-{PROFILES - 1}\n"
    )
    plain = {**stage.without_keys(), "AWS_PROFILE": "chain", "AWS_CONFIG_FILE": files["config"]}
    many, few = ({**plain, "AWS_SHARED_CREDENTIALS_FILE": files[name]} for name in ("many", "few"))
    medians = tools.interleaved({"many": ([binary], many), "few": ([binary], few)}, 15)
    difference = medians["many"] - medians["few"]
    table.row(f"CPU time of {PROFILES} profiles, a role from the last", difference, "ms", 50, 1)


def memory(table, stage, tools, binary):
    peak_kib = max(tools.cost([binary], stage.irsa()).peak_kib for _ in range(5))
    table.row("peak memory of a tick", peak_kib / 1024, "MiB", 8)


def processor(table, stage, tools, binary):
    """Against what people use today: the same tick by a script, in turn with ours."""
    irsa = stage.irsa()
    kubectl = {"KUBERNETES_SERVICE_PORT": str(stage.kubectl_api().port), "REGISTRY": REGISTRY}
    rivals = {
        "bash + curl --aws-sigv4": (["bash", "curl"], "peer.sh", irsa, 25),
        "awscli + kubectl": (["bash", "aws", "kubectl"], "peer_tools.sh", {**irsa, **kubectl}, 5),
    }
    for name, (needed, script, environment, times) in rivals.items():
        missing = [tool for tool in needed if not shutil.which(tool)]
        if missing:
            table.note(f"CPU time against {name}: not installed: {' '.join(missing)}")
            continue
        commands = {"ours": ([binary], irsa), name: ([HERE / script], environment)}
        try:
            medians = tools.interleaved(commands, times)
        except CannotRun as reason:
            table.note(f"CPU time against {name}: it doesn't run here: {reason}")
            continue
        table.row(f"CPU time of a tick, median of {times}", medians["ours"], "ms", digits=1)
        table.row(f"  of {name}", medians[name], "ms", digits=1)
        table.row("  ours against it", medians["ours"] / medians[name], "x", 0.25)


def round_trips(table, stage, tools, binary):
    unavoidable = sum(IRSA_ROUND_TRIPS.values())
    hops = " + ".join(f"{name} {count}" for name, count in IRSA_ROUND_TRIPS.items())
    table.note(f"unavoidable: {hops} = {unavoidable} round trips (3: TCP, TLS 1.3, request)")
    table.note("and the stand-ins' own work; the API server is connected to and read meanwhile")
    watch = stage.stop_watch()
    ports = (stage.sts.port, stage.ecr.port, stage.kubernetes.port)
    for round_trip_ms, times in ((20, 9), (100, 5)):
        runs = []
        with distance(round_trip_ms / 1000, *ports) as (sts, ecr, kubernetes):
            environment = {
                **stage.irsa(),
                "AWS_ENDPOINT_URL_STS": f"https://127.0.0.1:{sts}",
                "AWS_ENDPOINT_URL_ECR": f"https://127.0.0.1:{ecr}",
                "KUBERNETES_SERVICE_PORT": kubernetes,
            }
            for _ in range(times):
                watch.seconds = 0
                wall_ms = tools.cost([binary], environment).wall_ms
                runs.append((wall_ms, unavoidable * round_trip_ms + watch.seconds * 1000))
        wall_ms, least_ms = min(runs, key=lambda run: run[0] / run[1])
        figure = f"wall time, servers {round_trip_ms} ms away, best of {times}"
        table.row(figure, wall_ms, "ms", digits=1)
        table.row("  unavoidable", least_ms, "ms", digits=1)
        table.row("  wall time against it", wall_ms / least_ms, "x", 1.15)


def endings(table, stage, tools, binary):
    """How long it takes to leave, with a server that never answers."""
    stage.ecr.misbehave(TOKEN_ROUTE, faults.never_answer, FOREVER)
    after_sigterm_ms = max(after_sigterm(stage, binary) for _ in range(5)) * 1000
    table.row("time to exit after SIGTERM, the longest of 5", after_sigterm_ms, "ms", 100, 1)
    command = [binary, "--timeout", f"{DEADLINE_MS}ms"]
    walls_ms = [tools.cost(command, stage.environment, code=75).wall_ms for _ in range(5)]
    past_deadline_ms = max(walls_ms) - DEADLINE_MS
    table.row("time to exit past the deadline, the longest of 5", past_deadline_ms, "ms", 100, 1)


def after_sigterm(stage, binary):
    stage.ecr.requests.clear()
    process = subprocess.Popen([binary], env=stage.environment, stderr=subprocess.DEVNULL)
    if not stage.ecr.wait_for(TOKEN_ROUTE):
        raise CannotRun("the program never asked ECR")
    since = time.monotonic()
    process.send_signal(signal.SIGTERM)
    code = process.wait()  # a limit would make Python poll, in steps of up to 50 ms
    if code != 128 + signal.SIGTERM:
        raise CannotRun(f"SIGTERM: exit code {code}")
    return time.monotonic() - since


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: bench.py PATH-OF-ECR-SECRET")
    binary = pathlib.Path(sys.argv[1]).resolve()
    with new_stage() as stage:
        tools = Tools(stage.directory)
        table = Table()
        size(table, binary)
        tick = instructions(table, stage, tools, binary)
        trust(table, stage, tools, binary, tick)
        namespaces(table, stage, tools, binary)
        profiles(table, stage, tools, binary)
        fan_out(table, stage, tools, binary)
        memory(table, stage, tools, binary)
        processor(table, stage, tools, binary)
        round_trips(table, stage, tools, binary)
        check(table, stage, tools, binary)
        plugins(table, stage, tools, binary)
        endings(table, stage, tools, binary)


if __name__ == "__main__":
    try:
        main()
    except (CannotRun, OSError) as reason:
        sys.exit(f"bench: {reason}")
