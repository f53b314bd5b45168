"""Invoices beside their charges: equal, a few cents off, wrong, or not there yet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apportion.core.invoices.compare_invoices import (
    InvoiceStatus,
    StageCosts,
    compare_invoices,
    provider_difference,
)
from apportion.model.finance.invoice import (
    ChargesKey,
    Invoice,
    InvoiceAmount,
    InvoiceDifference,
    InvoiceType,
)

PERIOD = "2026-09"
BOOKED = InvoiceDifference(tolerance=5, account="6595")


def invoice(
    amount: str, currency: str = "USD", *, id_: str = "INV-1", payer: str = "1", **more: object
) -> Invoice:
    base = InvoiceAmount(currency, Decimal(amount))
    fields: dict[str, object] = {"period": PERIOD, **more}
    return Invoice("AWS", payer, id_, base=base, **fields)  # type: ignore[arg-type] # by name


def memo(amount: str, *, id_: str = "CM-1", corrects: str = "INV-1") -> Invoice:
    return invoice(amount, id_=id_, type=InvoiceType.CREDIT_MEMO, original=corrects)


def charges(*costs: tuple[str, str, str, str], journals: str = "") -> StageCosts:
    """Charges by payer, invoice, currency and cost; `journals` is what was posted of INV-1."""
    held = {ChargesKey(*cost[:3]): Decimal(cost[3]) for cost in costs}
    posted = {("INV-1", "USD"): Decimal(journals)} if journals else {}
    return StageCosts(held, held, held, posted)


def compared(
    costs: StageCosts, *invoices: Invoice, allowed: InvoiceDifference = BOOKED
) -> tuple[list[tuple[str, str]], list[str]]:
    """Give the status and the difference of each line, and the numbers of the findings."""
    lines, findings = compare_invoices(PERIOD, costs, invoices, allowed)
    shown = [(line.status.value, "" if line.difference is None else str(line.difference))
             for line in lines]  # fmt: skip
    return shown, [finding.code.number for finding in findings]


@pytest.mark.parametrize(
    ("cost", "invoiced", "status", "code"),
    [
        ("120.503", "120.50", InvoiceStatus.EQUAL, []),
        ("120.505", "120.51", InvoiceStatus.EQUAL, []),
        ("120.503", "120.55", InvoiceStatus.ROUNDING, ["I011"]),
        ("120.503", "120.45", InvoiceStatus.ROUNDING, ["I011"]),
        ("120.503", "120.56", InvoiceStatus.DIFFERS, ["I010"]),
        ("0", "0", InvoiceStatus.EQUAL, []),
        ("-0.004", "0", InvoiceStatus.EQUAL, []),
        ("-70.25", "-70.25", InvoiceStatus.EQUAL, []),
    ],
)
def test_a_difference_within_the_tolerance_is_the_providers(
    cost: str, invoiced: str, status: InvoiceStatus, code: list[str]
) -> None:
    [(found, _)], numbers = compared(charges(("1", "INV-1", "USD", cost)), invoice(invoiced))
    assert (found, numbers) == (status.value, code)


def test_the_difference_is_exact_and_the_finding_has_what_is_booked() -> None:
    costs = charges(("1", "INV-1", "USD", "120.503"))
    [line], [finding] = compare_invoices(PERIOD, costs, [invoice("120.52")], BOOKED)
    assert line.difference == Decimal("0.017")
    assert (finding.amount, finding.currency) == (Decimal("0.02"), "USD")
    assert finding.remedy == "Journals post it to account 6595."
    [unbooked] = compare_invoices(PERIOD, costs, [invoice("120.52")], InvoiceDifference())[1]
    assert unbooked.code.number == "I012"
    assert "within the tolerance of 0.05 USD" in unbooked.remedy


def test_minor_units_are_those_of_the_currency() -> None:
    assert provider_difference(Decimal("1999.5"), Decimal(2003), "JPY") == 3
    assert provider_difference(Decimal("1.0004"), Decimal("1.002"), "KWD") == 2


def test_a_missing_invoice_is_not_wrong() -> None:
    costs = charges(("1", "INV-1", "USD", "10"), ("1", "", "USD", "2"))
    assert compared(costs) == ([("no invoice id", ""), ("no invoice yet", "")], ["I014", "I013"])


def test_an_invoice_without_charges_fails_unless_it_is_zero() -> None:
    assert compared(charges(), invoice("10")) == ([("not in the bill", "10")], ["I015"])
    assert compared(charges(), invoice("0")) == ([("equal", "0")], [])
    assert compared(charges(), invoice("10", period="2026-08")) == ([], []), "of another month"


def test_an_invoice_in_another_currency_is_compared_by_its_payment_amount() -> None:
    costs = charges(("1", "INV-1", "USD", "10"))
    assert compared(costs, invoice("9.20", "EUR")) == ([("other currency", "")], ["I016"])
    paid = InvoiceAmount("USD", Decimal("10.00"))
    assert compared(costs, invoice("9.20", "EUR", payment=paid)) == ([("equal", "0.00")], [])


def test_a_payment_amount_restates_the_whole_invoice() -> None:
    costs = charges(("1", "INV-1", "USD", "10"), ("1", "INV-1", "JPY", "1500"))
    both = invoice("10", payment=InvoiceAmount("JPY", Decimal(1500)))
    assert compared(costs, both) == ([("other currency", ""), ("equal", "0")], ["I016"])


def test_a_credit_memo_is_compared_with_its_own_charges() -> None:
    costs = charges(("1", "INV-1", "USD", "10"), ("1", "CM-1", "USD", "-25"))
    shown, numbers = compared(costs, invoice("10"), memo("-25"))
    assert (shown, numbers) == ([("equal", "0"), ("equal", "0")], [])


def test_a_credit_memo_without_charges_reduces_the_invoice_that_it_corrects() -> None:
    costs = charges(("1", "INV-1", "USD", "-15"))
    assert compared(costs, invoice("10"), memo("-25")) == ([("equal", "0")], [])
    unknown = memo("-25", corrects="INV-9")
    assert compared(costs, invoice("-15"), unknown)[1] == ["I015"]


def test_of_several_invoices_with_one_id_that_of_the_payer_counts() -> None:
    costs = charges(("1", "INV-1", "USD", "10"), ("2", "INV-1", "USD", "20"))
    theirs = [invoice("10"), invoice("20", payer="2")]
    assert compared(costs, *theirs) == ([("equal", "0"), ("equal", "0")], [])
    receiver = invoice("10", payer="3")
    assert compared(charges(("1", "INV-1", "USD", "10")), receiver) == ([("equal", "0")], [])


def test_an_invoice_of_another_month_is_a_warning() -> None:
    costs = charges(("1", "INV-1", "USD", "10"))
    assert compared(costs, invoice("10", period="2026-08")) == ([("equal", "0")], ["I017"])


def test_journals_are_compared_with_the_invoice() -> None:
    costs = charges(("1", "INV-1", "USD", "10.003"), journals="10.00")
    assert compared(costs, invoice("10"))[1] == []
    assert compared(costs, invoice("10.01"))[1] == ["I011", "I018"]
    assert compared(costs, invoice("10.01"), allowed=InvoiceDifference())[1] == ["I012"]
    assert compared(costs)[1] == ["I013"]


def test_a_stage_that_differs_fails() -> None:
    held = {ChargesKey("1", "INV-1", "USD"): Decimal(10)}
    costs = StageCosts(held, held, {}, {})
    [finding] = compare_invoices(PERIOD, costs, [invoice("10")], BOOKED)[1]
    assert (finding.code.number, finding.amount) == ("P001", Decimal(-10))
