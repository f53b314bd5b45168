"""Counts and lists in sentences: `plural` and `join_words`, for the whole program."""

from __future__ import annotations

from collections.abc import Sequence


def plural(count: int, noun: str, many: str = "") -> str:
    """Write a count with its noun: `1 account`, `1,700 accounts`; `many` where +s is wrong."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def join_words(words: Sequence[str], *, last: str = "or", most: int = 12) -> str:
    """Join words as `a, b or c`; of more than `most`, the first ones and the count of the rest."""
    if len(words) > most:
        return f"{', '.join(words[:most])} {last} {len(words) - most} more"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
