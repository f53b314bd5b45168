"""The aggregates of a run: SQL that sums an allocation into the tables that pages read.

The tables stay small for a bill of any size, because each has one subject by owner: `days` is the
cost of each value of one column by day, `cells` the cost by account, service and source,
`coverage` the cost with each tag. Added columns begin with `#`, which no dimension's name contains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from apportion.core.templates import each, name, query, text
from apportion.model.relation import Query, Relation, union
from apportion.model.rulebook import FromTag, Rulebook
from apportion.model.tags.tag_keys import normalise

#: The version of the tables' layout. Aggregates of another version are not read.
LAYOUT_VERSION = 5

#: The number of tag keys with a coverage of their own; the rulebook's keys come first.
MAX_TAGS = 10

#: The number of resources with a missing tag that are kept for each owner.
MAX_UNTAGGED = 60

ACCOUNT, SERVICE, CATEGORY = "SubAccountId", "ServiceName", "ChargeCategory"

_CURRENCY = "COALESCE(\"BillingCurrency\", '')"


def group_columns(rulebook: Rulebook) -> tuple[str, ...]:
    """List the columns by which an owner's cost can be grouped."""
    others = (d.name for d in rulebook.dimensions if d.name != rulebook.owner)
    return (ACCOUNT, SERVICE, CATEGORY, *others)


@dataclass(frozen=True)
class LabelledRows:
    """Numbered labels, and their cost: by day, in the month, and of it what can carry tags."""

    rows: Relation
    daily_cost: Relation
    month_cost: Relation
    usage: Relation


@dataclass(frozen=True)
class TaggedUsage:
    """The tags of each tag set, and of each labelled row of usage."""

    tagged: Relation
    usage: Relation


class TagKey(NamedTuple):
    """A row of `tag_cost_query`: a tag key as written in the bill."""

    raw: str


def labelled_rows_query(rulebook: Rulebook, owned: Relation) -> Query:
    """Number the labels of each key in each range of days."""
    return Query.of(
        f'SELECT ROW_NUMBER() OVER () AS "#row", *, {name(rulebook.owner)} AS "#owner", '
        f'{name(f"{rulebook.owner}_source")} AS "#source", {_CURRENCY} AS "#currency", '
        f'COALESCE("Pool", \'\') AS "#pool" FROM {owned}',
        owned,
    )


def daily_cost_query(rulebook: Rulebook, rows: Relation, costs: Relation) -> Query:
    """Cost of each labelled row by day."""
    return query(
        "core/dashboard/daily_cost", cost=name(rulebook.cost), labelled_rows=rows, costs=costs
    )


def month_cost_query(daily_cost: Relation) -> Query:
    """Cost of each labelled row in the month."""
    return Query.of(
        'SELECT "#row", "KeyId", SUM("#cost") AS "#cost", '
        f'CAST(SUM("#lines") AS BIGINT) AS "#lines" FROM {daily_cost} GROUP BY 1, 2',
        daily_cost,
    )


def cells_query(labelled: LabelledRows) -> Query:
    """Cost by account, service and charge category, with its owner and the source of the owner."""
    columns = each(
        (name(c) for c in ("BillingAccountId", ACCOUNT, "SubAccountName", SERVICE, CATEGORY)), ", "
    )
    return Query.of(
        f'SELECT {columns}, "#currency", "#owner", "#source", "#pool", SUM("#cost") AS "#cost", '
        'CAST(SUM("#lines") AS BIGINT) AS "#lines" '
        f'FROM {labelled.month_cost} INNER JOIN {labelled.rows} USING ("#row") '
        "GROUP BY ALL ORDER BY ALL",
        labelled.month_cost,
        labelled.rows,
    )


def days_query(columns: Sequence[str], labelled: LabelledRows) -> Query:
    """Cost by day of each value of each column, by owner and pool; the empty column has all."""
    alone = _days_of_column("", "''", labelled)
    parts = (
        _days_of_column(column, f"COALESCE({name(column)}, '')", labelled) for column in columns
    )
    return union((alone, *parts))


def _days_of_column(column: str, value: str, labelled: LabelledRows) -> Query:
    return Query.of(
        f'SELECT {text(column)} AS "#column", {value} AS "#value", "#owner", "#pool", "#currency", '
        '"#day", SUM("#cost") AS "#cost" '
        f'FROM {labelled.daily_cost} INNER JOIN {labelled.rows} USING ("#row") GROUP BY ALL',
        labelled.daily_cost,
        labelled.rows,
    )


def shares_query(rulebook: Rulebook, shares: Relation) -> Query:
    """Shared cost of each owner by pool and day."""
    return Query.of(
        'SELECT "Pool" AS "#pool", "Within" AS "#within", "Owner" AS "#owner", "Kept" AS "#kept", '
        '"BillingCurrency" AS "#currency", "ChargeDay" AS "#day", '
        f'SUM({name(rulebook.cost)}) AS "#cost" FROM {shares} GROUP BY ALL ORDER BY ALL',
        shares,
    )


