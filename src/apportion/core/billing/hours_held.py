"""Whether a later delivery has charges in the hours in which an earlier one had.

The ledger adds the hours of a day up. Two exports of the same charges, one of mornings and one of
afternoons, have the same lines and about the same cost on each day; only their hours differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext

from apportion.model.findings.deliveries import PART_REPLACES
from apportion.model.findings.finding import Finding
from apportion.model.hours import Hours, count_hours, first_hour, missing_hours
from apportion.model.manifest import Manifest
from apportion.model.money import EXACT

from .contained_charges import ways_on

#: A charge that is restated can begin an hour earlier or later.
_MISSING_IN = 10


def hours_not_held(place: str, before: Manifest, now: Hours) -> list[Finding]:
    """Refuse a delivery without charges in more than a tenth of the hours of the earlier one.

    A delivery from before hours were recorded, or without times, has none.
    """
    missing = missing_hours(before.hours, now) if now else {}
    if count_hours(missing) * _MISSING_IN <= count_hours(before.hours):
        return []
    currency, amount = _billed(before, missing.keys())
    return [
        Finding(
            PART_REPLACES,
            place,
            f"{count_hours(missing):,} of {count_hours(before.hours):,} hours of the delivery of "
            f"{before.at}, run {before.run}",
            expected="a delivery that also has charges in them, because it replaces the whole "
            "month",
            found=f"none in these hours, from {first_hour(missing)}; the days with such hours cost",
            remedy=ways_on(before.run),
            amount=amount,
            currency=currency,
        )
    ]


def _billed(before: Manifest, days: Iterable[str]) -> tuple[str, Decimal]:
    """Add up the billed cost of days, in the first of their currencies."""
    wanted = set(days)
    held = [each for each in before.days if each.day in wanted]
    currency = held[0].currency if held else ""
    with localcontext(EXACT):
        amounts = (Decimal(each.amounts[0]) for each in held if each.currency == currency)
        return currency, sum(amounts, Decimal())
