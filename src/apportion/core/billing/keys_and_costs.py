"""Split a bill into what describes its charges and what they cost: a star of keys and costs.

Of a hundred million lines few descriptions differ. Rules run on descriptions only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.core.templates import each, name, sql, text
from apportion.model.charges import ChargeQueries
from apportion.model.money import SQL_TYPE

#: Part of every key: change it when keys are hashed in another way, and old keys are no longer met.
#: How values are described is in `ChargeQueries.identity`, which is a part of every key, too.
_GENERATION = "apportion 2"


def lines_query(queries: ChargeQueries, bill: str, *, period: str | None = None) -> str:
    """Add up the bill's lines to one row a key and day, in the form of the ledger's `costs`.

    A `period` is the one that all lines are known to have.
    """
    return sql(
        "core/billing/lines",
        period=queries.period if period is None else _constant(period),
        bill=_constant(bill),
        day=queries.day,
        measures=each(
            f"CAST(SUM({expr}) AS {SQL_TYPE}) AS {name(column)}" for column, expr in queries.measure
        ),
        relation=queries.relation,
        # What is the same on every line would only make groups wider.
        groups=each(("1", "3", "4", "5") if period is None else ("3", "4", "5"), ", "),
        **_hashes(queries, bill),
    )


def months_query(period: str, bill: str) -> str:
    """Add `costs` up to one row a key, in the form of the ledger's `months`."""
    return sql("core/billing/months", period=_constant(period), bill=_constant(bill))


def described_by_place(queries: ChargeQueries, bill: str, views: Mapping[int, str]) -> str:
    """Describe the keys in `new_keys` that were first seen in these files of the bill.

    `views` are over one file each, by the file's place in the bill; the table `no lines` has the
    columns of all files.
    """
    lines = (
        sql("core/billing/first_lines", file=str(file), view=name(view))
        for file, view in views.items()
    )
    return sql(
        "core/billing/described_by_place",
        lines=each(('SELECT * FROM "no lines"', *lines), "\nUNION ALL BY NAME\n"),
        **_described(queries, bill),
    )


def described_by_hash(queries: ChargeQueries, bill: str) -> str:
    """Describe the keys in `new_keys` of a bill whose engine does not know where lines stand."""
    return sql(
        "core/billing/described_by_hash", **_described(queries, bill), **_hashes(queries, bill)
    )


def _described(queries: ChargeQueries, bill: str) -> dict[str, str]:
    return {
        "bill": text(bill),
        "described": each(f"{expr} AS {name(column)}" for column, expr in queries.describe),
    }


def _constant(value: str) -> str:
    """Write a text that is the same on every row; as an ENUM it costs nothing to write."""
    return f"CAST({text(value)} AS ENUM ({text(value)}))"


def _hashes(queries: ChargeQueries, bill: str) -> dict[str, str]:
    """Hash every descriptor by itself, texts by two functions, and make the two hashes of a key."""
    salt = text(f"{_GENERATION} {queries.identity} {bill}")
    hashed: dict[str, str] = {}
    there, back = [salt], [salt]
    for number, column in enumerate(queries.descriptors):
        hashed[f"#hash {number}"] = f"hash({column})"
        there.append(name(f"#hash {number}"))
        if column in queries.texts:
            hashed[f"#check {number}"] = f"hash({column} || '#')"
        back.append(name(f"#check {number}" if column in queries.texts else f"#hash {number}"))
    return {
        "hashes": each((f"{expr} AS {name(alias)}" for alias, expr in hashed.items()), ", "),
        "key_id": _hash(there),
        "key_check": _hash([text("check"), *reversed(back)]),
    }


def _hash(parts: Sequence[str]) -> str:
    """Hash to 63 bits, which every engine's BIGINT holds."""
    return f"CAST(hash({each(parts, ', ')}) >> 1 AS BIGINT)"
