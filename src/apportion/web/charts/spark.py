"""A line of a few days in a cell of a table, drawn by the server."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

_WIDE, _HIGH = 104, 24

#: One day that is so many times the next smaller one is cut, or all others would be a flat line.
_TOWERS = Decimal(2)


def spark(amounts: Sequence[Decimal], *, says: str) -> Markup:
    """Draw amounts from left to right, the last one with a dot; zero is at the bottom at least.

    A day that towers over all others, as one with monthly fees does, is cut.
    """
    if len(amounts) < 2 or not any(amounts):
        return Markup('<span class="none">&ndash;</span>')
    amounts = _level(amounts)
    least, most = min(*amounts, Decimal()), max(*amounts, Decimal())
    step = Decimal(_WIDE - 6) / (len(amounts) - 1)
    tall = Decimal(_HIGH - 6) / ((most - least) or Decimal(1))
    points = [
        (f"{3 + at * step:.1f}", f"{_HIGH - 3 - (amount - least) * tall:.1f}")
        for at, amount in enumerate(amounts)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    x, y = points[-1]
    return Markup(
        '<svg class="spark" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img" '
        'aria-label="{says}"><polyline points="{line}"/><circle cx="{x}" cy="{y}" r="2"/></svg>'
    ).format(wide=_WIDE, high=_HIGH, says=says, line=line, x=x, y=y)


def _level(amounts: Sequence[Decimal]) -> list[Decimal]:
    *_others, second, first = sorted(amounts)
    if second <= 0 or first < second * _TOWERS:
        return list(amounts)
    return [min(amount, second * Decimal("1.2")) for amount in amounts]
