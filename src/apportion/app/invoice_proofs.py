"""Compares months with the invoices in the ledger, and with the journals that were sent."""

from __future__ import annotations

import dataclasses
from hashlib import sha256
from pathlib import Path

from apportion.ledger.iceberg import IcebergLedger
from apportion.model.finance.invoice import InvoiceDifference
from apportion.model.findings.finding import Finding
from apportion.model.manifest import Manifest
from apportion.model.outcome import Outcome
from apportion.model.settings import Settings
from apportion.usecases.allocate.generation import made_otherwise
from apportion.usecases.context import RunContext
from apportion.usecases.dashboard.recently_used import RecentlyUsed
from apportion.usecases.invoices.prove_invoices import prove_invoices
from apportion.usecases.invoices.records import recorded_invoices
from apportion.usecases.journal.load import read_chart_file
from apportion.usecases.journal.records import posted_by_invoice

#: The number of months whose comparison is kept for pages.
_MAX_KEPT = 50


class InvoiceProofs:
    """Comparisons of a workspace; invoices and journals are read anew each time."""

    def __init__(self, settings: Settings) -> None:
        self._chart = Path(settings.chart)
        self._ledger = IcebergLedger(Path(settings.ledger))
        self._kept = RecentlyUsed[tuple[str, str], Outcome](_MAX_KEPT)

    def prove(
        self, context: RunContext, *, period: str, as_of: str = "", always: bool = False
    ) -> Outcome | None:
        """Compare a month; None if the ledger has no invoice at all, unless `always`."""
        invoices = tuple(recorded_invoices(self._ledger).values())
        if not (invoices or always):
            return None
        allowed, findings = self._allowed_difference()
        outcome = prove_invoices(
            context,
            invoices,
            period=period,
            as_of=as_of,
            journals=posted_by_invoice(self._ledger, period),
            allowed=allowed,
        )
        return dataclasses.replace(outcome, findings=(*findings, *outcome.findings))

    def version(self) -> str:
        """Hash the ledger's notes of invoices and journals, and the chart map; "" without notes."""
        notes = sorted(self._ledger.read_notes())
        if not notes:
            return ""
        chart = self._chart.read_bytes() if self._chart.is_file() else b""
        return sha256(b"\n".join([*notes, chart])).hexdigest()

    def for_page(self, context: RunContext, run: Manifest) -> Outcome | None:
        """Compare a run, once for the same version; None if it cannot be read or none was added."""
        if made_otherwise(run):
            return None
        key = (run.run, self.version())
        found = self._kept.get(key) or self.prove(context, period=run.period, as_of=run.run)
        return self._kept.keep(key, found) if found else None

    def _allowed_difference(self) -> tuple[InvoiceDifference, list[Finding]]:
        """Read the tolerance from the chart map; the default if there is no chart map."""
        chart, findings = read_chart_file(self._chart) if self._chart.is_file() else (None, [])
        return (chart.invoice_difference if chart else InvoiceDifference()), findings
