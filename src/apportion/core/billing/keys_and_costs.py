"""Split a bill into keys (descriptions of charges) and costs, as a star schema.

A hundred million lines have few different descriptions. Rules run on descriptions only.
"""

from __future__ import annotations

from collections.abc import Sequence

from apportion.core.templates import each, name, query, text
from apportion.model.charges import ChargeQueries
from apportion.model.lines import LinesQuery
from apportion.model.money import SQL_TYPE
from apportion.model.relation import Query, Relation

from .split_cost_rows import charges

#: Part of every key. Change it when the hashes are computed differently, so that no old key
#: matches. `ChargeQueries.identity`, the fingerprint of descriptions, is part of every key too.
_GENERATION = "apportion 2"


def lines_query(
    queries: ChargeQueries, bill: str, lines: Relation, *, period: str | None = None
) -> Query:
    """Add up the bill's lines to one row a key and day, in the form of the ledger's `costs`.

    `lines` are those of the bill's files. `period` is given if all lines are known to have the
    same one.
    """
    return query(
        "core/billing/lines",
        period=queries.period if period is None else _constant(period),
        bill=_constant(bill),
        day=queries.day,
        measures=each(
            f"CAST(SUM({expr}) AS {SQL_TYPE}) AS {name(column)}" for column, expr in queries.measure
        ),
        relation=charges(queries, lines),
        # A constant would only make the groups wider.
        groups=each(("1", "3", "4", "5") if period is None else ("3", "4", "5"), ", "),
        **_hashes(queries, bill),
    )


def add_up_query(queries: ChargeQueries, bill: str, lines: Relation) -> LinesQuery:
    """Add up the bill's lines, whether they have one period or several."""
    return LinesQuery(
        query=lines_query(queries, bill, lines),
        periods=query("core/billing/periods", period=queries.period, bill=lines),
        of_period=lambda period: lines_query(queries, bill, lines, period=period),
    )


def months_query(period: str, bill: str, costs: Relation) -> Query:
    """Add `costs` up to one row a key, in the form of the ledger's `months`."""
    return query("core/billing/months", period=_constant(period), bill=_constant(bill), costs=costs)


def described_by_place(
    queries: ChargeQueries, bill: str, new_keys: Relation, lines: Relation
) -> Query:
    """Describe the new keys of a bill from the lines in which they were first seen."""
    return query(
        "core/billing/described_by_place",
        lines=lines,
        new_keys=new_keys,
        **_described(queries, bill),
    )


def described_by_hash(
    queries: ChargeQueries, bill: str, new_keys: Relation, lines: Relation
) -> Query:
    """Describe the new keys of a bill whose lines have no numbers in the engine."""
    return query(
        "core/billing/described_by_hash",
        bill_lines=lines,
        new_keys=new_keys,
        **_described(queries, bill),
        **_hashes(queries, bill),
    )


def _described(queries: ChargeQueries, bill: str) -> dict[str, str]:
    return {
        "bill": text(bill),
        "described": each(f"{expr} AS {name(column)}" for column, expr in queries.describe),
    }


def _constant(value: str) -> str:
    """Write a text that is the same on every row; an ENUM takes no time to write."""
    return f"CAST({text(value)} AS ENUM ({text(value)}))"


def _hashes(queries: ChargeQueries, bill: str) -> dict[str, str]:
    """Hash every descriptor, texts in two ways, and combine them to the key's two hashes."""
    salt = text(f"{_GENERATION} {queries.identity} {bill}")
    hashed: dict[str, str] = {}
    forward, backward = [salt], [salt]
    for number, column in enumerate(queries.descriptors):
        hashed[f"#hash_{number}"] = f"hash({column})"
        forward.append(name(f"#hash_{number}"))
        if column in queries.texts:
            hashed[f"#check_{number}"] = f"hash({column} || '#')"
        backward.append(name(f"#check_{number}" if column in queries.texts else f"#hash_{number}"))
    return {
        "hashes": each((f"{expr} AS {name(alias)}" for alias, expr in hashed.items()), ", "),
        "key_id": _hash(forward),
        "key_check": _hash([text("check"), *reversed(backward)]),
    }


def _hash(parts: Sequence[str]) -> str:
    """Hash to 63 bits, which every engine's BIGINT holds."""
    return f"CAST(hash({each(parts, ', ')}) >> 1 AS BIGINT)"
