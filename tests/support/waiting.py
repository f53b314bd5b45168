"""Waiting for what another process or thread does: on the condition, never for a time.

There is no limit here. A machine may be slow; what never comes is ended by the suite's own limit
(`faulthandler_timeout` in pyproject.toml), which shows where it stood.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable


def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    while not holds():
        time.sleep(0.05)


def until_answers(url: str, alive: Callable[[], bool]) -> None:
    """Wait until a server answers, which must stay alive meanwhile."""

    def answers() -> bool:
        assert alive(), f"the server of {url} has ended"
        try:
            with urllib.request.urlopen(url):
                return True
        except (urllib.error.URLError, OSError):
            return False

    until(answers)
