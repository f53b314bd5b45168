"""Relations of the engine, and queries that name the relations they read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .sql_text import name as quoted


@dataclass(frozen=True)
class Relation:
    """A table or view that the engine made; as text, its quoted name.

    The step that makes it returns it, and a query can read it only through this value. It does not
    list its columns: an engine reads all files of a view to name them, so a step that needs them
    calls `Engine.columns`.
    """

    name: str

    def __str__(self) -> str:
        return quoted(self.name)


@dataclass(frozen=True)
class Query:
    """A SELECT, or a part of one, and the relations that it reads; as text, its SQL."""

    sql: str
    reads: tuple[Relation, ...] = ()

    def __str__(self) -> str:
        return self.sql

    @classmethod
    def of(cls, sql: str, *reads: Relation | Query) -> Query:
        """Declare what a text reads: relations, and the parts that were put into it."""
        return cls(sql, read_by(reads))


def read_by(parts: Iterable[object]) -> tuple[Relation, ...]:
    """List the relations among the parts of a query, each once."""
    found: dict[Relation, None] = {}
    for part in parts:
        if isinstance(part, Query):
            found |= dict.fromkeys(part.reads)
        elif isinstance(part, Relation):
            found[part] = None
    return tuple(found)


def everything(relation: Relation) -> Query:
    """Select all rows and columns of a relation."""
    return Query(f"SELECT * FROM {relation}", (relation,))


def union(queries: Iterable[Query], between: str = " UNION ALL ") -> Query:
    """Put the rows of queries together."""
    parts = list(queries)
    return Query.of(between.join(map(str, parts)), *parts)


@dataclass(frozen=True)
class BillTables:
    """The bills of a month: descriptions, cost by day, and cost of the month, each by key."""

    keys: Relation
    costs: Relation
    months: Relation


@dataclass(frozen=True)
class LabelledCosts:
    """Labels of keys by days, and what each label cost; labels without cost are not in `rolled`."""

    labelled: Relation
    rolled: Relation

    @property
    def joined(self) -> Query:
        """Labels with cost: a key that a later delivery does not use makes no owner."""
        return Query(
            f"{self.rolled} AS rolled INNER JOIN {self.labelled} AS labelled "
            'USING ("KeyId", "FirstDay", "LastDay")',
            (self.rolled, self.labelled),
        )


@dataclass(frozen=True)
class AllocationTables:
    """An allocation beside its bills.

    `owned` has the owner of each key, `allocations` also what it cost: by day, or in the month.
    """

    bills: BillTables
    owned: Relation
    allocations: Relation
    shares: Relation
    drivers: Relation
    by_day: bool
