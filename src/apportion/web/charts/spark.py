"""A small line chart of a month in a table cell, drawn by the server."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

_WIDTH, _HEIGHT = 104, 24

#: A day is clipped if it is this many times the second largest, so that other days stay visible.
_OUTLIER_RATIO = Decimal(2)


def spark(amounts: Sequence[Decimal], *, description: str) -> Markup:
    """Draw amounts from left to right, the last one with a dot; the scale includes zero.

    A day that is far above all others, for example with monthly fees, is clipped.
    """
    if len(amounts) < 2 or not any(amounts):
        return Markup('<span class="none">&ndash;</span>')
    amounts = _clipped(amounts)
    low, high = min(*amounts, Decimal()), max(*amounts, Decimal())
    step = Decimal(_WIDTH - 6) / (len(amounts) - 1)
    scale = Decimal(_HEIGHT - 6) / ((high - low) or Decimal(1))
    points = [
        (f"{3 + at * step:.1f}", f"{_HEIGHT - 3 - (amount - low) * scale:.1f}")
        for at, amount in enumerate(amounts)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    x, y = points[-1]
    return Markup(
        '<svg class="spark" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-label="{description}"><polyline points="{line}"/>'
        '<circle cx="{x}" cy="{y}" r="2"/></svg>'
    ).format(width=_WIDTH, height=_HEIGHT, description=description, line=line, x=x, y=y)


def _clipped(amounts: Sequence[Decimal]) -> list[Decimal]:
    *_others, second, first = sorted(amounts)
    if second <= 0 or first < second * _OUTLIER_RATIO:
        return list(amounts)
    return [min(amount, second * Decimal("1.2")) for amount in amounts]
