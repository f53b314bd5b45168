"""The explain page: a figure with its parts, down to the line of a rule and driver values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from markupsafe import Markup

from apportion.core.dashboard import queries
from apportion.core.reporting.explain import added, biggest_first, of_pool
from apportion.model.cents import ROUNDED
from apportion.model.errors.base import NothingThereError
from apportion.model.outcome import Explanation, ExplanationNode
from apportion.model.row import Row
from apportion.reports import plain
from apportion.web import formatting
from apportion.web.allocation_labels import how_place, how_words
from apportion.web.page_context import PageContext, money_of
from apportion.web.page_model import CellStyle, Page, Section, TableColumn

#: How many levels are open at first.
_OPEN = 2


@dataclass(frozen=True)
class Why:
    """The figure to explain: an owner, its share `of` a pool, a `value` of `cut`, or a day."""

    owner: str = ""
    pool: str = ""
    resource: str = ""
    of: str = ""
    cut: str = ""
    value: str = ""
    day: str = ""


def explain(view: PageContext, why: Why) -> Page:
    """Make the page. Raises NothingThereError for what is not there, or not to be seen."""
    found = _found(view, why)
    root = found.root
    return Page(
        "explain",
        f"Explanation of {root.title}",
        _heading(root, why),
        lead=_lead(view, found),
        sections=(
            Section(
                "tree",
                "",
                (
                    TableColumn("level", "Level", CellStyle.COUNT),
                    TableColumn("title", "Item"),
                    TableColumn("amount", "Amount", CellStyle.EXACT),
                    TableColumn("currency", "Currency"),
                    TableColumn("place", "Rule", CellStyle.PLACE),
                    TableColumn("facts", "Details"),
                ),
                _rows(root, 0),
                drawn=_tree(view, root, 0),
                alone=True,
            ),
        ),
    )


def _lead(view: PageContext, found: Explanation) -> str:
    told = [word for word in found.messages if not word.startswith(f"{view.period}: run ")]
    off = [f"Amounts are {ROUNDED}."] if found.root.cents_off else []
    return " ".join([*told, *off])


def _heading(root: ExplanationNode, why: Why) -> str:
    if root.amount is None:
        return f"Explanation of {root.title}"
    amount = formatting.money(root.amount, root.currency)
    if why.owner:
        return f"Why {why.owner} pays {amount}{_of_what(why)}"
    if why.pool:
        return f"Why pool {why.pool} costs {amount}"
    return f"Who pays the {amount} of {why.resource}"


def _of_what(why: Why) -> str:
    if why.of:
        return f" of pool {why.of}"
    if why.day:
        return f" on {why.day}"
    return f" for {why.value or '(none)'}" if why.cut else ""


def _found(view: PageContext, why: Why) -> Explanation:
    sight = view.sight
    if why.owner:
        if why.cut or why.day:
            sight.check_owner(why.owner)
            return Explanation(_own(view, why))
        whole = sight.explain_owner(why.owner)
        return replace(whole, root=_share(view, whole.root, why)) if why.of else whole
    if why.pool:
        return sight.explain_pool(why.pool)
    return sight.explain_resource(why.resource)


def _share(view: PageContext, root: ExplanationNode, why: Why) -> ExplanationNode:
    """Find the node of one pool."""
    in_currency = [b for b in root.children if b.title == view.currency] or [root]
    for branch in in_currency[0].children:
        # The note about charges in pools has no amount.
        inner = branch.children if branch.amount is not None else ()
        for share in inner:
            if share.title == f"pool {why.of}" and of_pool(why.of) in share.subjects:
                return share
    raise NothingThereError(f"share of pool {why.of} that {why.owner} pays", [])


def _own(view: PageContext, why: Why) -> ExplanationNode:
    """Explain direct cost with one value of a column, or all cost of a day, from aggregates."""
    if why.day:
        return _of_day(view, why)
    rows = _cells(view, why)
    if not rows:
        return _of_value(view, why)
    dimension = view.sight.owner
    by_source: dict[str, list[Row]] = {}
    for row in rows:
        by_source.setdefault(str(row["source"]), []).append(row)
    children = [
        ExplanationNode(
            f"by {how_words(dimension, source)}",
            _sum(found),
            view.currency,
            how_place(dimension, source),
            {"lines": sum(int(str(row["lines"])) for row in found)},
            biggest_first(
                [
                    ExplanationNode(
                        f"{view.called('account', row['account'])} · {row['service'] or '(none)'}",
                        money_of(row["total"]),
                        view.currency,
                        facts={"lines": row["lines"], "kind": row["category"]},
                    )
                    for row in found
                ],
                10,
            ),
        )
        for source, found in by_source.items()
    ]
    return _trunk(view, why, children)


def _cells(view: PageContext, why: Why) -> list[Row]:
    column = why.cut
    columns = {"#source": "source", "SubAccountId": "account", "ServiceName": "service",
               "ChargeCategory": "category"}  # fmt: skip
    if column not in columns:
        return []
    where = {column: why.value, "#owner": why.owner, "#pool": ""}
    return view.sight.rows(queries.cells_query(columns, view.currency, where=where))


def _of_value(view: PageContext, why: Why) -> ExplanationNode:
    """Explain the cost of a value of another dimension: by day."""
    query = queries.column_days_query(why.cut, view.currency, owner=why.owner, pool="")
    days = [row for row in view.sight.rows(query) if row["value"] == why.value]
    children = [
        ExplanationNode(formatting.day(row["day"]), money_of(row["total"]), view.currency)
        for row in days
    ]
    return _trunk(view, why, children)


def _of_day(view: PageContext, why: Why) -> ExplanationNode:
    """Explain a day: direct cost by service, and shared cost by pool."""
    query = queries.column_days_query("ServiceName", view.currency, owner=why.owner, pool="")
    own = [
        ExplanationNode(str(row["value"] or "(none)"), money_of(row["total"]), view.currency)
        for row in view.sight.rows(query)
        if str(row["day"]) == why.day
    ]
    shares = [
        ExplanationNode(f"pool {row['pool']}", money_of(row["total"]), view.currency)
        for row in view.sight.rows(queries.pool_days_query(view.currency, why.owner))
        if str(row["day"]) == why.day
    ]
    parts = [("direct cost", own), ("shared cost", shares)]
    return _trunk(
        view,
        why,
        [
            ExplanationNode(title, added(b.amount or Decimal() for b in found), view.currency,
                   children=biggest_first(found, 40))
            for title, found in parts
            if found
        ],
    )  # fmt: skip


def _trunk(view: PageContext, why: Why, children: list[ExplanationNode]) -> ExplanationNode:
    if not children:
        raise NothingThereError(f"charge of {why.owner}{_of_what(why)}", [])
    about = why.day or f"{view.titled(why.cut)} {view.called(why.cut, why.value)}"
    amount = added(branch.amount or Decimal() for branch in children)
    return ExplanationNode(f"{why.owner}, {about}", amount, view.currency,
                  children=biggest_first(children, 40))  # fmt: skip


def _sum(rows: list[Row]) -> Decimal:
    return added(money_of(row["total"]) for row in rows)


def _rows(branch: ExplanationNode, level: int) -> list[Row]:
    row = {
        "level": level,
        "title": branch.title,
        "amount": branch.amount,
        "currency": branch.currency or None,
        "place": branch.place or None,
        "facts": " · ".join(_fact(name, value) for name, value in branch.facts.items()) or None,
    }
    return [row, *(inner for b in branch.children for inner in _rows(b, level + 1))]


def _tree(view: PageContext, branch: ExplanationNode, level: int) -> Markup:
    """Write a node; its children open and close under it.

    A summary must not contain links, so the link to the rule comes first in the opened part.
    """
    if not branch.children:
        return Markup('<div class="leaf"><span class="title">{}</span>{}{}</div>').format(
            branch.title, _amount(branch), _beside(branch, _place(view, branch.place))
        )
    head = Markup('<span class="title">{}</span>{}{}').format(
        branch.title,
        _amount(branch),
        _beside(branch, Markup("<span>{}</span>").format(branch.place)),
    )
    link = _place(view, branch.place) if _line_of(view, branch.place) else Markup("")
    rule = Markup('<p class="rule">Rule: {}</p>').format(link) if link else Markup("")
    inner = Markup("").join(_tree(view, b, level + 1) for b in branch.children)
    opened = Markup(" open") if level < _OPEN else ""
    return Markup('<details class="branch"{}><summary>{}</summary>{}{}</details>').format(
        opened, head, rule, inner
    )


def _amount(branch: ExplanationNode) -> Markup:
    if branch.amount is None:
        return Markup("")
    shown = formatting.money(branch.amount, branch.currency)
    return Markup('<span class="amount" title="{}">{}</span>').format(
        formatting.exact(branch.amount), shown
    )


def _beside(branch: ExplanationNode, place: Markup) -> Markup:
    """Write the facts and the rule's place under a node."""
    parts = [Markup("<span>{}</span>").format(_fact(n, v)) for n, v in branch.facts.items()]
    parts += [place] if branch.place else []
    if not parts:
        return Markup("")
    return Markup('<span class="facts">{}</span>').format(Markup(" ").join(parts))


def _place(view: PageContext, place: str) -> Markup:
    line = _line_of(view, place)
    if not line:
        return Markup("<span>{}</span>").format(place)
    return Markup('<a href="{}">{}</a>').format(f"{view.links.page('rules')}#line-{line}", place)


def _line_of(view: PageContext, place: str) -> str:
    """The line on the rules page; empty where this user may not see the rulebook."""
    file, _, at = place.partition(":")
    shown = view.everything and file == view.sight.rulebook.name
    return at.partition(":")[0] if shown else ""


def _fact(name: str, value: object) -> str:
    if isinstance(value, Decimal):
        written = (
            formatting.part(value, places=4) if name.endswith(("share", "ratio")) else f"{value:,f}"
        )
        return f"{name} {written}"
    return f"{name} {plain.text(value)}"
