"""Write amounts in sentences as tables show them: to the cent, half a cent away from zero."""

from __future__ import annotations

from decimal import Decimal

from .apportion import round_together


def cents(amount: Decimal) -> str:
    """Write an amount: 1,234.57."""
    return f"{round_together([amount], 2)[0]:,.2f}"


def signed(amount: Decimal) -> str:
    """Write a change: +1,234.57."""
    return f"{round_together([amount], 2)[0]:+,.2f}"
