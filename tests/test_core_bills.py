"""Which bill a delivery belongs to, and what it may not do to the others."""

from __future__ import annotations

import pytest

from apportion.core.bills.bills import holdings, name_bill, newest, overlaps, restated
from apportion.model.catalogue.deliveries import ACCOUNTS_OVERLAP, RESTATED, SHRUNK
from apportion.model.manifest import Kind, Manifest, Total

A, B, C = "111111111111", "222222222222", "333333333333"


def delivery(bill: str, *accounts: str, lines: int = 1, cost: str = "1.00") -> Manifest:
    totals = tuple(
        Total("ledger", account, account, "USD", lines, (cost,) * 4) for account in accounts
    )
    return Manifest(
        f"run-{cost}", Kind.INGEST, "2026-09", bill, "2026-10-01T00:00:00Z", "0", (), totals, {}
    )


@pytest.mark.parametrize(
    ("accounts", "held", "name"),
    [
        ({A}, {}, A),
        ({A, B, C}, {}, f"{A}+2"),
        ({A}, {"mine": frozenset({A})}, "mine"),
        ({A, B}, {"mine": frozenset({A})}, "mine"),  # an account joined the bill
        ({B}, {"mine": frozenset({A})}, B),
        ({"/providers/Microsoft.Billing/1"}, {}, "providers-Microsoft.Billing-1"),
        ({""}, {}, "bill"),
    ],
)
def test_a_bill_is_named_after_its_accounts_or_known_by_them(
    accounts: set[str], held: dict[str, frozenset[str]], name: str
) -> None:
    assert name_bill(frozenset(accounts), held) == name


def test_an_account_is_never_counted_twice() -> None:
    held = {"mine": frozenset({A, B})}
    (finding,) = overlaps("2026-09", B, frozenset({B, C}), held, named=False)
    assert finding.code is ACCOUNTS_OVERLAP
    assert "--bill mine" in finding.remedy


def test_an_account_is_lost_only_by_naming_the_bill() -> None:
    held = {"mine": frozenset({A, B})}
    assert overlaps("2026-09", "mine", frozenset({A}), held, named=False)
    assert overlaps("2026-09", "mine", frozenset({A}), held, named=True) == []


def test_the_newest_delivery_of_each_bill_counts() -> None:
    first, other, second = delivery("a", A), delivery("b", B), delivery("a", A, C, cost="2.00")
    runs = [first, other, second]
    assert newest(runs, Kind.INGEST, "2026-09") == {"a": second, "b": other}
    assert newest(runs, Kind.INGEST, "2026-08") == {}
    assert holdings(runs, "2026-09") == {"a": {A, C}, "b": {B}}


def test_a_restatement_is_told_in_lines_and_money() -> None:
    (told,) = restated(delivery("a", A), delivery("a", A, lines=3, cost="2.50"))
    assert told.code is RESTATED
    assert "lines 1 → 3" in told.subject
    assert "EffectiveCost 1.00 → 2.50 USD" in told.subject
    (shrunk,) = restated(delivery("a", A, lines=3), delivery("a", A, lines=2))
    assert shrunk.code is SHRUNK
    assert restated(delivery("a", A), delivery("a", A)) == []
