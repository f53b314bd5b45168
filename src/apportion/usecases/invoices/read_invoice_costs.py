"""Read what each owner pays of each invoice from an allocation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from apportion.core.allocation.split_tables import shares_query
from apportion.core.journal.invoice_costs import (
    DirectCost,
    PoolCost,
    direct_costs_query,
    invoice_costs,
    pool_costs_query,
)
from apportion.model.errors.base import NotWhatWasProvedError
from apportion.model.finance.journal import InvoiceCost
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import Manifest
from apportion.model.money import from_units, text, to_units
from apportion.model.relation import AllocationTables
from apportion.model.split import Share
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.open_run import Published


def read_invoice_costs(
    published: Published, tables: AllocationTables, context: RunContext, *, cost: str
) -> list[InvoiceCost]:
    """Read what each owner pays of each invoice, in a cost column; `tables` are by day.

    Raises NotWhatWasProvedError unless it adds up to what was proved.
    """
    rulebook, engine = published.rulebook, context.engine
    context.say("reading cost by invoice")
    direct = engine.rows(direct_costs_query(rulebook, tables, cost=cost))
    pools = engine.rows(pool_costs_query(rulebook, tables, cost=cost))
    shares = engine.rows(shares_query(tables.shares, order=("Owner", "Kept")))
    costs = invoice_costs(
        read_rows(DirectCost, direct),
        read_rows(PoolCost, pools),
        read_rows(Share, shares),
        cost=cost,
    )
    _check_proved(costs, published.manifest, cost)
    return costs


def _check_proved(costs: Iterable[InvoiceCost], manifest: Manifest, cost: str) -> None:
    place = COST_COLUMNS.index(cost)
    proved: dict[str, int] = defaultdict(int)
    for total in manifest.totals:
        if total.stage == "allocated":
            proved[total.currency] += to_units(Decimal(total.amounts[place]))
    found: dict[str, int] = defaultdict(int)
    for row in costs:
        found[row.currency] += row.units
    for currency in sorted(proved.keys() | found.keys()):
        if proved[currency] != found[currency]:
            words = (
                f"{text(from_units(units))} {currency}"
                for units in (proved[currency], found[currency])
            )
            raise NotWhatWasProvedError(manifest.period, manifest.run, *words)
