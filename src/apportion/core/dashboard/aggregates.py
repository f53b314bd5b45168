"""The daybook of a run: SQL that adds an allocation up to what pages read, once and for all.

Its tables stay small however long a bill is, as each tells one thing by owner: `days` what a value
of one column costs a day, `cells` where money comes from and who gets it, `coverage` what carries
which tag. Columns of our own begin with `#`, so that no dimension of the user's has their name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apportion.core.rulebook.tag_keys import normalise
from apportion.core.templates import each, name, sql, text
from apportion.model.rulebook import FromTag, Rulebook

#: Which layout the tables have; another one is built anew.
FORM = 3

#: How many tag keys are told apart, those of the rulebook first.
MOST_TAGS = 10

#: Of resources without a tag that the rulebook asks for, how many each owner is told.
MOST_RESOURCES = 60

ACCOUNT, SERVICE, CATEGORY = "SubAccountId", "ServiceName", "ChargeCategory"

_CURRENCY = "COALESCE(\"BillingCurrency\", '')"


def cuts(rulebook: Rulebook) -> tuple[str, ...]:
    """List the columns that an owner's cost can be cut by."""
    others = (d.name for d in rulebook.dimensions if d.name != rulebook.owner)
    return (ACCOUNT, SERVICE, CATEGORY, *others)


def labelled_rows_query(rulebook: Rulebook) -> str:
    """Number what each key is labelled with in each stretch of days."""
    return (
        f'SELECT ROW_NUMBER() OVER () AS "#row", *, {name(rulebook.owner)} AS "#owner", '
        f'{name(f"{rulebook.owner}_source")} AS "#source", {_CURRENCY} AS "#currency", '
        'COALESCE("Pool", \'\') AS "#pool" FROM owned'
    )


def spent_query(rulebook: Rulebook) -> str:
    """What each labelled row cost a day."""
    return sql("core/dashboard/spent", cost=name(rulebook.cost))


def month_query() -> str:
    """What each labelled row cost in the month."""
    return (
        'SELECT "#row", "KeyId", SUM("#cost") AS "#cost", '
        'CAST(SUM("#lines") AS BIGINT) AS "#lines" FROM spent GROUP BY 1, 2'
    )


def cells_query() -> str:
    """What each account, service and kind of charge cost, who gets it and by which source."""
    columns = each(
        (name(c) for c in ("BillingAccountId", ACCOUNT, "SubAccountName", SERVICE, CATEGORY)), ", "
    )
    return (
        f'SELECT {columns}, "#currency", "#owner", "#source", "#pool", SUM("#cost") AS "#cost", '
        'CAST(SUM("#lines") AS BIGINT) AS "#lines" '
        'FROM month INNER JOIN labelled_rows USING ("#row") GROUP BY ALL ORDER BY ALL'
    )


def days_query(columns: Sequence[str]) -> str:
    """What each value of each column cost a day, by owner and pool; the empty column is all."""
    alone = _cut_of_days("", "''")
    parts = (_cut_of_days(column, f"COALESCE({name(column)}, '')") for column in columns)
    return each((alone, *parts), " UNION ALL ")


def _cut_of_days(cut: str, value: str) -> str:
    return (
        f'SELECT {text(cut)} AS "#cut", {value} AS "#value", "#owner", "#pool", "#currency", '
        '"#day", SUM("#cost") AS "#cost" '
        'FROM spent INNER JOIN labelled_rows USING ("#row") GROUP BY ALL'
    )


def shares_query(rulebook: Rulebook) -> str:
    """What owners are given of pools, by day."""
    return (
        'SELECT "Pool" AS "#pool", "Within" AS "#within", "Owner" AS "#owner", "Kept" AS "#kept", '
        '"BillingCurrency" AS "#currency", "ChargeDay" AS "#day", '
        f'SUM({name(rulebook.cost)}) AS "#cost" FROM shares GROUP BY ALL ORDER BY ALL'
    )


