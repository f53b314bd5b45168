"""What each rule would have given, had none before it: rules that match and never win are seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.core.templates import each, name, text
from apportion.model.aws.accounts import AccountFacts
from apportion.model.inputs import Lookup
from apportion.model.rulebook import Dimension, FromAccountTag, FromTag, Rulebook

from .dimension_sql import GRAIN, SourceColumns, facts_layer
from .inputs.date_segments import Segment
from .rule_columns import columns_used

#: In place of a dimension, for what the conditions of pools hold for.
POOLS = ""


def offers_query(
    rulebook: Rulebook,
    lookups: Mapping[str, Lookup],
    parts: Sequence[Segment],
    *,
    accounts: AccountFacts,
) -> str:
    """Add up what each source has a value for, and what the condition of each pool holds for.

    One row a dimension (`POOLS` for pools), currency and `#at`, the place of the source in the
    dimension or of the pool in the rulebook. It reads `facts`, `labelled` and `rolled`, as
    `run.label` leaves them.
    """
    found = []
    for part in parts:
        facts = facts_layer(_columns(rulebook, lookups), part, accounts)
        for at, dimension in enumerate(rulebook.dimensions):
            inside = _inside(rulebook, rulebook.dimensions[:at], facts, part)
            found += _offered(dimension, inside, lookups, part)
        inside = _inside(rulebook, rulebook.dimensions, facts, part)
        found += [
            _counted(POOLS, at, inside, pool.where.sql) for at, pool in enumerate(rulebook.pools)
        ]
    return (
        'SELECT "#dimension", "#at", "#currency", SUM("#cost") AS "#cost", '
        f'CAST(SUM("#lines") AS BIGINT) AS "#lines" FROM ({each(found, " UNION ALL ")}) '
        "GROUP BY ALL"
    )


def _offered(
    dimension: Dimension, inside: str, lookups: Mapping[str, Lookup], part: Segment
) -> list[str]:
    offers = SourceColumns(dimension, lookups, part)
    joined = (
        f'SELECT inside."#currency", inside."#cost", inside."#lines", '
        f"{each(offers.columns, ', ')} FROM ({inside}) AS inside {offers.joins}"
    )
    return [
        _counted(dimension.name, at, joined, f"COALESCE({each(columns, ', ')}) IS NOT NULL")
        for at, columns in enumerate(_columns_of(dimension))
    ]


def _columns_of(dimension: Dimension) -> list[tuple[str, ...]]:
    """Name the columns in which each source's values stand: of a tag, one for each of its keys."""
    found: list[tuple[str, ...]] = []
    at = 0
    for source in dimension.sources:
        width = len(source.keys) if isinstance(source, FromTag | FromAccountTag) else 1
        found.append(tuple(f"v{number}" for number in range(at, at + width)))
        at += width
    return found


def _counted(dimension: str, at: int, relation: str, condition: str) -> str:
    return (
        f'SELECT {text(dimension)} AS "#dimension", {at} AS "#at", "#currency", "#cost", "#lines" '
        f"FROM ({relation}) WHERE {condition}"
    )


def _columns(rulebook: Rulebook, lookups: Mapping[str, Lookup]) -> list[str]:
    return ["KeyId", *dict.fromkeys((*GRAIN, *columns_used(rulebook, lookups)))]


def _inside(rulebook: Rulebook, dimensions: Sequence[Dimension], facts: str, part: Segment) -> str:
    """What conditions look at: facts and the dimensions before, with the money beside them."""
    names = each((f", labelled.{name(dimension.name)}" for dimension in dimensions), "")
    return (
        f'SELECT known.*{names}, COALESCE(labelled."BillingCurrency", \'\') AS "#currency", '
        f'rolled.{name(rulebook.cost)} AS "#cost", rolled."Lines" AS "#lines" '
        f'FROM labelled INNER JOIN ({facts}) AS known ON known."KeyId" = labelled."KeyId" '
        'INNER JOIN rolled ON rolled."KeyId" = labelled."KeyId" '
        'AND rolled."FirstDay" = labelled."FirstDay" '
        f"WHERE labelled.\"FirstDay\" = DATE '{part.first}'"
    )
