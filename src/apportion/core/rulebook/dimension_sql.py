"""Derive dimensions and pools: the rulebook as SQL over the facts.

Each dimension is one layer around the ones before, so that its conditions may use them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from apportion.core.templates import each, name, text
from apportion.model.aws.accounts import AccountFacts
from apportion.model.inputs import Lookup, lookup_key
from apportion.model.relation import Query, Relation, union
from apportion.model.rulebook import (
    Dimension,
    FromAccountTag,
    FromColumn,
    FromCondition,
    FromLookup,
    FromTag,
    OtherValues,
    Pool,
    Proportional,
    Rulebook,
    TwoPart,
    ValueSource,
)
from apportion.model.tags.tag_keys import normalise_value

from .dated_facts import DAY_COLUMNS, dated_columns, dated_facts_query, matches, merged_query
from .rule_columns import GRAIN, source_label
from .rule_tables import DatedTable, RuleTables

_NO_ACCOUNTS = AccountFacts()


def label_columns(rulebook: Rulebook) -> tuple[str, ...]:
    """List the columns of a label: the grain, the dimensions and their sources, the pool."""
    return (*GRAIN, *dimension_columns(rulebook), "Pool", *flag_columns(rulebook))


def dimension_columns(rulebook: Rulebook) -> tuple[str, ...]:
    """List the columns that dimensions add: value, source, and a rejected value."""
    return tuple(
        column
        for dimension in rulebook.dimensions
        for column in (
            dimension.name,
            f"{dimension.name}_source",
            *((f"{dimension.name}_rejected",) if _rejects(dimension) else ()),
        )
    )


def flag_columns(rulebook: Rulebook) -> tuple[str, ...]:
    """List the columns of flags: whether a charge counts as spend of a pool's condition."""
    return tuple(spend_column(pool) for pool in rulebook.pools if _spend_condition(pool))


def spend_column(pool: Pool) -> str:
    """Name the flag of a pool that is split in proportion to a condition."""
    return f"#spend:{pool.name}"


class RawValue(NamedTuple):
    """A value as the bill has it; empty where a charge has none."""

    raw: str


def raw_values_query(dimension: Dimension, facts: Relation) -> Query | None:
    """List the distinct values of the bill for a dimension; None if any value is allowed.

    Dimensions read earlier dimensions in conditions only, so the facts are enough.
    """
    if not dimension.values:
        return None
    offered = [
        Query.of(f"SELECT DISTINCT {raw} AS raw FROM {facts}", facts)
        for source in dimension.sources
        if not isinstance(source, FromLookup | FromCondition)
        for raw in _raw(source)
    ]
    return union(offered, " UNION ") if offered else None


def canonical(dimension: Dimension, raw: Iterable[str]) -> dict[str, str]:
    """Map each raw value that is allowed to the rulebook's spelling."""
    spellings = {
        normalise_value(spelling): value.name
        for value in dimension.values
        for spelling in (*value.aliases, value.name)
    }
    return {
        value: spellings[normalised]
        for value in raw
        if (normalised := normalise_value(value)) in spellings
    }


def labelled_query(
    rulebook: Rulebook,
    lookups: Mapping[str, Lookup],
    tables: RuleTables,
    *,
    accounts: AccountFacts = _NO_ACCOUNTS,
) -> Query:
    """Label every key with its dimensions and pool, and the days for which the label holds.

    The days of a key leave out none of those of `tables`; neighbouring labels differ.
    """
    carried = dated_columns(rulebook, lookups)
    layer = dated_facts_query(rulebook, lookups, tables, accounts=accounts)
    for dimension in rulebook.dimensions:
        layer = _dimension_layer(
            dimension, layer, carried, SourceColumns(dimension, lookups, tables)
        )
    pooled = _pool_layer(rulebook, layer)
    labels = ("PoolMatches", *label_columns(rulebook))
    columns = each(map(name, ("KeyId", *DAY_COLUMNS, *labels)))
    pieces = Query.of(f"SELECT {columns}\nFROM ({pooled})", pooled)
    return merged_query(pieces, labels, tables.days) if tables.changes else pieces


def _dimension_layer(
    dimension: Dimension, inner: Query, carried: list[str], sources: SourceColumns
) -> Query:
    """Wrap one dimension around `inner`; `carried` grows by the columns it adds."""
    picked = each((f"inside.{name(column)}" for column in carried), ", ")
    joined = (
        f"SELECT {picked}, {each(sources.columns, ', ')} FROM ({inner}) AS inside {sources.joins}"
    )
    first = each((*sources.values, text(dimension.default)), ", ")
    added = [
        f"COALESCE({first}) AS {name(dimension.name)}",
        f"{sources.source()} AS {name(f'{dimension.name}_source')}",
    ]
    names = [dimension.name, f"{dimension.name}_source"]
    if _rejects(dimension):
        added.append(f"{sources.rejected()} AS {name(f'{dimension.name}_rejected')}")
        names.append(f"{dimension.name}_rejected")
    kept = each(map(name, carried), ", ")
    carried.extend(names)
    return Query.of(f"SELECT {kept}, {each(added, ', ')} FROM ({joined})", inner, *sources.reads)


