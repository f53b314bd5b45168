"""Compare the parts of a bill with the whole, which is a query of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext

from apportion.model.aws.cost_query import By, CostLine, GroupKind, Metric
from apportion.model.findings.cost_explorer import (
    ESTIMATED,
    NEVER_SEEN,
    PARTS_DIFFER,
    PARTS_ROUNDED,
)
from apportion.model.findings.finding import Code, Finding
from apportion.model.money import EXACT, text

from .query_names import currency_of

#: AWS prints ten decimals or more: what a part can lose by that is less than this.
ROUNDING = Decimal("0.000000001")


def add_up(lines: Iterable[CostLine], metric: Metric) -> Decimal:
    """Add up one metric of some lines."""
    with localcontext(EXACT):
        return sum((line.amounts[metric] for line in lines), Decimal(0))


def by_start(lines: Iterable[CostLine], metric: Metric) -> dict[date, Decimal]:
    """Add up one metric of some lines, day by day."""
    sums: dict[date, Decimal] = {}
    with localcontext(EXACT):
        for line in lines:
            sums[line.start] = sums.get(line.start, Decimal(0)) + line.amounts[metric]
    return sums


def compare_parts(
    place: str,
    metric: Metric,
    *,
    whole: Sequence[CostLine],
    parts: Sequence[CostLine],
    code: Code = PARTS_DIFFER,
) -> list[Finding]:
    """Compare day by day, so that two mistakes do not cancel out.

    A difference within AWS's own rounding is a notice; any other has `code`.
    """
    expected, found = by_start(whole, metric), by_start(parts, metric)
    counts = Counter(line.start for line in parts)
    worst: list[Code] = []
    difference, days = Decimal(0), []
    with localcontext(EXACT):
        for day in sorted({*expected, *found}):
            apart = found.get(day, Decimal(0)) - expected.get(day, Decimal(0))
            if apart:
                difference += apart
                days.append(day)
                rounded = abs(apart) <= ROUNDING * (counts[day] + 1)
                worst.append(PARTS_ROUNDED if rounded else code)
    if not days:
        return []
    return [
        Finding(
            code if code in worst else PARTS_ROUNDED,
            place,
            f"{metric} on {len(days)} days, the first {days[0]}",
            expected=text(add_up(whole, metric)),
            found=text(add_up(parts, metric)),
            remedy="Run this again later, with --no-cache." if code in worst else "",
            amount=difference,
            currency=currency_of([*whole, *parts]),
        )
    ]


def estimated(place: str, lines: Iterable[CostLine]) -> list[Finding]:
    """A finding if amounts are not final."""
    days = {line.start for line in lines if line.estimated}
    if not days:
        return []
    return [
        Finding(
            ESTIMATED,
            place,
            f"{len(days)} days, the first {min(days)}",
            remedy="Run this again when the month is closed, some days after its end.",
        )
    ]


def never_seen(place: str, by: By, values: Iterable[str]) -> list[Finding]:
    """A finding if there is cost, but none has a value for a tag."""
    found = set(values)
    if by.kind is not GroupKind.TAG or not found or any(found):
        return []
    return [
        Finding(
            NEVER_SEEN,
            place,
            f"tag {by.name}",
            remedy="Check its spelling with `apportion cost-explorer tags`, and that it is "
            "activated as a cost allocation tag.",
        )
    ]
