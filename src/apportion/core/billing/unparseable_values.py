"""Look for what of a bill cannot be read, to show it: texts that are no times, and no JSON."""

from __future__ import annotations

from apportion.core.templates import name, sql, text
from apportion.model.charges import ChargeQueries
from apportion.model.delivery import Delivery

from .mapping import read_mapping
from .raw_columns import RawColumns

_DAYS = ("ChargePeriodStart", "line_item_usage_start_date", "identity_time_interval")
_PERIODS = ("BillingPeriodStart", "bill_billing_period_start_date")


def times_queries(delivery: Delivery, queries: ChargeQueries) -> list[tuple[str, str]]:
    """Write a query for the raw column that days are read from, and one for that of months."""
    columns = RawColumns.of(delivery)
    wanted = ((_DAYS, queries.day), (_PERIODS, queries.period))
    return [
        (
            column.name,
            sql(
                "core/billing/texts_of_times",
                column=name(column.name),
                relation=queries.relation,
                read=read,
            ),
        )
        for names, read in wanted
        for column in [found for found in map(columns.find, names) if found][:1]
    ]


def json_queries(delivery: Delivery) -> list[tuple[str, str]]:
    """Write a query for each raw column that should hold tags; what is not read is in x_Other."""
    columns = RawColumns.of(delivery)
    return [
        (column.name, sql("core/billing/texts_of_json", path=text(f'$."{column.name}"')))
        for column in map(columns.find, read_mapping(delivery.mapping).json)
        if column and not column.is_map and '"' not in column.name
    ]
