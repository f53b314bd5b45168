"""Find the invoices and credit memos that belong to the charges of a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext

from apportion.model.finance.invoice import ChargesKey, Invoice, InvoiceType
from apportion.model.money import EXACT


@dataclass(frozen=True)
class MatchedInvoices:
    """Documents beside charges with their id; `unbilled` are those of the month without charges."""

    by_charges: dict[ChargesKey, tuple[Invoice, ...]]
    unbilled: tuple[Invoice, ...]


def match_invoices(
    charges: Collection[ChargesKey], invoices: Iterable[Invoice], *, period: str
) -> MatchedInvoices:
    """Match documents with charges by id; of several with one id, those of the payer count.

    AWS lists invoices by the account that receives them, which with invoice units is not the
    payer: so a document of another account matches if the payer has none with this id. A credit
    memo whose id is on no charge reduces the invoice that it corrects.
    """
    billed = {key.invoice for key in charges if key.invoice}
    by_id: dict[str, list[Invoice]] = defaultdict(list)
    unbilled = []
    for each in invoices:
        on = _charges_id(each, billed)
        if on in billed:
            by_id[on].append(each)
        elif each.period == period:
            unbilled.append(each)
    by_charges = {key: _of_payer(by_id.get(key.invoice, []), key.payer) for key in charges}
    return MatchedInvoices(by_charges, tuple(unbilled))


def total_beside(
    key: ChargesKey, documents: Collection[Invoice], charges: Collection[ChargesKey]
) -> Decimal | None:
    """Add up documents in the currency of their charges; None if one does not state it.

    An amount in another currency than the invoice's restates all of it. So it is used only if no
    other charges of the invoice are in a different currency.
    """
    currencies = {each.currency for each in charges if each[:2] == key[:2]}
    totals = [
        document.total_in(key.currency)
        if len(currencies) == 1 or document.base.currency == key.currency
        else None
        for document in documents
    ]
    with localcontext(EXACT):
        return None if None in totals else sum((each for each in totals if each), Decimal())


def _charges_id(invoice: Invoice, billed: Collection[str]) -> str:
    """Find the id under which a document's charges are in the bill."""
    corrects = invoice.type is InvoiceType.CREDIT_MEMO and invoice.invoice not in billed
    return invoice.original if corrects and invoice.original in billed else invoice.invoice


def _of_payer(documents: Collection[Invoice], payer: str) -> tuple[Invoice, ...]:
    own = tuple(each for each in documents if each.payer == payer)
    return own or tuple(documents)
