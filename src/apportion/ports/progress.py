"""How long work reports its steps, and how much of a step is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

#: Receives the name of each step as it begins.
Say = Callable[[str], None]

#: Receives how much of the current step is done, and the whole of it, in one unit.
Advance = Callable[[int, int], None]


def ignore_step(_step: str) -> None:
    """Report no steps."""


def ignore_share(_done: int, _total: int) -> None:
    """Report no share of a step."""


@dataclass(frozen=True)
class Progress:
    """Listeners of long work; calling it begins a step."""

    say: Say = ignore_step
    advance: Advance = ignore_share

    def __call__(self, step: str) -> None:
        """Begin a step."""
        self.say(step)


NO_PROGRESS = Progress()


class Sum:
    """Adds up the parts of a step, which may arrive from several threads."""

    def __init__(self, total: int, advance: Advance) -> None:
        self._total = total
        self._advance = advance
        self._lock = Lock()
        self._done = 0

    def add(self, count: int) -> None:
        """Count a part that is done; a negative count takes back what is done again."""
        with self._lock:
            self._done += count
            self._advance(self._done, self._total)
