"""Writes a table of a document as text cells, with the alignment of each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apportion.model.document import Table
from apportion.model.row import Row

from .columns import ColumnKind, kinds
from .table import cell
from .visible import visible

_NUMBERS = frozenset(
    {ColumnKind.MONEY, ColumnKind.EXACT, ColumnKind.SHARE, ColumnKind.NUMBER, ColumnKind.COUNT}
)


@dataclass(frozen=True)
class Cells:
    """Head, body and totals as text; `numeric` is whether each column has numbers."""

    head: list[str]
    body: list[list[str]]
    totals: list[list[str]]
    numeric: list[bool]


def cells(table: Table) -> Cells:
    """Write every value as tables for people do. The text is not yet escaped for markup."""
    of = kinds([*table.rows, *table.totals], table.columns)

    def shown(rows: Sequence[Row]) -> list[list[str]]:
        return [[cell(row.get(name), of[name]) for name in table.columns] for row in rows]

    return Cells(
        head=[visible(name.replace("_", " ")) for name in table.columns],
        body=shown(table.rows),
        totals=shown(table.totals),
        numeric=[of[name] in _NUMBERS for name in table.columns],
    )
