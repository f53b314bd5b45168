"""The journal of an accrual: what is billed so far and what is expected, and its reversal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from apportion.core.identity import run_id
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.journal import InvoiceCost, JournalBatch, JournalLine
from apportion.model.findings.close import NO_ACCRUAL_ACCOUNT
from apportion.model.findings.finding import Finding

from .batches import make_journals

ACCRUAL, REVERSAL = "accrual", "reversal of accrual"

#: What is expected beyond what is billed, in units, by owner and currency.
NotBilled = Mapping[tuple[str, str], int]


def accrual_chart(chart: ChartMap) -> tuple[ChartMap, list[Finding]]:
    """Credit the account for accruals where journals credit clearing.

    A company that pays invoices and has no such account is a finding.
    """
    paying = set(chart.payers.values())
    missing = [
        Finding(
            NO_ACCRUAL_ACCOUNT,
            str(company.place),
            f"company {code}, which pays invoices",
            expected="an account for accruals",
            found="none",
            remedy="Add `accrual:` to the company.",
        )
        for code, company in chart.companies.items()
        if code in paying and not company.accrual
    ]
    companies = {
        code: replace(company, clearing=company.accrual)
        for code, company in chart.companies.items()
    }
    return replace(chart, companies=companies), missing


def expected_costs(billed: Sequence[InvoiceCost], not_billed: NotBilled) -> list[InvoiceCost]:
    """Add what is not billed yet, of no invoice and no service category.

    It is dated to the billing account that has most of the owner's cost, else of all cost.
    """
    accounts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cost in billed:
        for owner in (cost.owner, ""):
            accounts[owner, cost.currency][cost.billing_account] += abs(cost.units)
    more = [
        InvoiceCost(
            billing_account=_largest(accounts, owner, currency),
            invoice="",
            currency=currency,
            owner=owner,
            service_category="",
            tax=False,
            units=units,
        )
        for (owner, currency), units in sorted(not_billed.items())
        if units
    ]
    return [*(cost._replace(invoice="") for cost in billed), *more]


def _largest(
    accounts: Mapping[tuple[str, str], Mapping[str, int]], owner: str, currency: str
) -> str:
    found = accounts.get((owner, currency)) or accounts.get(("", currency)) or {"": 0}
    return max(found, key=lambda account: (found[account], account))


def accrual_batches(
    batch: JournalBatch, lines: Sequence[JournalLine], *, reverse_on: date
) -> tuple[JournalBatch, JournalBatch]:
    """Make the accrual of a month, and the journal that takes it back on a day."""
    accrued = replace(batch, purpose=ACCRUAL)
    reversed_ = replace(
        batch,
        batch=run_id(REVERSAL, batch.batch, str(reverse_on), inputs=()),
        posting_date=reverse_on,
        purpose=REVERSAL,
    )
    back = [JournalLine(line.key, -line.amount, -line.exact) for line in lines]
    return (
        replace(accrued, journals=make_journals(lines, accrued.batch)),
        replace(reversed_, journals=make_journals(back, reversed_.batch)),
    )
