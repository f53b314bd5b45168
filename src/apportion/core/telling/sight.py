"""What somebody may see of a run: the one place where that is decided.

Pages ask for rows through `seen`, which puts these relations before their query. They have the
names of the daybook's tables, hold the scope's rows alone, and there is no other way to a table.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from apportion.core.templates import each, name, text
from apportion.model.outcome import Branch

#: Which rows of each table belong to whom: a condition over `{owners}`, a list of quoted names.
#: What an owner pays of is told with what it is in all, or the part of it would say nothing.
_RULES = {
    "cells": '"#owner" IN ({owners})',
    "days": '"#owner" IN ({owners})',
    "shares": '"#owner" IN ({owners})',
    "sources": '"#owner" IN ({owners})',
    "offers": "FALSE",
    "coverage": '"#owner" IN ({owners})',
    "values": '"#owner" IN ({owners})',
    "untagged": '"#owner" IN ({owners})',
    "status": "TRUE",
    "unallocated": "{default} IN ({owners})",
    "rejected": "FALSE",
    "pools": 'pool IN (SELECT "#pool" FROM shares)',
    "drivers": "(kind <> 'pool' AND target IN ({owners})) OR (kind = 'pool' AND pool IN "
    '(SELECT "#pool" FROM shares) AND target IN (SELECT "#pool" FROM shares))',
    "kept": "stays_with IN ({owners})",
}
TABLES = tuple(_RULES)

#: What is paid, own charges and shares in one shape: `#pool` is empty for own charges.
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
        f"{name(table)} AS (SELECT * FROM {name(tables[table])}{_where(table, listed, default)})"
        for table in TABLES
    ]
    return f"WITH {each((*relations, _PAID), ', ')} {query}"


def trimmed(branch: Branch, hidden: Collection[str]) -> Branch:
    """Leave out of an explanation whatever names an owner that is not to be seen.

    A rule's percentages of others, beside the amount of a pool, would tell what they pay.
    """
    if not hidden:
        return branch
    # Longest first, so that no name stops at the beginning of another.
    names = "|".join(map(re.escape, sorted(hidden, key=len, reverse=True)))
    return _trimmed(branch, re.compile(rf"(?<!\w)(?:{names})(?!\w)"))


def _trimmed(branch: Branch, hidden: re.Pattern[str]) -> Branch:
    facts = {name: value for name, value in branch.facts.items() if not hidden.search(str(value))}
    inner = tuple(_trimmed(b, hidden) for b in branch.branches if not hidden.search(b.title))
    return replace(branch, facts=facts, branches=inner)


def _where(table: str, listed: str | None, default: str) -> str:
    if listed is None:
        return ""
    return f" WHERE {_RULES[table].format(owners=listed, default=text(default))}"
