"""Write amounts in sentences as tables show them: to the cent, half a cent away from zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

from apportion.core.apportion import round_together
from apportion.model.money import EXACT


def cents(amount: Decimal) -> str:
    """Write an amount: 1,234.57."""
    return f"{round_together([amount], 2)[0]:,.2f}"


def signed(amount: Decimal) -> str:
    """Write a change: +1,234.57."""
    return f"{round_together([amount], 2)[0]:+,.2f}"


def every_cent(review: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    """Say that nothing is lost, and how much no rule gives an owner."""
    sums: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for row in review.get("unallocated", ()):
            currency = str(row["currency"])
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(str(row["cost"] or 0))
    if not any(sums.values()):
        return "every cent has an owner"
    amounts = " and ".join(
        f"{cents(sums[currency])} {currency}".strip() for currency in sorted(sums)
    )
    return f"every cent is accounted for, and no rule gives {amounts} an owner"
