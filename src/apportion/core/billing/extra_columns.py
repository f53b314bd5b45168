"""Which of a bill's own columns, beside those of the format, are kept for rules."""

from __future__ import annotations

from dataclasses import dataclass

from apportion.model.focus import COLUMNS

from .mapping import BillMapping
from .raw_columns import RawColumn, RawColumnKind, RawColumns, normal_name

_MEASURES = frozenset(
    {
        RawColumnKind.DOUBLE,
        RawColumnKind.FLOAT,
        RawColumnKind.EXACT,
        RawColumnKind.DATE,
        RawColumnKind.TIME,
        RawColumnKind.ZONED_TIME,
        RawColumnKind.OTHER,
    }
)
#: FOCUS leaves names that begin so to providers.
_PREFIX = "x_"
_FOCUS = frozenset(normal_name(column.name) for column in COLUMNS)


@dataclass(frozen=True)
class OtherColumns:
    """Columns that no expression uses: those kept by name, and those left out."""

    kept: tuple[RawColumn, ...]
    left_out: tuple[RawColumn, ...]


def other_columns(mapping: BillMapping, columns: RawColumns) -> OtherColumns:
    """Sort the columns that a format leaves to providers; none where it leaves nothing."""
    if not mapping.others:
        return OtherColumns((), ())
    used = mapping.columns_used | _FOCUS
    unused = [
        column
        for name, several in columns.by_name.items()
        if name not in used
        for column in several
    ]
    kept = tuple(column for column in unused if _describes(column, mapping))
    return OtherColumns(kept, tuple(column for column in unused if column not in kept))


def kept_name(column: RawColumn) -> str:
    """Name a column as rules do: Oracle's `oci_CompartmentName` is `x_oci_CompartmentName`."""
    starts_so = column.key.casefold().startswith(_PREFIX)
    return column.key if starts_so else f"{_PREFIX}{column.key}"


def _describes(column: RawColumn, mapping: BillMapping) -> bool:
    """Tell what lines have in common from what differs on every line."""
    return (
        column.key.casefold().startswith(mapping.others)
        and column.kind not in _MEASURES
        and not normal_name(column.key).endswith(mapping.not_describing)
    )
