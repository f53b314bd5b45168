"""The costs of a line of a Cost and Usage Report by its type: the rules and their sources.

Amortised cost is the CASE on `line_item_line_item_type` that AWS publishes for the CUR, with two
corrections known from AWS's own dashboards (aws-solutions-library cid-framework #1087 and #1497): a
Savings Plan that was returned within days gives a Refund that costs nothing, but a real refund on a
Savings Plan counts. Every rule is a sum of columns, so it holds for sums of lines as well: lines
are added up by kind first, and the rules see a few totals.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

UNBLENDED = "line_item_unblended_cost"
ON_DEMAND = "pricing_public_on_demand_cost"
PLAN_EFFECTIVE = "savings_plan_savings_plan_effective_cost"
PLAN_COMMITTED = "savings_plan_total_commitment_to_date"
PLAN_USED = "savings_plan_used_commitment"
RESERVED_EFFECTIVE = "reservation_effective_cost"
RESERVED_UNUSED_UPFRONT = "reservation_unused_amortized_upfront_fee_for_billing_period"
RESERVED_UNUSED_RECURRING = "reservation_unused_recurring_fee"

AMOUNTS = (
    UNBLENDED,
    ON_DEMAND,
    PLAN_EFFECTIVE,
    PLAN_COMMITTED,
    PLAN_USED,
    RESERVED_EFFECTIVE,
    RESERVED_UNUSED_UPFRONT,
    RESERVED_UNUSED_RECURRING,
)

LINE_TYPE = "line_item_line_item_type"
RESERVATION = "reservation_reservation_a_r_n"
PLAN = "savings_plan_savings_plan_a_r_n"
PLAN_START = "savings_plan_start_time"
PLAN_END = "savings_plan_end_time"
SPLIT_PARENT = "split_line_item_parent_resource_id"

#: Kinds that the line type alone does not show; no line type of AWS has a space.
RESERVATION_FEE = "Fee of a reservation"
RETURNED_PLAN_REFUND = "Refund of a returned plan"
SPLIT_CHILD = "part of a split resource"

#: A plan that ends so soon after its start was returned.
MOST_DAYS_OF_RETURNED_PLAN = 7

Sums = Mapping[str, int]
_Rule = Mapping[str, int]  # amount column -> its sign

_NOTHING: _Rule = {}
_BILLED: _Rule = {UNBLENDED: 1}
_LISTED: _Rule = {ON_DEMAND: 1}

#: BilledCost, EffectiveCost, ListCost and ContractedCost of a kind of line.
_RULES: Mapping[str, tuple[_Rule, _Rule, _Rule, _Rule]] = {
    "Usage": (_BILLED, _BILLED, _LISTED, _BILLED),
    "SavingsPlanCoveredUsage": (_BILLED, {PLAN_EFFECTIVE: 1}, _LISTED, _BILLED),
    "DiscountedUsage": (_BILLED, {RESERVED_EFFECTIVE: 1}, _LISTED, _LISTED),
    "SavingsPlanNegation": (_BILLED, _NOTHING, _NOTHING, _NOTHING),
    "SavingsPlanUpfrontFee": (_BILLED, _NOTHING, _NOTHING, _NOTHING),
    "SavingsPlanRecurringFee": (_BILLED, {PLAN_COMMITTED: 1, PLAN_USED: -1}, _NOTHING, _NOTHING),
    "RIFee": (
        _BILLED,
        {RESERVED_UNUSED_UPFRONT: 1, RESERVED_UNUSED_RECURRING: 1},
        _NOTHING,
        _NOTHING,
    ),
    RESERVATION_FEE: (_BILLED, _NOTHING, _NOTHING, _NOTHING),
    RETURNED_PLAN_REFUND: (_BILLED, _NOTHING, _BILLED, _BILLED),
    # The parent stays whole, so its parts must not count again.
    SPLIT_CHILD: (_NOTHING, _NOTHING, _NOTHING, _NOTHING),
}
#: Types that count as what was billed, as any other does.
_BILLED_TYPES = (
    "Fee", "Tax", "Credit", "Refund",
    "EdpDiscount", "PrivateRateDiscount", "BundledDiscount", "Discount", "RiVolumeDiscount",
    "SppDiscount", "DistributorDiscount", "ResellerDiscount", "SolutionProviderProgramDiscount",
)  # fmt: skip
#: Types of the Data Dictionary of CUR 2.0 (line_item_line_item_type), and our own of kinds.
KNOWN_TYPES = frozenset((*_RULES, *_BILLED_TYPES))
_OTHERS = (_BILLED, _BILLED, _BILLED, _BILLED)

_NO_COLUMNS: frozenset[str] = frozenset()
_PLAN_COLUMNS = frozenset({PLAN_EFFECTIVE, PLAN_COMMITTED, PLAN_USED})
_RESERVED_COLUMNS = frozenset(
    {RESERVED_EFFECTIVE, RESERVED_UNUSED_UPFRONT, RESERVED_UNUSED_RECURRING}
)
#: A commitment can be amortised only as a whole.
_NEEDED: Mapping[str, frozenset[str]] = {
    "SavingsPlanCoveredUsage": _PLAN_COLUMNS,
    "SavingsPlanNegation": _PLAN_COLUMNS,
    "SavingsPlanUpfrontFee": _PLAN_COLUMNS,
    "SavingsPlanRecurringFee": _PLAN_COLUMNS,
    RETURNED_PLAN_REFUND: _PLAN_COLUMNS,
    "DiscountedUsage": _RESERVED_COLUMNS,
    "RIFee": _RESERVED_COLUMNS,
    RESERVATION_FEE: _RESERVED_COLUMNS,
}


def costs_of(kind: str, sums: Sums, there: AbstractSet[str]) -> tuple[int, ...]:
    """The four costs of lines of one type from the sums of their amount columns.

    `there` are the columns that the bill has. Where it lacks the columns of a commitment, its lines
    cost what was billed, so that the effective total is still the invoice's; where it lacks the
    on-demand cost, the billed one stands for it.
    """
    billed, effective, listed, contracted = _RULES.get(kind, _OTHERS)
    if not _NEEDED.get(kind, _NO_COLUMNS) <= there:
        effective = _BILLED
    known = sums if ON_DEMAND in there else {**sums, ON_DEMAND: sums.get(UNBLENDED, 0)}
    return tuple(
        sum(sign * known.get(column, 0) for column, sign in rule.items())
        for rule in (billed, effective, listed, contracted)
    )
