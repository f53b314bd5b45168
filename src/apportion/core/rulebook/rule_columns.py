"""The columns that rules read: those of the ledger's keys, and one for each tag in the rulebook.

Tags are JSON text in the keys. They are read once for each distinct text, so the time of a rule
does not depend on the lines of the bill.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from apportion.core.templates import each, name, query, text
from apportion.model.findings.finding import Place
from apportion.model.focus import KEY_COLUMNS
from apportion.model.inputs import Lookup, lookup_key
from apportion.model.relation import Query, Relation
from apportion.model.rulebook import (
    Condition,
    FromAccountTag,
    FromColumn,
    FromCondition,
    FromLookup,
    FromTag,
    Proportional,
    Rulebook,
    TwoPart,
    ValueSource,
)
from apportion.model.tags.tag_keys import normalise

from .look_alikes import HIDDEN, first_with_invisible, visible

#: `Tags['Cost Center']`, `account_tags['Team']` and `"tag:CostCenter"` in a condition.
_TAG_IN_CONDITION = re.compile(
    r"""\b((?:account_)?tags?)(?:\s*\[\s*'((?:[^']|'')*)'\s*\]|:([^"]+)")""", re.IGNORECASE
)
#: Columns that results are grouped by, in addition to the rulebook's dimensions.
GRAIN = (
    "BillingAccountId",
    "BillingCurrency",
    "SubAccountId",
    "SubAccountName",
    "ServiceName",
    "ChargeCategory",
)
#: The JSON columns of keys, and the prefix in a condition of a name inside each.
JSON_COLUMNS = {"Tags": "tag:", "x_AccountTags": "account_tag:", "x_Other": "x_"}


def columns_used(rulebook: Rulebook, lookups: Mapping[str, Lookup]) -> tuple[str, ...]:
    """List every column of the facts that the rulebook's sources and conditions read."""
    used = {column for condition in conditions(rulebook) for column in condition.columns}
    for dimension in rulebook.dimensions:
        for source in dimension.sources:
            if isinstance(source, FromLookup):
                used.update(lookups[lookup_key(dimension.name, source.file)].columns)
            else:
                used.update(columns_read(source))
    used -= {dimension.name for dimension in rulebook.dimensions}
    return tuple(sorted(used))


def columns_inside(column: str, used: Sequence[str]) -> tuple[str, ...]:
    """List those of the columns used that are inside a JSON column."""
    prefix = JSON_COLUMNS[column]
    return tuple(use for use in used if use.startswith(prefix) and use not in KEY_COLUMNS)


def columns_sought(rulebook: Rulebook) -> list[tuple[Place, str, tuple[str, ...]]]:
    """List what the rulebook reads: place, name, and the columns of which one is enough."""
    sources = [
        (source.place, source_label(source), columns_read(source))
        for dimension in rulebook.dimensions
        for source in dimension.sources
        if isinstance(source, FromTag | FromAccountTag | FromColumn)
    ]
    return sources + [
        (condition.place, column, (column,))
        for condition in conditions(rulebook)
        for column in condition.columns
    ]


def columns_read(source: ValueSource) -> tuple[str, ...]:
    """The columns of the facts that a source reads by itself."""
    match source:
        case FromTag(keys=keys):
            return tuple(f"tag:{key}" for key in keys)
        case FromAccountTag(keys=keys):
            return tuple(f"account_tag:{key}" for key in keys)
        case FromColumn(column=column):
            return (column,)
        case _:
            return ()


def spellings(rulebook: Rulebook) -> dict[str, str]:
    """Map the columns of tags to the key as the rulebook writes it: sources first, then conditions.

    If a charge has a tag in several spellings, this one counts.
    """
    written: dict[str, str] = {}
    for dimension in rulebook.dimensions:
        for source in dimension.sources:
            if isinstance(source, FromTag | FromAccountTag):
                for column, key in zip(columns_read(source), source.written, strict=False):
                    written.setdefault(column, key)
    for condition in conditions(rulebook):
        for kind, key, quoted in _TAG_IN_CONDITION.findall(condition.text):
            prefix = "account_tag:" if kind.casefold().startswith("account") else "tag:"
            spelt = (key or quoted).replace("''", "'")
            written.setdefault(f"{prefix}{normalise(spelt)}", spelt)
    return written


