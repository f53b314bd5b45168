"""Cost by day as stacked bars."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

import plotly.graph_objects as go

from apportion.model.cents import money, money_without_cents

from .palette import BACKGROUND, GREY, SERIES
from .template import figure, label

#: The name of what is estimated on top of the bars.
NOT_BILLED = "expected, not billed yet"
NOTHING: Mapping[date, Decimal] = {}


def stacked_days(
    series: Mapping[str, Mapping[date, Decimal]],
    days: Sequence[date],
    *,
    currency: str,
    grey: frozenset[str] = frozenset(),
    unfinished: Collection[date] = (),
    not_billed: Mapping[date, Decimal] = NOTHING,
) -> str:
    """Draw bars a day; `series` in order, those in `grey` in grey.

    A day that is far above all others is clipped, and shows its amount. Days in `unfinished` are
    hatched; on top of them stands what is not billed yet, where that is known.
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
                marker={
                    "color": colour,
                    "line": {"color": BACKGROUND, "width": 0.6},
                    **_hatched(days, unfinished),
                },
                hovertext=[money(amounts.get(day, Decimal()), currency) for day in days],
                hovertemplate="%{x|%Y-%m-%d}<br>%{fullData.name}<br>%{hovertext}<extra></extra>",
            )
        )
    traces += [_not_billed(not_billed, days, currency)] if any(not_billed.values()) else []
    clipped = outlier_day(series, days)
    return figure(
        *traces,
        **(_clipped_bar(clipped, series, days, currency) if clipped else {}),
        barmode="relative",
        xaxis={"type": "date", "tickformat": "%m-%d", "fixedrange": True, "nticks": 10},
        yaxis={
            "title": {"text": currency},
            "tickformat": ",.3~s",
            "fixedrange": True,
            "nticks": 6,
            **({"range": _range(series, days, clipped)} if clipped else {}),
        },
        showlegend=len(traces) > 1,
    )


def _hatched(days: Sequence[date], unfinished: Collection[date]) -> dict[str, object]:
    """Give the bars of some days a pattern; none where every day is complete."""
    if not set(days) & set(unfinished):
        return {}
    shapes = ["/" if day in unfinished else "" for day in days]
    lines = {"size": 6, "solidity": 0.35, "fgcolor": BACKGROUND, "fillmode": "overlay"}
    return {"pattern": {"shape": shapes, **lines}}


def _not_billed(not_billed: Mapping[date, Decimal], days: Sequence[date], currency: str) -> go.Bar:
    amounts = [not_billed.get(day, Decimal()) for day in days]
    return go.Bar(
        name=NOT_BILLED,
        x=list(days),
        y=[str(amount) for amount in amounts],
        marker={
            "color": "rgba(0,0,0,0)",
            "line": {"color": GREY, "width": [1 if amount else 0 for amount in amounts]},
            "pattern": {"shape": "/", "size": 6, "solidity": 0.2, "fgcolor": GREY},
        },
        hovertext=[money(amount, currency) for amount in amounts],
        hovertemplate="%{x|%Y-%m-%d}<br>%{fullData.name}<br>%{hovertext}<extra></extra>",
    )


def outlier_day(
    series: Mapping[str, Mapping[date, Decimal]], days: Sequence[date]
) -> tuple[date, Decimal] | None:
    """Find the day that is at least twice the second largest, for example with monthly fees."""
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
    clipped: tuple[date, Decimal],
) -> list[str]:
    others = [amount for day, amount in _sums(series, days).items() if day != clipped[0]]
    low = min(
        sum((min(a.get(day, Decimal()), Decimal()) for a in series.values()), Decimal())
        for day in days
        if day != clipped[0]
    )
    return [str(low), str(max(others) * Decimal("1.4"))]


def _clipped_bar(
    clipped: tuple[date, Decimal],
    series: Mapping[str, Mapping[date, Decimal]],
    days: Sequence[date],
    currency: str,
) -> dict[str, object]:
    day, amount = clipped
    right = days.index(day) < len(days) - 6
    note = {
        "x": str(day),
        "y": _range(series, days, clipped)[1],
        "text": f"\N{UPWARDS ARROW} {money_without_cents(amount, currency)}",
        "showarrow": False,
        "xanchor": "left" if right else "right",
        "xshift": 14 if right else -14,
        "yanchor": "top",
        "font": {"size": 12},
    }
    return {"annotations": [note]}
