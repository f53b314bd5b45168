"""What a month needs before it is closed; each missing thing is a finding with its remedy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from apportion.core.billing.bill_identity import not_read
from apportion.core.templates import query
from apportion.model.finance.close import Decision
from apportion.model.findings import close as codes
from apportion.model.findings.finding import Finding
from apportion.model.manifest import Manifest
from apportion.model.period import Period
from apportion.model.wording import plural
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.ledger_views import open_bills
from apportion.usecases.runs.open_run import Published


class _InvoicedLines(NamedTuple):
    currency: str
    lines: int
    invoiced: int
    cost: Decimal  # of those without


def not_invoiced(published: Published, context: RunContext) -> list[Finding]:
    """Findings for lines without an invoice, where other lines of the month have one."""
    bills = open_bills(published.bills, context)
    counted = query("usecases/close/invoiced_lines", months=bills.months, keys=bills.keys)
    return [
        Finding(
            codes.NOT_INVOICED,
            published.manifest.period,
            f"{plural(row.lines - row.invoiced, 'line')} of {row.lines:,}",
            expected="an invoice id",
            found="none",
            remedy="Wait for the final bill, or accept that an adjustment may follow.",
            amount=row.cost,
            currency=row.currency,
        )
        for row in read_rows(_InvoicedLines, context.engine.rows(counted))
        if 0 < row.invoiced < row.lines
    ]


def last_charge(bills: Iterable[Manifest]) -> str:
    """The last day with a charge, ISO 8601; empty for deliveries that recorded no days."""
    return max((held.day for run in bills for held in run.days), default="")


def ends_early(published: Published) -> list[Finding]:
    """A finding for bills of which no charge is of the last two days of the month."""
    period = published.manifest.period
    last = Period.parse(period).last_day
    day = last_charge(published.bills.values())
    if not day or day >= str(last - timedelta(days=1)):
        return []
    return [
        Finding(
            codes.ENDS_EARLY,
            period,
            "the last charge",
            expected=f"one of {last}",
            found=day,
            remedy="Ingest the final bill, and reopen the month if this was not it.",
        )
    ]


def not_over(period: str, now: str) -> list[Finding]:
    """A finding for a month whose last day is not over."""
    last = Period.parse(period).last_day
    if date.fromisoformat(now[:10]) > last:
        return []
    return [
        Finding(
            codes.NOT_OVER,
            period,
            "the month",
            expected=f"a day after {last}",
            found=now[:10],
            remedy="Close it when it is over and its bill is final.",
        )
    ]


def not_allocated(published: Published, runs: Sequence[Manifest]) -> list[Finding]:
    """Findings for bills whose newest delivery the allocation did not read."""
    manifest = published.manifest
    return [
        Finding(
            codes.NOT_ALLOCATED,
            manifest.period,
            f"bill {delivered.bill}",
            expected=f"the delivery of {delivered.at}, run {delivered.run}",
            found=f"run {manifest.bills.get(delivered.bill, 'none')} in the allocation",
            remedy=f"Run `apportion allocate --period {manifest.period}`.",
        )
        for delivered in not_read(manifest, runs)
    ]


def same_person(period: str, decision: Decision) -> list[Finding]:
    """A finding if one person prepared and approves, or only one is named."""
    prepared = decision.prepared_by
    if prepared and prepared.casefold() != decision.approver.casefold():
        return []
    return [
        Finding(
            codes.SAME_PERSON,
            period,
            "the approver",
            expected="someone other than who prepared the allocation",
            found=prepared or "nobody named with --prepared-by",
            remedy="Name both: --prepared-by and --approver.",
        )
    ]
