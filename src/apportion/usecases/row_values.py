"""Rows of the engine as values: each query has a class of rows, and this module reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar, get_type_hints

from apportion.model.focus import COST_COLUMNS
from apportion.model.money import to_units
from apportion.model.ratio import ratio_of
from apportion.model.row import Row

T = TypeVar("T")


def read_rows(kind: Callable[..., T], rows: Iterable[Row]) -> list[T]:
    """Make a value of each row, of a dataclass or NamedTuple.

    The field `charge_day` has the column `#charge_day`, `ChargeDay` or `charge_day`. Annotations
    decide how values are read: NULL is the empty text and the amount zero, unless the field may be
    None. A field of `tuple[Decimal, ...]` or `Units` has all of focus.COST_COLUMNS, in order; one
    of `Mapping[str, str]`, the last, has the columns that no other field has; of
    `Mapping[str, str | None]`, with NULL as None.
    """
    found: list[T] = []
    read: Sequence[_Read] = ()
    for row in rows:
        read = read or _readers(kind, row)
        found.append(kind(*[one(row) if at is None else one(row[at]) for at, one in read]))
    return found


#: The column of a field and what reads its value; without a column, what reads the whole row.
_Read = tuple[str | None, Callable[[Any], object]]


def _readers(kind: Callable[..., object], row: Row) -> list[_Read]:
    """Find each field's column once for all rows; no column may be without a field.

    Fields at the end may have no column, if they have defaults.
    """
    columns = dict.fromkeys(row)
    found: list[_Read] = []
    for field, hint in get_type_hints(kind).items():
        if hint in _AMOUNTS:
            found.append((None, _AMOUNTS[hint]))
            columns = {name: None for name in columns if name not in COST_COLUMNS}
        elif hint in _THE_REST:
            found.append((None, partial(_the_rest, tuple(columns), _THE_REST[hint])))
            columns.clear()
        elif column := next((name for name in _names(field) if name in columns), None):
            found.append((column, _VALUES[hint]))
            del columns[column]
        else:
            break
    assert not columns, f"{kind} has no field for {sorted(columns)}"
    return found


def _names(field: str) -> tuple[str, ...]:
    return f"#{field}", field.title().replace("_", ""), field


def _the_rest(
    columns: Sequence[str], read: Callable[[object], object], row: Row
) -> dict[str, object]:
    return {column: read(row[column]) for column in columns}


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
    Fraction: lambda value: ratio_of(text_of(value)),
    tuple[str, ...]: lambda value: tuple(texts_of(value)),
}


def _amounts(row: Row) -> tuple[Decimal, ...]:
    return tuple([money_of(row[column]) for column in COST_COLUMNS])


#: Fields of several columns: the amounts of all cost columns, as they are or in the smallest units.
_AMOUNTS: Mapping[object, Callable[[Row], object]] = {
    tuple[Decimal, ...]: _amounts,
    tuple[int, ...]: lambda row: tuple([to_units(amount) for amount in _amounts(row)]),
}

#: Fields of all columns that no other field has.
_THE_REST: Mapping[object, Callable[[object], object]] = {
    Mapping[str, str]: text_of,
    Mapping[str, str | None]: _or_none(text_of),
}