def sources_query(rulebook: Rulebook, labelled: LabelledRows) -> Query:
    """Cost by source of each dimension's value, by owner."""
    return union(
        Query.of(
            f'SELECT {text(dimension.name)} AS "#dimension", '
            f'{name(f"{dimension.name}_source")} AS "#source", "#owner", "#currency", '
            '"#pool" <> \'\' AS "#pooled", SUM("#cost") AS "#cost", '
            'CAST(SUM("#lines") AS BIGINT) AS "#lines" '
            f'FROM {labelled.month_cost} INNER JOIN {labelled.rows} USING ("#row") GROUP BY ALL',
            labelled.month_cost,
            labelled.rows,
        )
        for dimension in rulebook.dimensions
    )


def rulebook_tags(rulebook: Rulebook) -> dict[str, str]:
    """Map the first tag key of each source, normalised, to its spelling in the rulebook."""
    return {
        normalise(source.keys[0]): (source.written or source.keys)[0]
        for dimension in rulebook.dimensions
        for source in dimension.sources
        if isinstance(source, FromTag)
    }


def tag_names(found: Iterable[str], rulebook: Rulebook) -> tuple[tuple[str, str], ...]:
    """Choose the tag keys for coverage, as pairs of the bill's spelling and the displayed name.

    `found` are spellings by cost, highest first. All keys of the rulebook are chosen; keys that
    the rulebook reads as one tag have one name.
    """
    alike = {
        normalise(key): normalise(source.keys[0])
        for dimension in rulebook.dimensions
        for source in dimension.sources
        if isinstance(source, FromTag)
        for key in source.keys
    }
    required = rulebook_tags(rulebook)
    spellings: dict[str, list[str]] = {}
    for raw in found:
        normal = normalise(raw)
        spellings.setdefault(alike.get(normal, normal), []).append(raw)
    others = [key for key in spellings if key not in required]
    chosen = [*required, *others[: max(0, MAX_TAGS - len(required))]]
    return tuple(
        (raw, required.get(key) or _without_prefix(spellings[key][0]))
        for key in chosen
        for raw in spellings.get(key, ())
    )


def _without_prefix(raw: str) -> str:
    """Remove the prefix that AWS's exports add to user-defined tag keys."""
    for prefix in ("resource_tags_", "user_", "user:"):
        raw = raw.removeprefix(prefix) or raw
    return raw


def usage_query(month_cost: Relation, keys: Relation) -> Query:
    """Taggable cost of the month: usage of resources."""
    return Query.of(
        f'SELECT "#row", "KeyId", "#cost" FROM {month_cost} INNER JOIN (SELECT "KeyId" FROM {keys} '
        'WHERE "ResourceId" <> \'\' AND "ChargeCategory" = \'Usage\') AS resources USING ("KeyId")',
        month_cost,
        keys,
    )


def tag_cost_query(usage: Relation, keys: Relation) -> Query:
    """Tag keys of usage as written in the bill, by cost, highest first."""
    return query("core/dashboard/tag_cost", usage=usage, keys=keys)


def tagged_query(tag_names: Relation, keys: Relation) -> Query:
    """The tags of each distinct tag set, with the names of `tag_names`."""
    return query("core/dashboard/tagged", tag_names=tag_names, keys=keys)


def coverage_query(columns: Sequence[str], labelled: LabelledRows, usage: TaggedUsage) -> Query:
    """Usage cost of each value with each tag, by owner; the empty tag has all usage."""
    return union(
        query(
            "core/dashboard/coverage",
            column=text(column),
            value=f"COALESCE({name(column)}, '')",
            tagged_usage=usage.usage,
            labelled_rows=labelled.rows,
        )
        for column in columns
    )


def tagged_usage_query(usage: Relation, tagged: Relation, keys: Relation) -> Query:
    """The tags of each labelled row of usage; a row with the empty tag is added for each."""
    return Query.of(
        f'SELECT "#row", "#cost", "#tag" FROM {usage} INNER JOIN {keys} USING ("KeyId") '
        f'INNER JOIN (SELECT DISTINCT "Tags", "#tag" FROM {tagged}) AS texts USING ("Tags") '
        f'UNION ALL SELECT "#row", "#cost", \'\' FROM {usage}',
        usage,
        keys,
        tagged,
    )


def values_query(
    tags: Sequence[str], labelled: LabelledRows, usage: TaggedUsage, keys: Relation
) -> Query:
    """Usage cost of each spelling of each value of these tags, by owner."""
    return query(
        "core/dashboard/values",
        tags=_texts(tags),
        usage=labelled.usage,
        keys=keys,
        tagged=usage.tagged,
        labelled_rows=labelled.rows,
    )


def untagged_query(
    required: Sequence[str], labelled: LabelledRows, usage: TaggedUsage, keys: Relation
) -> Query:
    """List the resources of each owner with the highest cost that lack a required tag."""
    return query(
        "core/dashboard/untagged",
        required=_texts(required),
        most=str(MAX_UNTAGGED),
        usage=labelled.usage,
        keys=keys,
        tagged=usage.tagged,
        labelled_rows=labelled.rows,
    )


def status_query(labelled: LabelledRows, keys: Relation) -> Query:
    """First and last day, lines, and lines with an invoice, by currency."""
    return query(
        "core/dashboard/status",
        daily_cost=labelled.daily_cost,
        keys=keys,
        labelled_rows=labelled.rows,
    )


def _texts(words: Sequence[str]) -> str:
    return f"CAST([{each(map(text, words), ', ')}] AS VARCHAR[])"
