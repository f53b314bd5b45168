"""State the totals of a bill's files by a way of their own, to compare the ledger with.

The mapping to FOCUS is SQL that an engine runs; this is the same meaning a second time, by Arrow
and whole numbers, so that a mistake in one of them shows as a difference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from apportion.model import focus, money
from apportion.model.delivery import Encoding, LargestCharge, StatedTotal
from apportion.model.findings import bills
from apportion.model.findings.finding import Finding, Place
from apportion.model.hours import hours_of
from apportion.model.invisible_characters import EMPTY_AMOUNT, EMPTY_WORDS, clean
from apportion.sources.columns import SourceColumn
from apportion.sources.csv_records import line_of, line_of_other_width
from apportion.sources.parquet.thrift import DamagedBytesError
from apportion.sources.text import read_moment

from . import cur_cost_rules
from .amounts import Ints, add_up, find_large
from .batches import Batch, Reading
from .gaps import GapCounter, Gaps, empty_lines
from .group_codes import Labels, as_id, as_month, as_period, combine, constant, hours, label
from .layouts import FOCUS, Layout, find_columns

_BILLED = "BilledCost"
#: The digits before the point of an amount, and of a sum of amounts: engines have 38 in all.
_MOST_DIGITS = 20
_MOST = 10 ** (_MOST_DIGITS + money.PLACES)

Account = tuple[str, str, str, str]  # period, billing account, sub account, currency
Group = tuple[str, str, str, str, str]  # and the kind of line


@dataclass
class Tally:
    """The totals of one file: lines and sums of amount columns by group; failing findings.

    `cleaned` has, by column, the ids that are not read as they are written; `moved` the starts of
    billing periods with another month in UTC. `more_places` are the amount
    columns that hold what `amounts.Sums` does not call ten places. `largest` is looked for in CSV.
    `hours` are those in which charges of a period begin. `gaps` count lines without a billing
    period, or without an amount that every charge has.
    """

    rows: int = 0
    lines: Counter[Group] = field(default_factory=Counter)
    sums: defaultdict[Group, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    more_places: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    rounded: int = 0
    change: Decimal = Decimal(0)
    cleaned: dict[str, dict[str, str]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    largest: LargestCharge = field(default_factory=LargestCharge)
    hours: set[tuple[str, str]] = field(default_factory=set)
    gaps: Gaps = field(default_factory=dict)


def tally(
    name: str, path: Path, encoding: Encoding, columns: Sequence[SourceColumn], layout: Layout
) -> Tally:
    """Count and add up one file's lines. `columns` are all of the file's."""
    counting = _Counting(name, encoding, layout)
    try:
        counting.take(path, find_columns(layout, columns), len(columns))
    except DamagedBytesError as damage:
        counting.tally.findings.append(Finding(bills.DAMAGED, name, "content", found=str(damage)))
    return counting.tally


def add_totals(
    tallies: Sequence[Tally], layout: Layout, there: set[str]
) -> tuple[StatedTotal, ...]:
    """Sum files into totals; `there` are the amount columns that any of them has."""
    lines: Counter[Group] = Counter()
    sums: dict[Group, Counter[str]] = {}
    for each in tallies:
        lines.update(each.lines)
        for group, amounts in each.sums.items():
            together = sums.setdefault(group, Counter())
            for column, units in amounts.items():
                together[column] += units
    totals: dict[Account, list[int]] = {}
    for group, count in lines.items():
        total = totals.setdefault(group[:4], [0] * (1 + len(focus.COST_COLUMNS)))
        costs = _costs(layout, group[4], sums.get(group, Counter()), there)
        for place, units in enumerate((count, *costs)):
            total[place] += units
    return tuple(
        StatedTotal(*account, total[0], tuple(total[1:]))
        for account, total in sorted(totals.items())
    )


def add_hours(tallies: Iterable[Tally]) -> dict[str, dict[str, int]]:
    """Collect the hours in which charges begin, by period and day."""
    begun: dict[str, set[str]] = {}
    for each in tallies:
        for period, hour in each.hours:
            begun.setdefault(period, set()).add(hour)
    return {period: hours_of(found) for period, found in begun.items()}


def costs_change(
    tally: Tally, layout: Layout, *, alone: AbstractSet[str], together: AbstractSet[str]
) -> bool:
    """Whether a file's lines cost something else by its own columns than by those of all files."""
    return any(
        list(_costs(layout, group[4], sums, alone))
        != list(_costs(layout, group[4], sums, together))
        for group, sums in tally.sums.items()
    )


def _costs(
    layout: Layout, kind: str, sums: Mapping[str, int], there: AbstractSet[str]
) -> Sequence[int]:
    if layout is FOCUS:  # a cost that the bill does not state is what was billed
        return [
            sums.get(column if column in there else _BILLED, 0) for column in focus.COST_COLUMNS
        ]
    return cur_cost_rules.costs_of(kind, sums, there)


