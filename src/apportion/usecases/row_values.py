"""Rows of the engine as values: each query has a class of rows, and this module reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar, get_type_hints

from apportion.model.focus import COST_COLUMNS
from apportion.model.money import to_units
from apportion.model.row import Row

T = TypeVar("T")


def read_rows(kind: Callable[..., T], rows: Iterable[Row]) -> list[T]:
    """Make a value of each row; a column belongs to the field of its name.

    `kind` is a dataclass or NamedTuple, its annotations decide how values are read: NULL is the
    empty text and the amount zero, unless the field may be None. A field of `tuple[Decimal, ...]`
    or `Units` has all of focus.COST_COLUMNS, in order. Case, `_` and `#` in names do not matter.
    """
    found: list[T] = []
    read: Mapping[str, _Read] = {}
    for row in rows:
        read = read or _readers(kind, row)
        values = {
            field: convert(row if column is None else row[column])
            for field, (column, convert) in read.items()
        }
        found.append(kind(**values))
    return found


#: The column of a field, or None where its values are taken from the whole row; and its reader.
_Read = tuple[str | None, Callable[[object], object]]


def _readers(kind: Callable[..., object], row: Row) -> dict[str, _Read]:
    """Find each field's column once for all rows; no column may be without a field."""
    columns = {_bare(column): column for column in row}
    found: dict[str, _Read] = {}
    for field, hint in get_type_hints(kind).items():
        if hint in _AMOUNTS:
            found[field] = None, _AMOUNTS[hint]
            columns = {bare: name for bare, name in columns.items() if name not in COST_COLUMNS}
        elif _bare(field) in columns:  # a field without a column has a default
            found[field] = columns.pop(_bare(field)), _VALUES[hint]
    assert not columns, f"{kind} has no field for {sorted(columns.values())}"
    return found


def _bare(name: str) -> str:
    return name.replace("_", "").replace("#", "").casefold()


def day_of(value: object) -> date:
    """A DATE."""
    assert isinstance(value, date)
    return value


def money_of(value: object) -> Decimal:
    """A DECIMAL, or zero where a sum ran over no rows."""
    assert value is None or isinstance(value, Decimal | int)
    return Decimal(value or 0)


def text_of(value: object) -> str:
    """A VARCHAR; NULL is the empty text."""
    return "" if value is None else str(value)


def texts_of(value: object) -> list[str]:
    """A list of VARCHAR; NULL is none."""
    return [str(text) for text in value] if isinstance(value, list) else []


def count_of(value: object) -> int:
    """A whole number; engines give sums of them as wider types."""
    return int(str(value))


def _or_none(read: Callable[[object], object]) -> Callable[[object], object]:
    return lambda value: None if value is None else read(value)


#: How a value is read, by the annotation of its field.
_VALUES: Mapping[object, Callable[[object], object]] = {
    str: text_of,
    str | None: _or_none(text_of),
    int: count_of,
    int | None: _or_none(count_of),
    bool: bool,
    date: day_of,
    date | None: _or_none(day_of),
    Decimal: money_of,
    Decimal | None: _or_none(money_of),
    Fraction: lambda value: Fraction(text_of(value)),
    tuple[str, ...]: lambda value: tuple(texts_of(value)),
}


def _amounts(row: object) -> tuple[Decimal, ...]:
    assert isinstance(row, Mapping)
    return tuple(money_of(row[column]) for column in COST_COLUMNS)


#: Fields of several columns: the amounts of all cost columns, as they are or in the smallest units.
_AMOUNTS: Mapping[object, Callable[[object], object]] = {
    tuple[Decimal, ...]: _amounts,
    tuple[int, ...]: lambda row: tuple(map(to_units, _amounts(row))),
}
