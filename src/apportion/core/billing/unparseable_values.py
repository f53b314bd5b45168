"""Queries for values of a bill that cannot be read: times, tags that are not JSON or contradict."""

from __future__ import annotations

from typing import NamedTuple

from apportion.core.templates import name, query, text
from apportion.model.charges import ChargeQueries
from apportion.model.delivery import Delivery
from apportion.model.relation import Query, Relation

from .mapping import BillMapping
from .raw_columns import RawColumn
from .split_cost_rows import charges


class UnparseableTimes(NamedTuple):
    """Lines with a time that cannot be parsed, and some of its texts."""

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
        for column in _texts_of_tags(delivery)
        if '"' not in column.name
    ]


def tag_keys_twice_query(delivery: Delivery, keys: Relation, months: Relation) -> Query | None:
    """Write a query for charges with two values of one tag; None for maps, whose keys differ."""
    if not _texts_of_tags(delivery):
        return None
    return query("core/billing/tag_keys_twice", keys=keys, months=months)


def _texts_of_tags(delivery: Delivery) -> list[RawColumn]:
    return [column for column in BillMapping.of(delivery).tag_columns() if not column.is_map]
