"""How values are written on pages: amounts to the cent, thousands apart, months by their names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from apportion.model.cents import cents, to_cents
from apportion.model.money import text as every_digit
from apportion.model.period import MONTHS, Period

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"


def money(amount: object, currency: str = "", *, signed: bool = False) -> str:
    """Write an amount to the cent, with the currency's sign before it or its code behind.

    >>> money(Decimal("1234.5"), "USD"), money(Decimal("1"), "CHF")
    ('$1,234.50', '1.00 CHF')
    """
    if not isinstance(amount, Decimal):
        return ""
    rounded = to_cents(amount)
    minus = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    digits = cents(abs(rounded))
    if currency in _SIGNS:
        return f"{minus}{_SIGNS[currency]}{digits}"
    return f"{minus}{digits} {currency}".rstrip()


def short(amount: Decimal, currency: str = "") -> str:
    """Write an amount without cents, for where there is little room."""
    rounded = amount.quantize(Decimal(1), ROUND_HALF_UP)
    minus = MINUS if rounded < 0 else ""
    sign = _SIGNS.get(currency, "")
    behind = "" if sign or not currency else f" {currency}"
    return f"{minus}{sign}{abs(rounded):,}{behind}"


def exact(amount: object) -> str:
    """Write an amount with every digit it has."""
    if not isinstance(amount, Decimal):
        return ""
    written = every_digit(amount)
    whole, _, places = written.lstrip("-").partition(".")
    return f"{MINUS if written.startswith('-') else ''}{int(whole):,}.{places}"


def part(value: object, *, places: int = 1) -> str:
    """Write a part of one as a percentage; what is less than the last digit is not nothing."""
    if not isinstance(value, Decimal):
        return ""
    percent = (value * 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if not percent and value:
        return f"< {Decimal(1).scaleb(-places)} %"
    return f"{percent:,} %".replace("-", MINUS)


def month(period: str) -> str:
    """Name a month.

    >>> month("2026-09")
    'September 2026'
    """
    at = Period.parse(period)
    return f"{MONTHS[at.month - 1]} {at.year}"


def month_alone(period: str) -> str:
    """Name a month without its year."""
    return MONTHS[Period.parse(period).month - 1]


def day(value: object) -> str:
    """Write a day: 4 September."""
    if not isinstance(value, date):
        return ""
    return f"{value.day} {MONTHS[value.month - 1]}"


def moment(at: str) -> str:
    """Write a time of a record (ISO 8601 in UTC): 9 October 2026, 06:12 UTC."""
    try:
        when = date.fromisoformat(at[:10])
    except ValueError:
        return at
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}, {at[11:16]} UTC".replace(",  UTC", "")


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(count: int, one: str, many: str = "") -> str:
    """Write a number with its noun: 1 account, 17 accounts."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
