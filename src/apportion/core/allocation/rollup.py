"""Sums of labelled costs, for splits and reports."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from apportion.core.rulebook.dimension_sql import (
    dimension_columns,
    flag_columns,
    spend_column,
)
from apportion.core.rulebook.rule_columns import GRAIN
from apportion.core.templates import each, name, query, text
from apportion.model.focus import COST_COLUMNS
from apportion.model.relation import BillTables, LabelledCosts, Query, Relation, union
from apportion.model.rulebook import Dimension, Pool, Proportional, Rulebook, TwoPart

_SUMS = each((f"SUM({name(c)}) AS {name(c)}" for c in COST_COLUMNS), ", ")


class AccountTotal(NamedTuple):
    """The cost of an account at a stage of the proof."""

    billing_account_id: str
    sub_account_id: str
    billing_currency: str
    lines: int
    amounts: tuple[Decimal, ...]


class RejectedValue(NamedTuple):
    """A value of a dimension that was rejected."""

    value: str
    billing_currency: str
    cost: Decimal


class CurrencyCost(NamedTuple):
    """The cost in a currency."""

    billing_currency: str
    lines: int
    cost: Decimal


class ClaimedTwice(NamedTuple):
    """Cost of a pool that other pools claim, too."""

    pool: str
    billing_currency: str
    keys: int
    cost: Decimal


class ChangedOwners(NamedTuple):
    """Keys with another owner in the files than by the rules."""

    billing_currency: str
    keys: int
    cost: Decimal


class PoolName(NamedTuple):
    """A pool with cost."""

    pool: str


class OwnerName(NamedTuple):
    """An owner with direct cost."""

    billing_currency: str
    owner: str


class PartitionOwner(NamedTuple):
    """An owner with direct cost in a value of a dimension."""

    dimension: str
    billing_currency: str
    within: str
    owner: str


class OwnerCost(NamedTuple):
    """The direct cost of an owner."""

    currency: str
    owner: str
    cost: Decimal


class OwnerSpend(NamedTuple):
    """The spend of an owner that a pool is split in proportion to."""

    pool: str
    billing_currency: str
    owner: str
    within: str
    spend: Decimal


def rolled_query(labels: Relation, bills: BillTables) -> Query:
    """Add up the cost of each label; `labels` are keys with the days that each label holds for."""
    return query("core/allocation/rolled", labels=labels, months=bills.months, costs=bills.costs)


def allocations_query(rulebook: Rulebook, period: str, labelled: Relation) -> Query:
    """The owner of each key and its days: the ledger's `allocations`.

    The cost of keys stays in `costs`, so a changed rule writes no amounts.
    """
    columns = ("KeyId", "FirstDay", "LastDay", *GRAIN, *dimension_columns(rulebook), "Pool")
    picked = each(map(name, columns), ", ")
    return Query.of(
        f'SELECT {text(period)} AS "Period", \'\' AS "Bill", {picked} FROM {labelled}', labelled
    )


def derived_totals_query(costs: LabelledCosts) -> Query:
    """Add the labelled costs up by account, pools included."""
    return Query.of(
        'SELECT COALESCE("BillingAccountId", \'\') AS "BillingAccountId", '
        'COALESCE("SubAccountId", \'\') AS "SubAccountId", '
        'COALESCE("BillingCurrency", \'\') AS "BillingCurrency", '
        f'CAST(SUM("Lines") AS BIGINT) AS "Lines", {_SUMS} FROM {costs.joined} GROUP BY 1, 2, 3',
        costs.joined,
    )


def rejected_query(rulebook: Rulebook, dimension: Dimension, costs: LabelledCosts) -> Query:
    """List the values that were rejected, with their cost."""
    refused = name(f"{dimension.name}_rejected")
    return Query.of(
        f'SELECT {refused} AS "Value", "BillingCurrency", SUM({name(rulebook.cost)}) AS "Cost" '
        f"FROM {costs.joined} WHERE {refused} IS NOT NULL GROUP BY ALL "
        'ORDER BY "Cost" DESC, "Value"',
        costs.joined,
    )


def other_currencies_query(rulebook: Rulebook, costs: LabelledCosts) -> Query:
    """Add up the cost in other currencies than the rulebook's."""
    return Query.of(
        f'SELECT "BillingCurrency", CAST(SUM("Lines") AS BIGINT) AS "Lines", '
        f'SUM({name(rulebook.cost)}) AS "Cost" '
        f'FROM {costs.joined} WHERE "BillingCurrency" <> {text(rulebook.currency)} '
        "GROUP BY ALL ORDER BY ALL",
        costs.joined,
    )


def pool_costs_query(rulebook: Rulebook, labelled: Relation, costs: Relation) -> Query:
    """The cost of each pool by payer, currency and day, in each partition."""
    return query(
        "core/allocation/pool_costs", within=partition(rulebook), labelled=labelled, costs=costs
    )


