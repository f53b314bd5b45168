"""Columns of a bill that its format does not define: kept for rules, or left out."""

from __future__ import annotations

from dataclasses import dataclass

from apportion.model.focus import COLUMNS

from .mapping_file import MappingFile
from .raw_columns import RawColumn, RawColumnKind, RawColumns, normal_name

#: Values of these kinds differ from line to line: they measure, and would make a key of every line.
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
#: FOCUS reserves this prefix for providers.
_PREFIX = "x_"
_FOCUS = frozenset(normal_name(column.name) for column in COLUMNS)


@dataclass(frozen=True)
class ExtraColumns:
    """Columns that no expression uses: those kept by name, and those left out."""

    kept: tuple[RawColumn, ...]
    left_out: tuple[RawColumn, ...]


def extra_columns(mapping: MappingFile, columns: RawColumns) -> ExtraColumns:
    """Sort the columns of providers; there are none in a format without `provider_prefixes`."""
    if not mapping.provider_prefixes:
        return ExtraColumns((), ())
    used = mapping.columns_used | _FOCUS
    unused = [
        column
        for name, several in columns.by_name.items()
        if name not in used
        for column in several
    ]
    kept = tuple(column for column in unused if _describes(column, mapping))
    return ExtraColumns(kept, tuple(column for column in unused if column not in kept))


def kept_name(column: RawColumn) -> str:
    """Name a column as rules do: Oracle's `oci_CompartmentName` is `x_oci_CompartmentName`."""
    prefixed = column.key.casefold().startswith(_PREFIX)
    return column.key if prefixed else f"{_PREFIX}{column.key}"


def _describes(column: RawColumn, mapping: MappingFile) -> bool:
    """Whether a column describes charges: it is a provider's, and does not measure."""
    return (
        column.key.casefold().startswith(mapping.provider_prefixes)
        and column.kind not in _MEASURES
        and not normal_name(column.key).endswith(mapping.measure_suffixes)
    )
