"""Which bill a delivery belongs to, and what it may not do to the others."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from apportion.core.billing.bill_identity import (
    belongs_to,
    holdings,
    name_bill,
    new_payers,
    newest,
    payers,
    restated,
    shared,
)
from apportion.model.findings.deliveries import NEW_PAYER, RESTATED, SHRUNK
from apportion.model.manifest import Manifest, RunKind, Total

A, B, C = "111111111111", "222222222222", "333333333333"


def of(accounts: set[str]) -> frozenset[tuple[str, str]]:
    return frozenset((account, account) for account in accounts)


def delivery(bill: str, *accounts: str, lines: int = 1, cost: str = "1.00") -> Manifest:
    totals = tuple(
        Total("ledger", account, account, "USD", lines, (cost,) * 4) for account in accounts
    )
    return Manifest(
        f"run-{cost}", RunKind.INGEST, "2026-09", bill, "2026-10-01T00:00:00Z", "0", (), totals, {}
    )


@pytest.mark.parametrize(
    ("accounts", "held", "name"),
    [
        ({A}, {}, A),
        ({A, B, C}, {}, f"{A}+2"),
        ({A}, {"mine": {A}}, "mine"),
        ({A, B}, {"mine": {A}}, "mine"),  # an account joined the bill
        ({B}, {"mine": {A}}, B),
        ({"/providers/Microsoft.Billing/1"}, {}, "providers-Microsoft.Billing-1"),
        ({""}, {}, "bill"),
    ],
)
def test_a_bill_is_named_after_its_accounts_or_known_by_them(
    accounts: set[str], held: dict[str, set[str]], name: str
) -> None:
    own = of(accounts)
    found = belongs_to(own, {bill: of(known) for bill, known in held.items()})
    assert (found or [name_bill(payers(own))]) == [name]


def test_of_two_bills_of_one_payer_the_one_with_the_accounts_is_meant() -> None:
    held = {"prod": frozenset({(A, B)}), "rest": frozenset({(A, C)})}
    assert belongs_to(frozenset({(A, B), (A, A)}), held) == ["prod"]
    assert belongs_to(frozenset({(A, B), (A, C)}), held) == ["prod", "rest"]


def test_bills_that_share_a_payer_are_compared() -> None:
    held = {"mine": of({A, B}), "other": of({C})}
    assert shared("new", of({B}), held) == ["mine"]
    assert shared("mine", of({B}), held) == []


def test_a_payer_that_the_ledger_does_not_know_is_reported_once() -> None:
    first, second = delivery("a", A), delivery("b", B, cost="2.50")
    assert new_payers(first, []) == []
    (finding,) = new_payers(second, [first])
    assert (finding.code, str(finding.amount)) == (NEW_PAYER, "2.50")
    assert new_payers(second, [first, second]) == []


def test_a_replaced_bill_is_in_force_no_more() -> None:
    first, second = delivery("a", A), delivery("b", B)
    both = replace(delivery("c", A, B), replaced_bills=("a", "b"))
    assert newest([first, second, both], RunKind.INGEST, "2026-09") == {"c": both}
    assert newest([first, both, second], RunKind.INGEST, "2026-09") == {"c": both, "b": second}


def test_the_newest_delivery_of_each_bill_counts() -> None:
    first, other, second = delivery("a", A), delivery("b", B), delivery("a", A, C, cost="2.00")
    runs = [first, other, second]
    assert newest(runs, RunKind.INGEST, "2026-09") == {"a": second, "b": other}
    assert newest(runs, RunKind.INGEST, "2026-08") == {}
    assert holdings(runs, "2026-09") == {"a": of({A, C}), "b": of({B})}


def test_a_restatement_has_the_change_of_lines_and_amounts() -> None:
    (changed,) = restated(delivery("a", A), delivery("a", A, lines=3, cost="1234.504"), {})
    assert changed.code is RESTATED
    assert "lines 1 → 3" in changed.subject
    assert "EffectiveCost 1.00 → 1,234.50 USD" in changed.subject
    (below_a_cent,) = restated(delivery("a", A), delivery("a", A, cost="1.0001"), {})
    assert "EffectiveCost 1.00 → 1.0001 USD" in below_a_cent.subject
    (shrunk,) = restated(delivery("a", A, lines=3), delivery("a", A, lines=2), {})
    assert shrunk.code is SHRUNK
    assert restated(delivery("a", A), delivery("a", A), {}) == []
    (tagged,) = restated(delivery("a", A), delivery("a", A), {"USD": Decimal(3)})
    assert tagged.subject.endswith("other tags or details on 3.00 USD")
