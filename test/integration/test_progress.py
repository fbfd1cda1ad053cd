"""How far a long fan-out is: one line for who watches at a terminal, and for nobody else."""

import re

import pytest

from fan_out import Gauge, add_namespaces
from standin.kubernetes_api import APPLY
from standin.server import FOREVER
from standin.world import SECRET

AWAY = "\r\033[K"
MANY = [f"n{number:02}" for number in range(24)]
OPTIONS = ("--namespace", "n*", "--parallel", "1")
SLOW_S = 0.1


def is_for_accounts(request):
    return "/serviceaccounts" in request.path


def make_slow(stage, names=MANY, delay_s=SLOW_S, is_slow=lambda request: True):
    add_namespaces(stage, *names)
    stage.kubernetes.misbehave(APPLY, Gauge(delay_s=delay_s), FOREVER, when=is_slow)


def started(stage, options=(), **slow):
    """A fan-out that takes its time, at a terminal that is its standard error."""
    make_slow(stage, **slow)
    return stage.at_terminal(*OPTIONS, *options, streams=("stderr",))


def seen(screen):
    """The lines that stay, as a terminal shows them, and what stands behind the last of them."""
    *lines, rest = (line.rpartition(AWAY)[2] for line in screen.split("\n"))
    return lines, rest


def steps(screen, what="Secrets", of=len(MANY)):
    """How many are done, each time that the line says something new."""
    found = re.findall(rf"(\d+) of {of} {what}", screen)
    return list(dict.fromkeys(int(number) for number in found))


def test_a_terminal_shows_how_far_it_is_below_what_it_says(stage):
    with started(stage) as terminal:
        terminal.wait_for(f" of {len(MANY)} Secrets")
        outcome = terminal.finish()
    assert outcome.code == 0
    numbers = steps(outcome.screen)
    assert numbers == sorted(numbers) and 1 < len(numbers) < 5 * outcome.seconds
    assert numbers[0] > 1, "not at once"
    lines, rest = seen(outcome.screen)
    events = [line.partition(",")[0] for line in lines[-25:-1]]
    assert events == [f"{name}/{SECRET}: written" for name in MANY], "each as a whole"
    assert (lines[-1], rest) == ("24 written, 0 failed", "")


@pytest.mark.parametrize("option", ["--quiet", "--log-format=json"])
def test_it_is_not_shown_with(stage, option):
    with started(stage, options=(option,)) as terminal:
        outcome = terminal.finish()
    assert outcome.code == 0 and outcome.seconds > 2
    assert not steps(outcome.screen) and "\033" not in outcome.screen


def test_it_is_not_shown_for_a_few(stage):
    names = MANY[:4]
    with started(stage, names=names, delay_s=0.5) as terminal:
        outcome = terminal.finish()
    assert outcome.code == 0 and outcome.seconds > 2
    assert not steps(outcome.screen, of=len(names)) and "\033" not in outcome.screen


def test_it_is_not_shown_while_it_is_not_missed(stage):
    with started(stage, delay_s=0) as terminal:
        outcome = terminal.finish()
    assert outcome.code == 0
    assert not steps(outcome.screen) and "\033" not in outcome.screen


def test_it_is_not_shown_in_a_pipe(stage):
    make_slow(stage)
    outcome = stage.run(*OPTIONS)
    assert outcome.code == 0 and outcome.seconds > 2
    assert not steps(outcome.stderr) and "\033" not in outcome.stderr


def test_a_signal_takes_it_away(stage):
    with started(stage, delay_s=0.3) as terminal:
        terminal.wait_for(f" of {len(MANY)} Secrets")
        terminal.process.terminate()
        outcome = terminal.finish()
    lines, rest = seen(outcome.screen)
    assert (lines[-1], rest) == ("error: ended by SIGTERM", "")


def test_it_is_shown_for_serviceaccounts_too(stage):
    stage.kubernetes.accounts.allow()
    for name in MANY:
        stage.kubernetes.accounts.add(name)
    options = ("--service-account", "default")
    with started(stage, is_slow=is_for_accounts, options=options) as terminal:
        terminal.wait_for(f" of {len(MANY)} ServiceAccounts")
        outcome = terminal.finish()
    assert outcome.code == 0
    assert steps(outcome.screen, "ServiceAccounts")
    lines, rest = seen(outcome.screen)
    assert (lines[-1], rest) == ("24 written, added to 24 ServiceAccounts, 0 failed", "")
