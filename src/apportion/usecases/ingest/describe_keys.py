"""Describe the keys of a delivery that the ledger does not know yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from apportion.core.billing.keys_and_costs import described_by_hash, described_by_place
from apportion.core.templates import query
from apportion.model.charges import ChargeQueries
from apportion.model.delivery import Delivery, Encoding
from apportion.model.manifest import Manifest
from apportion.model.relation import Query, Relation
from apportion.model.wording import plural
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows

_KEY_COLUMNS = {"KeyId": "BIGINT", "KeyCheck": "BIGINT"}

#: Files that one query describes keys of: each is a branch of its plan.
_FILES_AT_ONCE = 32


def open_known(current: Manifest | None, context: RunContext) -> tuple[list[str], Relation]:
    """Open the keys that the bill's period has already; returns their files and a table of them."""
    files = context.ledger.files("keys", current) if current else []
    if not files:
        return files, context.engine.load("known", _KEY_COLUMNS, [])
    keys = context.engine.open_parquet("known_keys", files)
    columns = Query.of(f'SELECT "KeyId", "KeyCheck" FROM {keys}', keys)
    return files, context.engine.create_table("known", columns)


class _Counts(NamedTuple):
    known: int
    new: int


class _File(NamedTuple):
    file: int


@dataclass(frozen=True)
class DeliveredLines:
    """The lines of a delivery, with the queries that read them as charges of a bill."""

    delivery: Delivery
    queries: ChargeQueries
    bill: str
    lines: Relation


def describe(
    delivered: DeliveredLines, known: Relation, months: Relation, context: RunContext
) -> list[str]:
    """Write the descriptions of the keys that `months` has and `known` has not.

    Returns the files; none where there is nothing new. A bill's first delivery has a file even
    so, for a table is known by its files.
    """
    found = query("usecases/ingest/new_keys", months=months, known=known)
    new_keys = context.engine.create_table("new_keys", found)
    counts = (
        f"SELECT (SELECT COUNT(*) FROM {known}) AS known, (SELECT COUNT(*) FROM {new_keys}) AS new"
    )
    (counted,) = read_rows(_Counts, context.engine.rows(Query.of(counts, known, new_keys)))
    if counted.known and not counted.new:
        return []
    context.say(f"describing {plural(counted.new, 'new key')}")
    if delivered.delivery.encoding is Encoding.PARQUET:
        return _by_place(delivered, new_keys, context)
    described = described_by_hash(delivered.queries, delivered.bill, new_keys, delivered.lines)
    return context.engine.write(described, context.ledger.new_folder("keys"))


def _by_place(delivered: DeliveredLines, new_keys: Relation, context: RunContext) -> list[str]:
    """Read only the files, and of them the parts, in which the keys were first seen."""
    lines, engine = delivered.lines, context.engine
    no_lines = engine.create_table("no_lines", Query.of(f"SELECT * FROM {lines} LIMIT 0", lines))
    files = Query.of(f'SELECT DISTINCT "File" FROM {new_keys} ORDER BY 1', new_keys)
    places = [row.file for row in read_rows(_File, engine.rows(files))]
    written = []
    for start in range(0, max(1, len(places)), _FILES_AT_ONCE):
        views = {
            place: _open_file(delivered.delivery, place, context)
            for place in places[start : start + _FILES_AT_ONCE]
        }
        described = described_by_place(
            delivered.queries, delivered.bill, new_keys, views, no_lines=no_lines
        )
        written += engine.write(described, context.ledger.new_folder("keys"))
    return written


def _open_file(delivery: Delivery, place: int, context: RunContext) -> Relation:
    files = [delivery.files[place].path]
    return context.engine.open_bill(f"file_{place}", files, delivery.encoding)
