"""Findings about splits: what could not be shared out as the rulebook says, and where it went."""

from __future__ import annotations

from .finding import Code, Severity

NEGATIVE_SPEND = Code(
    "S001",
    Severity.WARNING,
    "An owner whose spend is negative",
    "Credits or refunds outweigh what the owner spends where a proportional pool counts. Its spend "
    "counts as zero, so it pays nothing of that pool.",
)
NEGATIVE_NUMBER = Code(
    "S002",
    Severity.WARNING,
    "A negative number in a driver",
    "All lines of one owner (of the day, where the driver has days) are added up; a sum below zero "
    "counts as zero, so the owner pays nothing of that pool.",
)
NOT_IN_TO = Code(
    "S003",
    Severity.WARNING,
    "A driver names somebody who is not in the pool's `to`",
    "`to` says who pays. The line is passed over and the others pay its part.",
)
NO_NUMBERS = Code(
    "S004",
    Severity.WARNING,
    "A driver without a number for the period",
    "No line of the driver holds for this month. The pool does what `if_nothing_to_split_by` says.",
)
MISSING_DAYS = Code(
    "S005",
    Severity.WARNING,
    "A driver that lacks days",
    "The pool has cost on days that a driver with days does not name. `missing_days: month` splits "
    "them by the whole month's numbers, `missing_days: keep` leaves their cost with the pool.",
)
IMPOSSIBLE_LIMITS = Code(
    "S006",
    Severity.ERROR,
    "Limits that cannot all be kept",
    "The least shares add up to more than 100 percent, or the most of everybody to less, or "
    "somebody's least is above their most. Nothing is published.",
)
NOBODY_TO_PAY = Code(
    "S007",
    Severity.WARNING,
    "Money that stays with its pool because nobody is there to pay it",
    "Nobody in the pool, or in that partition of it, has a positive number, or those who have are "
    "at their limit, and `if_nothing_to_split_by` is `keep`; or there is no owner at all. The "
    "amount stays with the pool's owner, or with the default owner where the pool has none.",
)
DAYS_KEPT = Code(
    "S008",
    Severity.WARNING,
    "Money that stays with its pool because its driver lacks the day",
    "The driver has days, this one is missing, and `missing_days` is `keep`. The amount stays with "
    "the pool's owner, or with the default owner where the pool has none.",
)
CLOSED_RING = Code(
    "S009",
    Severity.WARNING,
    "Money that stays with its pool because pools serve only each other",
    "All that these pools hold goes round among them and never reaches an owner. What comes to "
    "each stays with that pool's owner, or with the default owner where it has none.",
)
SPLIT_EVENLY = Code(
    "S010",
    Severity.NOTICE,
    "A pool that was split evenly because nobody has a positive number",
    "`if_nothing_to_split_by` is `even`.",
)
SAME_OWNER = Code(
    "S011",
    Severity.WARNING,
    "Several pools that pass on the cost of one owner",
    "What other pools put on that owner flows through the first of them in the rulebook's order.",
)
TWO_MEANINGS = Code(
    "S012",
    Severity.WARNING,
    "A name that is both a pool's and an owner's",
    "In `to`, in percentages and in drivers it means the pool. Rename the pool if the owner was "
    "meant, or set the pool's `owner` if they are the same.",
)
NEWCOMER = Code(
    "S013",
    Severity.NOTICE,
    "Somebody who pays shares, has no cost, and is called almost like one who has",
    "A split names an owner whom no charge of the month belongs to. That is right for a team that "
    "only uses what others run, and wrong for a name that is misspelt: its share goes to nobody.",
)

ALL = (
    NEGATIVE_SPEND,
    NEGATIVE_NUMBER,
    NOT_IN_TO,
    NO_NUMBERS,
    MISSING_DAYS,
    IMPOSSIBLE_LIMITS,
    NOBODY_TO_PAY,
    DAYS_KEPT,
    CLOSED_RING,
    SPLIT_EVENLY,
    SAME_OWNER,
    TWO_MEANINGS,
    NEWCOMER,
)
