"""The flow page: cost from accounts or services, by the rule that allocated it, to owners."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from apportion.core.dashboard import queries
from apportion.core.dashboard.aggregates import ACCOUNT, SERVICE
from apportion.core.reporting.explain import added
from apportion.model.cents import ROUNDED, cent_off
from apportion.model.row import Row
from apportion.web.allocation_labels import POOL, allocation_label, rule_place, source_colour
from apportion.web.charts.palette import BLUE, GREY, TEAL
from apportion.web.charts.sankey import Flow, Node, sankey
from apportion.web.page_context import PageContext
from apportion.web.page_model import (
    CellStyle,
    Chart,
    Choice,
    KeyFigure,
    Page,
    Section,
    TableColumn,
    total_row,
)

#: The number of accounts or services, and of owners, with a node each; the others share one.
_MAX_ORIGINS, _MAX_OWNERS = 14, 16
_OTHERS = "all others"


@dataclass(frozen=True)
class Filter:
    """The displayed part of the cost; without values, all cost."""

    origin: str = ""
    allocated_by: str = ""
    owner: str = ""


@dataclass(frozen=True)
class _Path:
    """Cost by its source. A share of a pool has no `origin`, cost that enters a pool no `owner`."""

    origin: str | None
    source: str
    owner: str
    total: Decimal


@dataclass
class _Drawing:
    """Nodes and flows of the chart; the key of a node is its column and its value."""

    nodes: dict[tuple[int, str], Node] = field(default_factory=dict)
    flows: dict[tuple[tuple[int, str], tuple[int, str]], Decimal] = field(default_factory=dict)

    def add(self, one: tuple[int, str], other: tuple[int, str], amount: Decimal) -> None:
        self.flows[one, other] = self.flows.get((one, other), Decimal()) + amount


def flow(view: PageContext, *, by: str = ACCOUNT, only: Filter | None = None) -> Page:
    """Create the page; `by` is the column of the nodes on the left, `only` the filter."""
    only = only or Filter()
    paths, shares = _paths(view, by, only), _shares(view, only)
    sums = _Sums.of(paths, shares)
    return Page(
        "flow",
        f"Flow of cost, {view.period}",
        _heading(view, by, only, sums),
        lead="From the bill (left) to owners (right). Select a name to filter."
        f"{sums.rounding_note(only)}",
        figures=_figures(view, only, sums),
        sections=(_diagram(view, by, only, paths, shares), _list(view, by, paths),
                  _share_list(view, shares)),
        choices=_choices(view, by, only),
    )  # fmt: skip


@dataclass(frozen=True)
class _Sums:
    """Direct cost, cost that goes into pools, and shared cost that owners get from pools."""

    direct: Decimal
    entering: Decimal
    leaving: Decimal

    @classmethod
    def of(cls, paths: Sequence[_Path], shares: Sequence[_Path]) -> _Sums:
        """Sum both lists."""
        return cls(
            added(path.total for path in paths if path.owner),
            added(path.total for path in paths if not path.owner),
            added(path.total for path in shares),
        )

    def pooled(self, only: Filter) -> Decimal:
        """Cost that goes through pools; for one account or service, cost that goes into them."""
        return self.entering if only.origin else self.leaving

    def total(self, only: Filter) -> Decimal:
        """The sum of all that the filter selects."""
        return added((self.direct, self.pooled(only)))

    def rounding_note(self, only: Filter) -> str:
        """A note if both parts, rounded to cents, do not add up to the total."""
        off = cent_off((self.direct, self.pooled(only)), self.total(only))
        return f" Amounts are {ROUNDED}." if off else ""


def _figures(view: PageContext, only: Filter, sums: _Sums) -> Sequence[KeyFigure]:
    """The key figures that apply to this filter."""
    figures = []
    if not only.allocated_by.startswith(POOL):
        figures.append(KeyFigure("Direct cost", sums.direct))
    if only.origin and view.full_access:
        figures.append(KeyFigure("Into pools", sums.entering, note="See pools",
                            link=view.links.page("pools")))  # fmt: skip
    if not only.origin and (not only.allocated_by or only.allocated_by.startswith(POOL)):
        figures.append(KeyFigure("Shared cost", sums.leaving, note="See pools",
                            link=view.links.page("pools")))  # fmt: skip
    return figures


def _heading(view: PageContext, by: str, only: Filter, sums: _Sums) -> str:
    total = view.money(sums.total(only))
    if only.owner:
        return f"Cost of {only.owner} in {view.period}: {total}"
    if only.origin:
        return f"Allocation of {total} from {view.value_label(by, only.origin)}"
    if only.allocated_by:
        return f"Cost allocated by {_source_label(view, only.allocated_by)}: {total}"
    return f"Allocation of {total} in {view.period}"


def _source_label(view: PageContext, source: str) -> str:
    """The label of a source or pool."""
    return source if source.startswith(POOL) else allocation_label(view.run.owner, source)


def _choices(view: PageContext, by: str, only: Filter) -> Mapping[str, Sequence[Choice]]:
    choices: dict[str, Sequence[Choice]] = {
        "from": tuple(
            Choice(
                view.column_title(column),
                view.links.this_page(by="" if column == ACCOUNT else column, origin=""),
                current=column == by,
            )
            for column in (ACCOUNT, SERVICE)
        )
    }  # fmt: skip
    if only != Filter():
        name = only.origin or only.allocated_by or only.owner
        choices["filter"] = (
            Choice(f"{name}", view.links.this_page(), current=True),
            Choice("show all", view.links.this_page(origin="", allocated_by="", owner="")),
        )
    return choices


def _paths(view: PageContext, by: str, only: Filter) -> list[_Path]:
    """Direct cost by origin, source and owner; cost in pools by origin and pool."""
    sums: dict[tuple[str, str, str], Decimal] = {}
    query = queries.flow_cells_query(by, view.currency, origin=only.origin)
    for row in view.run.rows(query):
        if row.pool and not view.full_access:
            continue  # the user may not see cost of other owners in pools
        source = f"{POOL}{row.pool}" if row.pool else row.source
        key = (row.origin, source, "" if row.pool else row.owner)
        sums[key] = sums.get(key, Decimal()) + row.total
    return [
        _Path(origin, source, owner, total)
        for (origin, source, owner), total in sums.items()
        if only.allocated_by in {"", source} and only.owner in ({""} if not owner else {"", owner})
    ]


def _shares(view: PageContext, only: Filter) -> list[_Path]:
    if only.origin:
        return []  # a pool is split as a whole, so one account's part of it has no owner
    rows = view.run.rows(queries.paid_by_pool_query(view.currency, owner=only.owner))
    return [
        _Path(None, f"{POOL}{row.pool}", row.owner, row.total)
        for row in rows
        if row.pool and only.allocated_by in {"", f"{POOL}{row.pool}"}
    ]


def _diagram(
    view: PageContext, by: str, only: Filter, paths: Sequence[_Path], shares: Sequence[_Path]
) -> Section:
    drawing = _Drawing()
    origins = _largest([(path.origin or "", path.total) for path in paths], _MAX_ORIGINS)
    owners = _largest([(path.owner, path.total) for path in (*paths, *shares)], _MAX_OWNERS)
    negative = _credits(paths, shares)
    for path in [*paths, *shares]:
        if path.total <= 0:
            continue
        middle = (1, path.source)
        if path.origin is not None:
            left = path.origin if path.origin in origins else _OTHERS
            drawing.add((0, left), middle, path.total)
        if path.owner:
            right = path.owner if path.owner in owners else _OTHERS
            drawing.add(middle, (2, right), path.total)
    nodes, flows = _placed(view, by, drawing)
    note = f"Credits of {view.money(negative)} are not drawn." if negative else ""
    if only.origin:
        note += " Cost in a pool is not followed further, because a pool is split as a whole."
    chart, many = None, len(nodes) > 24
    if flows:
        chart = Chart(
            sankey(
                nodes,
                flows,
                currency=view.currency,
                height=690 if many else 490,
                suffix=" before credits" if negative else "",
            ),
            f"Flow of cost from each {view.column_title(by)}, by the rule that allocated it, to "
            "owners. The tables below list every amount.",
            size="extra-tall" if many else "tall",
        )
    return Section("flow", "", note=note, chart=chart, hide_table=True,
                   empty="No cost matches this filter.")  # fmt: skip


def _credits(paths: Sequence[_Path], shares: Sequence[_Path]) -> Decimal:
    """Sum the credits; cost that enters and leaves a pool is counted once."""
    entered = {path.source for path in paths if not path.owner}
    counted = [*paths, *(path for path in shares if path.source not in entered)]
    return added(min(path.total, Decimal()) for path in counted)


def _largest(named: Sequence[tuple[str, Decimal]], most: int) -> set[str]:
    sums: dict[str, Decimal] = {}
    for name, amount in named:
        if name:
            sums[name] = sums.get(name, Decimal()) + amount
    ordered = sorted(sums, key=lambda name: (-sums[name], name))
    return set(ordered if len(ordered) <= most + 1 else ordered[:most])


def _placed(view: PageContext, by: str, drawing: _Drawing) -> tuple[list[Node], list[Flow]]:
    """Order the nodes of each column by amount; give them names, colours and links."""
    size: dict[tuple[int, str], Decimal] = {}
    for (one, other), amount in drawing.flows.items():
        for key, counts in ((one, one[0] != 1), (other, True)):
            size[key] = size.get(key, Decimal()) + (amount if counts else 0)
            size.setdefault(one, Decimal())
    ordered = sorted(size, key=lambda key: (key[0], key[1] == _OTHERS, -size[key], key[1]))
    nodes = [_node(view, by, column, name) for column, name in ordered]
    places = {key: at for at, key in enumerate(ordered)}
    flows = []
    for (one, other), amount in drawing.flows.items():
        middle = one if one[0] == 1 else other
        colour = source_colour(view.run.owner, middle[1])
        flows.append(Flow(places[one], places[other], amount, colour))
    return nodes, flows


def _node(view: PageContext, by: str, column: int, name: str) -> Node:
    links = view.links
    if name == _OTHERS:
        return Node(name, column, GREY)
    if column == 0:
        shown = view.accounts.get(name) or name if by == ACCOUNT else name
        return Node(shown, 0, BLUE, links.this_page(origin=name, allocated_by="", owner=""))
    if column == 1:
        colour = source_colour(view.run.owner, name)
        link = links.this_page(allocated_by=name, origin="", owner="")
        return Node(_source_label(view, name), 1, colour, link)
    colour = GREY if name == view.run.owner.default else TEAL
    return Node(name, 2, colour, links.this_page(owner=name, allocated_by="", origin=""))


def _list(view: PageContext, by: str, paths: Sequence[_Path]) -> Section:
    dimension = view.run.owner
    rows = [
        {
            by: view.value_label(by, path.origin or ""),
            "allocated_by": _source_label(view, path.source),
            "place": "" if path.source.startswith(POOL) else rule_place(dimension, path.source),
            "owner": path.owner,
            "total": path.total,
        }
        for path in sorted(paths, key=lambda path: (-abs(path.total), path.origin or ""))
    ]  # fmt: skip
    return Section(
        "paths",
        "Cost by rule and owner",
        (
            TableColumn(by, view.column_title(by).capitalize()),
            TableColumn("allocated_by", "Allocated by"),
            TableColumn("place", "Rule", CellStyle.PLACE),
            TableColumn("owner", "Owner",
                   link=lambda row: view.links.page("owners", owner=str(row["owner"]))),
            TableColumn("total", "Cost", CellStyle.MONEY),
        ),
        rows,
        note="Cost in a pool has no owner here; the next table shows the split of pools.",
        collapsed=True,
        total=total_row(rows, ["total"], owner="Total"),
    )  # fmt: skip


def _share_list(view: PageContext, shares: Sequence[_Path]) -> Section:
    rows = [
        {"pool": path.source.removeprefix(POOL), "owner": path.owner, "total": path.total}
        for path in shares
    ]
    return Section(
        "shares",
        "Shared cost by pool and owner",
        (
            TableColumn("pool", "Pool", link=_pool_link(view)),
            TableColumn("owner", "Owner",
                   link=lambda row: view.links.page("owners", owner=str(row["owner"]))),
            TableColumn("total", "Cost", CellStyle.MONEY),
        ),
        rows,
        collapsed=True,
        total=total_row(rows, ["total"], pool="Total"),
        empty="No pool matches this filter.",
    )  # fmt: skip


def _pool_link(view: PageContext) -> Callable[[Row], str]:
    return lambda row: view.links.page("pools", pool=str(row["pool"]))
