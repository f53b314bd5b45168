"""The columns that results have beside the rulebook's dimensions: no dimension may be called so.

Reports, comparisons and tables are made with these tuples, or compared with them by a test. Names
are compared without case, as SQL engines do.
"""

from __future__ import annotations

from .focus import COST_COLUMNS
from .question import Granularity

#: A row of a report, after its time and what it is grouped by.
REPORT = ("currency", "direct", "shared", "total", "share", "tagged")

#: A row of estimates, after its day and what it is grouped by.
NOWCAST = ("currency", "billed", "complete_share", "expected", "low", "high")

#: A row of the error of past estimates.
BACKTEST = (
    *("level", "horizon", "group", "currency", "estimates", "truth"),
    *("wape_share", "bias_share", "intervals", "covered_share"),
)

#: What can move money between two allocations, in the order in which it is changed. `usage` is
#: between months, `restated` within one: a later delivery of the same bill.
CAUSES = ("usage", "restated", "tags", "accounts", "rules", "drivers")

#: A row of a comparison, after the owner.
COMPARED = ("currency", "before", *CAUSES, "change", "after")

#: The labels of a charge and their cost.
LABELS = (
    *("KeyId", "FirstDay", "LastDay", "Pool", "PoolMatches", "FirstCost", "LastCost", "Lines"),
    *("ChargeDay", "Resource", "Cost"),
)

#: Shared cost by owner and pool.
SHARES = ("Period", "Bill", "ChargeDay", "Pool", "Within", "Owner", "Ratio", "Kept")

#: The published tables that hold dimensions.
PUBLISHED = (
    *("Period", "RunId", "ChargeDay", "KeyId", "PaidBy", "Pool", "Direct", "Tagged", "Lines"),
    "Cost",
)

#: The sign-off of the monthly review.
SIGN_OFF = ("name", "date", "signature")

#: Columns of lookups, and what `--by` and conditions call something else.
_WRITTEN = ("valid_from", "valid_to", "tag", "account_tag", "account_tags")

#: Where each name is used, by the name in small letters.
TAKEN = {
    name.casefold(): where
    for where, names in (
        ("a lookup's or a condition's", _WRITTEN),
        ("an internal table's", LABELS),
        ("a share's", SHARES),
        ("a published table's", (*PUBLISHED, *COST_COLUMNS)),
        ("the sign-off's", SIGN_OFF),
        ("a comparison's", COMPARED),
        ("an estimate's", NOWCAST),
        ("a report's", (*REPORT, *Granularity)),
    )
    for name in names
}
