"""Show money to the cent: each amount rounded by itself, alike in every command, page and file.

Nothing is moved so that a column adds up: a figure looks the same wherever it is shown. Where what
is shown is then a cent off its total, the total says so once.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from .money import EXACT

#: What a total says where what is shown beside it does not add up to it.
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
    """Write a change: +1,234.57."""
    return f"{to_cents(amount):+,.2f}"


def cent_off(parts: Iterable[Decimal], whole: Decimal) -> bool:
    """Tell whether amounts that add up to their whole do not as they are shown.

    Amounts that are not the parts of this whole are never off.
    """
    amounts = list(parts)
    with localcontext(EXACT):
        shown = sum(map(to_cents, amounts), Decimal())
        return sum(amounts, Decimal()) == whole and shown != to_cents(whole)
