"""Counts, lists, percentages and times in text: one function for each, for the whole program.

Amounts are in `cents`. A month is written as its period, `2026-09`, a day as `2026-09-04`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

#: Enough digits for any share.
_WIDE = Context(prec=76)


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


def percent(share: Decimal, *, places: int = 1) -> str:
    """Write a share of one as a percentage; a share that rounds to zero shows its bound.

    >>> percent(Decimal("0.3333")), percent(Decimal("0.0000001")), percent(Decimal(0))
    ('33.3 %', '< 0.1 %', '0.0 %')
    """
    step = Decimal(1).scaleb(-places)
    written = _WIDE.plus(_WIDE.scaleb(share, 2).quantize(step, ROUND_HALF_UP, context=_WIDE))
    if share and not written:
        return f"< {step} %" if share > 0 else f"> -{step} %"
    return f"{written:,} %"


def utc_time(at: str) -> str:
    """Write a recorded time (ISO 8601 in UTC) to the minute: `2026-10-09 06:12 UTC`."""
    day, _, time = at.partition("T")
    return f"{day} {time[:5]} UTC" if time else day
