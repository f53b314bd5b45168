"""Queries that read the ledger's tables of shares and drivers, in the columns of `model.split`."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.core.templates import each, name
from apportion.model.focus import COST_COLUMNS
from apportion.model.relation import Query, Relation

_COSTS = each(map(name, COST_COLUMNS), ", ")


def shares_query(shares: Relation, *, order: Sequence[str] = ()) -> Query:
    """Read shares, as `split.Share`; sorted by these columns of the table."""
    return Query.of(
        'SELECT "Pool", "BillingCurrency" AS "Currency", "BillingAccountId" AS "BillingAccount", '
        f'"ChargeDay" AS "Day", "Within", "Owner", "Ratio", {_COSTS}, "Kept" '
        f"FROM {shares}{_sorted(order)}",
        shares,
    )


def steps_query(drivers: Relation, *, order: Sequence[str]) -> Query:
    """Read the arrows of a split, as `split.Step`; sorted by these columns of the table."""
    return Query.of(
        'SELECT "Pool", "BillingCurrency" AS "Currency", "Within", "ChargeDay" AS "Day", "Target", '
        f'"TargetIsPool", "Weight", "Ratio", "Driver" FROM {drivers}{_sorted(order)}',
        drivers,
    )


def _sorted(order: Sequence[str]) -> str:
    return f" ORDER BY {each(map(name, order), ', ')}" if order else ""
