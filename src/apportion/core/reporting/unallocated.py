"""A sentence about the unallocated cost of a month, for reviews and workbooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

from apportion.model.cents import money_by_currency
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
    amounts = money_by_currency(dict(sorted(sums.items())))
    return f"every cent is accounted for; {amounts} of direct cost is unallocated"
