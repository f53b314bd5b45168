"""Say what the columns of a bill cannot give, each consequence once."""

from __future__ import annotations

from collections.abc import Iterator

from apportion.core.rulebook.suggestions import did_you_mean, listed
from apportion.model.charges import SplitCost
from apportion.model.delivery import Delivery
from apportion.model.findings import charges as codes
from apportion.model.findings.finding import Finding

from .extra_columns import other_columns
from .mapping import BillMapping, MissingColumn
from .raw_columns import RawColumns, normal_name


def column_findings(
    delivery: Delivery, mapping: BillMapping, columns: RawColumns, split_cost: SplitCost
) -> list[Finding]:
    """List the findings about a delivery's columns, those that fail first."""
    place = delivery.files[0].name if delivery.files else str(delivery.format)
    return [
        *_missing(place, mapping, columns),
        *_alike(place, mapping, columns),
        *_numeric_ids(place, mapping, columns),
        *_lacks(place, mapping, columns),
        *_no_children(place, mapping, columns, split_cost),
        *_left_out(place, mapping, columns),
    ]


def _missing(place: str, mapping: BillMapping, columns: RawColumns) -> Iterator[Finding]:
    for what, options in mapping.require.items():
        if not any(map(columns.find, options)):
            yield Finding(
                codes.MISSING,
                place,
                f"no column for the {what}",
                expected=listed(options),
                found=listed(columns.names(), last="and"),
                remedy=did_you_mean(options[0], columns.names()),
            )


def _alike(place: str, mapping: BillMapping, columns: RawColumns) -> Iterator[Finding]:
    money = mapping.columns_of(*mapping.measure.values())
    for name, several in columns.by_name.items():
        if len(several) > 1 and name in mapping.columns_used:
            yield Finding(
                codes.ALIKE_IN_MONEY if name in money else codes.ALIKE,
                place,
                listed([column.name for column in several], last="and"),
                expected="one column of this meaning",
                remedy="Leave all but one out of the file.",
            )


def _numeric_ids(place: str, mapping: BillMapping, columns: RawColumns) -> Iterator[Finding]:
    numeric = [
        column.name for column in map(columns.find, mapping.ids) if column and column.is_number
    ]
    if numeric:
        yield Finding(
            codes.NUMERIC_ID,
            place,
            listed(numeric, last="and"),
            expected="text",
            found="numbers",
            remedy="Export the ids as text; leading zeros may be lost already.",
        )


def _lacks(place: str, mapping: BillMapping, columns: RawColumns) -> Iterator[Finding]:
    said = {
        normal_name(name)
        for options in mapping.require.values()
        for name in options
        if not any(map(columns.find, options))
    }
    absent = {
        lack: [name for name in lack.columns if not columns.find(name) and not columns.flat(name)]
        for lack in mapping.lacks
    }
    told = [
        lack
        for lack, names in absent.items()
        if _matters(lack, names) and not said & set(map(normal_name, names))
    ]
    for code, warns in ((codes.LACKS, True), (codes.LACKS_LITTLE, False)):
        alike = [lack for lack in told if lack.warns is warns]
        if alike:
            names = [listed(absent[lack]) for lack in alike]
            so = "; ".join(lack.so for lack in alike)
            noun = "column" if len(names) == 1 else "columns"
            yield Finding(code, place, f"no {noun} {listed(names, last='and')}: {so}")


def _matters(lack: MissingColumn, absent: list[str]) -> bool:
    return bool(absent) if lack.any_of_them else len(absent) == len(lack.columns)


def _no_children(
    place: str, mapping: BillMapping, columns: RawColumns, split_cost: SplitCost
) -> Iterator[Finding]:
    if split_cost is not SplitCost.CHILDREN:
        return
    if mapping.split is None or not columns.has([mapping.split.parent]):
        yield Finding(
            codes.NO_CHILDREN,
            place,
            "split cost by children",
            expected=mapping.split.parent if mapping.split else "an AWS Cost and Usage Report",
            found="no such column",
            remedy="Turn on split cost allocation data in the export.",
        )


def _left_out(place: str, mapping: BillMapping, columns: RawColumns) -> Iterator[Finding]:
    left_out = [column.name for column in other_columns(mapping, columns).left_out]
    if left_out:
        yield Finding(codes.LEFT_OUT, place, f"not kept: {listed(left_out, last='and')}")
