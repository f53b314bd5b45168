"""The minor units of currencies: cents of a dollar, none of a yen (ISO 4217, list one)."""

from __future__ import annotations

import re
from decimal import Decimal

from .money import EXACT, PLACES

#: Currencies that have not two decimal places (ISO 4217 amendment 179).
_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}

_CODE = re.compile(r"[A-Z]{3}", re.ASCII)


def is_currency(code: str) -> bool:
    """Return whether a text has the form of an ISO 4217 code."""
    return _CODE.fullmatch(code) is not None


def minor_digits(currency: str) -> int:
    """Return how many decimal places amounts of a currency are booked with."""
    return _DIGITS.get(currency, 2)


def units_in_minor(currency: str) -> int:
    """Return how many of the smallest units of `money` one minor unit of a currency has."""
    return int(10 ** (PLACES - minor_digits(currency)))


def from_minor(count: int, currency: str) -> Decimal:
    """Turn a count of minor units into an amount, with the decimal places of the currency.

    >>> from_minor(1050, "USD"), from_minor(1050, "JPY"), from_minor(-5, "KWD")
    (Decimal('10.50'), Decimal('1050'), Decimal('-0.005'))
    """
    return Decimal(count).scaleb(-minor_digits(currency), EXACT)
