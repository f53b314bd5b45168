"""The rules page: the rulebook of the run, the cost of each rule, and unused rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from apportion.core.dashboard import queries
from apportion.core.reporting.explain import split_words
from apportion.core.rulebook.rule_columns import source_label
from apportion.core.rulebook.unused_rules import POOLS
from apportion.model.findings.finding import Place
from apportion.model.row import Row
from apportion.web import formatting
from apportion.web.allocation_labels import how_words
from apportion.web.page_context import PageContext, money_of
from apportion.web.page_model import CellStyle, Figure, Page, Section, TableColumn

_POOL = "pool "
USED, UNUSED, SHADOWED = "", "unused: matches no charge", "shadowed: an earlier rule matches first"


@dataclass(frozen=True)
class _Rule:
    """A rule with its cost, and the cost that it would match alone; None where unknown."""

    what: str
    rule: str
    place: Place
    lines: int
    total: Decimal
    alone: Decimal | None

    @property
    def state(self) -> str:
        """Empty for a rule in use; else why it has no effect."""
        if self.lines or self.total:
            return USED
        return SHADOWED if self.alone else UNUSED


def rules(view: PageContext) -> Page:
    """Make the page."""
    found = [*_of_dimensions(view), *_of_pools(view)]
    idle = [rule for rule in found if rule.state]
    book = view.sight.rulebook
    works = formatting.counted(len(found) - len(idle), "rule applied", "rules applied")
    heading = f"{works} in {formatting.month(view.period)}"
    if idle and view.everything:
        heading += f"; {len(idle)} {'has' if len(idle) == 1 else 'have'} no effect"
    return Page(
        "rules",
        f"Rules of {formatting.month(view.period)}",
        heading,
        lead=f"{book.name}, in force since {formatting.month(str(book.effective))}, allocates "
        f"{book.cost} by {book.owner.replace('_', ' ')} "
        f"and splits pools by the {book.method} method.",
        figures=(
            Figure("Rules", len(found), CellStyle.COUNT),
            *([Figure("Without effect", len(idle), CellStyle.COUNT, good=not idle)]
              if view.everything else []),
            Figure("Pools", sum(1 for rule in found if rule.what.startswith(_POOL)),
                   CellStyle.COUNT),
        ),
        sections=(_list(view, found), *([_source(view, found)] if view.everything else [])),
    )  # fmt: skip


def _of_dimensions(view: PageContext) -> list[_Rule]:
    hits = {
        (row["dimension"], row["source"]): row
        for row in view.sight.rows(queries.rule_hits_query(view.currency))
    }
    alone = _alone(view)
    found = []
    for dimension in view.sight.rulebook.dimensions:
        for at, source in enumerate(dimension.sources):
            hit = hits.get((dimension.name, source_label(source)), {})
            found.append(
                _Rule(
                    dimension.name,
                    how_words(dimension, source_label(source)),
                    source.place,
                    int(str(hit.get("lines", 0))),
                    money_of(hit.get("total")),
                    alone.get((dimension.name, at), Decimal()) if view.everything else None,
                )
            )
    return found


def _alone(view: PageContext) -> Mapping[tuple[str, int], Decimal]:
    return {
        (str(row["#dimension"]), int(str(row["#at"]))): money_of(row["#cost"])
        for row in view.sight.rows("SELECT * FROM matched_cost")
        if row["#currency"] == view.currency
    }


def _of_pools(view: PageContext) -> list[_Rule]:
    held: dict[str, tuple[Decimal, int]] = {}
    columns = {"#pool": "pool"}
    for row in view.sight.rows(queries.cells_query(columns, view.currency)):
        held[str(row["pool"])] = (money_of(row["total"]), int(str(row["lines"])))
    alone = _alone(view)
    return [
        _Rule(
            f"{_POOL}{pool.name}",
            split_words(pool.split) if view.everything else "",
            pool.place,
            held.get(pool.name, (Decimal(), 0))[1],
            held.get(pool.name, (Decimal(), 0))[0],
            alone.get((POOLS, at), Decimal()) if view.everything else None,
        )
        for at, pool in enumerate(view.sight.rulebook.pools)
        if view.everything or pool.name in held
    ]


def _list(view: PageContext, found: Sequence[_Rule]) -> Section:
    rows: list[Row] = [
        {
            "what": rule.what,
            "rule": rule.rule,
            "place": str(rule.place),
            "lines": rule.lines,
            "total": rule.total,
            "alone": rule.alone,
            "state": rule.state,
        }
        for rule in found
    ]
    return Section(
        "rules",
        "Cost by rule",
        (
            TableColumn("what", "Dimension or pool"),
            TableColumn("rule", "Rule"),
            TableColumn("place", "Line", CellStyle.PLACE,
                        link=lambda row: _line(view, str(row["place"]))),
            TableColumn("lines", "Lines", CellStyle.COUNT),
            TableColumn("total", "Cost", CellStyle.MONEY),
            *([TableColumn("alone", "Cost without earlier rules", CellStyle.MONEY),
               TableColumn("state", "", CellStyle.MARK)] if view.everything else []),
        ),
        rows,
        note="In each dimension the first rule that gives a value wins, and a charge goes into the "
        "first pool whose condition matches.",
    )  # fmt: skip


def _line(view: PageContext, place: str) -> str:
    return f"#line-{place.split(':')[1]}" if ":" in place and view.everything else ""


def _source(view: PageContext, found: Sequence[_Rule]) -> Section:
    """Write the rulebook with line numbers, and the cost of each rule beside its line."""
    beside = {
        rule.place.line: rule for rule in found if rule.place.file == view.sight.rulebook.name
    }
    text = view.sight.published.rules.text
    rows = Markup("").join(
        Markup(
            '<li id="line-{n}"{state}><span class="gave">{gave}</span>'
            '<span class="number">{n}</span><code>{line}</code></li>'
        ).format(
            n=number,
            state=Markup(' class="idle"') if number in beside and beside[number].state else "",
            gave=_gave(view, beside.get(number)),
            line=line or " ",
        )
        for number, line in enumerate(text.splitlines(), 1)
    )
    return Section(
        "rulebook",
        f"{view.sight.rulebook.name}, as read by this run",
        drawn=Markup(
            '<div class="scroll" tabindex="0" role="region" aria-label="The rulebook">'
            '<ol class="source">{}</ol></div>'
        ).format(rows),
        alone=True,
        note=f"SHA-256 {view.sight.rulebook.sha256}",
    )


def _gave(view: PageContext, rule: _Rule | None) -> str:
    if rule is None:
        return ""
    return rule.state.partition(":")[0] or formatting.short(rule.total, view.currency)
