"""Look for the texts of times that cannot be read, to show them."""

from __future__ import annotations

from apportion.model.charges import ChargeQueries
from apportion.model.delivery import Delivery

from .raw_columns import RawColumns
from .templates import name, sql

_DAYS = ("ChargePeriodStart", "line_item_usage_start_date", "identity_time_interval")
_PERIODS = ("BillingPeriodStart", "bill_billing_period_start_date")


def times_queries(delivery: Delivery, queries: ChargeQueries) -> list[tuple[str, str]]:
    """Write a query for the raw column that days are read from, and one for that of months."""
    columns = RawColumns.of(delivery)
    wanted = ((_DAYS, queries.day), (_PERIODS, queries.period))
    return [
        (
            column.name,
            sql("texts_of_times", column=name(column.name), relation=queries.relation, read=read),
        )
        for names, read in wanted
        for column in [found for found in map(columns.find, names) if found][:1]
    ]
