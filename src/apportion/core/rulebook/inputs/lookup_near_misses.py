"""Find lines of a lookup that miss their charges by spelling alone: a zero, a quote, capitals.

Values match as they are written, since ids are text. A spreadsheet drops the zeros of an account,
clouds write the same id in capitals or not, and the cost would silently stay without an owner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from apportion.core.templates import each, name, query
from apportion.model.findings.dimensions import ALMOST_MATCHES
from apportion.model.findings.finding import Finding
from apportion.model.inputs import Lookup
from apportion.model.relation import Query, Relation
from apportion.model.suggestions import shown

_MOST = 3


def line_columns(lookup: Lookup) -> dict[str, str]:
    """Name the columns of the table of a lookup's lines, with their SQL types."""
    return {"line": "BIGINT", **{f"m{at}": "VARCHAR" for at in range(len(lookup.columns))}}


class NearMiss(NamedTuple):
    """A value of the bill that almost matches a line of a lookup."""

    line: int
    written: str
    found: str


def near_misses_query(lookup: Lookup, lines: Relation, facts: Relation) -> Query:
    """List values of the bill that almost match, each with the line; see `line_columns`."""
    columns = list(enumerate(map(name, lookup.columns)))
    return query(
        "core/rulebook/inputs/near_misses",
        lines=lines,
        facts=facts,
        columns=each((column for _, column in columns), ", "),
        written=f"CONCAT_WS(', ', {each((f'l.m{at}' for at, _ in columns), ', ')})",
        found=f"CONCAT_WS(', ', {each((f'f.{column}' for _, column in columns), ', ')})",
        same=each((f"l.m{at} = f.{column}" for at, column in columns), " AND "),
        alike=each((f"{_bare(f'l.m{at}')} = {_bare(f'f.{c}')}" for at, c in columns), " AND "),
    )


def near_misses(lookup: Lookup, lines: Sequence[NearMiss]) -> Iterator[Finding]:
    """List lines of a lookup whose values are almost in the bill."""
    if lines:
        line, written, there = lines[0]
        others = [shown(one) for _, _, one in lines[1:_MOST]]
        more = [f"and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
        yield Finding(
            ALMOST_MATCHES,
            f"{lookup.name}:{line}",
            f"{shown(written)} in the file",
            expected="the spelling of the bill",
            found=", ".join([shown(there), *others, *more]),
            remedy="Write values as the bill does, each way in a line of its own; a spreadsheet "
            "keeps zeros in columns that are formatted as text.",
        )


def _bare(column: str) -> str:
    return f"LTRIM(LOWER(REGEXP_REPLACE({column}, '[\\s\"''=]', '', 'g')), '0')"
