"""The page of owners: direct cost and shared cost of each, by day, pool, rule and column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from apportion.core.allocation.rounding import part_of
from apportion.core.dashboard import queries
from apportion.core.dashboard.aggregates import CATEGORY
from apportion.core.reporting.explain import split_in_brief, split_words
from apportion.model.cents import ROUNDED, cent_off, to_cents
from apportion.model.period import Period
from apportion.model.row import Row
from apportion.usecases.dashboard.run_cache import ScopedRun
from apportion.usecases.row_values import day_of
from apportion.web import formatting
from apportion.web.allocation_labels import how_place, how_words
from apportion.web.charts.stacked import stacked_days
from apportion.web.page_context import PageContext, money_of, sign_of
from apportion.web.page_model import CellStyle, Chart, Figure, Page, Section, TableColumn, total_row

from .overview import owners_section

DIRECT, SHARED = "direct cost", "shared cost"

#: The number of values of a column on a page; files list all.
MOST = 14


def owners(view: PageContext, *, name: str = "") -> Page:
    """Make the page of an owner, or the list of all."""
    if not name:
        return _everyone(view)
    paid = _paid(view.sight, view.currency, name)
    before = _paid(view.before, view.currency, name) if view.before else None
    return Page(
        "owners",
        f"{name}, {formatting.month(view.period)}",
        f"{name} pays {view.money(paid['total'])}",
        lead=_lead(view, paid, before),
        figures=_figures(view, paid, before, why=view.explanation(name)),
        sections=(
            _days(view, name),
            _pools(view, name),
            _how(view, name),
            *sorted(
                (_cut(view, name, cut) for cut in view.cuts() if cut != CATEGORY),
                key=lambda section: min(len(section.rows), MOST),
            ),
        ),
    )


def _everyone(view: PageContext) -> Page:
    section = owners_section(view)
    paying = len(view.sight.rows(queries.owners_query(view.currency)))
    count = formatting.counted(paying, "owner")
    return Page(
        "owners",
        f"Owners, {formatting.month(view.period)}",
        f"Cost of {count} in {formatting.month(view.period)}",
        lead="Select an owner for its details, or a total for its explanation.",
        sections=(section,),
    )


def _paid(sight: ScopedRun, currency: str, name: str) -> Row:
    rows = sight.rows(queries.owners_query(currency))
    nothing = {"owner": name, **dict.fromkeys(("direct", "shared", "total"), Decimal())}
    return next((row for row in rows if row["owner"] == name), nothing)


def _parts(paid: Row) -> tuple[Decimal, Decimal]:
    """Direct and shared cost."""
    return money_of(paid["direct"]), money_of(paid["shared"])


def _lead(view: PageContext, paid: Row, before: Row | None) -> str:
    own, shared = _parts(paid)
    off = f" ({ROUNDED})" if cent_off((own, shared), money_of(paid["total"])) else ""
    made = f"{view.money(own)} direct cost and {view.money(shared)} shared cost{off}."
    if before is None or not money_of(before["total"]):
        return made
    assert view.before is not None
    change = money_of(paid["total"]) - money_of(before["total"])
    when = formatting.month_alone(view.before.period)
    if not to_cents(change):
        return f"{made} The same as {when}."
    return f"{made} {view.money(abs(change))} {'more' if change > 0 else 'less'} than {when}."


def _figures(view: PageContext, paid: Row, before: Row | None, *, why: str) -> Sequence[Figure]:
    total = money_of(paid["total"])
    own, shared = _parts(paid)
    found = [
        Figure("Total", total, note="Explain" if why else "", link=why),
        Figure("Direct cost", own, note=_part(own, total)),
        Figure("Shared cost", shared, note=_part(shared, total)),
    ]
    if view.everything:
        part = part_of(total, money_of(view.totals()["total"]))
        found.append(Figure("Share of the bill", part, CellStyle.PART))
    if before is not None and view.before is not None:
        change = total - money_of(before["total"])
        found.append(
            Figure(
                f"Change since {formatting.month_alone(view.before.period)}",
                change,
                CellStyle.CHANGE,
            )
        )
    return found


def _part(amount: object, whole: Decimal) -> str:
    part = part_of(money_of(amount), whole)
    return "" if part is None else f"{formatting.part(part)} of total"


def _days(view: PageContext, name: str) -> Section:
    rows = view.sight.rows(queries.paid_days_query(view.currency, name))
    days = Period.parse(view.period).days
    series = {
        DIRECT: {day_of(row["day"]): money_of(row["direct"]) for row in rows},
        SHARED: {day_of(row["day"]): money_of(row["shared"]) for row in rows},
    }
    told = [{**row, "total": money_of(row["direct"]) + money_of(row["shared"])} for row in rows]
    return Section(
        "days",
        "Cost by day",
        (
            TableColumn("day", "Day", CellStyle.DAY,
                   link=lambda row: view.links.page("explain", owner=name, day=str(row["day"]))),
            TableColumn("direct", "Direct", CellStyle.MONEY),
            TableColumn("shared", "Shared", CellStyle.MONEY),
            TableColumn("total", "Total", CellStyle.MONEY),
        ),
        told,
        chart=Chart(
            stacked_days(series, days, sign=sign_of(view.currency), currency=view.currency),
            f"Cost of {name} per day, direct and shared cost stacked.",
            size="low",
        ),
        folded=True,
        total=total_row(told, ["direct", "shared", "total"], day=""),
    )  # fmt: skip


def _pools(view: PageContext, name: str) -> Section:
    rows = [
        row
        for row in view.sight.rows(queries.paid_by_pool_query(view.currency, owner=name))
        if row["pool"]
    ]
    whole = {
        row["pool"]: row["cost"]
        for row in view.sight.rows("SELECT * FROM pools")
        if row["currency"] == view.currency
    }
    told = [
        {
            "pool": row["pool"],
            "total": row["total"],
            "ratio": view.sight.share_of_pool(
                str(row["pool"]), view.currency, money_of(row["total"])
            ),
            "pool_total": whole.get(row["pool"]),
            "split": _split(view, str(row["pool"])),
        }
        for row in sorted(rows, key=lambda row: (-abs(money_of(row["total"])), str(row["pool"])))
    ]
    return Section(
        "pools",
        "Shared cost by pool",
        (
            TableColumn("pool", "Pool", link=_pool_link(view)),
            TableColumn("total", "Cost", CellStyle.MONEY, hint="Explain this amount",
                   link=lambda row: view.links.page("explain", owner=name, of=str(row["pool"]))),
            TableColumn("ratio", "Share of pool", CellStyle.PART),
            *([TableColumn("pool_total", "Pool total", CellStyle.MONEY)]
              if view.everything else []),
            TableColumn("split", "Split"),
        ),
        told,
        total=total_row(told, ["total"], pool="Total"),
        empty=f"{name} has no shared cost.",
    )  # fmt: skip


def _split(view: PageContext, pool: str) -> str:
    """How a pool is split; only users who see every owner see the percentages of others."""
    rule = next(one for one in view.sight.rulebook.pools if one.name == pool)
    return split_words(rule.split) if view.everything else split_in_brief(rule.split)


def _how(view: PageContext, name: str) -> Section:
    dimension = view.sight.owner
    told = [
        {
            "allocated_by": how_words(dimension, str(row["source"])),
            "place": how_place(dimension, str(row["source"])),
            "lines": row["lines"],
            "total": row["total"],
        }
        for row in view.sight.rows(queries.sources_query(view.currency, owner=name))
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
                   link=lambda _row: view.links.page("explain", owner=name)),
        ),
        told,
        total=total_row(told, ["total"], allocated_by="Total"),
        empty=f"{name} has no direct cost.",
        half=True,
    )  # fmt: skip


def _rule(view: PageContext, place: str) -> str:
    line = place.split(":")[1] if ":" in place else ""
    return f"{view.links.page('rules')}#line-{line}" if line and view.everything else ""


def _cut(view: PageContext, name: str, cut: str) -> Section:
    rows = view.sight.rows(queries.column_cost_query(cut, view.currency, owner=name, pool=""))
    then = {}
    if view.before:
        query = queries.column_cost_query(cut, view.currency, owner=name, pool="")
        then = {str(row["value"]): money_of(row["total"]) for row in view.before.rows(query)}
    here = {str(row["value"]) for row in rows}
    told = [
        {
            "value": view.called(cut, row["value"]),
            "#value": row["value"],
            "total": row["total"],
            "change": money_of(row["total"]) - then.get(str(row["value"]), Decimal())
            if view.before
            else None,
        }
        for row in (*rows, *({"value": v, "total": Decimal()} for v in sorted(then.keys() - here)))
    ]
    return Section(
        cut,
        f"Direct cost by {view.titled(cut)}",
        (
            TableColumn("value", view.titled(cut).capitalize()),
            TableColumn("total", "Cost", CellStyle.MONEY, hint="Explain this amount",
                   link=lambda row: view.links.page("explain", owner=name, cut=cut,
                                                    value=str(row["#value"]))
                   if row["#value"] in here else ""),
            *([TableColumn("change", f"Change since {formatting.month_alone(view.before.period)}",
                      CellStyle.CHANGE)]
              if view.before else []),
        ),
        told,
        total=total_row(told, ["total"], value="Total"),
        half=True,
        shown=MOST,
    )  # fmt: skip


def _pool_link(view: PageContext) -> Callable[[Row], str]:
    return lambda row: view.links.page("pools", pool=str(row["pool"]))
