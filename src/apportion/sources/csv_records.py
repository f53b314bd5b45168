"""Count the records of a CSV by its quotes and line ends alone, and find quotes that hide records.

Both readers of a bill read everything between two quotes as one value, even whole records. Here
lines are counted independently, and values that contain records are found.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from apportion.model.findings import bills
from apportion.model.findings.finding import Finding, Place

from .columns import open_bytes
from .text import read_amount, read_moment

_QUOTE = ord('"')
_LINE_ENDS = np.zeros(256, np.bool_)
_LINE_ENDS[[10, 13]] = True
#: What may stand before a quote that opens a value and behind one that closes it.
_AROUND = _LINE_ENDS.copy()
_AROUND[[ord(","), _QUOTE]] = True
#: Of a record. A quote that is never closed would keep the rest of the file.
_LINES_KEPT = 1000
_TO_ITS_END = re.compile(r'(?:[^"]+|"")*+"')
_LOOSE_FIELD = re.compile(r'"(?:[^"]+|"")*+"(?=,|$)|[^,]*')
_DOUBLED = "Export the file again with quotes inside values doubled, as RFC 4180 has it"
_BACKSLASHES = f'{_DOUBLED}; in Spark, by option("escape", "\\"").'


@dataclass
class Records:
    """The records of a file by quotes and line ends, and whether one has more than one line.

    `count` includes the header.
    """

    count: int = 0
    over_lines: bool = False
    finding: Finding | None = None


@dataclass(frozen=True)
class Known:
    """Positions of columns that every whole record has values in: amounts and times."""

    amounts: Sequence[int]
    moments: Sequence[int]


class QuickCount:
    """Counts records in pieces of a file, as long as quotes are where they belong."""

    def __init__(self) -> None:
        self.count = 0
        self.over_lines = False
        self.in_place = True
        self._quotes = 0
        self._last = ord("\n")

    @property
    def is_closed(self) -> bool:
        """Whether every quote is closed."""
        return self._quotes % 2 == 0

    def look_at(self, chunk: bytes) -> None:
        """Read a piece, which must not end with a quote unless the file does."""
        found = np.frombuffer(chunk, np.uint8)
        before = np.concatenate(([np.uint8(self._last)], found[:-1]))
        quotes = np.flatnonzero(found == _QUOTE)
        ends = np.flatnonzero(_LINE_ENDS[found])
        is_inside = (self._quotes + np.searchsorted(quotes, ends)) % 2 == 1
        self.over_lines |= bool(is_inside.any())
        self.count += int(np.count_nonzero(~is_inside & ~_LINE_ENDS[before[ends]]))
        if self.in_place:
            self.in_place = self._in_place(found, before, quotes)
        self._quotes += len(quotes)
        self._last = chunk[-1]

    def end(self) -> None:
        """Count the last record, where no line end closes it."""
        self.count += not _LINE_ENDS[self._last]

    def _in_place(
        self,
        found: npt.NDArray[np.uint8],
        before: npt.NDArray[np.uint8],
        quotes: npt.NDArray[np.intp],
    ) -> bool:
        odd = self._quotes % 2
        opening, closing = quotes[odd::2], quotes[1 - odd :: 2]
        behind = np.append(found, np.uint8(ord("\n")))[closing + 1]
        return bool(_AROUND[before[opening]].all() and _AROUND[behind].all())


def count_records(name: str, path: Path, quick: QuickCount) -> Records:
    """Count a file's records; where quotes are out of place, by reading value for value."""
    if quick.in_place and quick.is_closed:
        return Records(quick.count, quick.over_lines)
    records = Records()
    walker = _Walker(name)
    for _, lines in walker.records(path):
        records.count += bool(lines[1:] or lines[0].strip("\n"))
        records.over_lines |= len(lines) > 1
    records.finding = walker.finding
    return records


def check_records(
    name: str,
    path: Path,
    records: Records,
    *,
    rows: int,
    width: int,
    known: Known,
) -> list[Finding]:
    """Compare the records with the lines that were read, and search for records inside values."""
    if records.over_lines:
        hidden = _hidden_records(name, path, width, known)
        if hidden:
            return [hidden]
    if max(records.count - 1, 0) == rows:
        return []
    return [
        Finding(
            bills.LINES_DIFFER,
            name,
            "records",
            expected=f"{records.count - 1:,}, by quotes and line ends",
            found=f"{rows:,} read",
            remedy=f"{_DOUBLED}.",
        )
    ]


