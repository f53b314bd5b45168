"""The kind of each column of a report, so that every format writes it the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from apportion.model.cents import cent_off
from apportion.model.focus import COST_COLUMNS
from apportion.model.result_columns import CAUSES
from apportion.model.row import Row


class ColumnKind(StrEnum):
    """The kind of a column's values."""

    MONEY = "money"  # Decimal
    EXACT = "exact"  # Decimal: money with every digit, also for people
    SHARE = "share"  # Decimal, a share of one
    NUMBER = "number"  # Decimal that is neither
    COUNT = "count"  # int
    DAY = "day"  # date
    TIME = "time"  # datetime
    FLAG = "flag"  # bool
    NESTED = "nested"  # mappings and lists of these
    TEXT = "text"


#: Decimals by name; every other Decimal is money.
NUMBERS = frozenset({"number", "weight", "quantity", "percent", "ConsumedQuantity"})

#: Money columns that show amounts below a cent with every digit.
EXACT = frozenset({"difference"})

#: Money columns by name, so that an empty report has the same types as a full one.
MONEY = frozenset(
    {*COST_COLUMNS, "amount", "cost", "difference", "direct", "shared", "stated", "total"}
    | {"billed", "expected", "high", "low", "truth"}
)


#: Columns of a row that add up to another column.
_ADD_UP = (
    ("total", ("direct", "shared")),
    *((whole, ("before", "change")) for whole in ("total", "after", "cost", "now")),
    ("change", CAUSES),
    ("taggable", ("valid", "wrong", "missing", "exempt")),
)


#: The order matters: a bool is also an int, and a datetime is also a date.
_KINDS: tuple[tuple[tuple[type, ...], ColumnKind], ...] = (
    ((bool,), ColumnKind.FLAG),
    ((int,), ColumnKind.COUNT),
    ((datetime,), ColumnKind.TIME),
    ((date,), ColumnKind.DAY),
    ((Mapping, list, tuple), ColumnKind.NESTED),
)


class BinaryFloatError(TypeError):
    """A value is a binary float, which cannot contain money exactly."""

    def __init__(self, column: str, value: object) -> None:
        super().__init__(f"{column} holds the float {value!r}; reports take Decimal only.")


def kinds(rows: Sequence[Row], columns: Sequence[str]) -> dict[str, ColumnKind]:
    """Find the kind of each column from its values, or from its name if it has none."""
    return {
        name: _kind(name, (value for row in rows if (value := row.get(name)) is not None))
        for name in columns
    }


def cents_off(rows: Iterable[Row], columns: Sequence[str]) -> bool:
    """Return whether rounded amounts of a row do not add up to another of its amounts."""
    sums = [one for one in _ADD_UP if {one[0], *one[1]} <= {*columns}]
    return any(
        cent_off((_amount(row, part) for part in parts), _amount(row, whole))
        for row in rows
        for whole, parts in sums
    )


def is_share(name: str) -> bool:
    """Return whether a Decimal column of this name is a share of one."""
    return name.endswith(("share", "ratio"))


def _amount(row: Row, name: str) -> Decimal:
    value = row.get(name)
    return Decimal(value) if isinstance(value, Decimal | int) else Decimal()


def _kind(name: str, values: Iterable[object]) -> ColumnKind:
    found = {_kind_of(name, value) for value in values}
    if not found:
        return _kind_without_values(name)
    if found <= {
        ColumnKind.COUNT,
        ColumnKind.MONEY,
        ColumnKind.EXACT,
        ColumnKind.SHARE,
        ColumnKind.NUMBER,
    }:
        return next(iter(found - {ColumnKind.COUNT}), ColumnKind.COUNT)
    return found.pop() if len(found) == 1 else ColumnKind.TEXT


def _kind_of(name: str, value: object) -> ColumnKind:
    if isinstance(value, float):
        raise BinaryFloatError(name, value)
    if isinstance(value, Decimal):
        return _decimal(name)
    return next((kind for types, kind in _KINDS if isinstance(value, types)), ColumnKind.TEXT)


def _decimal(name: str) -> ColumnKind:
    if is_share(name):
        return ColumnKind.SHARE
    if name in EXACT:
        return ColumnKind.EXACT
    return ColumnKind.NUMBER if name in NUMBERS else ColumnKind.MONEY


def _kind_without_values(name: str) -> ColumnKind:
    if name in MONEY or name in NUMBERS or is_share(name):
        return _decimal(name)
    return ColumnKind.TEXT
