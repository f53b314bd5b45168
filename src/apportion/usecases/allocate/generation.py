"""The way in which allocations are written, so that a run of another way is never misread.

An allocation is proved by making its rows again. Rows that an earlier version cut at other days
cannot be compared; the month is allocated again instead.
"""

from __future__ import annotations

from apportion.model.findings.finding import Finding
from apportion.model.findings.proof import OTHER_VERSION
from apportion.model.manifest import Manifest

#: Change it when the same bill and rules give other rows of `allocations`, `shares` or `drivers`.
GENERATION = "2"

#: The name under which a run records it; runs of before it was recorded have generation 1.
RECORDED_AS = "generation"


def made_otherwise(allocation: Manifest) -> list[Finding]:
    """Report an allocation whose rows were written in another way than today."""
    if allocation.details.get(RECORDED_AS, "1") == GENERATION:
        return []
    return [
        Finding(
            OTHER_VERSION,
            f"{allocation.period} run {allocation.run}",
            "the rows of the allocation",
            expected=f"generation {GENERATION}",
            found=f"generation {allocation.details.get(RECORDED_AS, '1')}, made by Apportion "
            f"{allocation.version}",
            remedy=f"Allocate the month again: apportion allocate --period {allocation.period}.",
        )
    ]
