"""Findings about splits: cost that could not be split as ruled, and where it stays (S)."""

from __future__ import annotations

from .finding import Code, Severity

NEGATIVE_SPEND = Code(
    "S001",
    Severity.WARNING,
    "Owner with negative cost",
    "Credits or refunds exceed the owner's cost in the base of a proportional pool. The owner "
    "counts as zero and pays nothing of this pool.",
)
NEGATIVE_NUMBER = Code(
    "S002",
    Severity.WARNING,
    "Negative number in a driver",
    "All lines of an owner are added up (for each day, if the driver has days). A negative sum "
    "counts as zero, so the owner pays nothing of this pool.",
)
NOT_IN_TO = Code(
    "S003",
    Severity.WARNING,
    "Driver names an owner that is not in `to`",
    "`to` lists who pays. The driver's line is ignored, and the others pay its part.",
)
NO_NUMBERS = Code(
    "S004",
    Severity.WARNING,
    "Driver without numbers for the period",
    "The driver has no line for this month. The pool follows `if_nothing_to_split_by`.",
)
MISSING_DAYS = Code(
    "S005",
    Severity.WARNING,
    "Driver lacks days",
    "The pool has cost on days that the driver does not name. `missing_days: month` splits them "
    "by the numbers of the whole month; `missing_days: keep` leaves the cost in the pool.",
)
IMPOSSIBLE_LIMITS = Code(
    "S006",
    Severity.ERROR,
    "Limits cannot be met",
    "The minimums add up to more than 100 %, the maximums to less, or a minimum exceeds its "
    "maximum. Nothing is published.",
)
NOBODY_TO_PAY = Code(
    "S007",
    Severity.WARNING,
    "Cost stays in the pool: no owner can pay it",
    "No owner in the pool (or in this part of it) has a positive number, or all of them are at "
    "their limit, and `if_nothing_to_split_by` is `keep`; or there is no owner. The cost stays "
    "with the pool's owner, or with the default owner if the pool has none.",
)
DAYS_KEPT = Code(
    "S008",
    Severity.WARNING,
    "Cost stays in the pool: the driver lacks the day",
    "The driver has days, this day is missing, and `missing_days` is `keep`. The cost stays with "
    "the pool's owner, or with the default owner if the pool has none.",
)
CLOSED_RING = Code(
    "S009",
    Severity.WARNING,
    "Cost stays in pools that serve only each other",
    "These pools give all their cost to each other, so it never reaches an owner. Each part "
    "stays with the pool's owner, or with the default owner if the pool has none.",
)
SPLIT_EVENLY = Code(
    "S010",
    Severity.NOTICE,
    "Pool split evenly",
    "No owner has a positive number, and `if_nothing_to_split_by` is `even`.",
)
SAME_OWNER = Code(
    "S011",
    Severity.WARNING,
    "Several pools pass on the cost of one owner",
    "Cost that other pools give to this owner goes to the first of them in the rulebook.",
)
TWO_MEANINGS = Code(
    "S012",
    Severity.WARNING,
    "Pool and owner have the same name",
    "In `to`, in percentages and in drivers the name means the pool. Rename the pool if you mean "
    "the owner; set the pool's `owner` if they are the same.",
)
NEWCOMER = Code(
    "S013",
    Severity.NOTICE,
    "Owner in a split has no direct cost, but a similar name has",
    "No charge of the month belongs to this owner. That is correct for a team that only uses "
    "shared services, and wrong if the name is misspelled: its share then has no real owner.",
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
