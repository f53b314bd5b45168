"""Describe the keys of a delivery that the ledger does not know yet."""

from __future__ import annotations

from pathlib import Path

from apportion.core.billing.keys_and_costs import described_by_hash, described_by_place
from apportion.core.templates import sql
from apportion.model.charges import ChargeQueries
from apportion.model.delivery import Delivery, Encoding
from apportion.model.manifest import Manifest
from apportion.usecases.context import RunContext

_KEY_COLUMNS = {"KeyId": "BIGINT", "KeyCheck": "BIGINT"}

#: Files that one query describes keys of: each is a branch of its plan.
_FILES_AT_ONCE = 32


def open_known(current: Manifest | None, context: RunContext) -> list[str]:
    """Make `known`, the keys that the bill's period has already, and list their files."""
    files = context.ledger.files("keys", current) if current else []
    if files:
        context.engine.open_parquet("known_keys", files)
        context.engine.create_table("known", 'SELECT "KeyId", "KeyCheck" FROM "known_keys"')
    else:
        context.engine.load("known", _KEY_COLUMNS, [])
    return files


def describe(
    delivery: Delivery, queries: ChargeQueries, bill: str, context: RunContext
) -> list[Path]:
    """Write the descriptions of the keys that `months` has and `known` has not.

    Returns the files; none where there is nothing new. A bill's first delivery has a file even
    so, for a table is known by its files.
    """
    context.engine.create_table("new_keys", sql("usecases/ingest/new_keys"))
    (counted,) = context.engine.rows(
        "SELECT (SELECT COUNT(*) FROM known) AS known, (SELECT COUNT(*) FROM new_keys) AS new"
    )
    if counted["known"] and not counted["new"]:
        return []
    context.say(f"describing {counted['new']:,} new kinds of charge")
    if delivery.encoding is Encoding.PARQUET:
        return _by_place(delivery, queries, bill, context)
    return context.engine.write(described_by_hash(queries, bill), context.ledger.new_folder("keys"))


def _by_place(
    delivery: Delivery, queries: ChargeQueries, bill: str, context: RunContext
) -> list[Path]:
    """Read only the files, and of them the parts, in which the keys were first seen."""
    context.engine.create_table("no_lines", "SELECT * FROM bill LIMIT 0")
    rows = context.engine.rows('SELECT DISTINCT "File" FROM new_keys ORDER BY 1')
    places = [int(str(row["File"])) for row in rows]
    written = []
    for start in range(0, max(1, len(places)), _FILES_AT_ONCE):
        views = {place: f"file_{place}" for place in places[start : start + _FILES_AT_ONCE]}
        for place, view in views.items():
            context.engine.open_bill(view, [delivery.files[place].path], delivery.encoding)
        query = described_by_place(queries, bill, views)
        written += context.engine.write(query, context.ledger.new_folder("keys"))
    return written
