"""Open what the ledger holds as views of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.core.templates import sql
from apportion.model.manifest import Manifest
from apportion.usecases.context import RunContext


def open_bills(bills: Mapping[str, Manifest], context: RunContext) -> None:
    """Open the views `keys`, `costs` and `months` over the files of these deliveries."""
    for table in ("keys", "costs"):
        _open(table, bills, context)
    if all("months" in manifest.snapshots for manifest in bills.values()):
        _open("months", bills, context)
    else:  # a delivery from before there were months
        context.engine.create_view(
            "months", sql("core/billing/months", period='"Period"', bill='"Bill"')
        )


def _open(table: str, bills: Mapping[str, Manifest], context: RunContext) -> None:
    files = [
        file
        for _bill, manifest in sorted(bills.items())
        for file in context.ledger.files(table, manifest)
    ]
    context.engine.open_parquet(table, files)


def open_allocations(files: Sequence[str], context: RunContext, *, by_day: bool = True) -> None:
    """Open `owned` (who owns each key) and `allocations` (with what it cost) beside the bills."""
    context.engine.open_parquet("owned", files)
    if by_day:
        context.engine.create_view("allocations", sql("usecases/allocate/allocations"))
    else:
        rolled = sql("core/allocation/rolled", labels="owned")
        context.engine.create_view(
            "allocations", sql("usecases/runs/allocations_of_month", rolled=rolled)
        )
