"""A sentence about the unallocated part of a month's cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

from apportion.model.cents import cents
from apportion.model.money import EXACT


def every_cent(review: Mapping[str, Sequence[Mapping[str, object]]], *, spent: bool) -> str:
    """The sentence that every cent is accounted for, with the unallocated direct cost.

    Shared cost of the default owner is not counted; `spent` is whether there was any cost.
    """
    if not spent:
        return "there is no cost"
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
    return f"every cent is accounted for; {amounts} of direct cost is unallocated"
