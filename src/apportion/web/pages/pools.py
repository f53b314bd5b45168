"""The page of pools: cost, split, driver values, and the owners that pay each pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from apportion.core.allocation.rounding import part_of
from apportion.core.dashboard import queries
from apportion.core.dashboard.aggregates import ACCOUNT, SERVICE
from apportion.core.reporting.explain import added, split_in_brief, split_words
from apportion.model.row import Row
from apportion.web import formatting
from apportion.web.charts.arrows import Arrow, arrows
from apportion.web.charts.palette import AMBER, TEAL
from apportion.web.charts.sankey import Flow, Node, sankey
from apportion.web.page_context import PageContext, money_of
from apportion.web.page_model import CellStyle, Chart, Figure, Page, Section, TableColumn, total_row


def pools(view: PageContext, *, pool: str = "") -> Page:
    """Make the page of a pool, or of all."""
    held = [r for r in view.sight.rows("SELECT * FROM pools") if r["currency"] == view.currency]
    return _one(view, pool, held) if pool else _all(view, held)


def _all(view: PageContext, held: Sequence[Row]) -> Page:
    total = added(money_of(row["cost"]) for row in held)
    kept = added(money_of(row["kept"]) for row in held)
    paid = view.totals()
    whole = formatting.counted(len(held), "pool")
    heading = f"{view.money(total)} shared cost in {whole}"
    if not view.everything:
        heading = f"Your owners pay {view.money(paid['shared'])} of {whole}"
    part = part_of(money_of(paid["shared"]), money_of(paid["total"]))
    return Page(
        "pools",
        f"Pools of {formatting.month(view.period)}",
        heading,
        lead="Pools that serve each other are solved together, exactly."
        if _between(view) else "",
        figures=(
            Figure("Shared cost", paid["shared"]),
            *([Figure("Share of total cost", part, CellStyle.PART)] if part is not None else []),
            *([Figure("Could not be split", kept, good=not kept)] if view.everything else []),
        ),
        sections=(_list(view, held), _graph(view, held), _payers(view)),
    )  # fmt: skip


def _list(view: PageContext, held: Sequence[Row]) -> Section:
    rows = [{**row, "split": _split(view, row)} for row in held]
    return Section(
        "pools",
        "Pools",
        (
            TableColumn("pool", "Pool", link=_pool_link(view)),
            *([TableColumn("cost", "Cost", CellStyle.MONEY),
               TableColumn("payers", "Owners", CellStyle.COUNT),
               TableColumn("kept", "Not split", CellStyle.MONEY)] if view.everything else []),
            TableColumn("split", "Split"),
            *([TableColumn("where", "Condition", CellStyle.CODE)] if view.everything else []),
            TableColumn("place", "Rule", CellStyle.PLACE,
                   link=lambda row: _rule(view, str(row["place"]))),
        ),
        rows,
        total=total_row(rows, ["cost", "kept"], pool="Total") if view.everything else None,
        empty="No cost is shared in this month.",
    )  # fmt: skip


def _split(view: PageContext, row: Row) -> str:
    rule = next(one for one in view.sight.rulebook.pools if one.name == row["pool"])
    return split_words(rule.split) if view.everything else split_in_brief(rule.split)


def _rule(view: PageContext, place: str) -> str:
    line = place.split(":")[1] if ":" in place else ""
    return f"{view.links.page('rules')}#line-{line}" if line and view.everything else ""


def _between(view: PageContext) -> list[Row]:
    return [
        row
        for row in view.sight.rows("SELECT * FROM drivers ORDER BY pool, target")
        if row["kind"] == "pool" and row["currency"] == view.currency
    ]


def _graph(view: PageContext, held: Sequence[Row]) -> Section:
    """Draw which pool passes cost to which, in the rulebook's order."""
    between = _between(view)
    names = [str(row["pool"]) for row in held]
    seen: dict[tuple[str, str], list[Row]] = {}
    for row in between:
        seen.setdefault((str(row["pool"]), str(row["target"])), []).append(row)
    drawn = [Arrow(*key, _ratio(rows)) for key, rows in seen.items()]
    cost = {
        str(row["pool"]): formatting.short(money_of(row["cost"]), view.currency)
        if view.everything
        else ""
        for row in held
    }
    rows = [
        {"pool": row["pool"], "target": row["target"], "within": row["within"],
         "ratio": row["ratio"], "number": row["number"], "driver": row["driver"]}
        for row in between
    ]  # fmt: skip
    return Section(
        "arrows",
        "Cost passed between pools",
        (
            TableColumn("pool", "Pool"),
            TableColumn("target", "To pool"),
            TableColumn("within", "Within"),
            TableColumn("ratio", "Share", CellStyle.PART),
            *([TableColumn("driver", "Driver")] if view.everything else []),
        ),
        rows,
        note=_graph_note(drawn),
        drawn=arrows(names, drawn, cost) if drawn else None,
        folded=bool(drawn),
        empty="No pool passes cost to another.",
    )


def _ratio(rows: Sequence[Row]) -> str:
    ratios = {row["ratio"] for row in rows}
    (ratio, *others) = ratios
    return formatting.part(ratio) if ratio is not None and not others else "a part"


def _graph_note(drawn: Sequence[Arrow]) -> str:
    pairs = {(a.source, a.target) for a in drawn}
    rings = sorted({tuple(sorted(p)) for p in pairs if (p[1], p[0]) in pairs})
    if not rings:
        return ""
    told = formatting.listed([f"{one} and {other}" for one, other in rings[:4]])
    return f"Pools that serve each other: {told}. Arrows on the right lead down, on the left up."


