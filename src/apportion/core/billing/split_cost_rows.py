"""Split cost allocation rows: transfer a parent's cost to its children.

AWS states what children take; nothing is divided. In every family, and so in every account, the
costs less what the lines transfer have the same sum as the costs.
"""

from __future__ import annotations

from sqlglot import exp

from apportion.core.templates import query
from apportion.model.charges import ChargeQueries
from apportion.model.relation import Query, Relation

from . import value_sql
from .mapping import BillMapping
from .mapping_file import SplitCostRows


def charges(queries: ChargeQueries, bill: Relation) -> Query:
    """A bill's lines, for a FROM; with two more columns where lines transfer cost."""
    if not queries.transfers:
        return Query.of(str(bill), bill)
    return query("core/billing/split_cost_rows", bill=bill, **dict(queries.transfers))


def transfers(rows: SplitCostRows, mapping: BillMapping) -> tuple[tuple[str, str], ...]:
    """Write the parts of the query that computes what each line transfers."""
    is_child, read = _is_child(rows, mapping), mapping.expressions
    tie_breakers = [_sql(read.text(column)) for column in rows.tie_breakers]
    highest_cost = _sql(read.money(mapping.file.measure["EffectiveCost"]))
    return (
        ("is_child", _sql(is_child)),
        ("child_family", _family(rows, rows.parent_resource, mapping)),
        ("family", _family(rows, rows.resource, mapping)),
        ("cost", _sql(read.money(rows.cost))),
        ("list_cost", _sql(read.money(rows.list_cost))),
        ("highest_cost", ", ".join([f"{highest_cost} DESC", *tie_breakers])),
    )


def less_transferred(cost: exp.Expr, column: str) -> exp.Expr:
    """Subtract what a line transfers from one of its costs."""
    transferred = "#transferred_list_cost" if column == "ListCost" else "#transferred_cost"
    return value_sql.fill(
        "cost - transferred", cost=cost, transferred=exp.column(transferred, quoted=True)
    )


def _is_child(rows: SplitCostRows, mapping: BillMapping) -> exp.Expr:
    """Whether a line repeats a part of another line's cost."""
    return value_sql.fill("COALESCE(c, FALSE)", c=mapping.expressions.condition(rows.is_child))


def _family(rows: SplitCostRows, resource: str, mapping: BillMapping) -> str:
    """The values that a parent and its children share: account, currency, hour, instance."""
    parts = [
        _sql(value_sql.fill("COALESCE(CAST(x AS TEXT), '')", x=mapping.expressions.text(column)))
        for column in (*rows.family, resource)
    ]
    return f"ROW({', '.join(parts)})"


def _sql(expression: exp.Expr) -> str:
    return expression.sql("duckdb", comments=False)
