"""What a scenario is: one change to a good world, and what `ecr-secret check` must say of it."""

import dataclasses
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A trap, and the finding that names it."""

    set_up: Callable  # changes a Scene
    step: str
    mark: str
    says: tuple  # all of these are in the sentence
    remedy: tuple = ()  # and these in its remedy
    code: int = 0

    def finding(self, findings):
        """The finding that names the trap; None if there is none."""
        return next((one for one in findings if self._is(one)), None)

    def _is(self, finding):
        where = (finding["step"], finding["mark"]) == (self.step, self.mark)
        return (
            where
            and all(word in finding["text"] for word in self.says)
            and all(word in finding.get("remedy", "") for word in self.remedy)
        )


def ok(set_up, step, *says):
    """Nothing is wrong, and it says so."""
    return Scenario(set_up, step, "ok", says)


def note(set_up, step, says, *remedy):
    return Scenario(set_up, step, "note", _tuple(says), remedy)


def warning(set_up, step, says, *remedy):
    return Scenario(set_up, step, "warning", _tuple(says), remedy)


def failed(code, set_up, step, says, *remedy):
    return Scenario(set_up, step, "failed", _tuple(says), remedy, code)


def _tuple(words):
    return (words,) if isinstance(words, str) else tuple(words)
