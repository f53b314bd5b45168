"""Picks the rows with the largest amounts, for tables that would be long."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from apportion.model.row import Row
from apportion.reports.columns import ColumnKind, kinds

#: The column that rows are compared by, where they have it; otherwise the first with money.
_TOTAL = "total"


def largest(rows: Sequence[Row], columns: Sequence[str], most: int) -> Sequence[Row]:
    """Pick at most `most` rows, those with the largest amounts, in the order of `rows`.

    Credits count by their size. Rows without money are picked from the top. 0 picks all.
    """
    if not most or len(rows) <= most:
        return rows
    of = kinds(rows, columns)
    money = [name for name in columns if of[name] is ColumnKind.MONEY]
    if not money:
        return rows[:most]
    by = _TOTAL if _TOTAL in money else money[0]
    sizes = [_size(row.get(by)) for row in rows]
    order = sorted(range(len(rows)), key=lambda at: -sizes[at])  # stable: equal rows stay in order
    return [rows[at] for at in sorted(order[:most])]


def _size(value: object) -> Decimal:
    return abs(Decimal(str(value))) if isinstance(value, Decimal | int) else Decimal()
