"""How much the suite tries, and how much more `make soak` tries: docs/how-to/contribute/test.md."""

from __future__ import annotations

import os

import pytest

SOAK = bool(os.environ.get("APPORTION_SOAK"))

#: Marks a test, or the tests of a module, that takes minutes.
only_in_soak = pytest.mark.skipif(not SOAK, reason="takes minutes: make soak")


def examples(number: int) -> int:
    """Count a property's examples: `number` in the suite, and forty times as many in a soak."""
    return number * 40 if SOAK else number


def every(number: int) -> int:
    """Take every n-th kill point in the suite, and each of them in a soak."""
    return 1 if SOAK else number
