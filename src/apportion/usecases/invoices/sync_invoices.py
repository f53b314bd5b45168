"""Read the invoices of months from a provider into the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace as with_changes
from typing import Any

from apportion.core.invoices.from_aws import SOURCE, AwsInvoices, invoices_from_aws
from apportion.model.errors.base import FindingsError, NothingThereError
from apportion.model.manifest import Manifest, RunKind
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.wording import plural
from apportion.ports.invoices import InvoiceSummaries
from apportion.ports.ledger import ExpirableLedger

from .add_invoices import add_invoices

_AWS_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


def accounts_to_read(
    runs: Sequence[Manifest], *, periods: Sequence[str], payers: Sequence[str]
) -> list[tuple[str, Period]]:
    """List payers with months: those that are named, else the AWS payers with a bill.

    Raises NothingThereError if no bill is of such a payer and month.
    """
    if payers and periods:
        return [(payer, Period.parse(period)) for payer in payers for period in periods]
    found = {
        (total.billing_account, run.period)
        for run in runs
        if run.kind is RunKind.INGEST and (run.period in periods or not periods)
        for total in run.totals
        if _AWS_ACCOUNT.fullmatch(total.billing_account)
        and (total.billing_account in payers or not payers)
    }
    if not found:
        remedy = "Ingest one, or name `--payer` and `--period`."
        raise NothingThereError("bill of an AWS payer", [], remedy)
    return [(payer, Period.parse(period)) for payer, period in sorted(found)]


def read_summaries(
    source: InvoiceSummaries, accounts: Sequence[tuple[str, Period]]
) -> list[Mapping[str, Any]]:
    """Read the documents of all accounts and months, or raise: nothing is recorded of a part."""
    return [each for payer, period in accounts for each in source.summaries(payer, period)]


def sync_invoices(
    ledger: ExpirableLedger,
    summaries: Sequence[Mapping[str, Any]],
    *,
    replace: bool,
    at: str,
    wait: float,
) -> Outcome:
    """Add the invoices that AWS lists, as `add_invoices`; raises FindingsError for unreadable ones.

    Receipts and cancelled documents are counted in a message.
    """
    read, findings = invoices_from_aws(summaries)
    if findings:
        raise FindingsError(findings)
    outcome = add_invoices(ledger, read.invoices, source=SOURCE, replace=replace, at=at, wait=wait)
    return with_changes(outcome, messages=(*outcome.messages, *_left_out(read)))


def _left_out(read: AwsInvoices) -> Iterator[str]:
    if read.receipts:
        yield f"{plural(read.receipts, 'payment receipt')} skipped."
    if read.cancelled:
        yield f"{plural(read.cancelled, 'document')} cancelled by a tax authority skipped."
