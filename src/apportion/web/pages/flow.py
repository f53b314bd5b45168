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
from apportion.web import formatting
from apportion.web.allocation_labels import POOL, how_colour, how_place, how_words
from apportion.web.charts.palette import BLUE, GREY, TEAL
from apportion.web.charts.sankey import Flow, Node, sankey
from apportion.web.page_context import PageContext, money_of
from apportion.web.page_model import (
    CellStyle,
    Chart,
    Choice,
    Figure,
    Page,
    Section,
    TableColumn,
    total_row,
)

#: The number of accounts or services, and of owners, with a node each; the others share one.
_LEFT, _RIGHT = 14, 16
_OTHERS = "all others"


@dataclass(frozen=True)
class Filter:
    """The part of the cost that is shown; all empty is everything."""

    origin: str = ""
    how: str = ""
    owner: str = ""


@dataclass
class _Drawing:
    """Nodes and streams as they are found; a node is named by its column and what it stands for."""

    nodes: dict[tuple[int, str], Node] = field(default_factory=dict)
    streams: dict[tuple[tuple[int, str], tuple[int, str]], Decimal] = field(default_factory=dict)

    def add(self, one: tuple[int, str], other: tuple[int, str], amount: Decimal) -> None:
        self.streams[one, other] = self.streams.get((one, other), Decimal()) + amount


def flow(view: PageContext, *, left: str = ACCOUNT, only: Filter | None = None) -> Page:
    """Make the page; `left` is the column on the left side, `only` the filter."""
    only = only or Filter()
    ways, shares = _ways(view, left, only), _shares(view, only)
    sums = _Sums.of(ways, shares)
    return Page(
        "flow",
        f"Flow of {formatting.month(view.period)}",
        _heading(view, left, only, sums),
        lead=f"From the bill (left) to owners (right){sums.rounded(only)}. "
        "Select a name to filter.",
        figures=_figures(view, only, sums),
        sections=(_drawn(view, left, only, ways, shares), _list(view, left, ways),
                  _share_list(view, shares)),
        choices=_choices(view, left, only),
    )  # fmt: skip


@dataclass(frozen=True)
class _Sums:
    """Direct cost, cost that goes into pools, and shared cost that owners get from pools."""

    own: Decimal
    entering: Decimal
    leaving: Decimal

    @classmethod
    def of(cls, ways: Sequence[Row], shares: Sequence[Row]) -> _Sums:
        """Add both lists up."""
        return cls(
            added(money_of(row["total"]) for row in ways if row["owner"]),
            added(money_of(row["total"]) for row in ways if not row["owner"]),
            added(money_of(row["total"]) for row in shares),
        )

    def pooled(self, only: Filter) -> Decimal:
        """Cost that goes through pools; for one account or service, cost that goes into them."""
        return self.entering if only.origin else self.leaving

    def whole(self, only: Filter) -> Decimal:
        """The sum of all that the filter selects."""
        return added((self.own, self.pooled(only)))

    def rounded(self, only: Filter) -> str:
        """A note where both parts as shown do not add up to their total."""
        off = cent_off((self.own, self.pooled(only)), self.whole(only))
        return f" ({ROUNDED})" if off else ""


def _figures(view: PageContext, only: Filter, sums: _Sums) -> Sequence[Figure]:
    """The figures that have a meaning under this filter."""
    found = []
    if not only.how.startswith(POOL):
        found.append(Figure("Direct cost", sums.own))
    if only.origin and view.everything:
        found.append(Figure("Into pools", sums.entering, note="See pools",
                            link=view.links.page("pools")))  # fmt: skip
    if not only.origin and (not only.how or only.how.startswith(POOL)):
        found.append(Figure("Shared cost", sums.leaving, note="See pools",
                            link=view.links.page("pools")))  # fmt: skip
    return found


def _heading(view: PageContext, left: str, only: Filter, sums: _Sums) -> str:
    total = view.money(sums.whole(only))
    if only.owner:
        own, pooled = view.money(sums.own), view.money(sums.leaving)
        return f"{only.owner} pays {total}: {own} direct cost, {pooled} shared cost"
    if only.origin:
        return f"How {total} of {view.called(left, only.origin)} was allocated"
    if only.how:
        return f"{total} allocated by {_how(view, only.how)}"
    return f"How {total} was allocated"


