"""The explain page: a figure with its parts, down to rules and driver values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from markupsafe import Markup

from apportion.core.dashboard import queries
from apportion.core.dashboard.aggregates import ACCOUNT
from apportion.core.dashboard.page_rows import ChargeCell
from apportion.core.reporting.explain import added, biggest_first, of_pool
from apportion.model.cents import ROUNDED, exact, money
from apportion.model.errors.base import NothingThereError
from apportion.model.outcome import Explanation, ExplanationNode
from apportion.model.row import Row
from apportion.model.wording import percent
from apportion.reports import plain
from apportion.web.allocation_labels import allocation_label, rule_place
from apportion.web.page_context import PageContext
from apportion.web.page_model import CellStyle, Page, Section, TableColumn

#: The number of levels that are open at first.
_OPEN_LEVELS = 2


@dataclass(frozen=True)
class ExplainTarget:
    """The figure to explain: an owner, its `share_of` a pool, a `value` of `column`, or a day."""

    owner: str = ""
    pool: str = ""
    resource: str = ""
    share_of: str = ""
    column: str = ""
    value: str = ""
    day: str = ""


def explain(view: PageContext, target: ExplainTarget) -> Page:
    """Create the page. Raises NothingThereError for a target that is unknown or out of scope."""
    explanation = _explanation(view, target)
    root = explanation.root
    return Page(
        "explain",
        f"Explanation of {root.title}",
        _heading(root, target),
        lead=_lead(view, explanation),
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
                drawing=_tree(view, root, 0),
                hide_table=True,
            ),
        ),
    )


def _lead(view: PageContext, explanation: Explanation) -> str:
    run = f"{view.period}: run "  # the footer shows the run
    messages = [message for message in explanation.messages if not message.startswith(run)]
    off = [f"Amounts are {ROUNDED}."] if explanation.root.cents_off else []
    return " ".join([*messages, *off])


def _heading(root: ExplanationNode, target: ExplainTarget) -> str:
    if root.amount is None:
        return f"Explanation of {root.title}"
    amount = money(root.amount, root.currency)
    if target.owner:
        return f"Why {target.owner} pays {amount}{_part_words(target)}"
    if target.pool:
        return f"Cost of pool {target.pool}: {amount}"
    return f"Owners of the cost of {target.resource}: {amount}"


def _part_words(target: ExplainTarget) -> str:
    if target.share_of:
        return f" for pool {target.share_of}"
    if target.day:
        return f" on {target.day}"
    return f" for {target.value or '(none)'}" if target.column else ""


def _explanation(view: PageContext, target: ExplainTarget) -> Explanation:
    run = view.run
    if target.owner:
        if target.column or target.day:
            run.check_owner(target.owner)
            return Explanation(_part(view, target))
        whole = run.explain_owner(target.owner)
        return replace(whole, root=_share(view, whole.root, target)) if target.share_of else whole
    if target.pool:
        return run.explain_pool(target.pool)
    return run.explain_resource(target.resource)


def _share(view: PageContext, root: ExplanationNode, target: ExplainTarget) -> ExplanationNode:
    """Find the node of a pool."""
    in_currency = [b for b in root.children if b.title == view.currency] or [root]
    for node in in_currency[0].children:
        # The note about charges in pools has no amount.
        inner = node.children if node.amount is not None else ()
        for share in inner:
            if (
                share.title == f"pool {target.share_of}"
                and of_pool(target.share_of) in share.subjects
            ):
                return share
    raise NothingThereError(f"cost of {target.owner} for pool {target.share_of}", [])


def _part(view: PageContext, target: ExplainTarget) -> ExplanationNode:
    """Explain direct cost with a value of a column, or all cost of a day, from the aggregates."""
    if target.day:
        return _of_day(view, target)
    rows = _cells(view, target)
    if not rows:
        return _by_day(view, target)
    dimension = view.run.owner
    by_source: dict[str, list[ChargeCell]] = {}
    for row in rows:
        by_source.setdefault(row.source, []).append(row)
    children = [
        ExplanationNode(
            f"by {allocation_label(dimension, source)}",
            added(row.total for row in found),
            view.currency,
            rule_place(dimension, source),
            {"lines": sum(row.lines for row in found)},
            biggest_first(
                [
                    ExplanationNode(
                        f"{view.value_label(ACCOUNT, row.account)} · {row.service or '(none)'}",
                        row.total,
                        view.currency,
                        facts={"lines": row.lines, "charge category": row.category},
                    )
                    for row in found
                ],
                10,
            ),
        )
        for source, found in by_source.items()
    ]
    return _root_node(view, target, children)


def _cells(view: PageContext, target: ExplainTarget) -> list[ChargeCell]:
    if target.column not in queries.CHARGE_COLUMNS:
        return []
    where = {target.column: target.value, "#owner": target.owner, "#pool": ""}
    return view.run.rows(queries.charge_cells_query(view.currency, where))


def _by_day(view: PageContext, target: ExplainTarget) -> ExplanationNode:
    """Explain the cost of a value of another dimension by day."""
    query = queries.column_days_query(target.column, view.currency, owner=target.owner, pool="")
    days = [row for row in view.run.rows(query) if row.value == target.value]
    children = [ExplanationNode(str(row.day), row.total, view.currency) for row in days]
    return _root_node(view, target, children)


def _of_day(view: PageContext, target: ExplainTarget) -> ExplanationNode:
    """Explain a day: direct cost by service, and shared cost by pool."""
    query = queries.column_days_query("ServiceName", view.currency, owner=target.owner, pool="")
    direct = [
        ExplanationNode(row.value or "(none)", row.total, view.currency)
        for row in view.run.rows(query)
        if str(row.day) == target.day
    ]
    shared = [
        ExplanationNode(f"pool {row.value}", row.total, view.currency)
        for row in view.run.rows(queries.pool_days_query(view.currency, target.owner))
        if str(row.day) == target.day
    ]
    parts = [("direct cost", direct), ("shared cost", shared)]
    return _root_node(
        view,
        target,
        [
            ExplanationNode(title, added(node.amount or Decimal() for node in found), view.currency,
                   children=biggest_first(found, 40))
            for title, found in parts
            if found
        ],
    )  # fmt: skip


def _root_node(
    view: PageContext, target: ExplainTarget, children: list[ExplanationNode]
) -> ExplanationNode:
    if not children:
        raise NothingThereError(f"cost of {target.owner}{_part_words(target)}", [])
    about = (
        target.day
        or f"{view.column_title(target.column)} {view.value_label(target.column, target.value)}"
    )
    amount = added(node.amount or Decimal() for node in children)
    return ExplanationNode(f"{target.owner}, {about}", amount, view.currency,
                  children=biggest_first(children, 40))  # fmt: skip


def _rows(node: ExplanationNode, level: int) -> list[Row]:
    row = {
        "level": level,
        "title": node.title,
        "amount": node.amount,
        "currency": node.currency or None,
        "place": node.place or None,
        "facts": " · ".join(_fact(name, value) for name, value in node.facts.items()) or None,
    }
    return [row, *(inner for b in node.children for inner in _rows(b, level + 1))]


def _tree(view: PageContext, node: ExplanationNode, level: int) -> Markup:
    """Write a node as HTML; a click opens its children.

    A summary element must not contain links, so the link to the rule is inside the opened part.
    """
    if not node.children:
        return Markup('<div class="leaf"><span class="title">{}</span>{}{}</div>').format(
            node.title, _amount(node), _facts(node, _place(view, node.place))
        )
    head = Markup('<span class="title">{}</span>{}{}').format(
        node.title,
        _amount(node),
        _facts(node, Markup("<span>{}</span>").format(node.place)),
    )
    link = _place(view, node.place) if _line_of(view, node.place) else Markup("")
    rule = Markup('<p class="rule">Rule: {}</p>').format(link) if link else Markup("")
    inner = Markup("").join(_tree(view, b, level + 1) for b in node.children)
    opened = Markup(" open") if level < _OPEN_LEVELS else ""
    return Markup('<details class="node"{}><summary>{}</summary>{}{}</details>').format(
        opened, head, rule, inner
    )


def _amount(node: ExplanationNode) -> Markup:
    if node.amount is None:
        return Markup("")
    shown = money(node.amount, node.currency)
    return Markup('<span class="amount" title="{}">{}</span>').format(exact(node.amount), shown)


def _facts(node: ExplanationNode, place: Markup) -> Markup:
    """Write the facts of a node and the place of its rule."""
    parts = [Markup("<span>{}</span>").format(_fact(n, v)) for n, v in node.facts.items()]
    parts += [place] if node.place else []
    if not parts:
        return Markup("")
    return Markup('<span class="facts">{}</span>').format(Markup(" ").join(parts))


def _place(view: PageContext, place: str) -> Markup:
    line = _line_of(view, place)
    if not line:
        return Markup("<span>{}</span>").format(place)
    return Markup('<a href="{}">{}</a>').format(f"{view.links.page('rules')}#line-{line}", place)


def _line_of(view: PageContext, place: str) -> str:
    """The line on the rules page; empty for users who may not see the rulebook."""
    file, _, at = place.partition(":")
    shown = view.full_access and file == view.run.rulebook.name
    return at.partition(":")[0] if shown else ""


def _fact(name: str, value: object) -> str:
    if isinstance(value, Decimal):
        written = percent(value, places=4) if name.endswith(("share", "ratio")) else f"{value:,f}"
        return f"{name} {written}"
    return f"{name} {plain.text(value)}"