class _Counting:
    """One pass over a file."""

    def __init__(self, name: str, encoding: Encoding, layout: Layout) -> None:
        self.tally = Tally()
        self._name = name
        self._encoding = encoding
        self._layout = layout
        self._path = Path()
        # Only CSV writes the words; in Parquet a text of four letters is that text.
        self._nothing = ("", *EMPTY_WORDS) if encoding is Encoding.CSV else ("",)
        # An amount that a generator could not work out is no empty one.
        self._no_amount = ("", EMPTY_AMOUNT) if encoding is Encoding.CSV else ("",)
        self._gaps = GapCounter(self.tally.gaps, layout, self._no_amount)
        self._bad: dict[str, tuple[int, str, int]] = {}

    def _place(self, row: int) -> str:
        """Name the line of a row in a CSV; Parquet has rows alone."""
        line = line_of(self._path, row) if self._encoding is Encoding.CSV else 0
        return str(Place(self._name, line)) if line else f"{self._name} row {row}"

    def take(self, path: Path, wanted: Mapping[str, SourceColumn], width: int) -> None:
        """Read all lines."""
        self._path = path
        reading = Reading(path, self._encoding, wanted, width)
        for batch in reading:
            self._add(batch)
        self.tally.findings += _wrong_records(self._name, path, reading)
        self.tally.findings += [
            self._not_an_amount(column, *bad) for column, bad in self._bad.items()
        ]

    def _add(self, batch: Batch) -> None:
        periods, unstated = self._periods(batch)
        self._check_periods(batch, periods)
        if self._layout.day in batch.arrays:
            _, begun = combine([periods, hours(batch.arrays[self._layout.day])])
            self.tally.hours.update((period, hour) for period, hour in begun if hour)
        ids = [
            label(batch.arrays[name], partial(self._id, name))
            if name in batch.arrays
            else constant(batch.length)
            for name in self._layout.ids
        ]
        codes, groups = combine([periods, *ids, self._kinds(batch)])
        keys = [_group(spelt) for spelt in groups]
        for key, count in zip(keys, np.bincount(codes).tolist(), strict=True):
            self.tally.lines[key] += count
        for column in self._layout.amounts:
            if column in batch.arrays:
                self._add_amounts(batch, column, codes, keys)
        if len(unstated):
            currencies = [group[3] for group in keys]
            self._gaps.add(batch, self._layout.period, unstated, codes, currencies)
        self.tally.rows += batch.length

    def _add_amounts(self, batch: Batch, column: str, codes: Ints, keys: Sequence[Group]) -> None:
        found = add_up(batch.arrays[column], codes, nothing=self._no_amount)
        for code, units in found.units.items():
            self.tally.sums[keys[code]][column] += units
        if found.empty and column in self._layout.always:
            empty = empty_lines(batch.arrays[column], self._no_amount)
            self._gaps.add(batch, column, empty, codes, [group[3] for group in keys])
        if not found.ten_places:
            self.tally.more_places.add(column)
        self.tally.rounded += found.rounded
        self.tally.change += found.change
        if column == self._layout.amounts[0] and self._encoding is Encoding.CSV:
            self._note_largest(batch, column, found.largest)
        bad = found.bad
        sums = (abs(self.tally.sums[keys[code]][column]) for code in found.units)
        if max(sums, default=0) >= _MOST:
            bad = sorted([*bad, *find_large(batch.arrays[column], most=found.largest)])
        if bad:
            place, text = bad[0]
            row, first, count = self._bad.get(column, (batch.first + place, text, 0))
            self._bad[column] = row, first, count + len(bad)

    def _note_largest(self, batch: Batch, column: str, units: int) -> None:
        """Note the line with the largest amount; it is searched for where it beats all before."""
        if units > self.tally.largest.units:
            found = find_large(batch.arrays[column], most=units)
            for place, _text in found[:1]:
                self.tally.largest = LargestCharge(units, batch.first - 1 + place)

    def _periods(self, batch: Batch) -> tuple[Labels, Ints]:
        """Label lines by month; also returns the lines whose month is that of their day."""
        read = partial(as_month, nothing=self._nothing)
        arrays = batch.arrays
        periods = constant(batch.length)
        if self._layout.period in arrays:
            periods = label(arrays[self._layout.period], self._period)
        missing = periods.lines("")
        if len(missing) and self._layout.day in arrays:
            days = label(arrays[self._layout.day].take(pa.array(missing)), read)
            for month in days.labels:
                periods = periods.put(missing[days.lines(month)], month)
        return periods, missing if self._layout.period in arrays else missing[:0]

    def _period(self, value: object) -> str:
        """Write a period's month, and note where it is another than the month in UTC."""
        period = as_period(value, nothing=self._nothing)
        if period not in {"", as_month(value, nothing=self._nothing)} and period[0] != "?":
            self.tally.moved[str(value)] = period
        return period

    def _id(self, column: str, value: object) -> str:
        """Write an id without invisible characters, and note where that changes it."""
        written = as_id(value, nothing=("",))
        read = clean(written)
        if read != written and written not in EMPTY_WORDS:
            self.tally.cleaned.setdefault(column, {})[written] = read
        return read

    def _check_periods(self, batch: Batch, periods: Labels) -> None:
        for text in periods.labels:
            lines = periods.lines(text)
            if text[:1] in {"", "?"} and len(lines):
                self.tally.findings.append(
                    Finding(
                        bills.NOT_A_PERIOD,
                        self._place(batch.first + int(lines[0])),
                        self._layout.period,
                        expected="a date and time like 2024-09-01T00:00:00Z",
                        found=f"{text[1:]!r} on {len(lines)} lines" if text else "nothing",
                        remedy="Every charge needs the month it is invoiced in, the year first: "
                        "09/01/2024 may be January or September. Export the file again.",
                    )
                )

    def _kinds(self, batch: Batch) -> Labels:
        arrays = batch.arrays
        if cur_cost_rules.LINE_TYPE not in arrays:
            kinds = constant(batch.length)
        else:
            read = partial(as_id, nothing=self._nothing)
            kinds = label(arrays[cur_cost_rules.LINE_TYPE], read)
        fees = kinds.lines("Fee")
        kinds = kinds.put(
            fees[self._given(arrays, cur_cost_rules.RESERVATION, fees)],
            cur_cost_rules.RESERVATION_FEE,
        )
        refunds = kinds.lines("Refund")
        refunds = refunds[self._given(arrays, cur_cost_rules.PLAN, refunds)]
        kinds = kinds.put(_returned(arrays, refunds), cur_cost_rules.RETURNED_PLAN_REFUND)
        lines = np.arange(batch.length)
        parts = lines[self._given(arrays, cur_cost_rules.SPLIT_PARENT, lines)]
        return kinds.put(parts, cur_cost_rules.SPLIT_CHILD)

    def _given(
        self, arrays: Mapping[str, pa.Array], column: str, lines: Ints
    ) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Find which of these lines have a value in a column."""
        array = arrays.get(column)
        given = np.zeros(len(lines), np.bool_)
        if array is None or not len(lines) or array.null_count == len(array):
            return given
        there = np.flatnonzero(np.asarray(array.is_valid())[lines])
        found = label(array.take(pa.array(lines[there])), partial(as_id, nothing=self._nothing))
        given[there] = np.array([bool(text) for text in found.labels])[found.codes]
        return given

    def _not_an_amount(self, column: str, row: int, text: str, count: int) -> Finding:
        return Finding(
            bills.NOT_AN_AMOUNT,
            self._place(row),
            column,
            expected=f"a decimal number; its sum with others has at most {_MOST_DIGITS} digits "
            "before the point",
            found=f"{text[:80]!r}" + (f", and {count - 1} more" if count > 1 else ""),
            remedy="Export the file again; only empty values are read as zero.",
        )


def _group(spelt: tuple[str, ...]) -> Group:
    period, billing, sub, currency, kind = spelt
    return period, billing, sub, currency, kind


def _returned(arrays: Mapping[str, pa.Array], refunds: Ints) -> Ints:
    """Find the refunds of plans that ended within days of their start."""
    start, end = arrays.get(cur_cost_rules.PLAN_START), arrays.get(cur_cost_rules.PLAN_END)
    if start is None or end is None:
        return refunds[:0]
    longest = timedelta(days=cur_cost_rules.MOST_DAYS_OF_RETURNED_PLAN)
    returned = []
    for line in refunds.tolist():
        first, last = _second(start[line].as_py()), _second(end[line].as_py())
        if first and last and last - first <= longest:
            returned.append(line)
    return np.array(returned, np.int64)


def _second(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value
    return read_moment(str(value)[:19]) if value else None


def _wrong_records(name: str, path: Path, reading: Reading) -> Iterator[Finding]:
    for record in reading.wrong[:1]:
        more = f", and {reading.wrong_count - 1} more records" if reading.wrong_count > 1 else ""
        yield Finding(
            bills.WRONG_WIDTH,
            str(Place(name, line_of_other_width(path, record.expected))),
            f"the record {record.text!r}",
            expected=f"{record.expected} fields",
            found=f"{record.found}{more}",
            remedy="Fetch the file again; a comma inside a value must stand in quotes, and a quote "
            "inside of them must be doubled.",
        )
