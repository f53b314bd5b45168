"""The aggregates of a run: SQL that sums an allocation into the tables that pages read.

The tables stay small for a bill of any size, because each has one subject by owner: `days` is the
cost of each value of one column by day, `cells` the cost by account, service and source,
`coverage` the cost with each tag. Added columns begin with `#`, which no dimension's name contains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apportion.core.rulebook.tag_keys import normalise
from apportion.core.templates import each, name, sql, text
from apportion.model.rulebook import FromTag, Rulebook

#: The version of the tables' layout. Aggregates of another version are not read.
LAYOUT_VERSION = 4

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


def labelled_rows_query(rulebook: Rulebook) -> str:
    """Number the labels of each key in each range of days."""
    return (
        f'SELECT ROW_NUMBER() OVER () AS "#row", *, {name(rulebook.owner)} AS "#owner", '
        f'{name(f"{rulebook.owner}_source")} AS "#source", {_CURRENCY} AS "#currency", '
        'COALESCE("Pool", \'\') AS "#pool" FROM owned'
    )


def daily_cost_query(rulebook: Rulebook) -> str:
    """Cost of each labelled row by day."""
    return sql("core/dashboard/daily_cost", cost=name(rulebook.cost))


def month_cost_query() -> str:
    """Cost of each labelled row in the month."""
    return (
        'SELECT "#row", "KeyId", SUM("#cost") AS "#cost", '
        'CAST(SUM("#lines") AS BIGINT) AS "#lines" FROM daily_cost GROUP BY 1, 2'
    )


def cells_query() -> str:
    """Cost by account, service and charge category, with its owner and the source of the owner."""
    columns = each(
        (name(c) for c in ("BillingAccountId", ACCOUNT, "SubAccountName", SERVICE, CATEGORY)), ", "
    )
    return (
        f'SELECT {columns}, "#currency", "#owner", "#source", "#pool", SUM("#cost") AS "#cost", '
        'CAST(SUM("#lines") AS BIGINT) AS "#lines" '
        'FROM month_cost INNER JOIN labelled_rows USING ("#row") GROUP BY ALL ORDER BY ALL'
    )


def days_query(columns: Sequence[str]) -> str:
    """Cost by day of each value of each column, by owner and pool; the empty column has all."""
    alone = _days_of_column("", "''")
    parts = (_days_of_column(column, f"COALESCE({name(column)}, '')") for column in columns)
    return each((alone, *parts), " UNION ALL ")


def _days_of_column(column: str, value: str) -> str:
    return (
        f'SELECT {text(column)} AS "#column", {value} AS "#value", "#owner", "#pool", "#currency", '
        '"#day", SUM("#cost") AS "#cost" '
        'FROM daily_cost INNER JOIN labelled_rows USING ("#row") GROUP BY ALL'
    )


def shares_query(rulebook: Rulebook) -> str:
    """Shared cost of each owner by pool and day."""
    return (
        'SELECT "Pool" AS "#pool", "Within" AS "#within", "Owner" AS "#owner", "Kept" AS "#kept", '
        '"BillingCurrency" AS "#currency", "ChargeDay" AS "#day", '
        f'SUM({name(rulebook.cost)}) AS "#cost" FROM shares GROUP BY ALL ORDER BY ALL'
    )


def sources_query(rulebook: Rulebook) -> str:
    """Cost by source of each dimension's value, by owner."""
    return each(
        (
            f'SELECT {text(dimension.name)} AS "#dimension", '
            f'{name(f"{dimension.name}_source")} AS "#source", "#owner", "#currency", '
            'SUM("#cost") AS "#cost", CAST(SUM("#lines") AS BIGINT) AS "#lines" '
            'FROM month_cost INNER JOIN labelled_rows USING ("#row") GROUP BY ALL'
            for dimension in rulebook.dimensions
        ),
        " UNION ALL ",
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


def usage_query() -> str:
    """Taggable cost of the month: usage of resources."""
    return (
        'SELECT "#row", "KeyId", "#cost" FROM month_cost INNER JOIN (SELECT "KeyId" FROM keys '
        'WHERE "ResourceId" <> \'\' AND "ChargeCategory" = \'Usage\') AS resources USING ("KeyId")'
    )


def tag_cost_query() -> str:
    """Tag keys of usage as written in the bill, by cost, highest first."""
    return sql("core/dashboard/tag_cost")


def tagged_query() -> str:
    """The tags of each distinct tag set, with the names of `tag_names`."""
    return sql("core/dashboard/tagged")


def coverage_query(columns: Sequence[str]) -> str:
    """Usage cost of each value with each tag, by owner; the empty tag has all usage."""
    return each(
        (
            sql(
                "core/dashboard/coverage",
                column=text(column),
                value=f"COALESCE({name(column)}, '')",
            )
            for column in columns
        ),
        " UNION ALL ",
    )


def tagged_usage_query() -> str:
    """The tags of each labelled row of usage; a row with the empty tag is added for each."""
    return (
        'SELECT "#row", "#cost", "#tag" FROM usage INNER JOIN keys USING ("KeyId") '
        'INNER JOIN (SELECT DISTINCT "Tags", "#tag" FROM tagged) AS texts USING ("Tags") '
        'UNION ALL SELECT "#row", "#cost", \'\' FROM usage'
    )


def values_query(tags: Sequence[str]) -> str:
    """Usage cost of each spelling of each value of these tags, by owner."""
    return sql("core/dashboard/values", tags=_texts(tags))


def untagged_query(required: Sequence[str]) -> str:
    """List the resources of each owner with the highest cost that lack a required tag."""
    return sql("core/dashboard/untagged", required=_texts(required), most=str(MAX_UNTAGGED))


def status_query() -> str:
    """First and last day, lines, and lines with an invoice, by currency."""
    return sql("core/dashboard/status")


def _texts(words: Sequence[str]) -> str:
    return f"CAST([{each(map(text, words), ', ')}] AS VARCHAR[])"
