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
from apportion.model.cents import money_without_cents
from apportion.model.findings.finding import Place
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.web.allocation_labels import allocation_label
from apportion.web.page_context import PageContext
from apportion.web.page_model import CellStyle, KeyFigure, Page, Section, TableColumn

_POOL = "pool "
USED = ""
UNUSED, SHADOWED = "unused: matches no charge", "shadowed: an earlier rule matches first"


@dataclass(frozen=True)
class _Rule:
    """A rule with its cost, and the cost that it would match without earlier rules, if known."""

    name: str
    rule: str
    place: Place
    lines: int
    total: Decimal
    matched: Decimal | None

    @property
    def state(self) -> str:
        """Empty for a rule in use, otherwise the reason why it has no effect."""
        if self.lines or self.total:
            return USED
        return SHADOWED if self.matched else UNUSED


def rules(view: PageContext) -> Page:
    """Create the page."""
    listed = [*_of_dimensions(view), *_of_pools(view)]
    unused = [rule for rule in listed if rule.state]
    rulebook = view.run.rulebook
    used = plural(len(listed) - len(unused), "rule")
    heading = f"{used} in use in {view.period}"
    if unused and view.full_access:
        heading += f"; {len(unused)} {'has' if len(unused) == 1 else 'have'} no effect"
    return Page(
        "rules",
        f"Rules, {view.period}",
        heading,
        lead=f"{rulebook.name}, in force since {rulebook.effective}, allocates "
        f"{rulebook.cost} by {rulebook.owner.replace('_', ' ')} "
        f"and splits pools by the {rulebook.method} method.",
        figures=(
            KeyFigure("Rules", len(listed), CellStyle.COUNT),
            *([KeyFigure("Without effect", len(unused), CellStyle.COUNT, good=not unused)]
              if view.full_access else []),
            KeyFigure("Pools", sum(1 for rule in listed if rule.name.startswith(_POOL)),
                   CellStyle.COUNT),
        ),
        sections=(_list(view, listed), *([_source(view, listed)] if view.full_access else [])),
    )  # fmt: skip


def _of_dimensions(view: PageContext) -> list[_Rule]:
    hits = {
        (row.dimension, row.source): row
        for row in view.run.rows(queries.rule_hits_query(view.currency))
    }
    matched = _matched_cost(view)
    listed = []
    for dimension in view.run.rulebook.dimensions:
        for at, source in enumerate(dimension.sources):
            hit = hits.get((dimension.name, source_label(source)))
            listed.append(
                _Rule(
                    dimension.name,
                    allocation_label(dimension, source_label(source)),
                    source.place,
                    hit.lines if hit else 0,
                    hit.total if hit else Decimal(),
                    matched.get((dimension.name, at), Decimal()) if view.full_access else None,
                )
            )
    return listed


def _matched_cost(view: PageContext) -> Mapping[tuple[str, int], Decimal]:
    rows = view.run.rows(queries.matched_cost_query(view.currency))
    return {(row.dimension, row.at): row.cost for row in rows}


def _of_pools(view: PageContext) -> list[_Rule]:
    held = {row.pool: row for row in view.run.rows(queries.pool_cells_query(view.currency))}
    matched = _matched_cost(view)
    return [
        _Rule(
            f"{_POOL}{pool.name}",
            split_words(pool.split) if view.full_access else "",
            pool.place,
            held[pool.name].lines if pool.name in held else 0,
            held[pool.name].total if pool.name in held else Decimal(),
            matched.get((POOLS, at), Decimal()) if view.full_access else None,
        )
        for at, pool in enumerate(view.run.rulebook.pools)
        if view.full_access or pool.name in held
    ]


def _list(view: PageContext, listed: Sequence[_Rule]) -> Section:
    rows: list[Row] = [
        {
            "name": rule.name,
            "rule": rule.rule,
            "place": str(rule.place),
            "lines": rule.lines,
            "total": rule.total,
            "matched": rule.matched,
            "state": rule.state,
        }
        for rule in listed
    ]
    return Section(
        "rules",
        "Cost by rule",
        (
            TableColumn("name", "Dimension or pool"),
            TableColumn("rule", "Rule"),
            TableColumn("place", "Line", CellStyle.PLACE,
                        link=lambda row: _line(view, str(row["place"]))),
            TableColumn("lines", "Lines", CellStyle.COUNT),
            TableColumn("total", "Cost", CellStyle.MONEY),
            *([TableColumn("matched", "Cost without earlier rules", CellStyle.MONEY),
               TableColumn("state", "", CellStyle.STATUS)] if view.full_access else []),
        ),
        rows,
        note="In each dimension, the first rule with a value for a charge applies. A charge goes "
        "into the first pool with a matching condition.",
    )  # fmt: skip


def _line(view: PageContext, place: str) -> str:
    return f"#line-{place.split(':')[1]}" if ":" in place and view.full_access else ""


def _source(view: PageContext, listed: Sequence[_Rule]) -> Section:
    """Write the rulebook with line numbers and the cost of each rule."""
    by_line = {
        rule.place.line: rule for rule in listed if rule.place.file == view.run.rulebook.name
    }
    text = view.run.published.rules.text
    rows = Markup("").join(
        Markup(
            '<li id="line-{n}"{state}><span class="rule-cost">{cost}</span>'
            '<span class="number">{n}</span><code>{line}</code></li>'
        ).format(
            n=number,
            state=Markup(' class="unused"') if number in by_line and by_line[number].state else "",
            cost=_cost_text(by_line.get(number)),
            line=line or " ",
        )
        for number, line in enumerate(text.splitlines(), 1)
    )
    return Section(
        "rulebook",
        f"{view.run.rulebook.name}, as read by this run",
        drawing=Markup(
            '<div class="scroll" tabindex="0" role="region" aria-label="The rulebook">'
            '<ol class="source">{}</ol></div>'
        ).format(rows),
        hide_table=True,
        note=f"SHA-256 {view.run.rulebook.sha256}",
    )


def _cost_text(rule: _Rule | None) -> str:
    if rule is None:
        return ""
    return rule.state.partition(":")[0] or money_without_cents(rule.total, "")
