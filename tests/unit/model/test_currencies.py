"""Minor units of currencies, as ISO 4217 lists them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apportion.model.currencies import from_minor, is_currency, minor_digits, units_in_minor


@pytest.mark.parametrize(
    ("currency", "digits"), [("USD", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)]
)
def test_a_currency_has_its_decimal_places(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits
    assert from_minor(-1, currency) == Decimal(-1).scaleb(-digits)
    assert units_in_minor(currency) * 10**digits == 10**18


@pytest.mark.parametrize(("code", "known"), [("USD", True), ("usd", False), ("", False)])
def test_a_currency_is_three_capital_letters(code: str, known: bool) -> None:  # noqa: FBT001
    assert is_currency(code) is known
