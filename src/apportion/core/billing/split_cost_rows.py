"""Split cost allocation rows: hand a parent's cost over to its children, or let them be free.

What children take is stated by AWS; nothing is divided. Costs less what a line hands over add up,
in every family and so in every account, to what they were.
"""

from __future__ import annotations

from sqlglot import exp

from apportion.core.templates import sql

from . import value_sql
from .mapping import BillMapping, SplitRows
from .mapping_sql import Mapped


def is_child(split: SplitRows, mapped: Mapped) -> exp.Expr:
    """Tell a line that repeats a part of another line's cost."""
    return value_sql.fill("COALESCE(c, FALSE)", c=mapped.condition(split.child))


def handed_over(split: SplitRows, mapping: BillMapping, mapped: Mapped) -> str:
    """Give the bill's lines as a subquery with two more columns: what each line hands over."""
    ties = [mapped.described(column).sql("duckdb") for column in split.ties]
    dearest = mapped.money(mapping.measure["EffectiveCost"]).sql("duckdb")
    return sql(
        "core/billing/split_rows",
        is_child=is_child(split, mapped).sql("duckdb"),
        child_family=_family(split, split.parent, mapped),
        family=_family(split, split.resource, mapped),
        takes=mapped.money(split.takes).sql("duckdb"),
        takes_of_list=mapped.money(split.takes_of_list).sql("duckdb"),
        dearest=", ".join([f"{dearest} DESC", *ties]),
    )


def less_handed(cost: exp.Expr, column: str) -> exp.Expr:
    """Take what a line hands over from one of its costs."""
    handed = exp.column("#handed of list" if column == "ListCost" else "#handed", quoted=True)
    return value_sql.fill("cost - handed", cost=cost, handed=handed)


def _family(split: SplitRows, resource: str, mapped: Mapped) -> str:
    """Name what a parent and its children have in common: account, currency, hour, instance."""
    parts = [
        value_sql.fill("COALESCE(CAST(x AS TEXT), '')", x=mapped.described(column)).sql("duckdb")
        for column in (*split.same, resource)
    ]
    return f"ROW({', '.join(parts)})"
