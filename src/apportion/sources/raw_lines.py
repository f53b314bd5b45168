"""Read single lines of a bill again by their places, with Arrow alone: to describe them once more.

A row group of Parquet, and a CSV, can only be decoded from its start up to a line. So lines are
read as long as what must be decoded for them stays within a limit, and at least one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from apportion.model.delivery import (
    BillFile,
    Delivery,
    Encoding,
    LinePlace,
    NoValue,
    RawLine,
    ReadLimit,
)
from apportion.model.errors.base import FindingsError
from apportion.model.findings import bills
from apportion.model.findings.finding import Finding
from apportion.model.invisible_characters import EMPTY_WORDS

from .columns import SourceColumn, lower, read_columns
from .parquet.thrift import DamagedBytesError
from .totals.batches import Reading, check_dictionaries
from .totals.group_codes import as_month, as_period
from .totals.layouts import Layout, find_columns, layout_of

#: Lines decoded at once.
_LINES = 1 << 16


def read_lines(
    delivery: Delivery, places: Sequence[LinePlace], columns: Sequence[str], limit: ReadLimit
) -> list[RawLine]:
    """Read lines by place, in the order of the places; see `ports.bills.Source`.

    Raises FindingsError where a file was changed or damaged since it was verified.
    """
    chosen = _within(delivery, places, limit)
    by_file: dict[int, list[int]] = defaultdict(list)
    for place in sorted(chosen):
        by_file[place.file].append(place.row)
    found = {
        line.place: line
        for number, rows in by_file.items()
        for line in _read_whole(delivery, number, rows, columns)
    }
    return [found[place] for place in chosen]


def _within(delivery: Delivery, places: Sequence[LinePlace], limit: ReadLimit) -> list[LinePlace]:
    """Choose the places that the limit allows; a part decoded for one is free for others.

    Where it allows none, the place is chosen for which least is decoded.
    """

    @cache
    def starts(file: int) -> list[int]:
        return _starts(delivery.files[file], delivery.encoding)

    decoded: Counter[tuple[int, int]] = Counter()
    chosen: list[LinePlace] = []
    beyond: list[tuple[int, LinePlace]] = []
    for place in dict.fromkeys(places):
        if len(chosen) == limit.lines:
            break
        part = bisect_right(starts(place.file), place.row) - 1
        lines = place.row - starts(place.file)[part] + 1
        more = max(lines - decoded[place.file, part], 0)
        if decoded.total() + more > limit.decoded:
            beyond.append((lines, place))
            continue
        decoded[place.file, part] += more
        chosen.append(place)
    return chosen or [place for _, place in sorted(beyond)[:1]]


def _starts(file: BillFile, encoding: Encoding) -> list[int]:
    """List the first row of each part that is decoded by itself."""
    if encoding is Encoding.CSV:
        return [0]
    with _as_finding(file.name), pq.ParquetFile(file.path) as opened:
        groups = opened.metadata
        lengths = [groups.row_group(number).num_rows for number in range(groups.num_row_groups)]
    return [0, *accumulate(lengths)][:-1]


def _read_whole(
    delivery: Delivery, number: int, rows: Sequence[int], columns: Sequence[str]
) -> list[RawLine]:
    """Read all wanted rows of a file, or stop."""
    name = delivery.files[number].name
    with _as_finding(name):
        lines = list(_read_file(delivery, number, rows, columns))
    if len(lines) < len(rows):
        raise FindingsError([_changed(name, f"{len(lines)} of {len(rows)} rows")])
    return lines


@contextmanager
def _as_finding(name: str) -> Iterator[None]:
    """Turn what goes wrong in reading a file into a finding about it."""
    try:
        yield
    except (DamagedBytesError, pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise FindingsError([_changed(name, str(error))]) from error


def _changed(name: str, found: str) -> Finding:
    return Finding(
        bills.DAMAGED,
        name,
        "content, read a second time",
        expected="the lines that were verified",
        found=found,
        remedy="The file was changed while it was ingested. Nothing was ingested; ingest it again.",
    )


def _read_file(
    delivery: Delivery, number: int, rows: Sequence[int], columns: Sequence[str]
) -> Iterator[RawLine]:
    file, encoding = delivery.files[number], delivery.encoding
    path = Path(file.path)
    every = read_columns(path, encoding)
    layout = layout_of(delivery.format)
    known = find_columns(layout, every)
    times = {name: known[name].name for name in (layout.period, layout.day) if name in known}
    wanted = {lower(name): name for name in (*times.values(), *columns)}
    found = {wanted[lower(each.name)]: each for each in every if lower(each.name) in wanted}
    pick = _csv_rows if encoding is Encoding.CSV else _parquet_rows
    for row, values in pick(path, rows, found, len(every)):
        period = _period(layout, {name: values[times[name]] for name in times})
        yield RawLine(LinePlace(number, row), f"{file.name} row {row + 1}", period, values)


def _csv_rows(
    path: Path, rows: Sequence[int], columns: Mapping[str, SourceColumn], width: int
) -> Iterator[tuple[int, dict[str, object]]]:
    for batch in Reading(path, Encoding.CSV, columns, width):
        first = batch.first - 1
        for row in _between(rows, first, first + batch.length):
            yield row, {name: each[row - first].as_py() for name, each in batch.arrays.items()}
        if rows[-1] < first + batch.length:
            return


def _parquet_rows(
    path: Path, rows: Sequence[int], columns: Mapping[str, SourceColumn], _width: int
) -> Iterator[tuple[int, dict[str, object]]]:
    names = {column.raw for column in columns.values()}
    with pq.ParquetFile(path) as plain:
        texts = [each.name for each in plain.schema_arrow if pa.types.is_string(each.type)]
    with pq.ParquetFile(path, read_dictionary=texts, memory_map=True, pre_buffer=False) as file:
        start = 0
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            inside = _between(rows, start, end)
            if inside:
                pieces = file.iter_batches(
                    _LINES, row_groups=[group], columns=sorted(names), use_threads=False
                )
                for row, piece in _pick(pieces, start, inside):
                    yield row, {name: _cell(piece, each.raw) for name, each in columns.items()}
            start = end


def _pick(
    pieces: Iterable[pa.RecordBatch], start: int, rows: Sequence[int]
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield each row as a batch of one line; stop behind the last one."""
    for piece in pieces:
        check_dictionaries(piece)
        for row in _between(rows, start, start + len(piece)):
            yield row, piece.slice(row - start, 1)
        start += len(piece)
        if rows[-1] < start:
            return


def _between(rows: Sequence[int], start: int, end: int) -> list[int]:
    return [row for row in rows if start <= row < end]


def _cell(line: pa.RecordBatch, name: str) -> object:
    """Read one value; a name that stands for two columns says nothing."""
    at = line.schema.get_field_index(name)
    if at < 0:
        return NoValue.UNREAD
    column = line.column(at)
    if pa.types.is_timestamp(column.type):  # Python has no nanoseconds
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    value: object = column[0].as_py()
    return value


def _period(layout: Layout, times: Mapping[str, object]) -> str:
    """Read the billing period of a line, from the day of a line without one."""
    nothing = ("", *EMPTY_WORDS)
    period = as_period(times.get(layout.period), nothing=nothing)
    return period or as_month(times.get(layout.day), nothing=nothing)
