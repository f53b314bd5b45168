"""The overview page: cost of a month, allocated part, cost by day, changes, owners, bills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from apportion.core.allocation.rounding import part_of
from apportion.core.dashboard import queries
from apportion.core.dashboard.aggregates import ACCOUNT, CATEGORY, SERVICE
from apportion.core.proof import lines
from apportion.core.reporting.explain import added
from apportion.model.cents import to_cents
from apportion.model.period import Period
from apportion.model.row import Row
from apportion.usecases.dashboard.run_cache import ScopedRun
from apportion.web import formatting
from apportion.web.charts.spark import spark
from apportion.web.charts.stacked import stacked_days, towering
from apportion.web.page_context import OWNER, PageContext, money_of, sign_of
from apportion.web.page_model import (
    CellStyle,
    Chart,
    Choice,
    Figure,
    Page,
    Section,
    TableColumn,
    total_row,
    whole_note,
)

from .by_day import OTHERS, by_day, named
from .freshness import fresh
from .movers import movers

#: How many series have a colour; the others are added up.
_SERIES = 8


def overview(view: PageContext, *, by: str = OWNER) -> Page:
    """Make the page; `by` is the column that days and movers are grouped by."""
    now, before = view.totals(), view.totals(view.before) if view.before else None
    return Page(
        "overview",
        f"{formatting.month(view.period)}",
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


def _heading(view: PageContext, now: Row) -> str:
    cost = f"{formatting.month(view.period)} cost {view.money(now['total'])}"
    if not view.everything:
        owners = formatting.listed(sorted(view.sight.owners or ())) or "No visible owner"
        return f"{owners} cost {view.money(now['total'])} in {formatting.month(view.period)}"
    default = _unallocated(view)
    if default:
        return f"{cost}; {view.money(default['total'])} is unallocated{_parts_of(view, default)}"
    return f"{cost}; every cent has an owner" if money_of(now["total"]) else cost


def _unallocated(view: PageContext) -> Row | None:
    """The row of the default owner; None where it has no charges and no shares."""
    rows = view.sight.rows(queries.owners_query(view.currency))
    default = view.sight.owner.default
    found = next((row for row in rows if row["owner"] == default), None)
    if found is None or found["direct"] or found["shared"]:
        return found
    # Charges and credits without an owner may add up to zero; they are unallocated all the same.
    columns = {ACCOUNT: "account", SERVICE: "service", CATEGORY: "category"}
    query = queries.cells_query(columns, view.currency, where={"#owner": default})
    return found if any(row["total"] for row in view.sight.rows(query)) else None


def _parts_of(view: PageContext, paid: Row) -> str:
    """Direct and shared cost apart, as reviews and lists of charges count direct cost only."""
    if not paid["shared"]:
        return ""
    direct, shared = (view.money(paid[part]) for part in ("direct", "shared"))
    return f" ({direct} direct cost and {shared} shared cost)"


def _lead(view: PageContext, now: Row, before: Row | None) -> str:
    """The change since the month before."""
    if before is None:
        return "The month before is not allocated, so there is no comparison."
    change = money_of(now["total"]) - money_of(before["total"])
    when = formatting.month_alone(_month_before(view))
    if not to_cents(change):
        return f"The same as {when}{'' if change else ', to the last digit'}."
    more = "more" if change > 0 else "less"
    part = part_of(abs(change), abs(money_of(before["total"])))
    by = f" ({formatting.part(part)})" if part is not None else ""
    return f"{view.money(abs(change))}{by} {more} than {when}."


def _figures(view: PageContext, now: Row, before: Row | None) -> Sequence[Figure]:
    total = money_of(now["total"])
    direct, shared = money_of(now["direct"]), money_of(now["shared"])
    found = [
        Figure("Total", total, note=whole_note(view.sight.rulebook.cost, total, direct, shared)),
        Figure("Direct cost", direct, note=_part_words(direct, total)),
        Figure(
            "Shared cost",
            shared,
            note=_part_words(shared, total),
            link=view.links.page("pools"),
        ),
    ]
    if view.everything:
        default = _unallocated(view)
        unallocated = money_of(default["total"]) if default else Decimal()
        if total:
            note = f"{view.money(unallocated)} unallocated" if default else "nothing unallocated"
            found.append(
                Figure("Allocated", part_of(total - unallocated, total), CellStyle.PART, note=note)
            )
    difference = _difference(view.sight, view.currency)
    found.append(
        Figure(
            "Difference from the bill",
            difference,
            CellStyle.EXACT,
            note="proved" if not difference else "not proved",
            link=view.links.page("proof"),
            good=not difference,
        )
    )
    if before is not None:
        change = total - money_of(before["total"])
        when = formatting.month_alone(_month_before(view))
        found.append(Figure(f"Change since {when}", change, CellStyle.CHANGE))
    return found


def _part_words(amount: object, total: Decimal) -> str:
    part = part_of(money_of(amount), total)
    return f"{formatting.part(part)} of total" if part is not None else ""


def _difference(sight: ScopedRun, currency: str) -> Decimal:
    """The largest difference between two stages of the proof, over all accounts and columns."""
    found = lines(sight.period, [t for t in sight.manifest.totals if t.currency == currency])
    return max((line.difference for line in found), default=Decimal())


def _month_before(view: PageContext) -> str:
    return view.before.period if view.before else ""


def _choices(view: PageContext, by: str) -> Mapping[str, Sequence[Choice]]:
    """The columns that cost can be grouped by."""
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


def _days(view: PageContext, by: str) -> Section:
    """Cost by day: by owner after allocation, by other columns as billed."""
    sums = by_day(view, view.sight, by)
    ordered = sorted(sums, key=lambda name: (-abs(added(sums[name].values())), name))
    shown = [*ordered[:_SERIES]] if len(ordered) > _SERIES + 1 else ordered
    rest = ordered[len(shown) :]
    series: dict[str, Mapping[date, Decimal]] = {}
    for name in shown:
        called = named(view, by, name)
        taken = {"day", "total", OTHERS, *series}  # a value may be written like another column
        series[f"{view.titled(by)} {called}" if called in taken else called] = sums[name]
    if rest:
        series[OTHERS] = _added([sums[name] for name in rest])
    days = Period.parse(view.period).days
    rows = [
        {"day": day, **{name: amounts.get(day, Decimal()) for name, amounts in series.items()},
         "total": added(amounts.get(day, Decimal()) for amounts in series.values())}
        for day in sorted({*days, *(day for amounts in sums.values() for day in amounts)})
    ]  # fmt: skip
    columns = (TableColumn("day", "Day", CellStyle.DAY),
               *(TableColumn(n, n, CellStyle.MONEY) for n in series),
               TableColumn("total", "Total", CellStyle.MONEY))  # fmt: skip
    grey = frozenset({OTHERS, view.sight.owner.default})
    return Section(
        "days",
        "Cost by day",
        columns,
        rows,
        note=_days_note(view, by, rows, series),
        chart=Chart(
            stacked_days(
                series,
                days,
                sign=sign_of(view.currency),
                currency=view.currency,
                grey=grey,
            ),
            f"Cost per day by {view.titled(by)}, stacked: {formatting.listed(list(series))}.",
        ),
        folded=True,
        total=total_row(rows, [*series, "total"], day=""),
        choices=_choices(view, by),
    )


def _days_note(
    view: PageContext, by: str, rows: Sequence[Row], series: Mapping[str, Mapping[date, Decimal]]
) -> str:
    days = Period.parse(view.period).days
    cut = towering(series, days)
    outside = [row for row in rows if row["day"] not in days and row["total"]]
    amount = added(money_of(row["total"]) for row in outside)
    late = f" {view.money(amount)} is dated in another month." if amount else ""
    if cut:
        late += (
            f" The bar of {formatting.day(cut[0])} ({view.money(cut[1])}) is cut off: "
            "monthly fees are charged on one day."
        )
    if by == OWNER:
        return f"Direct cost and shared cost.{late}"
    if view.everything:
        return f"All charges by {view.titled(by)}, before shared cost is split.{late}"
    return f"Direct cost by {view.titled(by)}, and shared cost.{late}"


def owners_section(view: PageContext) -> Section:
    """All owners, each with its trend by day."""
    rows = view.sight.rows(queries.owners_query(view.currency))
    daily = by_day(view, view.sight, OWNER)
    then = {}
    if view.before:
        then = {r["owner"]: r for r in view.before.rows(queries.owners_query(view.currency))}
        nothing = dict.fromkeys(("direct", "shared", "total"), Decimal())
        paying = {str(row["owner"]) for row in rows}
        rows += [{"owner": owner, **nothing} for owner in sorted(set(map(str, then)) - paying)]
    whole = added(money_of(row["total"]) for row in rows)
    days = Period.parse(view.period).days
    told = []
    for row in rows:
        owner, total = str(row["owner"]), money_of(row["total"])
        trend = [daily.get(owner, {}).get(day, Decimal()) for day in days]
        change = total - money_of(then.get(owner, {}).get("total")) if view.before else None
        told.append({**row, "share": part_of(total, whole), "change": change,
                     "trend": spark(trend, says=f"{owner} by day")})  # fmt: skip
    return Section(
        "owners",
        "Cost by owner",
        (
            TableColumn("owner", view.titled(OWNER).capitalize(),
                   link=lambda row: view.links.page("owners", name=str(row["owner"]))),
            TableColumn("trend", "By day", CellStyle.TREND),
            TableColumn("direct", "Direct", CellStyle.MONEY),
            TableColumn("shared", "Shared", CellStyle.MONEY),
            TableColumn("total", "Total", CellStyle.MONEY,
                   link=lambda row: view.explanation(str(row["owner"])),
                   hint="Explain this amount"),
            TableColumn("share", "Share", CellStyle.PART),
            *([TableColumn("change", f"Change since {formatting.month_alone(view.before.period)}",
                      CellStyle.CHANGE)]
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
