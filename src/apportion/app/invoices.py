"""Invoices of providers: adapters and use cases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from apportion.ledger.iceberg import IcebergLedger
from apportion.model.outcome import Outcome
from apportion.model.settings import Settings
from apportion.usecases.invoices.add_invoices import add_file, list_invoices


class Invoices:
    """Invoices of a workspace: the last stage of the proof."""

    def __init__(self, settings: Settings, now: Callable[[], str]) -> None:
        self._settings = settings
        self._now = now

    def add(self, path: Path, *, replace: bool = False, wait: float = 0) -> Outcome:
        """Add the invoices of a CSV file; rows have the status of each.

        Without `replace`, an invoice that differs from the one in the ledger is a failing finding,
        and nothing is recorded. Raises FindingsError for a file that cannot be read.
        """
        return add_file(self._ledger, path, replace=replace, at=self._now(), wait=wait)

    def list(self, period: str = "") -> Outcome:
        """List the invoices of a month, or all."""
        return list_invoices(self._ledger, period=period)

    @property
    def _ledger(self) -> IcebergLedger:
        return IcebergLedger(Path(self._settings.ledger))
