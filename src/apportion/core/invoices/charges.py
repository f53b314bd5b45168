"""What the charges of each invoice cost, at the stages of the proof."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from apportion.core.allocation.rollup import rolled_query
from apportion.core.templates import query
from apportion.model.finance.invoice import ChargesKey
from apportion.model.relation import AllocationTables, BillTables, Query


class InvoiceCharges(NamedTuple):
    """The billed cost of the charges that carry an invoice id; "" for charges without one."""

    billing_account_id: str
    invoice_id: str
    billing_currency: str
    cost: Decimal

    @property
    def key(self) -> ChargesKey:
        """What the cost is of."""
        return ChargesKey(*self[:3])


def ledger_by_invoice_query(bills: BillTables) -> Query:
    """Add up what the ledger holds, as `InvoiceCharges`."""
    return query("core/invoices/ledger_by_invoice", costs=bills.costs, keys=bills.keys)


def derived_by_invoice_query(tables: AllocationTables) -> Query:
    """Add up what was given an owner or a pool, as `InvoiceCharges`."""
    return query(
        "core/invoices/derived_by_invoice",
        rolled=rolled_query(tables.owned, tables.bills),
        owned=tables.owned,
        keys=tables.bills.keys,
    )