def _how(view: PageContext, how: str) -> str:
    """The label of a source or pool."""
    return how if how.startswith(POOL) else how_words(view.sight.owner, how)


def _choices(view: PageContext, left: str, only: Filter) -> Mapping[str, Sequence[Choice]]:
    found: dict[str, Sequence[Choice]] = {
        "from": tuple(
            Choice(view.titled(cut), view.links.here(left="" if cut == ACCOUNT else cut, origin=""),
                   here=cut == left)
            for cut in (ACCOUNT, SERVICE)
        )
    }  # fmt: skip
    if only != Filter():
        name = only.origin or only.how or only.owner
        found["filter"] = (
            Choice(f"{name}", view.links.here(), here=True),
            Choice("show all", view.links.here(origin="", how="", owner="")),
        )
    return found


def _ways(view: PageContext, left: str, only: Filter) -> list[Row]:
    """Direct cost by origin, source and owner; cost in pools by origin and pool."""
    columns = {left: "origin", "#source": "source", "#owner": "owner", "#pool": "pool"}
    where = {left: only.origin} if only.origin else {}
    found: dict[tuple[str, str, str], Decimal] = {}
    for row in view.sight.rows(queries.cells_query(columns, view.currency, where=where)):
        pool = str(row["pool"])
        if pool and not view.everything:
            continue  # this user may not see the cost of others in pools
        how = f"{POOL}{pool}" if pool else str(row["source"])
        key = (str(row["origin"]), how, "" if pool else str(row["owner"]))
        found[key] = found.get(key, Decimal()) + money_of(row["total"])
    return [
        {"origin": origin, "how": how, "owner": owner, "total": total}
        for (origin, how, owner), total in found.items()
        if only.how in {"", how} and only.owner in ({""} if not owner else {"", owner})
    ]


def _shares(view: PageContext, only: Filter) -> list[Row]:
    if only.origin:
        return []  # a pool is split as a whole, so one account's part of it has no owner
    rows = view.sight.rows(queries.paid_by_pool_query(view.currency, owner=only.owner))
    return [
        {"how": f"{POOL}{row['pool']}", "owner": row["owner"], "total": row["total"]}
        for row in rows
        if row["pool"] and only.how in {"", f"{POOL}{row['pool']}"}
    ]


def _drawn(
    view: PageContext, left: str, only: Filter, ways: Sequence[Row], shares: Sequence[Row]
) -> Section:
    drawing = _Drawing()
    origins = _biggest(ways, "origin", _LEFT)
    owners = _biggest([*ways, *shares], "owner", _RIGHT)
    below = _below_zero(ways, shares)
    for row in [*ways, *shares]:
        amount = money_of(row["total"])
        if amount <= 0:
            continue
        middle = (1, str(row["how"]))
        if "origin" in row:
            origin = str(row["origin"])
            drawing.add((0, origin if origin in origins else _OTHERS), middle, amount)
        if row["owner"]:
            owner = str(row["owner"])
            drawing.add(middle, (2, owner if owner in owners else _OTHERS), amount)
    nodes, streams = _placed(view, left, drawing)
    note = f"Credits of {view.money(below)} are not drawn." if below else ""
    if only.origin:
        note += " Cost in a pool is not followed further, because a pool is split as a whole."
    chart, giant = None, len(nodes) > 24
    if streams:
        chart = Chart(
            sankey(
                nodes,
                streams,
                currency=view.currency,
                high=690 if giant else 490,
                beside=" before credits" if below else "",
            ),
            f"Flow of cost from each {view.titled(left)}, by the rule that allocated it, to "
            "owners. The tables below list every amount.",
            size="giant" if giant else "tall",
        )
    return Section("flow", "", note=note, chart=chart, alone=True,
                   empty="No cost matches this filter.")  # fmt: skip


def _below_zero(ways: Sequence[Row], shares: Sequence[Row]) -> Decimal:
    """Add up credits once: a pool whose cost is listed where it enters only passes it on."""
    entered = {row["how"] for row in ways if not row["owner"]}
    rows = [*ways, *(row for row in shares if row["how"] not in entered)]
    return added(min(money_of(row["total"]), Decimal()) for row in rows)


