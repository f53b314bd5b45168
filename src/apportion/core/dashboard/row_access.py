"""What somebody may see of a run: the one place where that is decided.

Pages ask for rows through `seen`, which puts these relations before their query. They have the
names of the daybook's tables, hold the scope's rows alone, and there is no other way to a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from apportion.core.reporting.explain import added
from apportion.core.templates import each, name, text
from apportion.model.outcome import ExplanationNode, Of, Subject

#: The rows of owners alone.
_OWN = '"#owner" IN ({owners})'

#: Which rows of each table belong to whom: a condition over `{owners}`, a list of quoted names.
_RULES = {
    "cells": _OWN,
    "days": _OWN,
    "shares": _OWN,
    "sources": _OWN,
    "offers": "FALSE",
    "coverage": _OWN,
    "values": _OWN,
    "untagged": _OWN,
    "status": "TRUE",
    "unallocated": "{default} IN ({owners})",
    "rejected": "FALSE",
    "pools": 'pool IN (SELECT "#pool" FROM shares)',
    "drivers": "(kind <> 'pool' AND target IN ({owners})) OR (kind = 'pool' AND pool IN "
    '(SELECT "#pool" FROM shares) AND target IN (SELECT "#pool" FROM shares))',
    "kept": "stays_with IN ({owners})",
}

#: Columns of these rows that tell of more than the row's owner, and what stands in their place:
#: what a pool holds in all, conditions and percentages of others, counts of the organisation.
#: A part is told to a tenth of a percent, as a share divided by its exact part is what all pay.
INSTEAD = {
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

TABLES = tuple(_RULES)

#: How exactly somebody is told what part of a whole they pay that they may not see.
PLACES_OF_PARTS = 3

#: Which pools reach whom: those that they pay of, give to them, or hold charges that are theirs.
POOLS_QUERY = (
    'SELECT "#pool" AS pool FROM shares UNION SELECT pool FROM drivers UNION '
    'SELECT "#pool" FROM cells WHERE "#pool" <> \'\''
)
ACCOUNTS_QUERY = 'SELECT DISTINCT "SubAccountId" AS account FROM cells'
OWNERS_QUERY = 'SELECT "#owner" AS owner FROM days UNION SELECT "#owner" FROM shares'

#: What is paid, direct and shared cost in one shape: `#pool` is empty for direct cost.
_PAID = (
    'paid AS (SELECT "#owner", "#currency", "#day", \'\' AS "#pool", "#cost" FROM days '
    "WHERE \"#cut\" = '' AND \"#pool\" = '' UNION ALL "
    'SELECT "#owner", "#currency", "#day", "#pool", "#cost" FROM shares)'
)


def seen(
    query: str, tables: Mapping[str, str], *, owners: Iterable[str] | None, default: str
) -> str:
    """Put what a scope sees before a query.

    `tables` maps the daybook's tables to the engine's names for them, `owners` None sees all,
    `default` is the owner of what nobody owns.
    """
    listed = None if owners is None else each(map(text, sorted(owners)), ", ") or "NULL"
    relations = [
        f"{name(table)} AS (SELECT {_columns(table, listed)} FROM {name(tables[table])}"
        f"{_where(table, listed, default)})"
        for table in TABLES
    ]
    return f"WITH {each((*relations, _PAID), ', ')} {query}"


@dataclass(frozen=True)
class Seen:
    """What of an explanation's subjects somebody sees, by their identity."""

    owners: frozenset[str]
    pools: frozenset[str]
    accounts: frozenset[str]

    def __contains__(self, subject: Subject) -> bool:
        """Tell whether a subject is seen."""
        match subject.of:
            case Of.OWNER:
                return subject.name in self.owners
            case Of.POOL:
                return subject.name in self.pools
            case Of.ACCOUNT:
                return subject.name in self.accounts


def reduced(branch: ExplanationNode, seen_of: Seen) -> ExplanationNode | None:
    """Take an explanation down to what somebody sees; None where nothing is left.

    Branches still add up: what is not seen of an amount that is stands in one line.
    """
    if not branch.subjects or not all(subject in seen_of for subject in branch.subjects):
        return None
    told = [(inner, reduced(inner, seen_of)) for inner in branch.children]
    seen_ones = tuple(shown for _whole, shown in told if shown is not None)
    hidden = [whole.amount for whole, shown in told if shown is None and whole.amount is not None]
    rest = (
        (ExplanationNode(_NOT_SHOWN, added(hidden), branch.currency),)
        if _adds_up(branch, hidden)
        else ()
    )
    return replace(
        branch,
        title=branch.reduced.title or branch.title,
        facts=branch.reduced.facts,
        children=(*seen_ones, *rest),
    )


#: What stands for parts of an amount that are not shown by themselves.
_NOT_SHOWN = "other parts, not shown"


def _adds_up(branch: ExplanationNode, hidden: list[Decimal]) -> bool:
    return branch.amount is not None and bool(hidden)


def _columns(table: str, listed: str | None) -> str:
    instead = INSTEAD.get(table)
    if listed is None or instead is None:
        return "*"
    replaced = each((f"{sql} AS {name(column)}" for column, sql in instead.items()), ", ")
    return f"* REPLACE ({replaced})"


def _where(table: str, listed: str | None, default: str) -> str:
    if listed is None:
        return ""
    return f" WHERE {_RULES[table].format(owners=listed, default=text(default))}"
