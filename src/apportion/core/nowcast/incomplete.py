"""Days that are not billed completely, of all charges of the bills of a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from .estimate import COMPLETE
from .owner_days import Estimate
from .replay import class_days
from .triangles import BillArrivals, Developments


def incomplete_days(
    bills: Iterable[BillArrivals], learned: Developments
) -> dict[tuple[date, str], Estimate]:
    """Billed and expected cost of each incomplete day, by currency, in order.

    Classes that are not known count as billed. Monthly charges do not make a day incomplete.
    """
    sums: dict[tuple[date, str], Estimate] = defaultdict(Estimate)
    for bill in bills:
        for one in class_days(bill, learned):
            sums[one.day, one.currency].add(one.billed, one.expected, None)
    return {key: sums[key] for key in sorted(sums) if _is_incomplete(sums[key])}


def _is_incomplete(one: Estimate) -> bool:
    return abs(one.billed) < abs(one.expected) * Decimal(str(COMPLETE))
