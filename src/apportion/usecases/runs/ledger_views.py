"""Open what the ledger holds as views of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.core.allocation.rollup import rolled_query
from apportion.core.templates import query
from apportion.model.manifest import Manifest
from apportion.model.relation import BillTables, Query, Relation
from apportion.usecases.context import RunContext


def open_bills(bills: Mapping[str, Manifest], context: RunContext) -> BillTables:
    """Open views over the files of these deliveries."""
    keys, costs = (_open(table, bills, context) for table in ("keys", "costs"))
    if all("months" in manifest.snapshots for manifest in bills.values()):
        return BillTables(keys, costs, _open("months", bills, context))
    # a delivery from before there were months
    summed = query("core/billing/months", period='"Period"', bill='"Bill"', costs=costs)
    return BillTables(keys, costs, context.engine.create_view("months", summed))


def _open(table: str, bills: Mapping[str, Manifest], context: RunContext) -> Relation:
    files = [
        file
        for _bill, manifest in sorted(bills.items())
        for file in context.ledger.files(table, manifest)
    ]
    return context.engine.open_parquet(table, files)


def open_allocations(
    files: Sequence[str], bills: BillTables, context: RunContext, *, by_day: bool = True
) -> tuple[Relation, Relation]:
    """Open who owns each key, and the same with what the key cost: by day, or in the month."""
    owned = context.engine.open_parquet("owned", files)
    if not by_day:
        return owned, view_month(owned, rolled_query(owned, bills), context)
    by_days = query("usecases/allocate/allocations", costs=bills.costs, owned=owned)
    return owned, context.engine.create_view("allocations", by_days)


def view_month(owned: Relation, rolled: Query, context: RunContext) -> Relation:
    """View who owns each key with what the key cost in the month; `rolled` adds that up."""
    found = query("usecases/runs/allocations_of_month", rolled=rolled, owned=owned)
    return context.engine.create_view("allocations", found)
