"""Runs programs and measures them: instructions, CPU time, wall time, memory."""

import dataclasses
import pathlib
import re
import statistics
import subprocess

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
LINK = (
    "-O2 -fPIE -static-pie -s -Wl,-z,relro,-z,now,-z,noexecstack"
    " -Wl,-z,pack-relative-relocs,--gc-sections"
).split()
INSTRUCTIONS = re.compile(r"Collected : (\d+)")


class CannotRun(Exception):
    """Something doesn't run at all, so there is nothing to measure."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one run took."""

    cpu_ms: float
    wall_ms: float
    peak_kib: int


class Tools:
    """Our helpers in C, compiled into a folder of their own."""

    def __init__(self, folder):
        self.measure = folder / "measure"
        self.bare = folder / "bare"
        self.bare_patch = folder / "bare_patch"
        self._report = folder / "report"
        compile_c("measure.c", "-O2", "-o", self.measure)
        libraries = output_of([ROOT / "packaging/static-libs.sh"])
        lib = f"{libraries}/lib"
        names = ["-lcurl", "-lssl", "-lcrypto", "-lcares"]
        for binary in (self.bare, self.bare_patch):
            compile_c(
                f"{binary.name}.c", *LINK, "-isystem", f"{libraries}/include", "-o", binary,
                f"-B{lib}", f"-L{lib}", *names,
            )  # fmt: skip

    def cost(self, command, environment, code=0, text=None):
        """What one run of a command, with a text to read, takes, all its children included."""
        check(run([self.measure, self._report, *command], environment, input=text), 0)
        ended, cpu_us, wall_us, peak_kib = map(int, self._report.read_text().split())
        if ended != code:
            raise CannotRun(f"{command[0]}: exit code {ended}, not {code}")
        return Cost(cpu_us / 1000, wall_us / 1000, peak_kib)

    def costs(self, command, environment, times, **options):
        return [self.cost(command, environment, **options) for _ in range(times)]

    def interleaved(self, commands, times):
        """The median CPU time of each, run in turn so that the machine's mood hits all alike."""
        costs = {name: [] for name in commands}
        for _ in range(times):
            for name, (command, environment) in commands.items():
                costs[name].append(self.cost(command, environment).cpu_ms)
        return {name: statistics.median(times) for name, times in costs.items()}

    def instructions(self, command, environment, code=0, wrapper=()):
        """Millions of instructions that a run takes. Valgrind needs no symbols to count."""
        count = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        ended = check(run([*wrapper, *count, *command], environment), code)
        return int(INSTRUCTIONS.search(ended.stderr)[1]) / 1e6


def compile_c(source, *arguments):
    compiler = ["gcc", HERE / source, *arguments]
    check(run(compiler, None), 0)


def output_of(command):
    return check(run(command, None), 0).stdout.strip()


def run(command, environment, **options):
    try:
        return subprocess.run(
            list(map(str, command)), env=environment, capture_output=True, text=True, **options
        )
    except OSError as reason:
        raise CannotRun(f"{command[0]}: {reason.strerror}") from None


def check(ended, code):
    """A run that must have ended with this exit code."""
    if ended.returncode != code:
        said = ended.stderr.strip().splitlines()[-3:]
        raise CannotRun(f"{ended.args[0]}: exit code {ended.returncode}: {' / '.join(said)}")
    return ended
