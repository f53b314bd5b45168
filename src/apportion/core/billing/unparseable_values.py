"""Queries for values of a bill that cannot be parsed: times, and tags that are not JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from apportion.core.templates import name, query, text
from apportion.model.charges import ChargeQueries
from apportion.model.delivery import Delivery
from apportion.model.relation import Query, Relation

from .mapping import BillMapping
from .split_cost_rows import charges


class UnparseableTimes(NamedTuple):
    """Lines with a time that cannot be parsed, and some of its texts."""

    lines: int
    texts: tuple[str, ...]


class UnparseableTags(NamedTuple):
    """Lines in a currency with tags that are not JSON, and some of their texts."""

    currency: str
    cost: Decimal
    lines: int
    texts: tuple[str, ...]


def times_queries(
    delivery: Delivery, queries: ChargeQueries, bill: Relation
) -> list[tuple[str, Query]]:
    """Write a query for the raw column of days, and one for the raw column of billing periods."""
    mapping = BillMapping.of(delivery)
    read_from = ((mapping.day_column(), queries.day), (mapping.period_column(), queries.period))
    return [
        (
            column.name,
            query(
                "core/billing/unparseable_times",
                column=name(column.name),
                relation=charges(queries, bill),
                read=read,
            ),
        )
        for column, read in read_from
        if column
    ]


def json_queries(delivery: Delivery, keys: Relation, months: Relation) -> list[tuple[str, Query]]:
    """Write a query for each raw column of tags; text that is not JSON is in x_Other."""
    return [
        (
            column.name,
            query(
                "core/billing/unparseable_tags",
                path=text(f'$."{column.name}"'),
                keys=keys,
                months=months,
            ),
        )
        for column in BillMapping.of(delivery).tag_columns()
        if not column.is_map and '"' not in column.name
    ]
