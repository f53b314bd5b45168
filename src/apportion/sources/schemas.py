"""Compare the columns of files of one delivery: a column that one file lacks reads as empty.

United by name, a cost that one file lacks reads as no money there, though the same file alone would
count what was billed; an account or a currency that it lacks reads as none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from apportion.model.findings import bills
from apportion.model.findings.finding import Finding

from .columns import SourceColumn
from .recognise import Recognised, squeeze
from .totals.layouts import Layout, find_columns, layout_of
from .totals.stated import Tally, costs_change

#: Columns that rules often use, and that no total needs.
_ASKED_FOR = frozenset(
    map(
        squeeze,
        (
            *("Tags", "ServiceName", "ChargeCategory", "ResourceId"),
            *("resource_tags", "line_item_product_code", "line_item_resource_id"),
        ),
    )
)

#: Columns that hold one key each, read by the name in the header.
_KEYS = re.compile(r"(?:resource_?tags?[/_]|cost_?category[/_]|x_|oci_)", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """A file of a delivery: its columns and its stated totals."""

    name: str
    columns: tuple[SourceColumn, ...]
    tally: Tally


def schemas_differ(parts: Sequence[Part], layout: Layout) -> list[Finding]:
    """Find files in which charges would count otherwise than they would alone."""
    filled = [part for part in parts if part.tally.rows]
    there = {name: part for part in reversed(filled) for name in find_columns(layout, part.columns)}
    return [
        finding
        for part in filled
        for finding in (*_decisive(part, layout, there), *_telling(part, filled))
    ]


def _decisive(part: Part, layout: Layout, there: dict[str, Part]) -> Iterator[Finding]:
    """Find columns that decide amounts and accounts; of amounts, only where they would change."""
    own = find_columns(layout, part.columns)
    lacking = [name for name in there if name not in own]
    amounts = [name for name in lacking if name in layout.amounts]
    missing = [name for name in lacking if name in layout.ids]
    if amounts and costs_change(part.tally, layout, alone=own.keys(), together=there.keys()):
        missing += amounts
    if missing:
        other = there[missing[0]]
        yield Finding(
            bills.COLUMNS_DIFFER,
            part.name,
            ", ".join(missing),
            expected=f"the columns of {other.name}",
            found="none of this name",
            remedy="Export the files with the same columns. If they are of different months, "
            "ingest them one after another.",
        )


def _telling(part: Part, parts: Sequence[Part]) -> Iterator[Finding]:
    own = _names(part)
    missing = [
        column.name
        for column in dict.fromkeys(column for one in parts for column in one.columns)
        if squeeze(column.name) in _ASKED_FOR and squeeze(column.name) not in own
    ]
    missing = list({squeeze(name): name for name in reversed(missing)}.values())[::-1]
    if missing:
        yield Finding(
            bills.FILE_LACKS,
            part.name,
            f"no column {', '.join(missing)}",
            expected="what other files of the delivery have",
            remedy="It reads as empty; rules that use it find nothing in this file.",
        )


def _names(part: Part) -> AbstractSet[str]:
    return {squeeze(column.name) for column in part.columns}


def named_twice(
    place: str, columns: Sequence[SourceColumn], recognised: Recognised | None
) -> list[Finding]:
    """Findings for columns of one name, and of several for one of the columns of totals."""
    findings = _renamed(place, columns)
    if recognised is None:
        return findings
    for name, column in find_columns(layout_of(recognised.format), columns).items():
        same = [each.raw for each in columns if squeeze(each.raw) == squeeze(column.raw)]
        if len(same) > 1:
            findings.append(
                Finding(
                    bills.COST_COLUMN_TWICE,
                    place,
                    name,
                    expected="one column",
                    found=", ".join(same),
                    remedy="Remove or rename the columns that are not meant.",
                )
            )
    return findings


def _renamed(place: str, columns: Sequence[SourceColumn]) -> list[Finding]:
    renamed = [
        column
        for column in columns
        if column.name != column.raw.strip() and column.raw and not _is_key(column, columns)
    ]
    if not renamed:
        return []
    names = ", ".join(column.name for column in renamed)
    return [
        Finding(
            bills.COLUMN_TWICE,
            place,
            ", ".join(column.raw for column in renamed),
            found="the same name in another column",
            remedy=f"Rules see the later column as {names}.",
        )
    ]


def _is_key(column: SourceColumn, columns: Sequence[SourceColumn]) -> bool:
    """Whether a column keeps its own spelling beside others that differ only in case.

    Tags and `x_` columns are; `allocate` decides which spelling counts if a charge has several.
    """
    alike = [each.raw for each in columns if each.raw.strip() == column.raw.strip()]
    return len(alike) == 1 and bool(_KEYS.match(column.raw.strip()))
