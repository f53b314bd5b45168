"""Findings about a delivery as a whole: no charges in it, rounded amounts, nothing to check by."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from decimal import Decimal

from apportion.model.delivery import BillFile, Delivery
from apportion.model.findings import bills
from apportion.model.findings.finding import Finding, failing
from apportion.model.money import from_units
from apportion.model.wording import plural

from .columns import SourceColumn
from .schemas import Part
from .totals.cur_cost_rules import KNOWN_TYPES
from .totals.gaps import Gap
from .totals.layouts import Layout
from .totals.stated import Tally
from .verify import NOTHING

_REWRITTEN = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,2}")


def rounded(place: str, tallies: Sequence[Tally]) -> list[Finding]:
    """Count the rounded amounts, with the change in money."""
    count = sum(counted.rounded for counted in tallies)
    if not count:
        return []
    change = sum((counted.change for counted in tallies), Decimal(0))
    return [
        Finding(
            bills.ROUNDED,
            place,
            "amounts with more than 18 decimal places",
            found=f"{count}, changed by {change.normalize():f} in all",
            remedy="Nothing needs to be done; the totals state what was kept.",
        )
    ]


def gaps(tallies: Mapping[str, Tally], layout: Layout) -> list[Finding]:
    """Findings for lines without an amount or a billing period; `tallies` are by file."""
    found: dict[tuple[str, str], tuple[str, Gap]] = {}
    for name, counted in tallies.items():
        for of, gap in counted.gaps.items():
            place, before = found.get(of, (f"{name} row {gap.first}", Gap(0, gap.beside)))
            lines, units = before.lines + gap.lines, before.units + gap.units
            found[of] = place, replace(before, lines=lines, units=units)
    return [
        Finding(
            bills.NO_PERIOD if column == layout.period else bills.NO_AMOUNT,
            place,
            f"{plural(gap.lines, 'line')} without {column}"
            + (f"; their {gap.beside} is the amount" if gap.beside else ""),
            remedy="They count in the month of their day. Export the bill again with the period."
            if column == layout.period
            else f"Their {column} counts as zero. If they cost something, export the bill again.",
            amount=from_units(gap.units) if gap.beside else None,
            currency=currency,
        )
        for (column, currency), (place, gap) in sorted(found.items())
    ]


def unknown_line_types(
    tallies: Mapping[str, Tally], layout: Layout, there: AbstractSet[str]
) -> list[Finding]:
    """Findings for types of lines that no rule is written for; `tallies` are by file.

    None if the format has no types, or these files, whose columns are `there`, do not state them.
    """
    if there.isdisjoint(layout.kinds[:1]):
        return []
    lines: Counter[tuple[str, str]] = Counter()
    units: Counter[tuple[str, str]] = Counter()
    for counted in tallies.values():
        for group, count in counted.lines.items():
            *_, currency, kind = group
            if kind not in KNOWN_TYPES:
                lines[kind, currency] += count
                sums = counted.sums.get(group, Counter())
                units[kind, currency] += sums[layout.amounts[0]]
    return [
        Finding(
            bills.UNKNOWN_LINE_TYPE,
            next(iter(tallies)),
            f"{layout.kinds[0]} of {plural(count, 'line')}",
            expected="a type of AWS, like Usage",
            found=repr(kind) if kind else "nothing",
            remedy="They count as usage. Check the export, or report the type.",
            amount=from_units(units[kind, currency]),
            currency=currency,
        )
        for (kind, currency), count in sorted(lines.items())
    ]


def without_charges(deliveries: Sequence[Delivery], findings: list[Finding]) -> list[Finding]:
    """A finding for a delivery without charges, unless another finding fails."""
    if failing(findings) or any(delivery.stated for delivery in deliveries):
        return []
    places = [delivery.files[0].name for delivery in deliveries]
    places += [each.place for each in findings if each.code is bills.OTHER_DATASET]
    return [
        Finding(
            bills.NO_CHARGES,
            place,
            "the bill",
            expected="charges",
            found="none",
            remedy="Nothing was ingested. If the month has cost, export the bill again.",
        )
        for place in places[:1]
    ]


def rewritten_ids(part: Part) -> list[Finding]:
    """Find ids like 1.23457E+11: several accounts may have become one."""
    ids = {text for group in part.tally.lines for text in group[1:3]}
    damaged = sorted(filter(_REWRITTEN.fullmatch, ids))
    if not damaged:
        return []
    return [
        Finding(
            bills.REWRITTEN_IDS,
            part.name,
            "account ids",
            expected="ids as the provider wrote them",
            found=", ".join(damaged[:3]) + (", …" if len(damaged) > 3 else ""),
            remedy="A spreadsheet saved the file. Use the provider's original; several accounts "
            "may have become one.",
        )
    ]


def unchecked(deliveries: Sequence[Delivery]) -> list[Finding]:
    """A finding for files in which damage could not be detected."""
    names = [
        file.name
        for delivery in deliveries
        for file in delivery.files
        if file.checked_by == NOTHING
    ]
    if not names:
        return []
    return [
        Finding(
            bills.NOTHING_TO_CHECK_BY,
            names[0],
            f"{len(names)} files" if len(names) > 1 else "the file",
            found="no checksum in it or beside it",
            remedy="Put a SHA256SUMS beside the files, or deliver csv.gz or Parquet with page "
            "checksums, and damage will be noticed.",
        )
    ]


def same_twice(files: Sequence[BillFile]) -> list[Finding]:
    """Find files with the same bytes; the CSVs of one zip share the zip's hash."""
    by_hash: dict[str, dict[str, None]] = defaultdict(dict)
    for file in files:
        by_hash[file.sha256].setdefault(file.name.partition(".zip: ")[0])
    return [
        Finding(
            bills.SAME_FILE_TWICE,
            next(iter(names)),
            "the same bytes",
            expected="every file once",
            found=", ".join(names),
            remedy="Name only one of them.",
        )
        for names in by_hash.values()
        if len(names) > 1
    ]


def types_differ(column: SourceColumn, name: str, known: SourceColumn, known_in: str) -> Finding:
    """A finding for a column of two types that no common type holds."""
    return Finding(
        bills.TYPES_DIFFER,
        name,
        f"column {column.name}",
        expected=f"{known.type} as in {known_in}",
        found=column.type,
        remedy="Write all files with one type for the column, and ingest them together. Or ingest "
        "one first, and the others with --together-with and its run: a delivery alone replaces the "
        "whole period.",
    )