def source_label(source: ValueSource) -> str:
    """Name a source in results: its kind, and the tags, file or column that it reads."""
    match source:
        case FromTag(keys=keys):
            return f"tag:{','.join(keys)}"
        case FromAccountTag(keys=keys):
            return f"account_tag:{','.join(keys)}"
        case FromLookup(file=file):
            return f"lookup:{file}"
        case FromColumn(column=column):
            return f"column:{column}"
        case FromCondition(place=place):
            return f"where:line {place.line}"


class RawName(NamedTuple):
    """A name inside a JSON column."""

    name: str


def raw_names_query(column: str, keys: Relation) -> Query:
    """List the distinct names inside a JSON column."""
    return query("core/rulebook/raw_names", column=name(column), keys=keys)


def unpacked_query(column: str, spelt: Mapping[str, Sequence[str]], keys: Relation) -> Query:
    """Unpack a JSON column, once for each distinct text.

    `spelt` maps each column to its raw names in the bill, best first; the first one that is not
    blank wins.
    """
    values = [f"{_first_filled(spelt[wanted])} AS {name(wanted)}" for wanted in spelt]
    read = [each_raw for wanted in spelt for each_raw in _read(spelt[wanted])]
    values.append(f"{first_with_invisible(read)} AS {name(HIDDEN)}")
    return query(
        "core/rulebook/unpacked", column=name(column), values=each(["json", *values]), keys=keys
    )


def facts_query(columns: Sequence[str], keys: Relation, unpacked: Mapping[str, Relation]) -> Query:
    """Join unpacked JSON columns to the columns of keys that are needed; see look_alikes.py."""
    own = dict.fromkeys(column for column in columns if column in KEY_COLUMNS)
    picked = ['keys."KeyId"']
    picked += [f"{visible(f'keys.{name(column)}')} AS {name(column)}" for column in own]
    picked += [f"{table}.* EXCLUDE (json, {name(HIDDEN)})" for table in unpacked.values()]
    hides = [f"{table}.{name(HIDDEN)}" for table in unpacked.values()]
    hides.append(first_with_invisible([f"keys.{name(column)}" for column in own]))
    picked.append(f"COALESCE({each(hides, ', ')}) AS {name(HIDDEN)}")
    joins = [
        f"LEFT JOIN {table} ON keys.{name(column)} = {table}.json"
        for column, table in unpacked.items()
    ]
    return Query.of(
        f"SELECT {each(picked)} FROM {keys} AS keys {each(joins, ' ')}", keys, *unpacked.values()
    )


def conditions(rulebook: Rulebook) -> list[Condition]:
    """List every condition in a rulebook."""
    found = [
        source.where
        for dimension in rulebook.dimensions
        for source in dimension.sources
        if isinstance(source, FromCondition)
    ]
    for pool in rulebook.pools:
        spend = pool.split.rest if isinstance(pool.split, TwoPart) else pool.split
        found.append(pool.where)
        if isinstance(spend, Proportional) and spend.where is not None:
            found.append(spend.where)
    return found


def _first_filled(raw_names: Sequence[str]) -> str:
    """Read the first of these names that is not blank."""
    values = map(visible, _read(raw_names))
    return f"COALESCE({each(values, ', ')})" if raw_names else "CAST(NULL AS VARCHAR)"


def _read(raw_names: Sequence[str]) -> list[str]:
    """Read the names by JSON pointer, in which quotes, dots and brackets have no meaning."""
    pointers = (raw.replace("~", "~0").replace("/", "~1") for raw in raw_names)
    return [f"json_extract_string(json, {text('/' + pointer)})" for pointer in pointers]
