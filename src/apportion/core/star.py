"""Split a bill into what describes its charges and what they cost: a star of keys and costs.

Of a hundred million lines few descriptions differ. Rules run on descriptions only.
"""

from __future__ import annotations

from apportion.model.charges import ChargeQueries

from .templates import each, name, sql, text

#: Part of every key: change it when the meaning of a key changes, and old keys are no longer met.
_GENERATION = "apportion 1"


def lines_query(queries: ChargeQueries, bill: str) -> str:
    """Add up the bill's lines to one row a key and day, in the form of the ledger's `costs`."""
    key_id, key_check = _hashes(queries, bill)
    return sql(
        "lines",
        period=queries.period,
        bill=text(bill),
        key_id=key_id,
        key_check=key_check,
        day=queries.day,
        measures=each(f"SUM({expr}) AS {name(column)}" for column, expr in queries.measure),
        relation=queries.relation,
    )


def described_query(queries: ChargeQueries, bill: str, *, by_place: bool) -> str:
    """Describe the keys in `new_keys`; by place where the engine knows where lines stand."""
    parts = {
        "bill": text(bill),
        "described": each(f"{expr} AS {name(column)}" for column, expr in queries.describe),
        "relation": queries.relation,
    }
    if by_place:
        return sql("described_by_place", **parts)
    key_id, key_check = _hashes(queries, bill)
    return sql("described_by_hash", **parts, key_id=key_id, key_check=key_check)


def _hashes(queries: ChargeQueries, bill: str) -> tuple[str, str]:
    """Hash the description in two orders, so that one function's collision is not the other's."""
    salt = text(f"{_GENERATION} {bill}")
    there = each((salt, *queries.descriptors), ", ")
    back = each((text("check"), *reversed(queries.descriptors), salt), ", ")
    return there, back
