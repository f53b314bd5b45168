"""Row-level access: the only file that decides which rows of a run a user may see.

Pages read rows through `scoped_query`, which adds one relation for each table that a query names.
Each has the table's name and only the rows of the scope; a query cannot reach another table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from apportion.core.reporting.explain import added
from apportion.core.templates import each, name, text
from apportion.model.outcome import ExplanationNode, Of, Subject
from apportion.model.relation import Query, Relation

#: Rows that belong to one owner.
_OWNER_ROWS = '"#owner" IN ({owners})'


def _own_charges(pooled: str) -> str:
    """Leave out untagged charges in pools: access to the default owner does not include them."""
    return f'{_OWNER_ROWS} AND NOT ({pooled} AND "#owner" = {{default}})'


_BY_POOL, _MARKED = _own_charges("\"#pool\" <> ''"), _own_charges('"#pooled"')

#: The rows of each table that a scope contains: a condition on `{owners}`, a list of quoted names.
_ROW_CONDITIONS = {
    "cells": _BY_POOL,
    "days": _BY_POOL,
    "shares": _OWNER_ROWS,
    "sources": _MARKED,
    "matched_cost": "FALSE",
    "coverage": _MARKED,
    "values": _MARKED,
    "untagged": _MARKED,
    "status": "TRUE",
    "unallocated": "{default} IN ({owners})",
    "rejected": "FALSE",
    "pools": 'pool IN (SELECT "#pool" FROM shares)',
    "drivers": "(kind <> 'pool' AND target IN ({owners})) OR (kind = 'pool' AND pool IN "
    '(SELECT "#pool" FROM shares) AND target IN (SELECT "#pool" FROM shares))',
    "kept": "stays_with IN ({owners})",
}

#: Columns that describe more than the row's owner, with their replacements: total cost of a pool,
#: conditions, percentages of other owners, counts of the organisation. Ratios are rounded to a
#: tenth of a percent, because an amount divided by its exact ratio gives the total of the pool.
REPLACEMENTS = {
    "pools": {"cost": "NULL", "kept": "NULL", "payers": "NULL", "split": "''", "where": "''"},
    "drivers": {
        "number": "CASE WHEN kind <> 'pool' THEN number END",
        "ratio": "ROUND(ratio, 3)",
        "driver": "''",
        "line": "CASE WHEN kind <> 'pool' THEN line END",
    },
    "status": {"#lines": 'CAST("#lines" <> "#invoiced" AS BIGINT)', "#invoiced": "0"},
    "unallocated": {"proposal": "NULL"},
}

TABLES = tuple(_ROW_CONDITIONS)

#: Decimal places of a ratio of a total that the user may not see.
SHARE_DECIMALS = 3

#: The pools of a scope: pools that its owners pay, that split to them, or that hold their charges.
POOLS_QUERY = (
    'SELECT "#pool" AS pool FROM shares UNION SELECT pool FROM drivers UNION '
    'SELECT "#pool" FROM cells WHERE "#pool" <> \'\''
)
ACCOUNTS_QUERY = 'SELECT DISTINCT "SubAccountId" AS account FROM cells'
OWNERS_QUERY = 'SELECT "#owner" AS owner FROM days UNION SELECT "#owner" FROM shares'


class AccountId(NamedTuple):
    """A row of ACCOUNTS_QUERY."""

    account: str


class PoolName(NamedTuple):
    """A row of POOLS_QUERY."""

    pool: str


class OwnerName(NamedTuple):
    """A row of OWNERS_QUERY."""

    owner: str


#: Direct and shared cost with the same columns; `#pool` is empty for direct cost.
_PAID = (
    'paid AS (SELECT "#owner", "#currency", "#day", \'\' AS "#pool", "#cost" FROM days '
    "WHERE \"#column\" = '' AND \"#pool\" = '' UNION ALL "
    'SELECT "#owner", "#currency", "#day", "#pool", "#cost" FROM shares)'
)


def scoped_query(
    query: str, tables: Mapping[str, Relation], *, owners: Iterable[str] | None, default: str
) -> Query:
    """Limit a query to the rows of a scope.

    `tables` are the tables of the aggregates in the engine, by their names. `owners` None is every
    owner. `default` is the owner of unallocated cost. Only the tables that the query names are
    added: the engine plans each of them again for every query.
    """
    listed = None if owners is None else each(map(text, sorted(owners)), ", ") or "NULL"
    relations = {
        table: f"{name(table)} AS (SELECT {_columns(table, listed)} FROM {tables[table]}"
        f"{_where(table, listed, default)})"
        for table in TABLES
    } | {"paid": _PAID}
    named = _named(query, relations)
    added_relations = (relations[table] for table in relations if table in named)
    read = (tables[table] for table in TABLES if table in named)
    return Query.of(f"WITH {each(added_relations, ', ')} {query}", *read)


def _named(query: str, relations: Mapping[str, str]) -> set[str]:
    """Find the relations that a query names, and those that they name; more would do no harm."""
    found = {table for table in relations if table in query}
    while more := {t for t in relations if any(t in relations[known] for known in found)} - found:
        found |= more
    return found


@dataclass(frozen=True)
class VisibleSubjects:
    """The owners, pools and accounts that a user may see."""

    owners: frozenset[str]
    pools: frozenset[str]
    accounts: frozenset[str]

    def __contains__(self, subject: Subject) -> bool:
        """Return whether the user may see a subject."""
        match subject.of:
            case Of.OWNER:
                return subject.name in self.owners
            case Of.POOL:
                return subject.name in self.pools
            case Of.ACCOUNT:
                return subject.name in self.accounts


def redact(node: ExplanationNode, visible: VisibleSubjects) -> ExplanationNode | None:
    """Remove the parts of an explanation that a user may not see; None if nothing remains.

    Children still add up to their parent: one line has the sum of the removed parts.
    """
    if not node.subjects or not all(subject in visible for subject in node.subjects):
        return None
    pairs = [(child, redact(child, visible)) for child in node.children]
    shown = tuple(kept for _child, kept in pairs if kept is not None)
    hidden = [c.amount for c, kept in pairs if kept is None and c.amount is not None]
    rest = (
        (ExplanationNode(_NOT_SHOWN, added(hidden), node.currency),)
        if node.amount is not None and hidden
        else ()
    )
    return replace(
        node,
        title=node.redacted.title or node.title,
        facts=node.redacted.facts,
        children=(*shown, *rest),
    )


#: The title of the line with the sum of all removed parts.
_NOT_SHOWN = "other parts, not shown"


def _columns(table: str, listed: str | None) -> str:
    replacements = REPLACEMENTS.get(table)
    if listed is None or replacements is None:
        return "*"
    replaced = each((f"{sql} AS {name(column)}" for column, sql in replacements.items()), ", ")
    return f"* REPLACE ({replaced})"


def _where(table: str, listed: str | None, default: str) -> str:
    if listed is None:
        return ""
    return f" WHERE {_ROW_CONDITIONS[table].format(owners=listed, default=text(default))}"
