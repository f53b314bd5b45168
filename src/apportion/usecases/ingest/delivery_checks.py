"""Check the charges of a delivery: one format, no file twice, readable times and tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from apportion.core.billing.duplicate_charges import (
    DuplicatePair,
    charges_query,
    charges_twice,
    worth_comparing,
)
from apportion.core.billing.odd_lines import OddLines
from apportion.core.billing.raw_columns import normal_name
from apportion.core.billing.unlikely_charges import (
    KNOWN_VALUES,
    days_outside_query,
    unknown_values_query,
)
from apportion.core.billing.unparseable_values import (
    UnparseableTimes,
    json_queries,
    tag_keys_twice_query,
    times_queries,
)
from apportion.core.templates import query
from apportion.model.charges import ChargeQueries
from apportion.model.delivery import Delivery
from apportion.model.findings import deliveries as codes
from apportion.model.findings.finding import Code, Finding
from apportion.model.relation import Query, Relation
from apportion.model.wording import join_words, plural
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows

#: The one of KNOWN_VALUES that has a value on every line, as `normal_name` writes it.
_CATEGORY = normal_name("ChargeCategory")


class _Lines(NamedTuple):
    lines: int


def several_formats(deliveries: Sequence[Delivery]) -> list[Finding]:
    """Refuse files of several formats: they would count the same charges twice."""
    if len(deliveries) < 2:
        return []
    found = [f"{d.format} ({d.encoding}, {d.files[0].name})" for d in deliveries]
    return [
        Finding(
            codes.SEVERAL_FORMATS,
            deliveries[0].files[0].name,
            "the delivery",
            expected="files of one format",
            found=", ".join(found),
            remedy="Ingest one format; the others would count the same charges again.",
        )
    ]


def find_duplicates(delivery: Delivery, context: RunContext) -> list[Finding]:
    """Compare the first charges of files that no manifest names as parts of one delivery."""
    files = worth_comparing(delivery.files)
    views = []
    for number, file in enumerate(files):
        view = context.engine.open_bill(f"file_{number}", [file.path], delivery.encoding)
        views.append((view, context.engine.columns(view)))
    if not views:
        return []
    pairs = context.engine.rows(charges_query(delivery, views))
    return charges_twice(files, read_rows(DuplicatePair, pairs))


def unreadable_times(
    delivery: Delivery,
    queries: ChargeQueries,
    bill: Relation,
    lines: Relation,
    context: RunContext,
) -> list[Finding]:
    """Find texts that are not times; a second pass over the bill only where there are any."""
    counted = query("usecases/ingest/unreadable_times", lines=lines)
    (row,) = read_rows(_Lines, context.engine.rows(counted))
    if not row.lines:
        return []
    return [
        Finding(
            codes.UNREADABLE_TIME,
            f"{delivery.files[0].name}" + (" and others" if delivery.files[1:] else ""),
            f"{column} of {times.lines:,} lines",
            expected="a date and time like 2024-09-01T00:00:00Z",
            found=", ".join(map(repr, times.texts)) or "nothing",
            remedy="Nothing was ingested. Write dates with the year first; export the file again.",
        )
        for column, texts in times_queries(delivery, queries, bill)
        for times in read_rows(UnparseableTimes, context.engine.rows(texts))
        if times.lines
    ]


def unlikely_charges(
    delivery: Delivery,
    place: str,
    period: str,
    keys: Relation,
    costs: Relation,
    months: Relation,
    context: RunContext,
) -> list[Finding]:
    """Find charges with values that FOCUS does not have, and of days far from the period."""
    filled = {_CATEGORY}.intersection(map(normal_name, delivery.columns))
    findings = [
        _of_lines(charges, codes.UNKNOWN_VALUE, place, column, join_words(known),
                  "Write the value as FOCUS does in the export, or in conditions as it is here.")
        for column, known in KNOWN_VALUES.items()
        for charges in _odd_lines(
            unknown_values_query(
                column, keys, months, may_be_empty=normal_name(column) not in filled
            ),
            context,
        )
    ]  # fmt: skip
    return findings + [
        _of_lines(charges, codes.DAY_OUTSIDE, place, "ChargePeriodStart", f"days of {period}",
                  "Check the times in the export.")
        for charges in _odd_lines(days_outside_query(period, keys, costs), context)
    ]  # fmt: skip


def unread_tags(
    delivery: Delivery, place: str, keys: Relation, months: Relation, context: RunContext
) -> list[Finding]:
    """Find tags that are not JSON, and charges with two values of one tag."""
    findings = [
        _of_lines(tags, codes.NO_JSON, place, column, 'JSON like {"CostCenter": "FIN-100"}',
                "These charges count in full, without these tags. Export the column as JSON.")
        for column, found in json_queries(delivery, keys, months)
        for tags in _odd_lines(found, context)
    ]  # fmt: skip
    twice = tag_keys_twice_query(delivery, keys, months)
    return findings + [
        _of_lines(tags, codes.TAG_TWICE, place, "Tags", "one value for each tag",
                "Rules use the value that is first by alphabet. Correct the tags or the export.")
        for tags in (_odd_lines(twice, context) if twice else ())
    ]  # fmt: skip


def _of_lines(
    found: OddLines, code: Code, place: str, column: str, expected: str, remedy: str
) -> Finding:
    return Finding(
        code,
        place,
        f"{column} of {plural(found.lines, 'line')}",
        expected=expected,
        found=", ".join(repr(each) if each else "nothing" for each in found.texts),
        remedy=remedy,
        amount=found.cost,
        currency=found.currency,
    )


def _odd_lines(query: Query, context: RunContext) -> list[OddLines]:
    return read_rows(OddLines, context.engine.rows(query))
