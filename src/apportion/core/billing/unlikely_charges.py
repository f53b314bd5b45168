"""Queries for charges that are read as written, but are probably wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from apportion.core.templates import each, name, query, text
from apportion.model.period import Period
from apportion.model.relation import Query, Relation

#: Columns of few values and all that FOCUS 1.0 to 1.4 have for them: "Allowed values" in
#: https://focus.finops.org/focus-specification/. Only ChargeCategory
#: has a value on every line.
KNOWN_VALUES: Mapping[str, tuple[str, ...]] = {
    "ChargeCategory": ("Usage", "Purchase", "Tax", "Credit", "Adjustment"),
    "ChargeClass": ("Correction",),
    "ChargeFrequency": ("One-Time", "Recurring", "Usage-Based"),
    "PricingCategory": ("Standard", "Dynamic", "Committed", "Other"),
    "CommitmentDiscountCategory": ("Spend", "Usage"),
    "CommitmentDiscountStatus": ("Used", "Unused"),
}

#: Days around the first of the month. Corrections come up to a year later; the day after the
#: longest month can be one of another time zone.
_DAYS_BEFORE, _DAYS_AFTER = 366, 32


def unknown_values_query(
    column: str, keys: Relation, months: Relation, *, may_be_empty: bool
) -> Query:
    """Write a query for the charges with a value that FOCUS does not have."""
    values = (*KNOWN_VALUES[column], *([""] if may_be_empty else []))
    known = each(map(text, values), ", ")
    return query(
        "core/billing/unknown_values", column=name(column), known=known, keys=keys, months=months
    )


def days_outside_query(period: str, keys: Relation, costs: Relation) -> Query:
    """Write a query for the charges of days that are far from the billing period."""
    begin = Period.parse(period).first_day.toordinal()
    first = date.fromordinal(max(begin - _DAYS_BEFORE, date.min.toordinal()))
    last = date.fromordinal(min(begin + _DAYS_AFTER, date.max.toordinal()))
    return query(
        "core/billing/days_outside",
        keys=keys,
        costs=costs,
        first=f"DATE {text(str(first))}",
        last=f"DATE {text(str(last))}",
    )
