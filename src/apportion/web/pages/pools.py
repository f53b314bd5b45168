"""What is shared: each pool, where it comes from, by what it is split, who pays."""

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
    heading = f"{view.money(total)} is shared, in {whole}"
    if not view.everything:
        heading = f"{view.money(paid['shared'])} of {whole} is paid by whom you see"
    part = part_of(money_of(paid["shared"]), money_of(paid["total"]))
    return Page(
        "pools",
        f"Pools of {formatting.month(view.period)}",
        heading,
        lead="Pools that serve each other are settled all at once, so what one gets of another is "
        "passed on to the last digit." if _between(view) else "",
        figures=(
            Figure("Shared", paid["shared"]),
            *([Figure("Of all cost", part, CellStyle.PART)] if part is not None else []),
            *([Figure("Could not be split", kept, good=not kept)] if view.everything else []),
        ),
        sections=(_list(view, held), _graph(view, held), _payers(view)),
    )  # fmt: skip


def _list(view: PageContext, held: Sequence[Row]) -> Section:
    rows = [{**row, "split": _split(view, row)} for row in held]
    return Section(
        "pools",
        "The pools",
        (
            TableColumn("pool", "Pool", link=_pool_link(view)),
            *([TableColumn("cost", "Holds", CellStyle.MONEY),
               TableColumn("payers", "Payers", CellStyle.COUNT),
               TableColumn("kept", "Stays unsplit", CellStyle.MONEY)] if view.everything else []),
            TableColumn("split", "Split"),
            *([TableColumn("where", "What lies in it", CellStyle.CODE)] if view.everything else []),
            TableColumn("place", "Rule", CellStyle.PLACE,
                   link=lambda row: _rule(view, str(row["place"]))),
        ),
        rows,
        total=total_row(rows, ["cost", "kept"], pool="Total") if view.everything else None,
        empty="Nothing is shared in this month.",
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
        "Which pools pass cost to which",
        (
            TableColumn("pool", "Pool"),
            TableColumn("target", "Passes to pool"),
            TableColumn("within", "Within"),
            TableColumn("ratio", "Part", CellStyle.PART),
            *([TableColumn("driver", "By")] if view.everything else []),
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
    return f"They serve each other: {told}. Arrows lead down at the right and up at the left."


def _payers(view: PageContext) -> Section:
    """Who pays which pool, as streams and as a table."""
    rows = [
        {"pool": row["pool"], "owner": row["owner"], "total": row["total"]}
        for row in view.sight.rows(queries.paid_by_pool_query(view.currency))
        if row["pool"]
    ]
    return Section(
        "shares",
        "Who pays",
        (
            TableColumn("pool", "Pool", link=_pool_link(view)),
            TableColumn("owner", "Owner",
                   link=lambda row: view.links.page("owners", name=str(row["owner"]))),
            TableColumn("total", "Share", CellStyle.MONEY, hint="why?",
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
        "Streams from each pool to the owners who finally pay it.",
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
        lead=f"It is split {_split(view, rule)}." if rule else "It holds nothing in this month.",
        figures=(
            *([Figure("Holds", cost, note="Why?", link=view.links.page("explain", pool=pool))]
              if view.everything else []),
            Figure("Paid by", len(paid), CellStyle.COUNT,
                   note=formatting.counted(len(paid), "owner")
                   if view.everything else "of whom you see"),
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
        return f"Pool {pool} holds {view.money(cost)}"
    seen = sum((money_of(row["total"]) for row in paid), Decimal())
    return f"{view.money(seen)} of pool {pool} is paid by whom you see"


def _who_pays(view: PageContext, pool: str, paid: Sequence[Row]) -> Section:
    rows = [
        {"owner": row["owner"], "total": row["total"],
         "ratio": view.sight.part(pool, view.currency, money_of(row["total"]))}
        for row in paid
    ]  # fmt: skip
    return Section(
        "payers",
        "Who pays it in the end",
        (
            TableColumn("owner", "Owner",
                   link=lambda row: view.links.page("owners", name=str(row["owner"]))),
            TableColumn("total", "Share", CellStyle.MONEY, hint="why?",
                   link=lambda row: view.links.page("explain", owner=str(row["owner"]), of=pool)),
            TableColumn("ratio", "Part", CellStyle.PART),
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
        "The numbers it is split by",
        (
            TableColumn("target", "To"),
            TableColumn("kind", "Which is"),
            TableColumn("within", "Within"),
            TableColumn("number", "Number", CellStyle.EXACT),
            TableColumn("ratio", "Part", CellStyle.PART),
            TableColumn("line", "From", CellStyle.PLACE),
        ),
        rows,
        half=True,
    )


def _from(view: PageContext, pool: str, cut: str) -> Section:
    rows = [
        {"value": view.called(cut, row["value"]), "total": row["total"]}
        for row in view.sight.rows(queries.cut_query(cut, view.currency, pool=pool))
    ]
    return Section(
        f"from-{cut}",
        f"Where it comes from, by {view.titled(cut)}",
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
