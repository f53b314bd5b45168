"""Cost a day, stacked by who or what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import plotly.graph_objects as go

from apportion.web.formatting import money

from .palette import GREY, GROUND, SERIES
from .template import figure, label


def stacked_days(
    series: Mapping[str, Mapping[date, Decimal]],
    days: Sequence[date],
    *,
    sign: str,
    currency: str,
    grey: frozenset[str] = frozenset(),
) -> str:
    """Draw bars a day; `series` in order, those in `grey` without a colour of their own.

    A day that towers over all others is cut, and its amount is written at it.
    """
    traces = []
    colours = iter(SERIES)
    for name, amounts in series.items():
        colour = GREY if name in grey else next(colours, GREY)
        traces.append(
            go.Bar(
                name=label(name, most=28),
                x=list(days),
                y=[str(amounts.get(day, Decimal())) for day in days],
                marker={"color": colour, "line": {"color": GROUND, "width": 0.6}},
                hovertext=[money(amounts.get(day, Decimal()), currency) for day in days],
                hovertemplate="%{x|%a %-d %b}<br>%{fullData.name}<br>%{hovertext}<extra></extra>",
            )
        )
    cut = towering(series, days)
    return figure(
        *traces,
        **(_cut(cut, series, days, sign) if cut else {}),
        barmode="relative",
        xaxis={"type": "date", "tickformat": "%-d %b", "fixedrange": True, "nticks": 10},
        yaxis={
            "tickprefix": sign,
            "tickformat": ",.3~s",
            "fixedrange": True,
            "nticks": 6,
            **({"range": _range(series, days, cut)} if cut else {}),
        },
        showlegend=len(series) > 1,
    )


def towering(
    series: Mapping[str, Mapping[date, Decimal]], days: Sequence[date]
) -> tuple[date, Decimal] | None:
    """Find the one day that would make all others flat: what is charged by the month stands on it.

    None where no day is more than twice the next smaller one.
    """
    ordered = sorted(_sums(series, days).items(), key=lambda pair: pair[1])
    if len(ordered) < 5 or ordered[-2][1] <= 0 or ordered[-1][1] < 2 * ordered[-2][1]:
        return None
    return ordered[-1]


def _sums(
    series: Mapping[str, Mapping[date, Decimal]], days: Sequence[date]
) -> dict[date, Decimal]:
    return {
        day: sum((amounts.get(day, Decimal()) for amounts in series.values()), Decimal())
        for day in days
    }


def _range(
    series: Mapping[str, Mapping[date, Decimal]],
    days: Sequence[date],
    cut: tuple[date, Decimal],
) -> list[str]:
    others = [amount for day, amount in _sums(series, days).items() if day != cut[0]]
    low = min(
        sum((min(a.get(day, Decimal()), Decimal()) for a in series.values()), Decimal())
        for day in days
        if day != cut[0]
    )
    return [str(low), str(max(others) * Decimal("1.4"))]


def _cut(
    cut: tuple[date, Decimal],
    series: Mapping[str, Mapping[date, Decimal]],
    days: Sequence[date],
    sign: str,
) -> dict[str, object]:
    day, amount = cut
    right = days.index(day) < len(days) - 6
    note = {
        "x": str(day),
        "y": _range(series, days, cut)[1],
        "text": f"\N{UPWARDS ARROW} {sign}{amount:,.0f}",
        "showarrow": False,
        "xanchor": "left" if right else "right",
        "xshift": 14 if right else -14,
        "yanchor": "top",
        "font": {"size": 12},
    }
    return {"annotations": [note]}