class SourceColumns:
    """The values of a dimension's sources: `r<n>` as written, `v<n>` as allowed."""

    def __init__(
        self,
        dimension: Dimension,
        lookups: Mapping[str, Lookup],
        tables: RuleTables,
    ) -> None:
        self._dimension = dimension
        self._tables = tables
        self.reads: list[Relation] = []
        self.columns: list[str] = []
        self.values: list[str] = []
        self._joins: list[str] = []
        self._labels: list[str] = []
        for source in dimension.sources:
            match source:
                case FromCondition(where=where, value=value):
                    self._condition(where.sql, value, source)
                case FromLookup(file=file):
                    key = lookup_key(dimension.name, file)
                    self._lookup(lookups[key], tables.lookups[key], source)
                case _:
                    for raw in _raw(source):
                        self._raw(raw, source)

    @property
    def joins(self) -> str:
        return " ".join(self._joins)

    def source(self) -> str:
        """Name the first source that has an allowed value."""
        cases = (
            f"WHEN {value} IS NOT NULL THEN {text(label)}"
            for value, label in zip(self.values, self._labels, strict=True)
        )
        return f"CASE {each(cases, ' ')} ELSE 'default' END"

    def rejected(self) -> str:
        """The first value that was rejected before an allowed one."""
        cases = (
            f"WHEN {value} IS NOT NULL THEN NULL WHEN r{at} IS NOT NULL THEN r{at}"
            for at, value in enumerate(self.values)
        )
        return f"CASE {each(cases, ' ')} END"

    def _condition(self, where: str, value: str, source: ValueSource) -> None:
        at = len(self.values)
        self._add("CAST(NULL AS VARCHAR)", f"CASE WHEN {where} THEN {text(value)} END", at, source)

    def _lookup(self, lookup: Lookup, dated: DatedTable, source: ValueSource) -> None:
        at = len(self.values)
        holds = matches("inside", lookup.columns, f"l{at}")
        if dated.changes:
            holds += f' AND inside."FirstDay" BETWEEN l{at}."#first" AND l{at}."#last"'
        self._joins.append(f"LEFT JOIN {dated.table} AS l{at} ON {holds}")
        self.reads.append(dated.table)
        self._add(f'l{at}."#raw"', f'l{at}."#value"', at, source)

    def _raw(self, raw: str, source: ValueSource) -> None:
        at = len(self.values)
        if not self._dimension.values:
            self._add(raw, raw, at, source)
            return
        table = self._tables.allowed[self._dimension.name]
        self.reads.append(table)
        self._joins.append(f'LEFT JOIN {table} AS c{at} ON c{at}."#raw" = {raw}')
        kept = self._dimension.other_values is OtherValues.KEEP
        self._add(
            raw, f'COALESCE(c{at}."#value", {raw})' if kept else f'c{at}."#value"', at, source
        )

    def _add(self, raw: str, value: str, at: int, source: ValueSource) -> None:
        self.columns += [f"{raw} AS r{at}", f"{value} AS v{at}"]
        self.values.append(f"v{at}")
        self._labels.append(source_label(source))


def _pool_layer(rulebook: Rulebook, inner: Query) -> Query:
    """Put each key into the first pool whose condition holds."""
    holds = [f"COALESCE({pool.where.sql}, FALSE)" for pool in rulebook.pools]
    cases = (
        f"WHEN {hold} THEN {text(pool.name)}"
        for hold, pool in zip(holds, rulebook.pools, strict=True)
    )
    flags = (
        f"COALESCE({condition}, FALSE) AS {name(spend_column(pool))}"
        for pool in rulebook.pools
        if (condition := _spend_condition(pool))
    )
    added = [
        f"CASE {each(cases, ' ')} END" if holds else "CAST(NULL AS VARCHAR)",
        each((f"CAST({hold} AS INTEGER)" for hold in holds), " + ") or "0",
    ]
    picked = [f"{added[0]} AS {name('Pool')}", f"{added[1]} AS {name('PoolMatches')}", *flags]
    return Query.of(f"SELECT *, {each(picked, ', ')} FROM ({inner})", inner)


def _raw(source: ValueSource) -> list[str]:
    """The columns of facts that a source reads, one for each tag key."""
    match source:
        case FromTag(keys=keys):
            return [name(f"tag:{key}") for key in keys]
        case FromAccountTag(keys=keys):
            return [name(f"account_tag:{key}") for key in keys]
        case FromColumn(column=column):
            return [name(column)]
        case _:
            return []


def _rejects(dimension: Dimension) -> bool:
    return bool(dimension.values) and dimension.other_values is OtherValues.REJECT


def _spend_condition(pool: Pool) -> str:
    split = pool.split.rest if isinstance(pool.split, TwoPart) else pool.split
    if isinstance(split, Proportional) and split.where is not None:
        return split.where.sql
    return ""
