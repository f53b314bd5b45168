"""Proves months: every stage from the ledger's files, then the invoices beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from apportion.model.outcome import Outcome
from apportion.model.settings import Settings
from apportion.usecases.allocate.prove import prove
from apportion.usecases.context import RunContext
from apportion.usecases.outcomes import join_outcomes
from apportion.usecases.runs.manifest_files import MANIFEST_FILES

from .invoice_proofs import InvoiceProofs


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
    manifests = Path(settings.ledger) / MANIFEST_FILES
    again = partial(prove, as_of=as_of, by_account=by_account, manifests=manifests)
    proofs = InvoiceProofs(settings)
    outcomes = []
    for period in periods:
        outcome = again(context, period=period)
        compared = (
            proofs.prove(context, period=period, as_of=as_of, always=by_invoice)
            if outcome.rows
            else None
        )
        outcomes.append(_joined(outcome, compared, by_invoice=by_invoice) if compared else outcome)
    return join_outcomes(outcomes)


def _joined(proof: Outcome, compared: Outcome, *, by_invoice: bool) -> Outcome:
    shown = compared if by_invoice else proof
    return Outcome(
        shown.columns,
        shown.rows,
        (*proof.findings, *compared.findings),
        (*proof.messages, *compared.messages),
    )
