"""Options with several names: repeated, or separated by commas."""

from __future__ import annotations

from collections.abc import Iterable


def names(written: Iterable[str] | None) -> tuple[str, ...]:
    """Read names in their order, without blanks around them; empty ones are left out."""
    words = (word.strip() for one in written or () for word in one.split(","))
    return tuple(filter(None, words))