def _payers(view: PageContext) -> Section:
    """The cost of each pool by owner, as a chart and as a table."""
    rows = [
        {"pool": row["pool"], "owner": row["owner"], "total": row["total"]}
        for row in view.sight.rows(queries.paid_by_pool_query(view.currency))
        if row["pool"]
    ]
    return Section(
        "shares",
        "Shared cost by pool and owner",
        (
            TableColumn("pool", "Pool", link=_pool_link(view)),
            TableColumn("owner", "Owner",
                   link=lambda row: view.links.page("owners", name=str(row["owner"]))),
            TableColumn("total", "Cost", CellStyle.MONEY, hint="Explain this amount",
                   link=lambda row: view.links.page("explain", owner=str(row["owner"]),
                                                    of=str(row["pool"]))),
        ),
        rows,
        chart=_streams(view, rows),
        folded=True,
        total=total_row(rows, ["total"], pool="Total"),
    )  # fmt: skip


def _streams(view: PageContext, rows: Sequence[Row]) -> Chart | None:
    paid = [row for row in rows if money_of(row["total"]) > 0]
    if not paid:
        return None
    names = list(dict.fromkeys([(0, str(r["pool"])) for r in paid]))
    names += dict.fromkeys([(1, str(r["owner"])) for r in paid])
    nodes = [
        Node(name, column, AMBER if column == 0 else TEAL,
             view.links.page("pools", pool=name) if column == 0
             else view.links.page("owners", name=name))
        for column, name in names
    ]  # fmt: skip
    at = {key: number for number, key in enumerate(names)}
    streams = [
        Flow(at[0, str(r["pool"])], at[1, str(r["owner"])], money_of(r["total"]), AMBER)
        for r in paid
    ]
    return Chart(
        sankey(nodes, streams, currency=view.currency),
        "Flow of cost from each pool to the owners that pay it.",
        size="tall",
    )


def _one(view: PageContext, pool: str, held: Sequence[Row]) -> Page:
    rule = next((row for row in held if row["pool"] == pool), None)
    cost = money_of(rule["cost"]) if rule else Decimal()
    paid = [
        row
        for row in view.sight.rows(queries.paid_by_pool_query(view.currency))
        if row["pool"] == pool
    ]
    return Page(
        "pools",
        f"Pool {pool}, {formatting.month(view.period)}",
        _one_heading(view, pool, cost, paid),
        lead=f"Split: {_split(view, rule)}." if rule else "This pool has no cost in this month.",
        figures=(
            *([Figure("Cost", cost, note="Explain", link=view.links.page("explain", pool=pool))]
              if view.everything else []),
            Figure("Owners that pay", len(paid), CellStyle.COUNT,
                   note="" if view.everything else "only owners that you may see"),
        ),
        sections=(
            _who_pays(view, pool, paid),
            _drivers(view, pool),
            *([_from(view, pool, ACCOUNT), _from(view, pool, SERVICE)]
              if view.everything else []),
        ),
    )  # fmt: skip


def _one_heading(view: PageContext, pool: str, cost: Decimal, paid: Sequence[Row]) -> str:
    if view.everything:
        return f"Pool {pool}: {view.money(cost)}"
    seen = sum((money_of(row["total"]) for row in paid), Decimal())
    return f"Your owners pay {view.money(seen)} of pool {pool}"


def _who_pays(view: PageContext, pool: str, paid: Sequence[Row]) -> Section:
    rows = [
        {"owner": row["owner"], "total": row["total"],
         "ratio": view.sight.share_of_pool(pool, view.currency, money_of(row["total"]))}
        for row in paid
    ]  # fmt: skip
    return Section(
        "payers",
        "Cost by owner",
        (
            TableColumn("owner", "Owner",
                   link=lambda row: view.links.page("owners", name=str(row["owner"]))),
            TableColumn("total", "Cost", CellStyle.MONEY, hint="Explain this amount",
                   link=lambda row: view.links.page("explain", owner=str(row["owner"]), of=pool)),
            TableColumn("ratio", "Share", CellStyle.PART),
        ),
        rows,
        total=total_row(rows, ["total"], owner="Total"),
        half=True,
    )  # fmt: skip


def _drivers(view: PageContext, pool: str) -> Section:
    rows = [
        row
        for row in view.sight.rows("SELECT * FROM drivers ORDER BY ratio DESC NULLS LAST, target")
        if row["pool"] == pool and row["currency"] == view.currency
    ]
    return Section(
        "drivers",
        "Driver values",
        (
            TableColumn("target", "Target"),
            TableColumn("kind", "Kind"),
            TableColumn("within", "Within"),
            TableColumn("number", "Value", CellStyle.EXACT),
            TableColumn("ratio", "Share", CellStyle.PART),
            TableColumn("line", "Source", CellStyle.PLACE),
        ),
        rows,
        half=True,
    )


def _from(view: PageContext, pool: str, cut: str) -> Section:
    rows = [
        {"value": view.called(cut, row["value"]), "total": row["total"]}
        for row in view.sight.rows(queries.column_cost_query(cut, view.currency, pool=pool))
    ]
    return Section(
        f"from-{cut}",
        f"Pool cost by {view.titled(cut)}",
        (
            TableColumn("value", view.titled(cut).capitalize()),
            TableColumn("total", "Cost", CellStyle.MONEY),
        ),
        rows,
        total=total_row(rows, ["total"], value="Total"),
        half=True,
        shown=14,
    )


def _pool_link(view: PageContext) -> Callable[[Row], str]:
    return lambda row: view.links.page("pools", pool=str(row["pool"]))
