"""Read the arrivals of bills from the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from apportion.core.billing.bill_identity import newest
from apportion.core.nowcast.triangles import BillArrivals, Change, ChargeClass
from apportion.core.templates import name
from apportion.model.errors.base import LedgerDamagedError
from apportion.model.manifest import Manifest, RunKind
from apportion.model.period import Period
from apportion.model.relation import Query, Relation
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.arrivals import ARRIVALS, open_arrivals
from apportion.usecases.row_values import read_rows

#: Months whose deliveries are compared: the newest, and so many before.
_MONTHS_BEFORE = 6


class _Changed(NamedTuple):
    delivery: int
    made_at: str
    day: date | None
    currency: str
    service: str
    category: str
    amount: Decimal


def read_arrivals(run: Manifest, cost: str, context: RunContext) -> BillArrivals:
    """Read the arrivals of a delivery's bill up to this delivery, in one cost column."""
    arrivals = open_arrivals((run.period, run.bill), run, context)
    rows = read_rows(_Changed, context.engine.rows(_changes(arrivals, cost)))
    made = {row.delivery: datetime.fromisoformat(row.made_at) for row in rows}
    changes = tuple(
        Change(
            row.delivery,
            row.day,
            row.currency,
            ChargeClass.of(row.service, row.category),
            row.amount,
        )
        for row in rows
        if row.day
    )
    return BillArrivals(
        Period.parse(run.period), run.bill, tuple(made[number] for number in sorted(made)), changes
    )


def read_all_arrivals(
    period: str, cost: str, context: RunContext, *, known: Mapping[str, Manifest]
) -> list[BillArrivals]:
    """Read the arrivals of all bills of a period and the months before it, oldest month first.

    Of the period itself, they are those up to the deliveries `known`, by bill.
    """
    return [read_arrivals(run, cost, context) for run in _deliveries(period, known, context)]


def read_recorded_arrivals(
    period: str, cost: str, context: RunContext, *, known: Mapping[str, Manifest]
) -> list[BillArrivals]:
    """As `read_all_arrivals`, but none are made from deliveries, and damaged ones are left out."""
    found = []
    for run in _deliveries(period, known, context):
        if ARRIVALS in run.snapshots:
            with suppress(LedgerDamagedError):
                found.append(read_arrivals(run, cost, context))
    return found


def _deliveries(
    period: str, known: Mapping[str, Manifest], context: RunContext
) -> Iterator[Manifest]:
    """The deliveries in force of the months that are compared, oldest month first."""
    runs = context.ledger.runs()
    first = Period.parse(period)
    for _ in range(_MONTHS_BEFORE):
        first = first.before
    periods = {run.period for run in runs if run.kind is RunKind.INGEST}
    for month in sorted(each for each in periods if str(first) <= each <= period):
        deliveries = known if month == period else newest(runs, RunKind.INGEST, month)
        yield from (run for _, run in sorted(deliveries.items()))


def _changes(arrivals: Relation, cost: str) -> Query:
    return Query.of(
        'SELECT "Delivery", "MadeAt" AS "#made_at", "ChargeDay" AS "Day", '
        '"BillingCurrency" AS "Currency", "ServiceName" AS "Service", '
        f'"ChargeCategory" AS "Category", SUM({name(cost)}) AS "Amount" '
        f"FROM {arrivals} GROUP BY ALL ORDER BY 1, 3, 4, 5, 6",
        arrivals,
    )