def _biggest(rows: Sequence[Row], column: str, most: int) -> set[str]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row.get(column):
            name = str(row[column])
            sums[name] = sums.get(name, Decimal()) + money_of(row["total"])
    ordered = sorted(sums, key=lambda name: (-sums[name], name))
    return set(ordered if len(ordered) <= most + 1 else ordered[:most])


def _placed(view: PageContext, left: str, drawing: _Drawing) -> tuple[list[Node], list[Flow]]:
    """Order the nodes of each column by amount; give them names, colours and links."""
    size: dict[tuple[int, str], Decimal] = {}
    for (one, other), amount in drawing.streams.items():
        for key, counts in ((one, one[0] != 1), (other, True)):
            size[key] = size.get(key, Decimal()) + (amount if counts else 0)
            size.setdefault(one, Decimal())
    ordered = sorted(size, key=lambda key: (key[0], key[1] == _OTHERS, -size[key], key[1]))
    nodes = [_node(view, left, column, name) for column, name in ordered]
    places = {key: at for at, key in enumerate(ordered)}
    streams = []
    for (one, other), amount in drawing.streams.items():
        middle = one if one[0] == 1 else other
        colour = how_colour(view.sight.owner, middle[1])
        streams.append(Flow(places[one], places[other], amount, colour))
    return nodes, streams


def _node(view: PageContext, left: str, column: int, name: str) -> Node:
    links = view.links
    if name == _OTHERS:
        return Node(name, column, GREY)
    if column == 0:
        shown = view.accounts.get(name) or name if left == ACCOUNT else name
        return Node(shown, 0, BLUE, links.here(origin=name, how="", owner=""))
    if column == 1:
        colour = how_colour(view.sight.owner, name)
        return Node(_how(view, name), 1, colour, links.here(how=name, origin="", owner=""))
    nobody = name == view.sight.owner.default
    return Node(name, 2, GREY if nobody else TEAL, links.here(owner=name, how="", origin=""))


def _list(view: PageContext, left: str, ways: Sequence[Row]) -> Section:
    dimension = view.sight.owner
    rows = [
        {
            left: view.called(left, row["origin"]),
            "allocated_by": _how(view, str(row["how"])),
            "place": "" if str(row["how"]).startswith(POOL)
            else how_place(dimension, str(row["how"])),
            "owner": row["owner"],
            "total": row["total"],
        }
        for row in sorted(ways, key=lambda row: (-abs(money_of(row["total"])), str(row["origin"])))
    ]  # fmt: skip
    return Section(
        "paths",
        "Cost by rule and owner",
        (
            TableColumn(left, view.titled(left).capitalize()),
            TableColumn("allocated_by", "Allocated by"),
            TableColumn("place", "Rule", CellStyle.PLACE),
            TableColumn("owner", "Owner",
                   link=lambda row: view.links.page("owners", name=str(row["owner"]))),
            TableColumn("total", "Cost", CellStyle.MONEY),
        ),
        rows,
        note="Cost in a pool has no owner here; the next table shows how pools are split.",
        folded=True,
        total=total_row(rows, ["total"], owner="Total"),
    )  # fmt: skip


def _share_list(view: PageContext, shares: Sequence[Row]) -> Section:
    rows = [
        {"pool": str(row["how"]).removeprefix(POOL), "owner": row["owner"], "total": row["total"]}
        for row in shares
    ]
    return Section(
        "shares",
        "Shared cost by pool and owner",
        (
            TableColumn("pool", "Pool", link=_pool_link(view)),
            TableColumn("owner", "Owner",
                   link=lambda row: view.links.page("owners", name=str(row["owner"]))),
            TableColumn("total", "Cost", CellStyle.MONEY),
        ),
        rows,
        folded=True,
        total=total_row(rows, ["total"], pool="Total"),
        empty="No pool matches this filter.",
    )  # fmt: skip


def _pool_link(view: PageContext) -> Callable[[Row], str]:
    return lambda row: view.links.page("pools", pool=str(row["pool"]))
