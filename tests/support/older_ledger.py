"""A ledger of a version that had no table `arrivals`."""

from __future__ import annotations

from dataclasses import replace

from apportion.ledger.iceberg import IcebergLedger
from apportion.model.manifest import Manifest
from apportion.usecases.ingest.arrivals import ARRIVALS


class OlderLedger(IcebergLedger):
    """The runs of a ledger, as if none had recorded arrivals."""

    def runs(self) -> list[Manifest]:
        return [_without_arrivals(run) for run in super().runs()]


def _without_arrivals(run: Manifest) -> Manifest:
    snapshots = {table: number for table, number in run.snapshots.items() if table != ARRIVALS}
    return replace(run, snapshots=snapshots)
