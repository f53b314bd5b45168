"""Proves months: every stage from the ledger's files, then the invoices beside them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from apportion.ledger.iceberg import IcebergLedger
from apportion.model.finance.invoice import Invoice, InvoiceDifference
from apportion.model.findings.finding import Finding
from apportion.model.outcome import Outcome
from apportion.model.settings import Settings
from apportion.usecases.allocate.prove import prove
from apportion.usecases.context import RunContext
from apportion.usecases.invoices.prove_invoices import prove_invoices
from apportion.usecases.invoices.records import recorded_invoices
from apportion.usecases.journal.load import read_chart_file
from apportion.usecases.journal.records import posted_by_invoice
from apportion.usecases.outcomes import join_outcomes
from apportion.usecases.runs.manifest_files import MANIFEST_FILES


def prove_months(
    periods: Sequence[str],
    context: RunContext,
    settings: Settings,
    *,
    as_of: str,
    by_account: bool,
    by_invoice: bool,
) -> Outcome:
    """Prove months again from the files, and compare them with their invoices, if there are any.

    Rows are cost columns of payers or accounts, or with `by_invoice` the invoices.
    """
    folder = Path(settings.ledger)
    ledger = IcebergLedger(folder)
    invoices = list(recorded_invoices(ledger).values())
    again = partial(prove, as_of=as_of, by_account=by_account, manifests=folder / MANIFEST_FILES)
    outcomes = []
    for period in periods:
        outcome = again(context, period=period)
        if outcome.rows and (invoices or by_invoice):
            compared = _beside_invoices(context, settings, ledger, invoices, period, as_of)
            outcome = _joined(outcome, compared, by_invoice=by_invoice)
        outcomes.append(outcome)
    return join_outcomes(outcomes)


def _beside_invoices(
    context: RunContext,
    settings: Settings,
    ledger: IcebergLedger,
    invoices: Sequence[Invoice],
    period: str,
    as_of: str,
) -> Outcome:
    allowed, findings = _allowed_difference(Path(settings.chart))
    outcome = prove_invoices(
        context,
        invoices,
        period=period,
        as_of=as_of,
        journals=posted_by_invoice(ledger, period),
        allowed=allowed,
    )
    return dataclasses.replace(outcome, findings=(*findings, *outcome.findings))


def _allowed_difference(chart_file: Path) -> tuple[InvoiceDifference, list[Finding]]:
    """Read the tolerance from the chart map; the default if there is no chart map."""
    chart, findings = read_chart_file(chart_file) if chart_file.is_file() else (None, [])
    return (chart.invoice_difference if chart else InvoiceDifference()), findings


def _joined(proof: Outcome, compared: Outcome, *, by_invoice: bool) -> Outcome:
    shown = compared if by_invoice else proof
    return Outcome(
        shown.columns,
        shown.rows,
        (*proof.findings, *compared.findings),
        (*proof.messages, *compared.messages),
    )