def sources_query(rulebook: Rulebook) -> str:
    """What each source gave its dimension, by owner."""
    return each(
        (
            f'SELECT {text(dimension.name)} AS "#dimension", '
            f'{name(f"{dimension.name}_source")} AS "#source", "#owner", "#currency", '
            'SUM("#cost") AS "#cost", CAST(SUM("#lines") AS BIGINT) AS "#lines" '
            'FROM month INNER JOIN labelled_rows USING ("#row") GROUP BY ALL'
            for dimension in rulebook.dimensions
        ),
        " UNION ALL ",
    )


def asked_tags(rulebook: Rulebook) -> dict[str, str]:
    """Map the first tag key of each source, normalised, to how the rulebook writes it."""
    return {
        normalise(source.keys[0]): (source.written or source.keys)[0]
        for dimension in rulebook.dimensions
        for source in dimension.sources
        if isinstance(source, FromTag)
    }


def tag_names(found: Iterable[str], rulebook: Rulebook) -> tuple[tuple[str, str], ...]:
    """Choose the tag keys to tell of, as pairs of a bill's spelling and the name it goes by.

    `found` are spellings, dearest first. The rulebook's keys always belong, and the keys that it
    takes for the same go by one name.
    """
    alike = {
        normalise(key): normalise(source.keys[0])
        for dimension in rulebook.dimensions
        for source in dimension.sources
        if isinstance(source, FromTag)
        for key in source.keys
    }
    asked = asked_tags(rulebook)
    spelt: dict[str, list[str]] = {}
    for raw in found:
        normal = normalise(raw)
        spelt.setdefault(alike.get(normal, normal), []).append(raw)
    others = [key for key in spelt if key not in asked]
    chosen = [*asked, *others[: max(0, MOST_TAGS - len(asked))]]
    return tuple(
        (raw, asked.get(key, _bare(spelt[key][0]))) for key in chosen for raw in spelt.get(key, ())
    )


def _bare(raw: str) -> str:
    """Take off what AWS's exports put before the keys of users."""
    for lead in ("resource_tags_", "user_", "user:"):
        raw = raw.removeprefix(lead) or raw
    return raw


def usage_query() -> str:
    """What could carry tags, in the month: usage of resources."""
    return (
        'SELECT "#row", "KeyId", "#cost" FROM month INNER JOIN (SELECT "KeyId" FROM keys WHERE '
        '"ResourceId" <> \'\' AND "ChargeCategory" = \'Usage\') AS resources USING ("KeyId")'
    )


def tag_cost_query() -> str:
    """What usage carries each tag key, as the bill spells it, dearest first."""
    return sql("core/dashboard/tag_cost")


def tagged_query() -> str:
    """Tell which tags each distinct text of tags has, by the names of `tag names`."""
    return sql("core/dashboard/tagged")


def coverage_query(columns: Sequence[str]) -> str:
    """What of each value's usage carries each tag, by owner; the empty tag is all of it."""
    return each(
        (
            sql("core/dashboard/coverage", cut=text(column), column=f"COALESCE({name(column)}, '')")
            for column in columns
        ),
        " UNION ALL ",
    )


def carried_query() -> str:
    """Tell which tags each labelled row of usage carries."""
    return (
        'SELECT "#row", "#cost", "#tag" FROM usage INNER JOIN keys USING ("KeyId") '
        'INNER JOIN (SELECT DISTINCT "Tags", "#tag" FROM tagged) AS texts USING ("Tags") '
        'UNION ALL SELECT "#row", "#cost", \'\' FROM usage'
    )


def values_query(asked: Sequence[str]) -> str:
    """What usage each value of each tag asked for has, as it is spelt, by owner."""
    return sql("core/dashboard/values", asked=_texts(asked))


def untagged_query(asked: Sequence[str]) -> str:
    """List the costliest resources of each owner that lack a tag the rulebook asks for."""
    return sql("core/dashboard/untagged", wanted=_texts(asked), most=str(MOST_RESOURCES))


def status_query() -> str:
    """Tell, by currency, how far the days go and how many of the lines have an invoice."""
    return sql("core/dashboard/status")


def _texts(words: Sequence[str]) -> str:
    return f"CAST([{each(map(text, words), ', ')}] AS VARCHAR[])"
