"""Queries for values of a bill that cannot be parsed: times, and tags that are not JSON."""

from __future__ import annotations

from apportion.core.templates import name, sql, text
from apportion.model.charges import ChargeQueries
from apportion.model.delivery import Delivery

from .mapping import BillMapping


def times_queries(delivery: Delivery, queries: ChargeQueries) -> list[tuple[str, str]]:
    """Write a query for the raw column of days, and one for the raw column of billing periods."""
    mapping = BillMapping.of(delivery)
    read_from = ((mapping.day_column(), queries.day), (mapping.period_column(), queries.period))
    return [
        (
            column.name,
            sql(
                "core/billing/unparseable_times",
                column=name(column.name),
                relation=queries.relation,
                read=read,
            ),
        )
        for column, read in read_from
        if column
    ]


def json_queries(delivery: Delivery) -> list[tuple[str, str]]:
    """Write a query for each raw column of tags; text that is not JSON is in x_Other."""
    return [
        (column.name, sql("core/billing/unparseable_tags", path=text(f'$."{column.name}"')))
        for column in BillMapping.of(delivery).tag_columns()
        if not column.is_map and '"' not in column.name
    ]
