"""Open what the ledger holds as views of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.core.templates import sql
from apportion.model.manifest import Manifest

from .plugs import Plugs


def open_bills(bills: Mapping[str, Manifest], plugs: Plugs) -> None:
    """Open the views `keys` and `costs` over the files of these deliveries."""
    for table in ("keys", "costs"):
        files = [
            file
            for bill, manifest in sorted(bills.items())
            for file in plugs.ledger.files(
                table, snapshot=manifest.snapshots[table], period=manifest.period, bill=bill
            )
        ]
        plugs.engine.open_parquet(table, files)


def open_allocations(files: Sequence[str], plugs: Plugs) -> None:
    """Open `owned` (who owns each key) and `allocations` (with what it cost) beside `costs`."""
    plugs.engine.open_parquet("owned", files)
    plugs.engine.define("allocations", sql("allocations"))
