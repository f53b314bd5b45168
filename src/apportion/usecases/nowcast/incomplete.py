"""A sentence about days that are not billed completely, for results in which they look cheap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from apportion.core.nowcast.incomplete import incomplete_days
from apportion.core.nowcast.owner_days import Estimate
from apportion.core.nowcast.triangles import begin_of, learn
from apportion.model.cents import money
from apportion.model.manifest import Manifest
from apportion.model.period import Period
from apportion.model.relation import Query
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.arrivals import ARRIVALS, open_arrivals
from apportion.usecases.row_values import read_rows

from .read_arrivals import read_recorded_arrivals

#: A month whose newest delivery was made so long after its end has only complete days.
_LATEST = timedelta(days=10)


class _Made(NamedTuple):
    made: str


def incomplete_messages(
    period: str, bills: Mapping[str, Manifest], cost: str, context: RunContext
) -> Iterator[str]:
    """Sentences about the incomplete days of a month, one for each currency; none if all are whole.

    The arguments are those of `estimate_incomplete`.
    """
    found = estimate_incomplete(period, bills, cost, context)
    for currency in sorted({currency for _, currency in found}):
        days = {day: one for (day, other), one in found.items() if other == currency}
        yield _sentence(period, days, currency)


def estimate_incomplete(
    period: str, bills: Mapping[str, Manifest], cost: str, context: RunContext
) -> dict[tuple[date, str], Estimate]:
    """Billed and expected cost of each incomplete day of a month, by currency.

    `bills` are the deliveries of the month that are shown, `cost` is a cost column. Deliveries of a
    ledger that is older than the table `arrivals` are not compared. Earlier months without
    arrivals, or with damaged ones, are left out: a report needs nothing else of them.
    """
    if not all(ARRIVALS in run.snapshots for run in bills.values()):
        return {}
    if _newest(bills, context) > _end(period) + _LATEST:
        return {}
    every = read_recorded_arrivals(period, cost, context, known=bills)
    month = [bill for bill in every if str(bill.period) == period]
    return incomplete_days(month, learn(every))


def _sentence(period: str, days: Mapping[date, Estimate], currency: str) -> str:
    billed = sum((one.billed for one in days.values()), Decimal())
    expected = sum((one.expected for one in days.values()), Decimal())
    return (
        f"{', '.join(map(str, days))}: not billed completely, {money(billed, currency)} of about "
        f"{money(expected, currency)}, so lower cost is no saving. "
        f"See `apportion nowcast --period {period}`."
    )


def _newest(bills: Mapping[str, Manifest], context: RunContext) -> datetime:
    """When the newest of these deliveries was made."""
    made = []
    for bill, run in bills.items():
        arrivals = open_arrivals((run.period, bill), run, context)
        newest = Query.of(f'SELECT MAX("MadeAt") AS made FROM {arrivals}', arrivals)
        made += [row.made for row in read_rows(_Made, context.engine.rows(newest))]
    return datetime.fromisoformat(max(made))


def _end(period: str) -> datetime:
    return begin_of(Period.parse(period).next.first_day)
