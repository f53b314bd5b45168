"""Describe the keys of a delivery that the ledger does not know yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from apportion.core.billing.keys_and_costs import described_by_hash, described_by_place
from apportion.core.templates import query
from apportion.model.charges import ChargeQueries
from apportion.model.delivery import Delivery, Encoding
from apportion.model.manifest import Manifest
from apportion.model.relation import Query, Relation
from apportion.model.wording import plural
from apportion.ports.lines import Lines
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows

_KEY_COLUMNS = {"KeyId": "BIGINT", "KeyCheck": "BIGINT"}


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


@dataclass(frozen=True)
class DeliveredLines:
    """The lines of a delivery, with the queries that read them as charges of a bill."""

    delivery: Delivery
    queries: ChargeQueries
    bill: str
    lines: Lines


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
    return [
        file
        for described in _described(delivered, new_keys)
        for file in context.engine.write(described, context.ledger.new_folder("keys"))
    ]


def _described(delivered: DeliveredLines, new_keys: Relation) -> Iterator[Query]:
    """Describe keys from the places of their first lines; by their hashes without places."""
    queries, bill, lines = delivered.queries, delivered.bill, delivered.lines
    if delivered.delivery.encoding is Encoding.PARQUET:
        for fetched in lines.fetch(new_keys):
            yield described_by_place(queries, bill, new_keys, fetched)
    else:
        yield described_by_hash(queries, bill, new_keys, lines.bill)
