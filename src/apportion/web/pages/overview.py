"""The overview page: total, allocated share, cost by day, changes, owners and bills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from apportion.core.allocation.rounding import part_of
from apportion.core.dashboard import queries
from apportion.core.dashboard.page_rows import Paid
from apportion.core.proof import lines
from apportion.core.reporting.explain import added
from apportion.model.cents import to_cents
from apportion.model.period import Period
from apportion.model.row import Row
from apportion.model.wording import join_words, percent
from apportion.usecases.dashboard.run_cache import ScopedRun
from apportion.web.charts.spark import spark
from apportion.web.charts.stacked import outlier_day, stacked_days
from apportion.web.page_context import OWNER, PageContext
from apportion.web.page_model import (
    CellStyle,
    Chart,
    Choice,
    KeyFigure,
    Page,
    Section,
    TableColumn,
    rounding_note,
    total_row,
)

from .bills import bills_section
from .by_day import OTHERS, by_day, unfinished_note, value_label
from .movers import movers

#: The number of series in the chart; one more has the sum of the others.
_MAX_SERIES = 8


def overview(view: PageContext, *, by: str = OWNER) -> Page:
    """Create the page; `by` is the column that groups days and changes."""
    now, before = view.totals(), view.totals(view.before) if view.before else None
    return Page(
        "overview",
        view.period,
        _heading(view, now),
        lead=_lead(view, now, before),
        figures=_figures(view, now, before),
        sections=(
            _days(view, by),
            *([movers(view, by)] if before else []),
            owners_section(view),
            bills_section(view),
        ),
    )


def _heading(view: PageContext, now: Paid) -> str:
    total = view.money(now.total)
    if not view.full_access:
        owners = join_words(sorted(view.run.owners or ()), last="and")
        return f"Cost of {owners or 'no owner'} in {view.period}: {total}"
    cost = f"Cost in {view.period}: {total}"
    default = _unallocated(view)
    if default:
        return f"{cost}; {view.money(default.total)} is unallocated"
    return f"{cost}; every cent has an owner" if now.total else cost


def _unallocated(view: PageContext) -> Paid | None:
    """What the default owner pays; None if it has no charges and no shared cost."""
    rows = view.run.rows(queries.owners_query(view.currency))
    default = view.run.owner.default
    found = next((row for row in rows if row.name == default), None)
    if found is None or found.direct or found.shared:
        return found
    # Unallocated charges and credits may add up to zero, and are still unallocated.
    query = queries.charge_cells_query(view.currency, {"#owner": default})
    return found if any(row.total for row in view.run.rows(query)) else None


def _lead(view: PageContext, now: Paid, before: Paid | None) -> str:
    """The change since the month before, and the parts of unallocated cost."""
    return f"{_change_text(view, now, before)}{_unallocated_parts(view)}"


def _unallocated_parts(view: PageContext) -> str:
    """Direct and shared cost separately, because reviews count direct cost only."""
    default = _unallocated(view) if view.full_access else None
    if default is None or not default.shared:
        return ""
    direct, shared = view.money(default.direct), view.money(default.shared)
    return f" Unallocated: {direct} direct cost and {shared} shared cost."


def _change_text(view: PageContext, now: Paid, before: Paid | None) -> str:
    if before is None:
        return "The month before is not allocated, so there is no comparison."
    change = now.total - before.total
    month = _month_before(view)
    if not to_cents(change):
        return f"The same as in {month}{'' if change else ', to the last digit'}."
    more = "more" if change > 0 else "less"
    part = part_of(abs(change), abs(before.total))
    by = f" ({percent(part)})" if part is not None else ""
    return f"{view.money(abs(change))}{by} {more} than in {month}."


def _figures(view: PageContext, now: Paid, before: Paid | None) -> Sequence[KeyFigure]:
    total, direct, shared = now.total, now.direct, now.shared
    figures = [
        KeyFigure(
            "Total", total, note=rounding_note(view.run.rulebook.cost, total, direct, shared)
        ),
        KeyFigure("Direct cost", direct, note=_share_of_total(direct, total)),
        KeyFigure(
            "Shared cost",
            shared,
            note=_share_of_total(shared, total),
            link=view.links.page("pools"),
        ),
    ]
    if view.full_access:
        default = _unallocated(view)
        unallocated = default.total if default else Decimal()
        if total:
            note = f"{view.money(unallocated)} unallocated" if default else "nothing unallocated"
            figures.append(
                KeyFigure(
                    "Allocated", part_of(total - unallocated, total), CellStyle.SHARE, note=note
                )
            )
    difference = _difference(view.run, view.currency)
    figures.append(
        KeyFigure(
            "Difference from the bill",
            difference,
            CellStyle.EXACT,
            note="proved" if not difference else "not proved",
            link=view.links.page("proof"),
            good=not difference,
        )
    )
    if before is not None:
        change = total - before.total
        title = f"Change since {_month_before(view)}"
        figures.append(KeyFigure(title, change, CellStyle.CHANGE))
    return figures


def _share_of_total(amount: Decimal, total: Decimal) -> str:
    part = part_of(amount, total)
    return f"{percent(part)} of total" if part is not None else ""


def _difference(run: ScopedRun, currency: str) -> Decimal:
    """The largest difference between two stages of the proof, over all accounts and columns."""
    found = lines(run.period, [t for t in run.manifest.totals if t.currency == currency])
    return max((line.difference for line in found), default=Decimal())


def _month_before(view: PageContext) -> str:
    return view.before.period if view.before else ""


def _choices(view: PageContext, by: str) -> Mapping[str, Sequence[Choice]]:
    """The columns by which cost can be grouped."""
    return {
        "by": tuple(
            Choice(
                view.column_title(column),
                view.links.this_page(by="" if column == OWNER else column),
                current=column == by,
            )
            for column in (OWNER, *view.group_columns())
        )
    }


def _days(view: PageContext, by: str) -> Section:
    """Cost by day: by owner after allocation, by other columns as billed."""
    sums = by_day(view, view.run, by)
    ordered = sorted(sums, key=lambda name: (-abs(added(sums[name].values())), name))
    shown = [*ordered[:_MAX_SERIES]] if len(ordered) > _MAX_SERIES + 1 else ordered
    rest = ordered[len(shown) :]
    series: dict[str, Mapping[date, Decimal]] = {}
    for name in shown:
        label = value_label(view, by, name)
        taken = {"day", "total", OTHERS, *series}  # a value may be equal to the name of a column
        series[f"{view.column_title(by)} {label}" if label in taken else label] = sums[name]
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
    grey = frozenset({OTHERS, view.run.owner.default})
    return Section(
        "days",
        "Cost by day",
        columns,
        rows,
        note=_days_note(view, by, series),
        chart=Chart(
            stacked_days(
                series,
                days,
                currency=view.currency,
                grey=grey,
                unfinished=view.run.unfinished_days(view.currency),
                not_billed=view.run.not_billed_yet(view.currency),
            ),
            f"Cost by day and {view.column_title(by)}: {join_words(list(series), last='and')}.",
        ),
        collapsed=True,
        total=total_row(rows, [*series, "total"], day=""),
        choices=_choices(view, by),
    )


def _days_note(view: PageContext, by: str, series: Mapping[str, Mapping[date, Decimal]]) -> str:
    days = Period.parse(view.period).days
    clipped = outlier_day(series, days)
    every = (pair for amounts in series.values() for pair in amounts.items())
    amount = added(cost for day, cost in every if day not in days)
    more = f" {view.money(amount)} is dated in another month." if amount else ""
    if clipped:
        more += (
            f" The bar of {clipped[0]} ({view.money(clipped[1])}) is clipped: it is far above the "
            "other days, for example with monthly fees."
        )
    more += unfinished_note(view, view.run.not_billed_yet(view.currency).values())
    if by == OWNER:
        return f"Direct cost and shared cost.{more}"
    if view.full_access:
        return f"All charges by {view.column_title(by)}, before shared cost is split.{more}"
    return f"Direct cost by {view.column_title(by)}, and shared cost.{more}"


def owners_section(view: PageContext) -> Section:
    """All owners, each with its trend by day."""
    rows = view.run.rows(queries.owners_query(view.currency))
    daily = by_day(view, view.run, OWNER)
    then = {}
    if view.before:
        query = queries.owners_query(view.currency)
        then = {row.name: row.total for row in view.before.rows(query)}
        rows += [Paid.nothing(owner) for owner in sorted(then.keys() - {row.name for row in rows})]
    whole = added(row.total for row in rows)
    days = Period.parse(view.period).days
    table: list[Row] = [
        {
            "owner": row.name,
            "direct": row.direct,
            "shared": row.shared,
            "total": row.total,
            "share": part_of(row.total, whole),
            "change": row.total - then.get(row.name, Decimal()) if view.before else None,
            "trend": spark(
                [daily.get(row.name, {}).get(day, Decimal()) for day in days],
                description=f"{row.name} by day",
            ),
        }
        for row in rows
    ]
    return Section(
        "owners",
        "Cost by owner",
        (
            TableColumn("owner", view.column_title(OWNER).capitalize(),
                   link=lambda row: view.links.page("owners", owner=str(row["owner"]))),
            TableColumn("trend", "By day", CellStyle.TREND),
            TableColumn("direct", "Direct", CellStyle.MONEY),
            TableColumn("shared", "Shared", CellStyle.MONEY),
            TableColumn("total", "Total", CellStyle.MONEY,
                   link=lambda row: view.explain_link(str(row["owner"])),
                   hint="Explain this amount"),
            TableColumn("share", "Share", CellStyle.SHARE),
            *([TableColumn("change", f"Change since {view.before.period}",
                      CellStyle.CHANGE)]
              if view.before else []),
        ),
        table,
        total=total_row(table, ["direct", "shared", "total",
                               *(["change"] if view.before else [])], owner="Total"),
    )  # fmt: skip


def _added(parts: Sequence[Mapping[date, Decimal]]) -> dict[date, Decimal]:
    sums: dict[date, Decimal] = {}
    for part in parts:
        for day, amount in part.items():
            sums[day] = sums.get(day, Decimal()) + amount
    return sums
