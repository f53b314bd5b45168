"""Findings about the columns of a bill: missing, duplicate, numeric ids, left out."""

from __future__ import annotations

from collections.abc import Iterator

from apportion.model.charges import SplitCost
from apportion.model.delivery import Delivery
from apportion.model.findings import charges as codes
from apportion.model.findings.finding import Finding
from apportion.model.suggestions import did_you_mean
from apportion.model.wording import join_words

from .mapping import BillMapping
from .raw_columns import normal_name

#: Of more optional columns, the notice shows the names alone.
_MOST_EXPLAINED = 2


def column_findings(
    delivery: Delivery, mapping: BillMapping, split_cost: SplitCost
) -> list[Finding]:
    """List the findings about a delivery's columns, those that fail first."""
    place = delivery.files[0].name if delivery.files else str(delivery.format)
    return [
        *_required_missing(place, mapping),
        *_alike(place, mapping),
        *_numeric_ids(place, mapping),
        *_optional_missing(place, mapping),
        *_no_children(place, mapping, split_cost),
        *_left_out(place, mapping),
    ]


def _required_missing(place: str, mapping: BillMapping) -> Iterator[Finding]:
    names = mapping.columns.names()
    for what, options in mapping.file.required.items():
        if not any(map(mapping.columns.find, options)):
            yield Finding(
                codes.MISSING,
                place,
                f"no column for the {what}",
                expected=join_words(options),
                found=join_words(names, last="and"),
                remedy=did_you_mean(options[0], names),
            )


def _alike(place: str, mapping: BillMapping) -> Iterator[Finding]:
    used, measured = mapping.file.columns_used, mapping.file.measured
    for name, several in mapping.columns.by_name.items():
        if len(several) > 1 and name in used:
            yield Finding(
                codes.ALIKE_IN_MONEY if name in measured else codes.ALIKE,
                place,
                join_words([column.name for column in several], last="and"),
                expected="one column of this meaning",
                remedy="Keep one of them in the file.",
            )


def _numeric_ids(place: str, mapping: BillMapping) -> Iterator[Finding]:
    numeric = [column.name for column in mapping.numeric_ids()]
    if numeric:
        yield Finding(
            codes.NUMERIC_ID,
            place,
            join_words(numeric, last="and"),
            expected="text",
            found="numbers",
            remedy="Export the ids as text; leading zeros may already be lost.",
        )


def _optional_missing(place: str, mapping: BillMapping) -> Iterator[Finding]:
    """List the effects of missing columns, without those that a failing finding names."""
    reported = {
        normal_name(name)
        for options in mapping.file.required.values()
        for name in options
        if not any(map(mapping.columns.find, options))
    }
    missing = [
        (entry, names)
        for entry, names in mapping.missing()
        if reported.isdisjoint(map(normal_name, names))
    ]
    for code, warns in ((codes.LACKS, True), (codes.LACKS_LITTLE, False)):
        of_code = [(entry, names) for entry, names in missing if entry.warns is warns]
        if of_code:
            columns = [join_words(names) for _, names in of_code]
            explained = warns or len(of_code) <= _MOST_EXPLAINED
            effects = "; ".join(entry.effect for entry, _ in of_code) if explained else ""
            noun = "column" if len(columns) == 1 else "columns"
            subject = f"no {noun} {join_words(columns, last='and')}"
            yield Finding(code, place, f"{subject}: {effects}" if effects else subject)


def _no_children(place: str, mapping: BillMapping, split_cost: SplitCost) -> Iterator[Finding]:
    if split_cost is SplitCost.CHILDREN and mapping.split_cost is None:
        rows = mapping.file.split_cost
        yield Finding(
            codes.NO_CHILDREN,
            place,
            "split cost by children",
            expected=rows.parent_resource if rows else "an AWS Cost and Usage Report",
            found="no such column",
            remedy="Turn on split cost allocation data in the export.",
        )


def _left_out(place: str, mapping: BillMapping) -> Iterator[Finding]:
    left_out = [column.name for column in mapping.extra_columns.left_out]
    if left_out:
        yield Finding(codes.LEFT_OUT, place, f"not kept: {join_words(left_out, last='and')}")
