"""The pools page: cost, split, driver values, and the owners that pay each pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from apportion.core.allocation.rounding import part_of
from apportion.core.dashboard import queries
from apportion.core.dashboard.aggregates import ACCOUNT, SERVICE
from apportion.core.dashboard.page_rows import DriverRow, PoolPaid, PoolRow
from apportion.core.reporting.explain import added, split_in_brief, split_words
from apportion.model.cents import money_without_cents
from apportion.model.row import Row
from apportion.model.wording import percent, plural
from apportion.web.charts.arrows import Arrow, draw_arrows
from apportion.web.charts.palette import AMBER, TEAL
from apportion.web.charts.sankey import Flow, Node, sankey
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


def pools(view: PageContext, *, pool: str = "") -> Page:
    """Create the page of a pool, or of all pools."""
    held = view.run.rows(queries.pools_query(view.currency))
    return _one(view, pool, held) if pool else _all(view, held)


def _all(view: PageContext, held: Sequence[PoolRow]) -> Page:
    total = added(row.cost or Decimal() for row in held)
    kept = added(row.kept or Decimal() for row in held)
    paid = view.totals()
    count = plural(len(held), "pool")
    heading = f"Shared cost in {view.period}: {view.money(total)} in {count}"
    if not view.full_access:
        heading = f"Shared cost of your owners in {view.period}: {view.money(paid.shared)}"
    part = part_of(paid.shared, paid.total)
    return Page(
        "pools",
        f"Pools, {view.period}",
        heading,
        lead="Pools that serve each other are solved together and exactly."
        if _between(view) else "",
        figures=(
            KeyFigure("Shared cost", paid.shared),
            *([KeyFigure("Share of total cost", part, CellStyle.SHARE)]
              if part is not None else []),
            *([KeyFigure("Could not be split", kept, good=not kept)] if view.full_access else []),
        ),
        sections=(_list(view, held), _graph(view, held), _payers(view)),
    )  # fmt: skip


def _list(view: PageContext, held: Sequence[PoolRow]) -> Section:
    rows = [{**row._asdict(), "split": _split(view, row)} for row in held]
    return Section(
        "pools",
        "Pools",
        (
            TableColumn("pool", "Pool", link=_pool_link(view)),
            *([TableColumn("cost", "Cost", CellStyle.MONEY),
               TableColumn("payers", "Owners", CellStyle.COUNT),
               TableColumn("kept", "Not split", CellStyle.MONEY)] if view.full_access else []),
            TableColumn("split", "Split"),
            *([TableColumn("where", "Condition", CellStyle.CODE)] if view.full_access else []),
            TableColumn("place", "Rule", CellStyle.PLACE,
                   link=lambda row: _rule(view, str(row["place"]))),
        ),
        rows,
        total=total_row(rows, ["cost", "kept"], pool="Total") if view.full_access else None,
        empty="No cost is shared in this month.",
    )  # fmt: skip


def _split(view: PageContext, row: PoolRow) -> str:
    rule = next(one for one in view.run.rulebook.pools if one.name == row.pool)
    return split_words(rule.split) if view.full_access else split_in_brief(rule.split)


def _rule(view: PageContext, place: str) -> str:
    line = place.split(":")[1] if ":" in place else ""
    return f"{view.links.page('rules')}#line-{line}" if line and view.full_access else ""


def _between(view: PageContext) -> list[DriverRow]:
    return view.run.rows(queries.arrows_query(view.currency))


def _graph(view: PageContext, held: Sequence[PoolRow]) -> Section:
    """Draw the cost that pools pass to each other, in the order of the rulebook."""
    between = _between(view)
    names = [row.pool for row in held]
    pairs: dict[tuple[str, str], list[DriverRow]] = {}
    for row in between:
        pairs.setdefault((row.pool, row.target), []).append(row)
    arrows = [Arrow(*key, _ratio(rows)) for key, rows in pairs.items()]
    cost = {
        row.pool: money_without_cents(row.cost or Decimal(), view.currency)
        if view.full_access
        else ""
        for row in held
    }
    rows = [row._asdict() for row in between]
    return Section(
        "arrows",
        "Cost passed between pools",
        (
            TableColumn("pool", "Pool"),
            TableColumn("target", "To pool"),
            TableColumn("within", "Within"),
            TableColumn("ratio", "Share", CellStyle.SHARE),
            *([TableColumn("driver", "Driver")] if view.full_access else []),
        ),
        rows,
        note=_graph_note(arrows),
        drawing=draw_arrows(names, arrows, cost) if arrows else None,
        collapsed=bool(arrows),
        empty="No pool passes cost to another.",
    )


def _ratio(rows: Sequence[DriverRow]) -> str:
    ratios = {row.ratio for row in rows}
    (ratio, *others) = ratios
    return percent(ratio) if ratio is not None and not others else "a part"


def _graph_note(arrows: Sequence[Arrow]) -> str:
    pairs = {(a.source, a.target) for a in arrows}
    mutual = sorted({tuple(sorted(p)) for p in pairs if (p[1], p[0]) in pairs})
    if not mutual:
        return ""
    names = "; ".join(f"{one} and {other}" for one, other in mutual[:4])
    return f"Pools that serve each other: {names}."


def _payers(view: PageContext) -> Section:
    """The cost of each pool by owner, as a chart and as a table."""
    query = queries.paid_by_pool_query(view.currency)
    paid = [row for row in view.run.rows(query) if row.pool]
    rows = [row._asdict() for row in paid]
    return Section(
        "shares",
        "Shared cost by pool and owner",
        (
            TableColumn("pool", "Pool", link=_pool_link(view)),
            TableColumn("owner", "Owner",
                   link=lambda row: view.links.page("owners", owner=str(row["owner"]))),
            TableColumn("total", "Cost", CellStyle.MONEY, hint="Explain this amount",
                   link=lambda row: view.links.page("explain", owner=str(row["owner"]),
                                                    share_of=str(row["pool"]))),
        ),
        rows,
        chart=_flow_chart(view, paid),
        collapsed=True,
        total=total_row(rows, ["total"], pool="Total"),
    )  # fmt: skip


def _flow_chart(view: PageContext, rows: Sequence[PoolPaid]) -> Chart | None:
    paid = [row for row in rows if row.total > 0]
    if not paid:
        return None
    names = list(dict.fromkeys([(0, row.pool) for row in paid]))
    names += dict.fromkeys([(1, row.owner) for row in paid])
    nodes = [
        Node(name, column, AMBER if column == 0 else TEAL,
             view.links.page("pools", pool=name) if column == 0
             else view.links.page("owners", owner=name))
        for column, name in names
    ]  # fmt: skip
    at = {key: number for number, key in enumerate(names)}
    flows = [Flow(at[0, row.pool], at[1, row.owner], row.total, AMBER) for row in paid]
    return Chart(
        sankey(nodes, flows, currency=view.currency),
        "Flow of cost from each pool to the owners that pay it.",
        size="tall",
    )


def _one(view: PageContext, pool: str, held: Sequence[PoolRow]) -> Page:
    rule = next((row for row in held if row.pool == pool), None)
    cost = (rule.cost if rule else None) or Decimal()
    query = queries.paid_by_pool_query(view.currency)
    paid = [row for row in view.run.rows(query) if row.pool == pool]
    return Page(
        "pools",
        f"Pool {pool}, {view.period}",
        _one_heading(view, pool, cost, paid),
        lead=f"Split: {_split(view, rule)}." if rule else "This pool has no cost in this month.",
        figures=(
            *([KeyFigure("Cost", cost, note="Explain", link=view.links.page("explain", pool=pool))]
              if view.full_access else []),
            KeyFigure("Owners that pay", len(paid), CellStyle.COUNT,
                   note="" if view.full_access else "only owners that you may see"),
        ),
        sections=(
            _payers_of(view, pool, paid),
            _drivers(view, pool),
            *([_origins(view, pool, ACCOUNT), _origins(view, pool, SERVICE)]
              if view.full_access else []),
        ),
    )  # fmt: skip


def _one_heading(view: PageContext, pool: str, cost: Decimal, paid: Sequence[PoolPaid]) -> str:
    if view.full_access:
        return f"Cost of pool {pool} in {view.period}: {view.money(cost)}"
    total = added(row.total for row in paid)
    return f"Your owners pay {view.money(total)} of pool {pool} in {view.period}"


def _payers_of(view: PageContext, pool: str, paid: Sequence[PoolPaid]) -> Section:
    rows = [
        {"owner": row.owner, "total": row.total,
         "ratio": view.run.share_of_pool(pool, view.currency, row.total)}
        for row in paid
    ]  # fmt: skip
    return Section(
        "payers",
        "Cost by owner",
        (
            TableColumn("owner", "Owner",
                   link=lambda row: view.links.page("owners", owner=str(row["owner"]))),
            TableColumn("total", "Cost", CellStyle.MONEY, hint="Explain this amount",
                   link=lambda row: view.links.page("explain", owner=str(row["owner"]),
                                                    share_of=pool)),
            TableColumn("ratio", "Share", CellStyle.SHARE),
        ),
        rows,
        total=total_row(rows, ["total"], owner="Total"),
        half=True,
    )  # fmt: skip


def _drivers(view: PageContext, pool: str) -> Section:
    query = queries.drivers_query(view.currency, pool)
    rows = [row._asdict() for row in view.run.rows(query)]
    return Section(
        "drivers",
        "Driver values",
        (
            TableColumn("target", "Target"),
            TableColumn("kind", "Kind"),
            TableColumn("within", "Within"),
            TableColumn("number", "Value", CellStyle.EXACT),
            TableColumn("ratio", "Share", CellStyle.SHARE),
            TableColumn("line", "Source", CellStyle.PLACE),
        ),
        rows,
        half=True,
    )


def _origins(view: PageContext, pool: str, column: str) -> Section:
    rows = [
        {"value": view.value_label(column, row.value), "total": row.total}
        for row in view.run.rows(queries.column_cost_query(column, view.currency, pool=pool))
    ]
    return Section(
        f"from-{column}",
        f"Pool cost by {view.column_title(column)}",
        (
            TableColumn("value", view.column_title(column).capitalize()),
            TableColumn("total", "Cost", CellStyle.MONEY),
        ),
        rows,
        total=total_row(rows, ["total"], value="Total"),
        half=True,
        max_rows=14,
    )


def _pool_link(view: PageContext) -> Callable[[Row], str]:
    return lambda row: view.links.page("pools", pool=str(row["pool"]))
