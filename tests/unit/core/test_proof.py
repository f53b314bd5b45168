"""The stages of a run hold the same money; a difference names its stage."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from apportion.core.proof import STAGES, balance, compare, lines, total
from apportion.model.findings.proof import DIFFERS, LINES_DIFFER, POOL_UNBALANCED
from apportion.model.split import PoolCost, Share

ACCOUNT = ("999999999999", "000000000042", "USD")
UNIT = Decimal("0.000000000000000001")


def stages(*amounts: str | Decimal) -> list:
    names = ("stated", "ledger", "derived", "allocated")
    return [
        total(stage, ACCOUNT, 7, [Decimal(amount)] * 4)
        for stage, amount in zip(names, amounts, strict=False)
    ]


def test_equal_stages_are_proved() -> None:
    assert compare("2026-09", stages("1.5", "1.5", "1.50", "1.500000")) == []


def test_one_unit_in_the_eighteenth_place_is_a_difference() -> None:
    found = compare("2026-09", stages("1", "1", Decimal(1) + UNIT, Decimal(1) + UNIT))
    assert {finding.code for finding in found} == {DIFFERS}
    assert len(found) == 4  # each cost column, once: between ledger and derived
    assert found[0].amount == UNIT
    assert "000000000042" in found[0].place


def test_an_account_that_a_stage_lacks_is_a_difference() -> None:
    only_stated = [*stages("2"), total("ledger", ("9", "8", "USD"), 7, [Decimal(2)] * 4)]
    found = compare("2026-09", only_stated, stages=STAGES[:2])
    assert {finding.code for finding in found} == {DIFFERS, LINES_DIFFER}
    assert any("nothing" in finding.subject for finding in found)


def test_amounts_longer_than_any_float_are_compared_to_the_last_digit() -> None:
    long = Decimal("12345678901234567890.123456789012345678")
    assert compare("2026-09", stages(long, long), stages=STAGES[:2]) == []
    assert compare("2026-09", stages(long, long + UNIT), stages=STAGES[:2])


def test_a_stage_that_holds_nothing_at_all_is_a_difference() -> None:
    found = compare("2026-09", stages("1", "1", "1"))
    assert [finding.code for finding in found] == [LINES_DIFFER, *[DIFFERS] * 4]
    assert "stage nothing against derived" in found[1].subject


def test_lines_lay_the_stages_side_by_side() -> None:
    found = lines("2026-09", stages("1", "1", "1", "0.25"))
    assert [line.column for line in found] == [
        "BilledCost",
        "EffectiveCost",
        "ListCost",
        "ContractedCost",
    ]
    assert found[0].difference == Decimal("0.75")


def cost(units: int) -> PoolCost:
    return PoolCost("support", "USD", "9", date(2026, 9, 1), "", (units,) * 4)


def share(owner: str, units: int) -> Share:
    return Share("support", "USD", "9", date(2026, 9, 1), "", owner, Fraction(1, 2), (units,) * 4)


def test_a_pool_gives_on_what_it_held() -> None:
    assert balance([cost(10)], [share("A", 6), share("B", 4)]) == []


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**6))
def test_a_pool_that_loses_a_unit_is_reported(held: int, lost: int) -> None:
    found = balance([cost(held)], [share("A", held - lost)])
    assert {finding.code for finding in found} == {POOL_UNBALANCED}
    assert balance([], [share("A", lost)])  # given out of nothing
