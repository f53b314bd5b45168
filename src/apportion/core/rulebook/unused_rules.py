"""The cost that each rule matches by itself: a rule that matches and never wins has no effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.core.templates import each, name, text
from apportion.model.aws.accounts import AccountFacts
from apportion.model.inputs import Lookup
from apportion.model.relation import LabelledCosts, Query, union
from apportion.model.rulebook import Dimension, FromAccountTag, FromTag, Rulebook

from .dimension_sql import GRAIN, RuleTables, SourceColumns, facts_layer
from .inputs.date_segments import Segment
from .rule_columns import columns_used

#: In place of a dimension, for the conditions of pools.
POOLS = ""


def matched_costs_query(
    rulebook: Rulebook,
    lookups: Mapping[str, Lookup],
    segments: Sequence[Segment],
    tables: tuple[RuleTables, LabelledCosts],
    *,
    accounts: AccountFacts,
) -> Query:
    """Add up the cost for which a source has a value, or the condition of a pool holds.

    One row a dimension (`POOLS` for pools), currency and `#at`, the place of the source in the
    dimension or of the pool in the rulebook.
    """
    rules, costs = tables
    found: list[Query] = []
    for segment in segments:
        facts = facts_layer(_columns(rulebook, lookups), segment, rules, accounts)
        for at, dimension in enumerate(rulebook.dimensions):
            inside = _inside(rulebook, rulebook.dimensions[:at], facts, costs, segment)
            sources = SourceColumns(dimension, lookups, segment, rules)
            found += _matches_of_sources(dimension, inside, sources)
        inside = _inside(rulebook, rulebook.dimensions, facts, costs, segment)
        found += [
            _matched(POOLS, at, inside, pool.where.sql) for at, pool in enumerate(rulebook.pools)
        ]
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


def _columns(rulebook: Rulebook, lookups: Mapping[str, Lookup]) -> list[str]:
    return ["KeyId", *dict.fromkeys((*GRAIN, *columns_used(rulebook, lookups)))]


def _inside(
    rulebook: Rulebook,
    dimensions: Sequence[Dimension],
    facts: Query,
    costs: LabelledCosts,
    segment: Segment,
) -> Query:
    """The columns that conditions read: facts and earlier dimensions, with the cost."""
    names = each((f", labelled.{name(dimension.name)}" for dimension in dimensions), "")
    return Query.of(
        f'SELECT known.*{names}, COALESCE(labelled."BillingCurrency", \'\') AS "#currency", '
        f'rolled.{name(rulebook.cost)} AS "#cost", rolled."Lines" AS "#lines" '
        f"FROM {costs.labelled} AS labelled "
        f'INNER JOIN ({facts}) AS known ON known."KeyId" = labelled."KeyId" '
        f'INNER JOIN {costs.rolled} AS rolled ON rolled."KeyId" = labelled."KeyId" '
        'AND rolled."FirstDay" = labelled."FirstDay" '
        f"WHERE labelled.\"FirstDay\" = DATE '{segment.first}'",
        costs.joined,
        facts,
    )
