"""The cost that each rule matches by itself: a rule that matches and never wins has no effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apportion.core.templates import each, name, text
from apportion.model.inputs import Lookup
from apportion.model.relation import Query, Relation, union
from apportion.model.rulebook import Dimension, FromAccountTag, FromTag, Rulebook

from .dimension_sql import SourceColumns
from .rule_tables import RuleTables

#: In place of a dimension, for the conditions of pools.
POOLS = ""


@dataclass(frozen=True)
class DatedCosts:
    """Labels, and the dated facts that they were derived from with what each of these cost."""

    labelled: Relation
    facts: Relation
    rolled: Relation


def matched_costs_query(
    rulebook: Rulebook, lookups: Mapping[str, Lookup], rules: RuleTables, costs: DatedCosts
) -> Query:
    """Add up the cost for which a source has a value, or the condition of a pool holds.

    One row a dimension (`POOLS` for pools), currency and `#at`, the place of the source in the
    dimension or of the pool in the rulebook.
    """
    found: list[Query] = []
    for at, dimension in enumerate(rulebook.dimensions):
        inside = _inside(rulebook, rulebook.dimensions[:at], costs)
        sources = SourceColumns(dimension, lookups, rules)
        found += _matches_of_sources(dimension, inside, sources)
    inside = _inside(rulebook, rulebook.dimensions, costs)
    found += [_matched(POOLS, at, inside, pool.where.sql) for at, pool in enumerate(rulebook.pools)]
    matched = union(found)
    return Query.of(
        'SELECT "#dimension", "#at", "#currency", SUM("#cost") AS "#cost", '
        f'CAST(SUM("#lines") AS BIGINT) AS "#lines" FROM ({matched}) GROUP BY ALL',
        matched,
    )


def _matches_of_sources(dimension: Dimension, inside: Query, sources: SourceColumns) -> list[Query]:
    joined = Query.of(
        f'SELECT inside."#currency", inside."#cost", inside."#lines", '
        f"{each(sources.columns, ', ')} FROM ({inside}) AS inside {sources.joins}",
        inside,
        *sources.reads,
    )
    return [
        _matched(dimension.name, at, joined, f"COALESCE({each(columns, ', ')}) IS NOT NULL")
        for at, columns in enumerate(_columns_of(dimension))
    ]


def _columns_of(dimension: Dimension) -> list[tuple[str, ...]]:
    """Name the columns of each source's values: a tag has one for each of its keys."""
    found: list[tuple[str, ...]] = []
    at = 0
    for source in dimension.sources:
        width = len(source.keys) if isinstance(source, FromTag | FromAccountTag) else 1
        found.append(tuple(f"v{number}" for number in range(at, at + width)))
        at += width
    return found


def _matched(dimension: str, at: int, rows: Query, condition: str) -> Query:
    return Query.of(
        f'SELECT {text(dimension)} AS "#dimension", {at} AS "#at", "#currency", "#cost", "#lines" '
        f"FROM ({rows}) WHERE {condition}",
        rows,
    )


def _inside(rulebook: Rulebook, dimensions: Sequence[Dimension], costs: DatedCosts) -> Query:
    """The columns that conditions read: facts and earlier dimensions, with the cost."""
    names = each((f", labelled.{name(dimension.name)}" for dimension in dimensions), "")
    return Query.of(
        f'SELECT known.*{names}, COALESCE(known."BillingCurrency", \'\') AS "#currency", '
        f'rolled.{name(rulebook.cost)} AS "#cost", rolled."Lines" AS "#lines" '
        f"FROM {costs.facts} AS known "
        f'INNER JOIN {costs.rolled} AS rolled USING ("KeyId", "FirstDay", "LastDay") '
        f'INNER JOIN {costs.labelled} AS labelled ON known."KeyId" = labelled."KeyId" '
        'AND known."FirstDay" BETWEEN labelled."FirstDay" AND labelled."LastDay"',
        costs.facts,
        costs.rolled,
        costs.labelled,
    )
