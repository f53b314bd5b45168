"""Invoices are read from AWS page by page; throttling waits, a refusal names the permission."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apportion.aws.invoices import InvoiceSummaries
from apportion.model.errors.base import AwsBusyError, AwsDeniedError
from apportion.model.period import Period
from invoicing_fake import FakeInvoicing, client_of, serving, summary

PAYER = "123456789012"


@pytest.fixture
def fake() -> FakeInvoicing:
    august = {"BillingPeriod": {"Month": 8, "Year": 2026}}
    others = [summary("INV-0", "1", **august), summary("INV-9", "1", AccountId="999999999999")]
    return FakeInvoicing([*others, *(summary(f"INV-{n}", f"{n}.00") for n in (1, 2, 3))])


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def invoices(fake: FakeInvoicing, pauses: list[float]) -> Iterator[InvoiceSummaries]:
    with serving(fake) as endpoint:
        yield InvoiceSummaries(client_of(endpoint), sleep=pauses.append)


def test_all_pages_of_an_account_and_month_are_read(
    invoices: InvoiceSummaries, fake: FakeInvoicing
) -> None:
    found = invoices.summaries(PAYER, Period(2026, 9))
    assert [each["InvoiceId"] for each in found] == ["INV-1", "INV-2", "INV-3"]
    assert len(fake.requests) == 4
    assert {request["MaxResults"] for request in fake.requests} == {100}


def test_throttled_requests_wait_and_are_sent_again(
    invoices: InvoiceSummaries, fake: FakeInvoicing, pauses: list[float]
) -> None:
    fake.throttled = 2
    assert len(invoices.summaries(PAYER, Period(2026, 9))) == 3
    assert pauses[:2] == [1, 2]
    fake.throttled = 100
    with pytest.raises(AwsBusyError):
        invoices.summaries(PAYER, Period(2026, 9))


def test_a_refusal_names_the_permission(invoices: InvoiceSummaries, fake: FakeInvoicing) -> None:
    fake.denied = True
    with pytest.raises(AwsDeniedError, match="invoicing:ListInvoiceSummaries"):
        invoices.summaries(PAYER, Period(2026, 9))