def claimed_twice_query(rulebook: Rulebook, costs: LabelledCosts) -> Query:
    """The cost of charges that match several pools, by the pool that has them."""
    return query(
        "core/allocation/claimed_twice",
        cost=name(rulebook.cost),
        rolled=costs.rolled,
        labelled=costs.labelled,
    )


def owners_changed_query(rulebook: Rulebook, costs: LabelledCosts, owned: Relation) -> Query:
    """Compare the dimensions and pools of owned keys with their labels, with the cost."""
    columns = (*(dimension.name for dimension in rulebook.dimensions), "Pool")
    differs = each(
        (f"owned.{name(c)} IS DISTINCT FROM labelled.{name(c)}" for c in columns), " OR "
    )
    return query(
        "core/allocation/owners_changed",
        cost=name(rulebook.cost),
        differs=differs,
        owned=owned,
        labelled=costs.labelled,
        rolled=costs.rolled,
    )


def pools_query(costs: LabelledCosts) -> Query:
    """List the pools with cost."""
    return Query.of(
        f'SELECT DISTINCT "Pool" FROM {costs.joined} WHERE "Pool" IS NOT NULL', costs.joined
    )


def owners_query(rulebook: Rulebook, costs: LabelledCosts) -> Query:
    """List the owners with direct cost, by currency."""
    return Query.of(
        f'SELECT DISTINCT "BillingCurrency", {name(rulebook.owner)} AS "Owner" '
        f"FROM {costs.joined} WHERE {_direct_cost(rulebook)}",
        costs.joined,
    )


def partitions_query(rulebook: Rulebook, costs: LabelledCosts) -> Query | None:
    """List the owners with cost in each value of the dimensions that pools split within."""
    parts = [
        Query.of(
            f'SELECT DISTINCT {text(within)} AS "Dimension", "BillingCurrency", '
            f'COALESCE({name(within)}, \'\') AS "Within", {name(rulebook.owner)} AS "Owner" '
            f"FROM {costs.joined} WHERE {_direct_cost(rulebook)}",
            costs.joined,
        )
        for within in dict.fromkeys(pool.within for pool in rulebook.pools if pool.within)
    ]
    return union(parts) if parts else None


def own_by_owner_query(rulebook: Rulebook, costs: LabelledCosts) -> Query:
    """Add up the direct cost of owners in the rulebook's cost column, by currency."""
    return Query.of(
        'SELECT COALESCE("BillingCurrency", \'\') AS "Currency", '
        f'{name(rulebook.owner)} AS "Owner", SUM({name(rulebook.cost)}) AS "Cost" '
        f'FROM {costs.joined} WHERE "Pool" IS NULL GROUP BY ALL',
        costs.joined,
    )


def spend_query(rulebook: Rulebook, costs: LabelledCosts) -> Query | None:
    """The spend of owners, once for each pool that is split in proportion to it."""
    parts = [_spend_of(rulebook, pool, costs) for pool in rulebook.pools if _by_spend(pool)]
    return union(parts) if parts else None


def _spend_of(rulebook: Rulebook, pool: Pool, costs: LabelledCosts) -> Query:
    """Spend is in the rulebook's cost column; `within` partitions it like the pool."""
    within = f"COALESCE({name(pool.within)}, '')" if pool.within else "''"
    flagged = spend_column(pool) in flag_columns(rulebook)
    counted = f" AND {name(spend_column(pool))}" if flagged else ""
    return Query.of(
        f'SELECT {text(pool.name)} AS "Pool", "BillingCurrency", '
        f'{name(rulebook.owner)} AS "Owner", {within} AS "Within", '
        f'SUM({name(rulebook.cost)}) AS "Spend" '
        f"FROM {costs.joined} WHERE {_direct_cost(rulebook)}{counted} GROUP BY ALL",
        costs.joined,
    )


def _direct_cost(rulebook: Rulebook) -> str:
    """The condition of direct cost: in no pool, or in the pool that passes this owner's cost on."""
    linked = [
        f"({name('Pool')} = {text(pool.name)} AND {name(rulebook.owner)} = {text(pool.owner)})"
        for pool in rulebook.pools
        if pool.owner
    ]
    return f"({each((name('Pool') + ' IS NULL', *linked), ' OR ')})"


def partition(rulebook: Rulebook) -> str:
    """The value, in SQL, of the dimension that a pool is split within; empty without one."""
    cases = [
        f"WHEN {text(pool.name)} THEN COALESCE({name(pool.within)}, '')"
        for pool in rulebook.pools
        if pool.within
    ]
    return f"CASE {name('Pool')} {each(cases, ' ')} ELSE '' END" if cases else "''"


def _by_spend(pool: Pool) -> bool:
    split = pool.split.rest if isinstance(pool.split, TwoPart) else pool.split
    return isinstance(split, Proportional)
