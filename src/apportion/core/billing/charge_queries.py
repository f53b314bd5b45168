"""Read a bill as charges: from raw columns and a mapping file to SQL that gives FOCUS columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from sqlglot import exp

from apportion.core.templates import name as quoted
from apportion.model.charges import ChargeQueries, SplitCost
from apportion.model.delivery import Delivery
from apportion.model.findings.finding import Finding
from apportion.model.focus import COST_COLUMNS, QUANTITY_COLUMNS

from . import value_sql
from .column_checks import column_findings
from .extra_columns import kept_name, other_columns
from .mapping import BillMapping, read_mapping
from .mapping_sql import Mapped
from .raw_columns import RawColumnKind, RawColumns, normal_name
from .split_cost_rows import handed_over, less_handed

#: What totals are stated of: of two that look alike, both ways of reading make one.
_IDS = ("BillingAccountId", "SubAccountId", "BillingCurrency")


def charge_queries(
    delivery: Delivery, *, split_cost: SplitCost
) -> tuple[ChargeQueries, list[Finding]]:
    """Write the queries that read a delivery, and say what its columns cannot give.

    A failing finding means that no charge can be read; the queries are then of no use.
    """
    mapping = read_mapping(delivery.mapping)
    columns = RawColumns.of(delivery)
    mapped = Mapped(columns, months=tuple(sorted({total.period for total in delivery.stated})))
    described = _describe(mapping, mapped)
    descriptors = _descriptors(mapping, mapped, described)
    describe = tuple((column, _sql(expr)) for column, expr in described.items())
    queries = ChargeQueries(
        relation=_relation(mapping, mapped, split_cost),
        descriptors=descriptors,
        describe=describe,
        identity=_identity(descriptors, describe, delivery.columns),
        period=_sql(mapped.described(mapping.period)),
        day=_sql(mapped.described(mapping.day)),
        measure=_measure(mapping, mapped, split_cost),
        texts=frozenset(
            _sql(value_sql.raw(column))
            for column in columns.all()
            if column.kind in (RawColumnKind.TEXT, RawColumnKind.CSV_TEXT)
        ).intersection(descriptors),
    )
    return queries, column_findings(delivery, mapping, columns, split_cost)


def _describe(mapping: BillMapping, mapped: Mapped) -> dict[str, exp.Expr]:
    described = {
        column: mapped.described(expression) for column, expression in mapping.describe.items()
    }
    for column in _IDS:
        described[column] = value_sql.clean(described[column])
    described["x_Other"] = _other(mapping, mapped)
    return described


def _other(mapping: BillMapping, mapped: Mapped) -> exp.Expr:
    """Keep what has no FOCUS column of its own, and the text of what should be JSON and is not."""
    columns = mapped.columns
    kept = [
        (kept_name(column), value_sql.text(column))
        for column in sorted(other_columns(mapping, columns).kept, key=lambda one: one.name)
    ]
    unreadable = [
        (column.name, value_sql.broken(column))
        for column in map(columns.find, mapping.json)
        if column and (column.holds_text or column.kind is RawColumnKind.NESTED)
    ]
    if not kept and not unreadable:
        return value_sql.raw(None)
    return value_sql.json_of(value_sql.flat_pairs([*kept, *unreadable]))


def _descriptors(
    mapping: BillMapping, mapped: Mapped, described: dict[str, exp.Expr]
) -> tuple[str, ...]:
    """List the raw columns that descriptions are made of, each once, by name: order means nothing.

    A file with the same columns in another order describes the same keys.
    """
    used = {
        column.name: _sql(column)
        for expression in described.values()
        for column in expression.find_all(exp.Column, bfs=False)
        if column.this.quoted and normal_name(column.name) not in mapping.implied
    }
    assert used.keys() <= set(mapped.columns.names())
    return tuple(used[name] for name in sorted(used))


def _identity(
    descriptors: tuple[str, ...],
    describe: tuple[tuple[str, str], ...],
    types: Mapping[str, str],
) -> str:
    """Fingerprint how values become a description: names and types of columns, and the SQL.

    The SQL holds the names that values go by (`x_Team`), the mapping, and this program's reading
    of each type, so a change in any of them gives other keys.
    """
    typed = [(name, types[name]) for name in sorted(types) if quoted(name) in descriptors]
    return hashlib.sha256(json.dumps([typed, describe]).encode()).hexdigest()[:32]


def _measure(
    mapping: BillMapping, mapped: Mapped, split_cost: SplitCost
) -> tuple[tuple[str, str], ...]:
    costs = [(column, _cost(column, mapping, mapped, split_cost)) for column in COST_COLUMNS]
    quantities = [(column, mapped.quantity(mapping.measure[column])) for column in QUANTITY_COLUMNS]
    return tuple((column, _sql(expression)) for column, expression in (*costs, *quantities))


def _cost(column: str, mapping: BillMapping, mapped: Mapped, split_cost: SplitCost) -> exp.Expr:
    cost, split = mapping.measure[column], mapping.split
    if split is not None and mapped.columns.has([split.parent]):
        cost = f"CASE WHEN {split.child} THEN 0 ELSE\n{cost}\nEND"
        if split_cost is SplitCost.CHILDREN:
            return less_handed(mapped.money(cost), column)
    return mapped.shortest_money(cost)


def _relation(mapping: BillMapping, mapped: Mapped, split_cost: SplitCost) -> str:
    split = mapping.split
    children = split_cost is SplitCost.CHILDREN
    if split and children and mapped.columns.has([split.parent]):
        return handed_over(split, mapping, mapped)
    return "bill"


def _sql(expression: exp.Expr) -> str:
    return expression.sql("duckdb", comments=False, copy=False)
