"""What each owner pays of each invoice: direct cost, and shares of pools traced to invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from apportion.core.allocation.rollup import rolled_query
from apportion.core.allocation.rounding import apportion_lines, whole_numbers
from apportion.core.reporting.focus_export import pool_charges_query
from apportion.core.templates import name, query
from apportion.model.finance.journal import InvoiceCost
from apportion.model.focus import COST_COLUMNS
from apportion.model.money import to_units
from apportion.model.relation import AllocationTables, Query
from apportion.model.rulebook import Rulebook
from apportion.model.split import Share

#: The cost of a pool for one payer and day: pool, currency, billing account, day, partition.
_Held = tuple[str, str, str, date, str]


class DirectCost(NamedTuple):
    """What an owner spends itself of an invoice in a service category."""

    billing_account: str
    invoice: str
    currency: str
    owner: str
    service_category: str
    tax: bool
    cost: Decimal


class PoolCost(NamedTuple):
    """What a pool holds of an invoice in a service category, for one payer and day."""

    pool: str
    currency: str
    billing_account: str
    day: date
    within: str
    invoice: str
    service_category: str
    tax: bool
    cost: Decimal

    @property
    def held(self) -> _Held:
        """The cost of the pool that it is part of."""
        return self[:5]


def direct_costs_query(rulebook: Rulebook, tables: AllocationTables, *, cost: str) -> Query:
    """Sum direct cost, as `DirectCost`."""
    return query(
        "core/journal/direct_costs",
        owner=name(rulebook.owner),
        cost=name(cost),
        rolled=rolled_query(tables.owned, tables.bills),
        owned=tables.owned,
        keys=tables.bills.keys,
    )


def pool_costs_query(rulebook: Rulebook, tables: AllocationTables, *, cost: str) -> Query:
    """Sum the cost in pools, as `PoolCost`, ordered by pool, currency, payer, day and partition."""
    return query(
        "core/journal/pool_costs",
        cost=name(cost),
        charges=pool_charges_query(rulebook, tables),
        keys=tables.bills.keys,
    )


def invoice_costs(
    direct: Iterable[DirectCost],
    pools: Iterable[PoolCost],
    shares: Iterable[Share],
    *,
    cost: str,
) -> list[InvoiceCost]:
    """Sum what each owner pays of each invoice, sorted; zero amounts are left out.

    The share of an owner in a pool is traced to the invoices in the pool: the parts of an invoice
    add up to what the pool holds of it, and an owner's parts to its share.
    """
    sums: dict[tuple[str, str, str, str, str, bool], int] = defaultdict(int)
    for row in direct:
        sums[row[:6]] += to_units(row.cost)
    column = COST_COLUMNS.index(cost)
    payers: dict[_Held, list[Share]] = defaultdict(list)
    for share in shares:
        held = (share.pool, share.currency, share.billing_account, share.day, share.within)
        payers[held].append(share)
    for key, together in groupby(pools, key=lambda row: row.held):
        if key in payers:  # otherwise it is zero in every cost column
            for line, owner, units in _traced(list(together), payers[key], column):
                sums[
                    line.billing_account, line.invoice, line.currency, owner,
                    line.service_category, line.tax,
                ] += units  # fmt: skip
    return [InvoiceCost(*key, units) for key, units in sorted(sums.items()) if units]


def _traced(
    lines: list[PoolCost], payers: list[Share], column: int
) -> Iterator[tuple[PoolCost, str, int]]:
    ordered = sorted(payers, key=lambda share: (share.owner, share.kept))
    weights = whole_numbers({f"{at:09d}": share.ratio for at, share in enumerate(ordered)})
    parts = apportion_lines(
        [to_units(line.cost) for line in lines],
        list(weights.values()),
        [share.units[column] for share in ordered],
    )
    for line, amounts in zip(lines, parts, strict=True):
        for share, units in zip(ordered, amounts, strict=True):
            yield line, share.owner, units
