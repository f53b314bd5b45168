"""A figure to the cent is its own rounding, and a total says when that does not add up."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apportion.model.cents import (
    cent_off,
    cents,
    exact,
    money_by_currency,
    money_change,
    money_without_cents,
    signed,
    to_cents,
)
from apportion.model.cents import money as with_currency
from apportion.model.outcome import ExplanationNode
from apportion.model.result_columns import CAUSES
from apportion.reports.columns import cents_off

SOURCE = Path(__file__).parents[3] / "src" / "apportion"
THIRD = Decimal("0.333333333333333333")

money = st.integers(-(10**38), 10**38).map(lambda units: Decimal(units).scaleb(-18))


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("0.015", "0.02"),
        ("0.0049", "0.00"),
        ("-0.0049", "0.00"),
        ("15997.765", "15,997.77"),
        ("-1234.565", "-1,234.57"),
        ("99999999999999999999.999999999999999999", "100,000,000,000,000,000,000.00"),
    ],
)
def test_an_amount_is_rounded_half_a_cent_away_from_zero(exact: str, shown: str) -> None:
    assert cents(Decimal(exact)) == shown


def test_an_amount_has_the_code_of_its_currency_behind_it() -> None:
    amount = Decimal("-1234.565")
    assert with_currency(amount, "USD") == "-1,234.57 USD"
    assert with_currency(amount, "") == "-1,234.57"
    assert money_change(-amount, "EUR") == "+1,234.57 EUR"
    assert money_without_cents(amount, "JPY") == "-1,235 JPY"
    assert money_without_cents(Decimal("-0.4"), "JPY") == "0 JPY"
    assert money_by_currency({"EUR": Decimal(3), "USD": -amount}) == "3.00 EUR and 1,234.57 USD"
    assert exact(Decimal("-1234.5670")) == "-1,234.567"
    assert exact(Decimal(0)) == "0.00"


def test_a_change_has_its_sign() -> None:
    assert [signed(Decimal(c)) for c in ("0.005", "-0.005", "0")] == ["+0.01", "-0.01", "0.00"]


@given(money)
@example(Decimal("-0.005"))
def test_rounding_is_decimal_s_own(amount: Decimal) -> None:
    with localcontext(prec=76):
        assert to_cents(amount) == amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert str(to_cents(amount)) != "-0.00"


def test_three_thirds_are_a_cent_off_their_whole() -> None:
    assert cent_off([THIRD] * 3, THIRD * 3)
    assert not cent_off([Decimal("0.25"), Decimal("0.75")], Decimal(1))
    assert not cent_off([THIRD] * 2, Decimal(1))  # not the parts of this whole


def test_a_row_shows_that_its_parts_are_off() -> None:
    parts = dict.fromkeys(CAUSES, Decimal("0.005"))
    row = {**parts, "change": Decimal("0.005") * len(CAUSES)}
    assert cents_off([row], ("owner", *CAUSES, "change"))
    assert not cents_off([row], ("owner", "change"))


def test_a_tree_shows_that_its_branches_are_off() -> None:
    half = ExplanationNode("half", Decimal("0.005"))
    inner = ExplanationNode("inner", Decimal("0.01"), children=(half, half))
    assert inner.cents_off
    assert ExplanationNode("trunk", Decimal("0.01"), children=(inner,)).cents_off
    assert not ExplanationNode("trunk", Decimal("0.005"), children=(half,)).cents_off


def test_money_is_written_to_the_cent_in_one_place() -> None:
    hidden = re.compile(r",\.2f|0\.01\"\)?, ROUND")
    written = [
        path.relative_to(SOURCE).as_posix()
        for path in sorted(SOURCE.rglob("*.py"))
        if hidden.search(path.read_text("utf-8"))
    ]
    assert written == ["model/cents.py"]
