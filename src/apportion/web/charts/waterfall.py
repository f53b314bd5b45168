"""A waterfall chart of the changes between two months."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import plotly.graph_objects as go

from apportion.model.cents import money, money_change, money_without_cents

from .palette import BLUE, BORDER, ROSE, TEAL
from .template import figure, label


def waterfall(
    before: tuple[str, Decimal],
    changes: Sequence[tuple[str, Decimal]],
    after: tuple[str, Decimal],
    *,
    currency: str,
) -> str:
    """Draw a waterfall; the changes are in order and add up to the difference of both totals."""
    names = [before[0], *(label(name, most=22) for name, _ in changes), after[0]]
    values = [before[1], *(change for _, change in changes), after[1]]
    axis = axis_range(before[1], [change for _, change in changes], after[1])
    trace = go.Waterfall(
        x=[str(at) for at in range(len(names))],  # two shortened names may be equal
        y=[str(value) for value in values],
        text=[money_without_cents(value, "") for value in values],
        textposition="outside",
        textfont={"size": 12},
        cliponaxis=False,
        constraintext="none",
        measure=["absolute", *["relative"] * len(changes), "total"],
        increasing={"marker": {"color": ROSE}},
        decreasing={"marker": {"color": TEAL}},
        totals={"marker": {"color": BLUE}},
        connector={"line": {"color": BORDER, "width": 1}},
        hovertext=[
            f"{name}<br>{amount}"
            for name, amount in zip(names, _amounts(values, currency), strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    return figure(
        trace,
        xaxis={
            "type": "category",
            "fixedrange": True,
            "tickmode": "array",
            "range": ["-0.8", str(len(names) - 1 + Decimal("0.8"))],
            "tickvals": [str(at) for at in range(len(names))],
            "ticktext": names,
        },
        yaxis={
            "title": {"text": currency},
            "tickformat": ",.3~s",
            "fixedrange": True,
            "nticks": 6,
            "range": axis,
        },
        showlegend=False,
        waterfallgap=0.35,
    )


def _amounts(values: Sequence[Decimal], currency: str) -> list[str]:
    """Write totals and changes; Plotly itself would write the level that a change reaches."""
    first, *changes, last = values
    return [
        money(first, currency),
        *(money_change(change, currency) for change in changes),
        money(last, currency),
    ]


def axis_range(before: Decimal, changes: Iterable[Decimal], after: Decimal) -> list[str] | None:
    """The range of the axis near the totals, so that small changes stay visible; None from zero."""
    level, levels = before, [before, after]
    for change in changes:
        level += change
        levels.append(level)
    low, high = min(levels), max(levels)
    if low <= 0 or high - low > high * Decimal("0.4"):
        return None
    margin = (high - low) * Decimal("0.6") or high * Decimal("0.02")
    return [str(max(Decimal(), low - margin)), str(high + margin * Decimal("0.25"))]
