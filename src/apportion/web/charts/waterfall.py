"""What changed from one month to the next, as steps from one total to the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import plotly.graph_objects as go

from apportion.web.formatting import money, short

from .palette import BLUE, LINE, ROSE, TEAL
from .template import figure, label


def steps(
    before: tuple[str, Decimal],
    changes: Sequence[tuple[str, Decimal]],
    after: tuple[str, Decimal],
    *,
    sign: str,
    currency: str,
) -> str:
    """Draw a waterfall; changes are in order, and add up to the distance of both totals."""
    names = [before[0], *(label(name, most=22) for name, _ in changes), after[0]]
    values = [before[1], *(change for _, change in changes), after[1]]
    low = axis_begins(before[1], [change for _, change in changes], after[1])
    trace = go.Waterfall(
        x=[str(at) for at in range(len(names))],  # two names that are cut may look alike
        y=[str(value) for value in values],
        text=[short(value, currency) for value in values],
        textposition="outside",
        textfont={"size": 12},
        cliponaxis=False,
        measure=["absolute", *["relative"] * len(changes), "total"],
        increasing={"marker": {"color": ROSE}},
        decreasing={"marker": {"color": TEAL}},
        totals={"marker": {"color": BLUE}},
        connector={"line": {"color": LINE, "width": 1}},
        hovertext=[
            f"{name}<br>{amount}"
            for name, amount in zip(names, _written(values, currency), strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    return figure(
        trace,
        xaxis={
            "type": "category",
            "fixedrange": True,
            "tickmode": "array",
            "tickvals": [str(at) for at in range(len(names))],
            "ticktext": names,
        },
        yaxis={
            "tickprefix": sign,
            "tickformat": ",.3~s",
            "fixedrange": True,
            "nticks": 6,
            "range": low,
        },
        showlegend=False,
        waterfallgap=0.35,
    )


def _written(values: Sequence[Decimal], currency: str) -> list[str]:
    """Write totals, and between them changes with their sign: Plotly's own is the level reached."""
    first, *changes, last = values
    return [
        money(first, currency),
        *(money(change, currency, signed=True) for change in changes),
        money(last, currency),
    ]


def axis_begins(before: Decimal, changes: Iterable[Decimal], after: Decimal) -> list[str] | None:
    """Tell where the axis begins and ends, near the totals where they are large; None is zero.

    What moves is what matters here, and beside whole bills it could not be seen.
    """
    level, levels = before, [before, after]
    for change in changes:
        level += change
        levels.append(level)
    least, most = min(levels), max(levels)
    if least <= 0 or most - least > most * Decimal("0.4"):
        return None
    room = (most - least) * Decimal("0.6") or most * Decimal("0.02")
    return [str(max(Decimal(), least - room)), str(most + room * Decimal("0.25"))]
