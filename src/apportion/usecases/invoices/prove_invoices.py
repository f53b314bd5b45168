"""Prove a month against its invoices: ledger = derived = allocated = journals = invoice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext

from apportion.core.invoices.charges import (
    InvoiceCharges,
    derived_by_invoice_query,
    ledger_by_invoice_query,
)
from apportion.core.invoices.compare_invoices import InvoiceLine, StageCosts, compare_invoices
from apportion.model.finance.invoice import ChargesKey, Invoice, InvoiceDifference
from apportion.model.finance.journal import InvoiceCost
from apportion.model.findings.finding import Finding
from apportion.model.findings.proof import DIFFERS
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import Manifest
from apportion.model.money import EXACT, from_units, text
from apportion.model.outcome import Outcome
from apportion.model.relation import Query
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.open_run import find, open_tables

from .read_invoice_costs import read_invoice_costs

COLUMNS = (
    *("period", "BillingAccountId", "InvoiceId", "currency"),
    *("ledger", "derived", "allocated", "journals", "invoice", "difference", "status"),
)
#: The cost column that invoices have.
_BILLED = "BilledCost"


def prove_invoices(
    context: RunContext,
    invoices: Sequence[Invoice],
    *,
    period: str,
    as_of: str,
    journals: Mapping[tuple[str, str], Decimal],
    allowed: InvoiceDifference,
) -> Outcome:
    """Add up billed cost by invoice at every stage, and compare it with the invoices.

    `journals` is what sent journals posted, by invoice and currency. One row for each invoice,
    payer and currency, and one for charges without an invoice id.
    """
    published = find(context, period=period, as_of=as_of)
    tables = open_tables(published, context)
    ledger = _costs(ledger_by_invoice_query(tables.bills), context)
    costs = StageCosts(
        ledger,
        _costs(derived_by_invoice_query(tables), context),
        _paid(read_invoice_costs(published, tables, context, cost=_BILLED)),
        journals,
    )
    lines, findings = compare_invoices(period, costs, invoices, allowed)
    differs = _stated_differs(period, published.bills.values(), ledger)
    rows = tuple(_row(period, line) for line in lines)
    return Outcome(COLUMNS, rows, (*differs, *findings), (_counted(period, lines),))


def _costs(query: Query, context: RunContext) -> dict[ChargesKey, Decimal]:
    return {row.key: row.cost for row in read_rows(InvoiceCharges, context.engine.rows(query))}


def _paid(costs: Iterable[InvoiceCost]) -> dict[ChargesKey, Decimal]:
    """Add up what all owners pay of each invoice."""
    units: dict[ChargesKey, int] = defaultdict(int)
    for cost in costs:
        units[ChargesKey(cost.billing_account, cost.invoice, cost.currency)] += cost.units
    return {key: from_units(total) for key, total in units.items()}


def _stated_differs(
    period: str, bills: Iterable[Manifest], ledger: Mapping[ChargesKey, Decimal]
) -> list[Finding]:
    """Compare what the provider's files state of each payer with the sum over its invoices."""
    at = COST_COLUMNS.index(_BILLED)
    differences: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    with localcontext(EXACT):
        for total in (total for bill in bills for total in bill.totals if total.stage == "stated"):
            differences[total.billing_account, total.currency] -= Decimal(total.amounts[at])
        for key, cost in ledger.items():
            differences[key.payer, key.currency] += cost
    return [
        Finding(
            DIFFERS,
            f"{period} payer {payer or '(none)'}",
            f"{_BILLED} of all invoices against stage stated",
            found=f"a difference of {text(amount)}",
            remedy="Restore the ledger's files from a backup.",
            amount=amount,
            currency=currency,
        )
        for (payer, currency), amount in sorted(differences.items())
        if amount
    ]


def _row(period: str, line: InvoiceLine) -> Row:
    return {
        "period": period,
        "BillingAccountId": line.key.payer,
        "InvoiceId": line.key.invoice,
        "currency": line.key.currency,
        "ledger": line.ledger,
        "derived": line.derived,
        "allocated": line.allocated,
        "journals": line.journals,
        "invoice": line.invoiced,
        "difference": line.difference,
        "status": line.status.value,
    }


def _counted(period: str, lines: Sequence[InvoiceLine]) -> str:
    counts = Counter(line.status.value for line in lines)
    parts = ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items()))
    return f"{period} beside its invoices: {plural(len(lines), 'row')}; {parts or 'none'}."
