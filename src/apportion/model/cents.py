"""Write money to the cent: each amount rounded by itself, alike in every command, page and file.

Nothing is moved so that a column adds up: a figure looks the same wherever it is shown. Where what
is shown is then a cent off its total, a note is shown once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from .money import EXACT, text

#: The note if shown amounts do not add up to the shown total.
ROUNDED = "rounded; files have every digit"

_CENT = Decimal("0.01")
#: Digits enough for any sum of amounts; to round is what is wanted here.
_WIDE = Context(prec=76)


def to_cents(amount: Decimal) -> Decimal:
    """Round to the cent, half a cent away from zero; what rounds to zero has no sign.

    >>> to_cents(Decimal("0.005")), to_cents(Decimal("-0.004"))
    (Decimal('0.01'), Decimal('0.00'))
    """
    return _WIDE.plus(amount.quantize(_CENT, ROUND_HALF_UP, context=_WIDE))


def cents(amount: Decimal) -> str:
    """Write an amount: 1,234.57."""
    return f"{to_cents(amount):,.2f}"


def signed(amount: Decimal) -> str:
    """Write a change: +1,234.57; zero has no sign."""
    rounded = to_cents(amount)
    return f"{rounded:+,.2f}" if rounded else "0.00"


def money(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency: the only form in sentences, on pages and in reports.

    The ISO 4217 code comes last, as `$` is the sign of several currencies; amounts without a
    currency have none.

    >>> money(Decimal("1234.5"), "USD"), money(Decimal("-2"), "")
    ('1,234.50 USD', '-2.00')
    """
    return f"{cents(amount)} {currency}".rstrip()


def money_change(amount: Decimal, currency: str) -> str:
    """Write a change with its currency: `+1,234.57 USD`."""
    return f"{signed(amount)} {currency}".rstrip()


def money_without_cents(amount: Decimal, currency: str) -> str:
    """Write an amount to the unit, for charts: `1,235 USD`."""
    units = _WIDE.plus(amount.quantize(Decimal(1), ROUND_HALF_UP, context=_WIDE))
    return f"{units:,} {currency}".rstrip()


def money_by_currency(sums: Mapping[str, Decimal]) -> str:
    """Write sums of several currencies: `3.00 EUR and 1,234.57 USD`."""
    return " and ".join(money(amount, currency) for currency, amount in sums.items())


def exact(amount: Decimal) -> str:
    """Write every digit of an amount, at least two decimals: `1,234.567`."""
    whole, _, places = text(amount).lstrip("-").partition(".")
    return f"{'-' if amount < 0 else ''}{int(whole):,}.{places}"


def cent_off(parts: Iterable[Decimal], whole: Decimal) -> bool:
    """Whether rounded amounts do not add up to their rounded total.

    Amounts that are not the parts of this whole are never off.
    """
    amounts = list(parts)
    with localcontext(EXACT):
        shown = sum(map(to_cents, amounts), Decimal())
        return sum(amounts, Decimal()) == whole and shown != to_cents(whole)
