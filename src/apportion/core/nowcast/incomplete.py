"""Days that are not billed completely, of all charges of the bills of a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal

from .estimate import COMPLETE, estimate_days
from .owner_days import Estimate
from .replay import daily_amounts
from .triangles import BillArrivals, Developments


def incomplete_days(
    bills: Iterable[BillArrivals], learned: Developments
) -> dict[tuple[date, str], Estimate]:
    """Billed and expected cost of each incomplete day, by currency, in order.

    Classes that are not known count as billed. Monthly charges do not make a day incomplete.
    """
    sums: dict[tuple[date, str], Estimate] = defaultdict(Estimate)
    for bill in bills:
        made = bill.made[-1]
        days = [day for day in bill.period.days if datetime.combine(day, time(), UTC) < made]
        for (charge_class, currency), billed in daily_amounts(bill).items():
            parts = {day: learned.part_of(charge_class, day, bill.period, made) for day in days}
            for day, expected in estimate_days(billed, parts).items():
                sums[day, currency].add(billed.get(day, Decimal()), expected, None)
    return {key: sums[key] for key in sorted(sums) if _is_incomplete(sums[key])}


def _is_incomplete(one: Estimate) -> bool:
    return abs(one.billed) < abs(one.expected) * Decimal(str(COMPLETE))
