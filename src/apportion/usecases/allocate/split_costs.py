"""Split pools: the engine adds up cost by owner, the core computes the shares."""

from __future__ import annotations

from dataclasses import replace

from apportion.core.allocation.rollup import (
    OwnerName,
    OwnerSpend,
    PartitionOwner,
    owners_query,
    partitions_query,
    pool_costs_query,
    spend_query,
)
from apportion.core.allocation.split_checks import probable_misspellings
from apportion.core.allocation.split_pools import SplitResult, split_pools
from apportion.model.focus import COST_COLUMNS
from apportion.model.money import SQL_TYPE, from_units, to_units
from apportion.model.period import Period
from apportion.model.ratio import ratio_text
from apportion.model.relation import BillTables, LabelledCosts, Query, Relation
from apportion.model.row import Row
from apportion.model.split import PoolCost, Spend
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.load_rules import Rules
from apportion.usecases.without_collection import without_collection

_MONEY = dict.fromkeys(COST_COLUMNS, SQL_TYPE)
SHARES = {
    "Period": "VARCHAR",
    "Bill": "VARCHAR",
    "ChargeDay": "DATE",
    "BillingAccountId": "VARCHAR",
    "BillingCurrency": "VARCHAR",
    "Pool": "VARCHAR",
    "Within": "VARCHAR",
    "Owner": "VARCHAR",
    "Ratio": "VARCHAR",
    "Kept": "BOOLEAN",
    **_MONEY,
}
DRIVERS = {
    "Period": "VARCHAR",
    "Bill": "VARCHAR",
    "Pool": "VARCHAR",
    "BillingCurrency": "VARCHAR",
    "Within": "VARCHAR",
    "ChargeDay": "DATE",
    "Target": "VARCHAR",
    "TargetIsPool": "BOOLEAN",
    "Weight": "VARCHAR",
    "Ratio": "VARCHAR",
    "Driver": "VARCHAR",
}


def pool_costs(
    rules: Rules, labelled: Relation, bills: BillTables, context: RunContext
) -> list[PoolCost]:
    """Add up the cost in each pool by payer and day."""
    query = pool_costs_query(rules.rulebook, labelled, bills.costs)
    return read_rows(PoolCost, context.engine.rows(query))


def split_costs(
    period: Period,
    rules: Rules,
    costs: list[PoolCost],
    labelled: LabelledCosts,
    context: RunContext,
) -> SplitResult:
    """Query the cost of owners and compute the shares of pools."""
    rulebook = rules.rulebook
    owners: dict[str, set[str]] = {}
    for paying in read_rows(OwnerName, context.engine.rows(owners_query(rulebook, labelled))):
        owners.setdefault(paying.billing_currency, set()).add(paying.owner)
    partitions: dict[tuple[str, str, str], set[str]] = {}
    for part in read_rows(PartitionOwner, _rows(partitions_query(rulebook, labelled), context)):
        place = part.dimension, part.billing_currency, part.within
        partitions.setdefault(place, set()).add(part.owner)
    spend = read_rows(OwnerSpend, _rows(spend_query(rulebook, labelled), context))
    index = COST_COLUMNS.index(rulebook.cost)
    dimension = rulebook.dimension(rulebook.owner)
    with without_collection():
        split = split_pools(
            rulebook.pools,
            method=rulebook.method,
            costs=costs,
            spend=list(map(_spend, spend)),
            drivers=rules.drivers,
            owners={currency: frozenset(names) for currency, names in owners.items()},
            partitions={place: frozenset(names) for place, names in partitions.items()},
            default_owner=dimension.default,
            period=period,
            cost_index=index,
        )
    new = probable_misspellings(split.shares, owners, dimension=dimension, cost_index=index)
    return replace(split, findings=(*split.findings, *new))


def load_split(
    period: Period, split: SplitResult, context: RunContext
) -> tuple[Relation, Relation]:
    """Create tables of the shares and the drivers of a split, as in the ledger."""
    written = str(period)
    shares = (
        (
            *(written, "", share.day, share.billing_account, share.currency, share.pool),
            *(share.within, share.owner, ratio_text(share.ratio), share.kept),
            *map(from_units, share.units),
        )
        for share in split.shares
    )
    drivers = (
        (
            *(written, "", step.pool, step.currency, step.within, step.day, step.target),
            *(step.target_is_pool, ratio_text(step.weight), ratio_text(step.ratio), step.driver),
        )
        for step in split.steps
    )
    with without_collection():
        return (
            context.engine.load("shares_made", SHARES, shares),
            context.engine.load("drivers_made", DRIVERS, drivers),
        )


def _rows(query: Query | None, context: RunContext) -> list[Row]:
    return context.engine.rows(query) if query else []


def _spend(row: OwnerSpend) -> Spend:
    return Spend(
        pool=row.pool,
        currency=row.billing_currency,
        owner=row.owner,
        within=row.within,
        units=to_units(row.spend),
    )
