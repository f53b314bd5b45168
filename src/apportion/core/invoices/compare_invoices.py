"""Compare invoices with the charges that carry their ids, at every stage of the proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

from apportion.core.allocation.rounding import round_together
from apportion.model.currencies import from_minor, units_in_minor
from apportion.model.finance.invoice import ChargesKey, Invoice, InvoiceDifference
from apportion.model.findings import invoices as codes
from apportion.model.findings.finding import Code, Finding
from apportion.model.findings.proof import DIFFERS
from apportion.model.money import EXACT, text, to_units
from apportion.model.suggestions import shown
from apportion.model.wording import join_words

from .match_invoices import match_invoices, total_beside


class InvoiceStatus(StrEnum):
    """How an invoice and its charges compare."""

    EQUAL = "equal"  # the charges, rounded to the minor unit, are the invoice
    ROUNDING = "provider's rounding"  # the difference is within the tolerance
    DIFFERS = "differs"
    NOT_YET = "no invoice yet"
    NO_ID = "no invoice id"
    NOT_BILLED = "not in the bill"
    OTHER_CURRENCY = "other currency"


@dataclass(frozen=True)
class StageCosts:
    """Billed cost of a month by invoice; `journals` has what was posted, by invoice and currency.

    A stage without an invoice counts as zero; journals that were not sent are not there.
    """

    ledger: Mapping[ChargesKey, Decimal]
    derived: Mapping[ChargesKey, Decimal]
    allocated: Mapping[ChargesKey, Decimal]
    journals: Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True)
class InvoiceLine:
    """An invoice beside its charges at each stage; `journals` and `invoiced` may not be there."""

    key: ChargesKey
    ledger: Decimal
    derived: Decimal
    allocated: Decimal
    journals: Decimal | None
    invoiced: Decimal | None
    status: InvoiceStatus
    documents: tuple[Invoice, ...] = ()

    @property
    def difference(self) -> Decimal | None:
        """The invoice less its charges, exactly; None without an invoice."""
        with localcontext(EXACT):
            return None if self.invoiced is None else self.invoiced - self.ledger


def compare_invoices(
    period: str, costs: StageCosts, invoices: Sequence[Invoice], allowed: InvoiceDifference
) -> tuple[list[InvoiceLine], list[Finding]]:
    """Put invoices beside their charges, sorted by payer and id; findings for all that differs.

    An invoice that is not there yet is a notice. A difference that the provider made, within the
    tolerance, is a notice, or a warning if it is not booked. Any other difference fails.
    """
    charges = sorted({*costs.ledger, *costs.derived, *costs.allocated})
    matched = match_invoices(charges, invoices, period=period)
    lines = [_line(key, matched.by_charges[key], costs, charges, allowed) for key in charges]
    lines += [_unbilled(document) for document in matched.unbilled]
    lines.sort(key=lambda line: line.key)
    return lines, [finding for line in lines for finding in _findings(period, line, allowed)]


def provider_difference(charged: Decimal, invoiced: Decimal, currency: str) -> int:
    """Subtract charges, rounded to the minor unit, half up, from the invoice; in minor units.

    This is what the provider made: its lines do not add up to its invoice.
    """
    unit = units_in_minor(currency)
    amounts = (Fraction(to_units(amount), unit) for amount in (charged, invoiced))
    rounded, stated = (round_together({"": amount})[""] for amount in amounts)
    return stated - rounded


def _line(
    key: ChargesKey,
    documents: tuple[Invoice, ...],
    costs: StageCosts,
    charges: Sequence[ChargesKey],
    allowed: InvoiceDifference,
) -> InvoiceLine:
    ledger = costs.ledger.get(key, Decimal())
    invoiced = total_beside(key, documents, charges) if documents else None
    return InvoiceLine(
        key,
        ledger,
        costs.derived.get(key, Decimal()),
        costs.allocated.get(key, Decimal()),
        costs.journals.get((key.invoice, key.currency)) if key.invoice else None,
        invoiced,
        _status(key, ledger, invoiced, documents, allowed),
        documents,
    )


def _status(
    key: ChargesKey,
    ledger: Decimal,
    invoiced: Decimal | None,
    documents: tuple[Invoice, ...],
    allowed: InvoiceDifference,
) -> InvoiceStatus:
    if not key.invoice:
        return InvoiceStatus.NO_ID
    if invoiced is None:
        return InvoiceStatus.OTHER_CURRENCY if documents else InvoiceStatus.NOT_YET
    difference = provider_difference(ledger, invoiced, key.currency)
    if not difference:
        return InvoiceStatus.EQUAL
    return InvoiceStatus.ROUNDING if abs(difference) <= allowed.tolerance else InvoiceStatus.DIFFERS


def _unbilled(document: Invoice) -> InvoiceLine:
    key = ChargesKey(document.payer, document.invoice, document.base.currency)
    total = document.base.total
    status = InvoiceStatus.NOT_BILLED if total else InvoiceStatus.EQUAL
    nothing = Decimal()
    return InvoiceLine(key, nothing, nothing, nothing, None, total, status, (document,))


def _findings(period: str, line: InvoiceLine, allowed: InvoiceDifference) -> Iterator[Finding]:
    place = f"{period} payer {line.key.payer or '(none)'}"
    yield from _stages_differ(place, line)
    yield from _other_period(period, place, line)
    match line.status:
        case InvoiceStatus.NOT_YET:
            yield _finding(codes.NOT_YET, place, line, "its invoice", "none yet",
                           "Add it when it is issued: `apportion invoices add`.",
                           line.ledger)  # fmt: skip
        case InvoiceStatus.NO_ID:
            yield _finding(codes.NO_INVOICE_ID, place, line, "an invoice id", "none",
                           "AWS adds the id when it issues the invoice: ingest the final bill.",
                           line.ledger)  # fmt: skip
        case InvoiceStatus.NOT_BILLED:
            yield _finding(codes.NOT_IN_BILL, place, line, "charges with its id", "none",
                           "Ingest the bill of this payer and month, or correct the invoice.",
                           line.invoiced)  # fmt: skip
        case InvoiceStatus.OTHER_CURRENCY:
            yield _other_currency(place, line)
        case InvoiceStatus.ROUNDING | InvoiceStatus.DIFFERS:
            yield _differs(place, line, allowed)
    booked = line.status is InvoiceStatus.ROUNDING and bool(allowed.account)
    if line.status is InvoiceStatus.EQUAL or booked:
        yield from _journals_differ(place, line)


def _differs(place: str, line: InvoiceLine, allowed: InvoiceDifference) -> Finding:
    invoiced = line.invoiced or Decimal()
    minor = provider_difference(line.ledger, invoiced, line.key.currency)
    most = f"{text(from_minor(allowed.tolerance, line.key.currency))} {line.key.currency}"
    code, remedy = codes.DIFFERS, (
        f"The tolerance is {most}. Ingest the final bill, or correct the invoice with "
        "`apportion invoices add --replace`."
    )  # fmt: skip
    if line.status is InvoiceStatus.ROUNDING and allowed.account:
        code, remedy = codes.ROUNDING, f"Journals post it to account {allowed.account}."
    elif line.status is InvoiceStatus.ROUNDING:
        code, remedy = codes.ROUNDING_NOT_BOOKED, (
            f"It is within the tolerance of {most}. Name an account in `invoice_difference` of "
            "the chart map."
        )  # fmt: skip
    return _finding(code, place, line, text(line.ledger), text(invoiced), remedy,
                    from_minor(minor, line.key.currency))  # fmt: skip


def _other_currency(place: str, line: InvoiceLine) -> Finding:
    stated = sorted({one.currency for each in line.documents for one in each.amounts})
    return _finding(codes.OTHER_CURRENCY, place, line, f"an amount in {line.key.currency}",
                    join_words(stated, last="and"),
                    "Add the amount in the currency of the charges as `payment_amount`.",
                    line.ledger)  # fmt: skip


def _other_period(period: str, place: str, line: InvoiceLine) -> Iterator[Finding]:
    others = sorted({each.period for each in line.documents if each.period != period})
    if others:
        yield _finding(codes.OTHER_PERIOD, place, line, f"the month {period}",
                       join_words(others, last="and"), "Correct `period` of the invoice.",
                       line.invoiced)  # fmt: skip


def _stages_differ(place: str, line: InvoiceLine) -> Iterator[Finding]:
    if not line.ledger == line.derived == line.allocated:
        found = f"{text(line.derived)} derived, {text(line.allocated)} allocated"
        with localcontext(EXACT):
            amount = line.allocated - line.ledger
        yield _finding(DIFFERS, place, line, text(line.ledger), found,
                       "Restore the ledger's files from a backup, or allocate the month again.",
                       amount)  # fmt: skip


def _journals_differ(place: str, line: InvoiceLine) -> Iterator[Finding]:
    if line.journals is None or line.invoiced is None or line.journals == line.invoiced:
        return
    with localcontext(EXACT):
        amount = line.journals - line.invoiced
    yield _finding(codes.JOURNALS_DIFFER, place, line, text(line.invoiced), text(line.journals),
                   "Set `cost: BilledCost` and `invoice_difference` in the chart map, and export "
                   "the difference.", amount)  # fmt: skip


def _finding(
    code: Code,
    place: str,
    line: InvoiceLine,
    expected: str,
    found: str,
    remedy: str,
    amount: Decimal | None,
) -> Finding:
    subject = f"invoice {shown(line.key.invoice)}" if line.key.invoice else "charges"
    return Finding(code, place, subject, expected, found, remedy, amount, line.key.currency)
