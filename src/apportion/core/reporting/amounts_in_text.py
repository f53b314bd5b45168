"""Say in a sentence that nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

from apportion.model.cents import cents
from apportion.model.money import EXACT


def every_cent(review: Mapping[str, Sequence[Mapping[str, object]]], *, spent: bool) -> str:
    """Say that nothing is lost, and how much no rule gives an owner.

    Charges are counted, before shares of pools come to who has none; `spent` tells whether there
    was any cost.
    """
    if not spent:
        return "nothing was charged"
    sums: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for row in review.get("unallocated", ()):
            currency = str(row["currency"])
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(str(row["cost"] or 0))
    if not any(row["cost"] for row in review.get("unallocated", ())):
        return "every cent has an owner"
    amounts = " and ".join(
        f"{cents(sums[currency])} {currency}".strip() for currency in sorted(sums)
    )
    return (
        f"every cent is accounted for, and no rule gives {amounts} an owner, before shares of pools"
    )
