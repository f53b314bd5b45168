"""The owners page: direct and shared cost of an owner by day, pool, rule and column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from apportion.core.allocation.rounding import part_of
from apportion.core.dashboard import queries
from apportion.core.dashboard.aggregates import CATEGORY
from apportion.core.dashboard.page_rows import Paid, ValueTotal
from apportion.core.reporting.explain import split_in_brief, split_words
from apportion.model.cents import ROUNDED, cent_off, to_cents
from apportion.model.period import Period
from apportion.model.row import Row
from apportion.model.wording import percent, plural
from apportion.usecases.dashboard.run_cache import ScopedRun
from apportion.web.allocation_labels import allocation_label, rule_place
from apportion.web.charts.stacked import stacked_days
from apportion.web.page_context import PageContext
from apportion.web.page_model import (
    CellStyle,
    Chart,
    KeyFigure,
    Page,
    Section,
    TableColumn,
    total_row,
)

from .by_day import unfinished_note
from .overview import owners_section

DIRECT, SHARED = "direct cost", "shared cost"

#: The number of values of a column on the page; files have all.
MAX_VALUES = 14


def owners(view: PageContext, *, owner: str = "") -> Page:
    """Create the page of an owner, or the list of all owners."""
    if not owner:
        return _all(view)
    paid = _paid(view.run, view.currency, owner)
    before = _paid(view.before, view.currency, owner) if view.before else None
    return Page(
        "owners",
        f"{owner}, {view.period}",
        f"Cost of {owner} in {view.period}: {view.money(paid.total)}",
        lead=_lead(view, paid, before),
        figures=_figures(view, paid, before, explain_link=view.explain_link(owner)),
        sections=(
            _days(view, owner),
            _pools(view, owner),
            _rules(view, owner),
            *sorted(
                (
                    _column(view, owner, column)
                    for column in view.group_columns()
                    if column != CATEGORY
                ),
                key=lambda section: min(len(section.rows), MAX_VALUES),
            ),
        ),
    )


def _all(view: PageContext) -> Page:
    section = owners_section(view)
    paying = len(view.run.rows(queries.owners_query(view.currency)))
    return Page(
        "owners",
        f"Owners, {view.period}",
        f"Cost of {plural(paying, 'owner')} in {view.period}",
        lead="Select an owner for details, or a total for its explanation.",
        sections=(section,),
    )


def _paid(run: ScopedRun, currency: str, owner: str) -> Paid:
    rows = run.rows(queries.owners_query(currency))
    return next((row for row in rows if row.name == owner), Paid.nothing(owner))


def _lead(view: PageContext, paid: Paid, before: Paid | None) -> str:
    direct, shared = paid.direct, paid.shared
    off = f" ({ROUNDED})" if cent_off((direct, shared), paid.total) else ""
    parts = f"{view.money(direct)} direct cost and {view.money(shared)} shared cost{off}."
    if before is None or not before.total:
        return parts
    assert view.before is not None
    change = paid.total - before.total
    month = view.before.period
    if not to_cents(change):
        return f"{parts} The same as in {month}."
    more = "more" if change > 0 else "less"
    return f"{parts} {view.money(abs(change))} {more} than in {month}."


def _figures(
    view: PageContext, paid: Paid, before: Paid | None, *, explain_link: str
) -> Sequence[KeyFigure]:
    total, direct, shared = paid.total, paid.direct, paid.shared
    figures = [
        KeyFigure("Total", total, note="Explain" if explain_link else "", link=explain_link),
        KeyFigure("Direct cost", direct, note=_share(direct, total)),
        KeyFigure("Shared cost", shared, note=_share(shared, total)),
    ]
    if view.full_access:
        part = part_of(total, view.totals().total)
        figures.append(KeyFigure("Share of the bill", part, CellStyle.SHARE))
    if before is not None and view.before is not None:
        change = total - before.total
        figures.append(
            KeyFigure(
                f"Change since {view.before.period}",
                change,
                CellStyle.CHANGE,
            )
        )
    return figures


def _share(amount: Decimal, whole: Decimal) -> str:
    part = part_of(amount, whole)
    return "" if part is None else f"{percent(part)} of total"


def _days(view: PageContext, owner: str) -> Section:
    rows = view.run.rows(queries.paid_days_query(view.currency, owner))
    days = Period.parse(view.period).days
    series = {
        DIRECT: {row.day: row.direct for row in rows},
        SHARED: {row.day: row.shared for row in rows},
    }
    table = [
        {
            "day": row.day,
            "direct": row.direct,
            "shared": row.shared,
            "total": row.direct + row.shared,
        }
        for row in rows
    ]
    return Section(
        "days",
        "Cost by day",
        (
            TableColumn("day", "Day", CellStyle.DAY,
                   link=lambda row: view.links.page("explain", owner=owner, day=str(row["day"]))),
            TableColumn("direct", "Direct", CellStyle.MONEY),
            TableColumn("shared", "Shared", CellStyle.MONEY),
            TableColumn("total", "Total", CellStyle.MONEY),
        ),
        table,
        chart=Chart(
            stacked_days(
                series,
                days,
                currency=view.currency,
                unfinished=view.run.unfinished_days(view.currency),
            ),
            f"Cost of {owner} by day: direct and shared cost.",
            size="low",
        ),
        note=unfinished_note(view).strip(),
        collapsed=True,
        total=total_row(table, ["direct", "shared", "total"], day=""),
    )  # fmt: skip


def _pools(view: PageContext, owner: str) -> Section:
    rows = [
        row
        for row in view.run.rows(queries.paid_by_pool_query(view.currency, owner=owner))
        if row.pool
    ]
    whole = {row.pool: row.cost for row in view.run.rows(queries.pools_query(view.currency))}
    table = [
        {
            "pool": row.pool,
            "total": row.total,
            "ratio": view.run.share_of_pool(row.pool, view.currency, row.total),
            "pool_total": whole.get(row.pool),
            "split": _split(view, row.pool),
        }
        for row in sorted(rows, key=lambda row: (-abs(row.total), row.pool))
    ]
    return Section(
        "pools",
        "Shared cost by pool",
        (
            TableColumn("pool", "Pool", link=_pool_link(view)),
            TableColumn("total", "Cost", CellStyle.MONEY, hint="Explain this amount",
                   link=lambda row: view.links.page("explain", owner=owner,
                                                    share_of=str(row["pool"]))),
            TableColumn("ratio", "Share of pool", CellStyle.SHARE),
            *([TableColumn("pool_total", "Pool total", CellStyle.MONEY)]
              if view.full_access else []),
            TableColumn("split", "Split"),
        ),
        table,
        total=total_row(table, ["total"], pool="Total"),
        empty=f"{owner} has no shared cost.",
    )  # fmt: skip


def _split(view: PageContext, pool: str) -> str:
    """How a pool is split; percentages of others only for users with access to every owner."""
    rule = next(one for one in view.run.rulebook.pools if one.name == pool)
    return split_words(rule.split) if view.full_access else split_in_brief(rule.split)


def _rules(view: PageContext, owner: str) -> Section:
    dimension = view.run.owner
    table = [
        {
            "allocated_by": allocation_label(dimension, row.source),
            "place": rule_place(dimension, row.source),
            "lines": row.lines,
            "total": row.total,
        }
        for row in view.run.rows(queries.sources_query(view.currency, owner=owner))
    ]
    return Section(
        "rules",
        "Direct cost by rule",
        (
            TableColumn("allocated_by", "Allocated by"),
            TableColumn("place", "Rule", CellStyle.PLACE,
                   link=lambda row: _rule(view, str(row["place"]))),
            TableColumn("lines", "Lines", CellStyle.COUNT),
            TableColumn("total", "Cost", CellStyle.MONEY, hint="Explain this amount",
                   link=lambda _row: view.links.page("explain", owner=owner)),
        ),
        table,
        total=total_row(table, ["total"], allocated_by="Total"),
        empty=f"{owner} has no direct cost.",
        half=True,
    )  # fmt: skip


def _rule(view: PageContext, place: str) -> str:
    line = place.split(":")[1] if ":" in place else ""
    return f"{view.links.page('rules')}#line-{line}" if line and view.full_access else ""


def _column(view: PageContext, owner: str, column: str) -> Section:
    rows = view.run.rows(queries.column_cost_query(column, view.currency, owner=owner, pool=""))
    then = {}
    if view.before:
        query = queries.column_cost_query(column, view.currency, owner=owner, pool="")
        then = {row.value: row.total for row in view.before.rows(query)}
    here = {row.value for row in rows}
    table = [
        {
            "value": view.value_label(column, row.value),
            "#value": row.value,
            "total": row.total,
            "change": row.total - then.get(row.value, Decimal()) if view.before else None,
        }
        for row in (*rows, *(ValueTotal(value, Decimal()) for value in sorted(then.keys() - here)))
    ]
    return Section(
        column,
        f"Direct cost by {view.column_title(column)}",
        (
            TableColumn("value", view.column_title(column).capitalize()),
            TableColumn("total", "Cost", CellStyle.MONEY, hint="Explain this amount",
                   link=lambda row: view.links.page("explain", owner=owner, column=column,
                                                    value=str(row["#value"]))
                   if row["#value"] in here else ""),
            *([TableColumn("change", f"Change since {view.before.period}",
                      CellStyle.CHANGE)]
              if view.before else []),
        ),
        table,
        total=total_row(table, ["total"], value="Total"),
        half=True,
        max_rows=MAX_VALUES,
    )  # fmt: skip


def _pool_link(view: PageContext) -> Callable[[Row], str]:
    return lambda row: view.links.page("pools", pool=str(row["pool"]))
