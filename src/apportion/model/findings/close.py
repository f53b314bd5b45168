"""Findings about the close of a month (K)."""

from __future__ import annotations

from .finding import Code, Severity

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTICE

NOT_OVER = Code(
    "K001", _E, "Month is not over", "A month is closed after its last day, when its bill is final."
)
NOT_ALLOCATED = Code(
    "K002",
    _E,
    "Newest bill is not allocated",
    "The ledger holds a delivery that the allocation did not read. It would be left out of the "
    "books.",
)
SAME_PERSON = Code(
    "K003",
    _E,
    "Approver prepared the allocation",
    "With `two_people` in `[close]`, a month needs two people: one who prepares it and one who "
    "approves it.",
)
NOT_INVOICED = Code(
    "K004",
    _W,
    "Lines without an invoice",
    "Providers write the invoice id into each line when the month is final. Lines without one can "
    "still change.",
)
AFTER_CLOSE = Code(
    "K005",
    _N,
    "Month is closed",
    "Reports of a closed month show the allocation on which it was closed. Later deliveries and "
    "rules become an adjustment.",
)
BELOW_THRESHOLD = Code(
    "K006",
    _N,
    "Adjustment waits",
    "No owner's change reaches the threshold, so nothing was booked. The change stays visible in "
    "`close status` and is part of the next adjustment.",
)

NO_ACCRUAL_ACCOUNT = Code(
    "K007",
    _E,
    "No account for accruals",
    "`close accrue` credits an account until the bill is final: `accrual` of each company that "
    "pays invoices.",
)

ENDS_EARLY = Code(
    "K008",
    _W,
    "Bill ends before the month",
    "The last days of the month have no charge. That is right for a bill of few charges, and wrong "
    "if the bill was delivered while the month was running: then the rest becomes an adjustment.",
)

ALL = (
    NOT_OVER,
    NOT_ALLOCATED,
    SAME_PERSON,
    NOT_INVOICED,
    AFTER_CLOSE,
    BELOW_THRESHOLD,
    NO_ACCRUAL_ACCOUNT,
    ENDS_EARLY,
)