def line_of(path: Path, row: int) -> int:
    """Find the line on which a row begins; rows count from one, behind the header."""
    full = (first for first, lines in _Walker("").records(path) if lines != ["\n"])
    return next(islice(full, row, None), 0)


def line_of_other_width(path: Path, width: int) -> int:
    """Find the line of the first record with another number of fields; zero if none has."""
    last = 0
    with (
        open_bytes(path) as opened,
        io.TextIOWrapper(opened, encoding="utf-8-sig", newline="") as text,
    ):
        reader = csv.reader(text)
        for record in reader:
            if record and len(record) != width:
                return last + 1
            last = reader.line_num
    return 0


def _hidden_records(name: str, path: Path, width: int, known: Known) -> Finding | None:
    """Find a record of which several lines are whole records: a quote was not doubled."""
    for first, lines in _Walker(name).records(path):
        if len(lines) < 2:
            continue
        whole = sum(_is_record(line.strip("\n"), width, known) for line in lines)
        if whole > 1:
            return Finding(
                bills.RECORDS_IN_A_VALUE,
                str(Place(name, first)),
                f"a value that continues for {len(lines)} lines",
                expected="one record",
                found=f"{whole} lines with all {width} fields",
                remedy=f"A quote in a value is not doubled, and charges are hidden. {_DOUBLED}.",
            )
    return None


def _is_record(line: str, width: int, known: Known) -> bool:
    if line.count(",") < width - 1:
        return False
    fields, at = [], 0
    while at <= len(line):
        match = _LOOSE_FIELD.match(line, at)
        assert match  # it matches nothing at all, too
        fields.append(match[0].strip('"'))
        at = match.end() + 1
    return (
        len(fields) == width
        and all(_is_amount(fields[place]) for place in known.amounts)
        and all(_is_moment(fields[place]) for place in known.moments)
    )


def _is_amount(text: str) -> bool:
    return text in {"", "NULL"} or read_amount(text) is not None


def _is_moment(text: str) -> bool:
    return read_moment(text) is not None


class _Walker:
    """Reads a CSV line for line as both readers do; stops at a quote that neither can place."""

    def __init__(self, name: str) -> None:
        self.finding: Finding | None = None
        self._name = name

    def records(self, path: Path) -> Iterator[tuple[int, list[str]]]:
        """The lines of each record, with the number of the first one."""
        with (
            open_bytes(path) as opened,
            io.TextIOWrapper(opened, encoding="utf-8-sig", newline=None) as text,
        ):
            first, lines, is_open = 1, list[str](), False
            for number, line in enumerate(text, start=1):
                if not lines:
                    first = number
                if len(lines) < _LINES_KEPT:
                    lines.append(line)
                if is_open or '"' in line:
                    is_open = self._is_open_after(line, (first, number), is_open=is_open)
                if self.finding:
                    return
                if not is_open:
                    yield first, lines
                    lines = []
            if is_open:
                self._tell(first, lines[0], "a quote that is never closed")

    def _is_open_after(self, line: str, numbers: tuple[int, int], *, is_open: bool) -> bool:
        """Whether a value continues; `numbers` are those of its first line and of this one."""
        at = 0
        while True:
            if not is_open and line[at : at + 1] == '"':
                is_open, at = True, at + 1
            if is_open:
                closed = _TO_ITS_END.match(line, at)
                if closed is None:
                    return True
                is_open, at = False, closed.end()
                if line[at : at + 1] not in {"", ",", "\n"}:
                    first, number = numbers
                    on = f" in line {number}" if number > first else ""
                    near = line[max(at - 20, 0) : at + 20].strip()
                    self._tell(first, line, f"{near}{on}", at=at)
                    return False
            at = line.find(",", at) + 1
            if not at:
                return False

    def _tell(self, number: int, line: str, found: str, *, at: int = 0) -> None:
        has_backslash = line[at - 2 : at] == '\\"' if at else '\\"' in line
        self.finding = Finding(
            bills.QUOTES,
            str(Place(self._name, number)),
            "a quote inside a quoted value" if at else "a quoted value",
            expected='quotes inside values doubled, as in "19"" rack"',
            found=f"a quote after a backslash, {found}" if has_backslash and at else found,
            remedy=_BACKSLASHES if has_backslash else f"{_DOUBLED}.",
        )
