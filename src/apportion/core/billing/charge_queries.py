"""Queries that read a bill as charges, written from its columns and its format's mapping file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache

from sqlglot import exp

from apportion.core.templates import name as quoted
from apportion.model.charges import ChargeQueries, SplitCost
from apportion.model.delivery import Delivery
from apportion.model.findings.finding import Finding
from apportion.model.focus import COST_COLUMNS, QUANTITY_COLUMNS

from .column_checks import column_findings
from .mapping import BillMapping
from .mapping_file import MappingFile
from .raw_columns import RawColumn, RawColumnKind, RawColumns
from .split_cost_rows import less_transferred, transfers


def charge_queries(
    delivery: Delivery, *, split_cost: SplitCost
) -> tuple[ChargeQueries, list[Finding]]:
    """Write the queries that read a delivery, with findings about its columns.

    If a finding fails, no charge can be read, and the queries must not be used.
    """
    mapping = BillMapping.of(delivery)
    queries = _queries(
        delivery.mapping,
        mapping.months,
        tuple(mapping.columns.all()),
        tuple(delivery.columns.items()),
        split_cost,
    )
    return queries, column_findings(delivery, mapping, split_cost)


@lru_cache(maxsize=16)
def _queries(
    mapping_file: str,
    months: tuple[str, ...],
    columns: tuple[RawColumn, ...],
    types: tuple[tuple[str, str], ...],
    split_cost: SplitCost,
) -> ChargeQueries:
    """Write the queries, once for all deliveries with the same columns."""
    mapping = BillMapping(
        MappingFile.parse(mapping_file), RawColumns.by_normal_name(columns), months
    )
    descriptors = mapping.descriptors()
    describe = tuple((column, _sql(text)) for column, text in mapping.descriptions.items())
    return ChargeQueries(
        descriptors=tuple(quoted(column.name) for column in descriptors),
        describe=describe,
        identity=_identity({column.name for column in descriptors}, describe, dict(types)),
        period=_sql(mapping.period),
        day=_sql(mapping.day),
        measure=_measure(mapping, split_cost),
        texts=frozenset(
            quoted(column.name)
            for column in descriptors
            if column.kind in (RawColumnKind.TEXT, RawColumnKind.CSV_TEXT)
        ),
        transfers=_transfers(mapping, split_cost),
    )


def _identity(
    descriptors: set[str], describe: tuple[tuple[str, str], ...], types: Mapping[str, str]
) -> str:
    """Fingerprint how values become a description: names and types of columns, and the SQL.

    The SQL holds the names that values have in x_Other, the mapping, and the conversion of each
    type, so a change in any of them gives other keys.
    """
    typed = [(name, types[name]) for name in sorted(types) if name in descriptors]
    return hashlib.sha256(json.dumps([typed, describe]).encode()).hexdigest()[:32]


def _measure(mapping: BillMapping, split_cost: SplitCost) -> tuple[tuple[str, str], ...]:
    costs = [(column, _cost(column, mapping, split_cost)) for column in COST_COLUMNS]
    quantities = [(column, mapping.quantity(column)) for column in QUANTITY_COLUMNS]
    return tuple((column, _sql(expression)) for column, expression in (*costs, *quantities))


def _cost(column: str, mapping: BillMapping, split_cost: SplitCost) -> exp.Expr:
    cost, rows = mapping.file.measure[column], mapping.split_cost
    if rows:
        cost = f"CASE WHEN {rows.is_child} THEN 0 ELSE\n{cost}\nEND"
        if split_cost is SplitCost.CHILDREN:
            return less_transferred(mapping.expressions.money(cost), column)
    return mapping.expressions.shortest_money(cost)


def _transfers(mapping: BillMapping, split_cost: SplitCost) -> tuple[tuple[str, str], ...]:
    if mapping.split_cost and split_cost is SplitCost.CHILDREN:
        return transfers(mapping.split_cost, mapping)
    return ()


def _sql(expression: exp.Expr) -> str:
    return expression.sql("duckdb", comments=False, copy=False)
