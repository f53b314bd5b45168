"""Post the cents by which a provider's invoice differs from its own lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from apportion.core.invoices.compare_invoices import provider_difference
from apportion.core.invoices.match_invoices import match_invoices, total_beside
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.invoice import ChargesKey, Invoice
from apportion.model.finance.journal import InvoiceCost, LineKind
from apportion.model.money import from_units

from .entries import Entry, EntryKey


def difference_entries(
    costs: Iterable[InvoiceCost], invoices: Sequence[Invoice], chart: ChartMap, *, period: str
) -> list[Entry]:
    """Make an entry of each difference within the chart map's tolerance; costs are billed cost.

    The company that pays the invoice debits the account for differences and credits clearing, so
    that its credits to clearing are the invoice. Larger differences are not posted: `prove` fails.
    """
    units: dict[ChargesKey, int] = defaultdict(int)
    for cost in costs:
        units[ChargesKey(cost.billing_account, cost.invoice, cost.currency)] += cost.units
    charged = {key: from_units(total) for key, total in units.items()}
    return sorted(_entries(charged, invoices, chart, period), key=lambda entry: entry.key)


def _entries(
    charged: dict[ChargesKey, Decimal], invoices: Sequence[Invoice], chart: ChartMap, period: str
) -> Iterator[Entry]:
    matched = match_invoices(charged, invoices, period=period)
    allowed = chart.invoice_difference
    for key, documents in matched.by_charges.items():
        total = total_beside(key, documents, charged) if documents else None
        payer = chart.companies.get(chart.payers.get(key.payer, ""))
        if total is None or payer is None:
            continue
        amount = provider_difference(charged[key], total, key.currency)
        if amount and abs(amount) <= allowed.tolerance:
            entry = EntryKey(
                payer=payer.code, invoice=key.invoice, currency=key.currency,
                kind=LineKind.ROUNDING.value, label="", owner="", company=payer.code,
                cost_center="", project="", account=allowed.account, credited=payer.clearing,
            )  # fmt: skip
            yield Entry(entry, amount, Fraction(amount))
