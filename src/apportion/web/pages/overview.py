"""The first page: what a month cost, whose it is, and what moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from apportion.core.apportion import part_of
from apportion.core.proof import lines
from apportion.core.telling import figures
from apportion.model.period import Period
from apportion.ports import Row
from apportion.run.library import Sight
from apportion.web import words
from apportion.web.charts.spark import spark
from apportion.web.charts.stacked import stacked_days, towering
from apportion.web.page import Chart, Choice, Column, Figure, Look, Page, Section, total_row
from apportion.web.view import OWNER, View, money_of, sign_of

from .by_day import OTHERS, by_day, named
from .fresh import fresh
from .movers import movers

#: How many series have a colour; the others are added up.
_SERIES = 8


def overview(view: View, *, by: str = OWNER) -> Page:
    """Make the page; `by` is the column that days and movers are told apart by."""
    now, before = view.totals(), view.totals(view.before) if view.before else None
    return Page(
        "overview",
        f"{words.month(view.period)}",
        _heading(view, now),
        lead=_lead(view, now, before),
        figures=_figures(view, now, before),
        sections=(
            _days(view, by),
            *([movers(view, by)] if before else []),
            owners_section(view),
            fresh(view),
        ),
    )


def _heading(view: View, now: Row) -> str:
    cost = f"{words.month(view.period)} cost {view.money(now['total'])}"
    if not view.everything:
        owners = words.listed(sorted(view.sight.owners or ())) or "Nobody you see"
        return f"{owners} cost {view.money(now['total'])} in {words.month(view.period)}"
    nobody = _nobodys(view)
    if nobody:
        return f"{cost}; {view.money(nobody)} of it is nobody's yet"
    return f"{cost}; every cent has an owner"


def _nobodys(view: View) -> Decimal:
    rows = view.sight.rows(figures.owners_query(view.currency))
    default = view.sight.owner.default
    return next((money_of(row["total"]) for row in rows if row["owner"] == default), Decimal())


def _lead(view: View, now: Row, before: Row | None) -> str:
    """Say what changed, and whether it is proved."""
    if before is None:
        return "There is no allocation of the month before to compare it with."
    change = money_of(now["total"]) - money_of(before["total"])
    when = words.month_alone(_month_before(view))
    if not change:
        return f"Exactly as much as {when}."
    more = "more" if change > 0 else "less"
    part = part_of(abs(change), abs(money_of(before["total"])))
    by = f" ({words.part(part)})" if part is not None else ""
    return f"{view.money(abs(change))}{by} {more} than {when}."


def _figures(view: View, now: Row, before: Row | None) -> Sequence[Figure]:
    total = money_of(now["total"])
    own, shared = words.in_parts(money_of(now["direct"]), money_of(now["shared"]))
    found = [
        Figure("Total", total, note=view.sight.rulebook.cost),
        Figure("Own charges", now["direct"], note=_part_words(now["direct"], total), shown=own),
        Figure(
            "Shared",
            now["shared"],
            shown=shared,
            note=_part_words(now["shared"], total),
            link=view.links.page("pools"),
        ),
    ]
    if view.everything:
        nobody = _nobodys(view)
        has = part_of(total - nobody, total)
        found.append(Figure("Has an owner", has, Look.PART, note=f"{view.money(nobody)} has none"))
    difference = _difference(view.sight, view.currency)
    found.append(
        Figure(
            "Difference to the bill",
            difference,
            Look.EXACT,
            note="proved" if not difference else "not what was stated",
            link=view.links.page("proof"),
            good=not difference,
        )
    )
    if before is not None:
        change = total - money_of(before["total"])
        when = words.month_alone(_month_before(view))
        found.append(Figure(f"Against {when}", change, Look.CHANGE))
    return found


def _part_words(amount: object, total: Decimal) -> str:
    part = part_of(money_of(amount), total)
    return f"{words.part(part)} of it" if part is not None else ""


def _difference(sight: Sight, currency: str) -> Decimal:
    """The widest distance between two stages of the proof, over all accounts and columns."""
    found = lines(sight.period, [t for t in sight.manifest.totals if t.currency == currency])
    return max((line.difference for line in found), default=Decimal())


def _month_before(view: View) -> str:
    return view.before.period if view.before else ""


def _choices(view: View, by: str) -> Mapping[str, Sequence[Choice]]:
    """The columns to tell cost apart by."""
    return {
        "by": tuple(
            Choice(
                view.titled(cut),
                view.links.here(by="" if cut == OWNER else cut),
                here=cut == by,
            )
            for cut in (OWNER, *view.cuts())
        )
    }


def _days(view: View, by: str) -> Section:
    """Cost a day. By owner it is what is paid; by others, where the whole bill comes from."""
    sums = by_day(view, view.sight, by)
    ordered = sorted(sums, key=lambda name: (-abs(sum(sums[name].values(), Decimal())), name))
    shown = [*ordered[:_SERIES]] if len(ordered) > _SERIES + 1 else ordered
    rest = ordered[len(shown) :]
    series = {named(view, by, name): sums[name] for name in shown}
    if rest:
        series[OTHERS] = _added([sums[name] for name in rest])
    days = Period.parse(view.period).days
    rows = [
        {"day": day, **{name: amounts.get(day, Decimal()) for name, amounts in series.items()},
         "total": sum((amounts.get(day, Decimal()) for amounts in series.values()), Decimal())}
        for day in sorted({*days, *(day for amounts in sums.values() for day in amounts)})
    ]  # fmt: skip
    columns = (Column("day", "Day", Look.DAY), *(Column(n, n, Look.MONEY) for n in series),
               Column("total", "Total", Look.MONEY))  # fmt: skip
    grey = frozenset({OTHERS, view.sight.owner.default})
    return Section(
        "days",
        "What each day cost",
        columns,
        rows,
        note=_days_note(view, by, rows, series),
        chart=Chart(
            stacked_days(series, days, sign=sign_of(view.currency), grey=grey),
            f"Cost a day by {view.titled(by)}, stacked: {words.listed(list(series))}.",
        ),
        folded=True,
        total=total_row(rows, [*series, "total"], day=""),
        choices=_choices(view, by),
    )


def _days_note(
    view: View, by: str, rows: Sequence[Row], series: Mapping[str, Mapping[date, Decimal]]
) -> str:
    days = Period.parse(view.period).days
    cut = towering(series, days)
    outside = [row for row in rows if row["day"] not in days and row["total"]]
    amount = sum((money_of(row["total"]) for row in outside), Decimal())
    late = f" {view.money(amount)} of it is dated in another month." if amount else ""
    if cut:
        late += (
            f" The bar of {words.day(cut[0])} is cut off at {view.money(cut[1])}: "
            "what is charged by the month stands on one day."
        )
    if by == OWNER:
        return f"Own charges and shares of pools together.{late}"
    if view.everything:
        return f"All charges by {view.titled(by)}, before pools are shared out.{late}"
    return f"Own charges by {view.titled(by)}, and shares of pools.{late}"


def owners_section(view: View) -> Section:
    """Everyone who pays, with how the days went."""
    rows = view.sight.rows(figures.owners_query(view.currency))
    daily = by_day(view, view.sight, OWNER)
    then = {}
    if view.before:
        then = {r["owner"]: r for r in view.before.rows(figures.owners_query(view.currency))}
    whole = sum((money_of(row["total"]) for row in rows), Decimal())
    days = Period.parse(view.period).days
    told = []
    for row in rows:
        owner, total = str(row["owner"]), money_of(row["total"])
        trend = [daily.get(owner, {}).get(day, Decimal()) for day in days]
        change = total - money_of(then[owner]["total"]) if owner in then else None
        told.append({**row, "share": part_of(total, whole), "change": change,
                     "trend": spark(trend, says=f"{owner} by day")})  # fmt: skip
    return Section(
        "owners",
        "Who pays",
        (
            Column("owner", view.titled(OWNER).capitalize(),
                   link=lambda row: view.links.page("owners", name=str(row["owner"]))),
            Column("trend", "By day", Look.TREND),
            Column("direct", "Own", Look.MONEY),
            Column("shared", "Shared", Look.MONEY),
            Column("total", "Total", Look.MONEY,
                   link=lambda row: view.links.page("explain", owner=str(row["owner"])),
                   hint="why?"),
            Column("share", "Share", Look.PART),
            *([Column("change", f"Against {words.month_alone(view.before.period)}", Look.CHANGE)]
              if view.before else []),
        ),
        told,
        total=total_row(told, ["direct", "shared", "total",
                               *(["change"] if view.before else [])], owner="Total"),
    )  # fmt: skip


def _added(parts: Sequence[Mapping[date, Decimal]]) -> dict[date, Decimal]:
    sums: dict[date, Decimal] = {}
    for part in parts:
        for day, amount in part.items():
            sums[day] = sums.get(day, Decimal()) + amount
    return sums
