"""Bills on this machine: files and folders of an export, as downloaded."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path

from apportion.model.delivery import (
    BillFile,
    Delivery,
    Encoding,
    Format,
    LinePlace,
    RawLine,
    ReadLimit,
)
from apportion.model.findings import bills
from apportion.model.findings.finding import Finding, failing
from apportion.model.manifest import Input
from apportion.model.timestamp import utc_text
from apportion.ports.progress import Advance, Sum, ignore_share

from .columns import NO_TYPE, SourceColumn, common_type, first_records, lower, read_columns
from .csv_records import check_records
from .delivery_findings import (
    gaps,
    rewritten_ids,
    rounded,
    same_twice,
    types_differ,
    unchecked,
    unknown_line_types,
    without_charges,
)
from .discover import Candidate, Discovered, discover
from .file_names import kind_of
from .ids import id_findings
from .mapping_files import mapping_text
from .measures import is_measure
from .raw_lines import read_lines
from .recognise import Recognised, focus_version, other_dataset, recognise
from .same_bytes import same_bytes
from .schemas import Part, named_twice, schemas_differ
from .totals.layouts import Layout, find_columns, layout_of, whole_records
from .totals.stated import Tally, add_hours, add_totals, tally
from .unread_files import weigh
from .verify import Verified, verify

#: One file at a time in each; the work is done outside of Python's lock.
_THREADS = 2
_GLOB = set("*?[")
_LINES_OF_A_TITLE = 20


class LocalFiles:
    """A `ports.bills.Source`: the bill in some files and folders.

    `scratch` is a folder for what must be unpacked; the delivery's files may lie in it. `advance`
    receives how many bytes are read of those to read: each is verified once and added up once.
    """

    def __init__(
        self, paths: Sequence[Path], scratch: Path, *, advance: Advance = ignore_share
    ) -> None:
        self._paths = paths
        self._scratch = scratch
        self._advance = advance

    def deliver(self) -> tuple[list[Delivery], list[Finding]]:
        found = self._found
        findings = [*found.findings]
        read: list[_Read] = []
        bytes_read = Sum(2 * sum(each.size for each in found.candidates), self._advance)
        with ThreadPoolExecutor(_THREADS) as threads:
            work = partial(self._read, bytes_read=bytes_read)
            for files, problems in threads.map(work, found.candidates):
                read.extend(files)
                findings.extend(problems)
            findings.extend(threads.map(self._left_out, found.left_out))
            findings.extend(same_twice([each.file for each in read]))
            deliveries = []
            for files in _together(read):
                delivery, problems = _deliver(files, threads, self._scratch, bytes_read)
                deliveries.extend(delivery)
                findings.extend(problems)
        findings.extend(unchecked(deliveries))
        findings.extend(without_charges(deliveries, findings))
        return deliveries, findings

    @cached_property
    def _found(self) -> Discovered:
        return discover(self._paths)

    def same_as(self, inputs: Sequence[Input]) -> tuple[Delivery, list[Finding]] | None:
        found = self._found
        hashes = same_bytes(found.candidates, inputs)
        if hashes is None:
            return None
        findings = [*found.findings, *map(self._left_out, found.left_out)]
        read = [*map(_look_at, found.candidates, hashes)]
        files = [each for each in read if each]
        if failing(findings) or len(files) < len(read) or len(_together(files)) != 1:
            return None
        columns, _findings = _unite(files)
        return _delivery(files, columns, [each.file for each in files]), findings

    def read_lines(
        self,
        delivery: Delivery,
        places: Sequence[LinePlace],
        columns: Sequence[str],
        limit: ReadLimit,
    ) -> list[RawLine]:
        return read_lines(delivery, places, columns, limit)

    def _left_out(self, candidate: Candidate) -> Finding:
        return weigh(candidate, self._scratch)

    def _read(self, candidate: Candidate, *, bytes_read: Sum) -> tuple[list[_Read], list[Finding]]:
        verified, findings = verify(candidate, self._scratch)
        bytes_read.add(candidate.size)
        read = []
        for each in verified:
            columns = read_columns(Path(each.file.path), each.encoding)
            names = [column.raw for column in columns]
            found, problems = recognise(each.file.name, names)
            if found is None:
                problems = _known_otherwise(each, names) or problems
            problems += named_twice(each.file.name, columns, found)
            findings.extend(problems)
            if found and not failing(problems):
                size = candidate.size // len(verified)
                read.append(_Read(each, columns, found, size, candidate.path.stat().st_mtime))
        return read, findings


@dataclass(frozen=True)
class _Read:
    """A verified file with its columns and their format; of a zip, its part of the zip's bytes."""

    verified: Verified
    columns: tuple[SourceColumn, ...]
    recognised: Recognised
    bytes: int
    changed: float  # seconds since 1970

    @property
    def file(self) -> BillFile:
        return self.verified.file


def _together(read: Sequence[_Read]) -> list[list[_Read]]:
    """Sort files into deliveries: those of one format that are read in the same way."""
    sorted_out: dict[tuple[Format, Encoding], list[_Read]] = defaultdict(list)
    for each in read:
        sorted_out[each.recognised.format, each.verified.encoding].append(each)
    return list(sorted_out.values())


def _deliver(
    files: Sequence[_Read], threads: ThreadPoolExecutor, scratch: Path, bytes_read: Sum
) -> tuple[list[Delivery], list[Finding]]:
    columns, findings = _unite(files)
    bill_format = files[0].recognised.format
    layout = layout_of(bill_format)
    tallies = list(threads.map(partial(_tally, layout=layout, bytes_read=bytes_read), files))
    findings.extend(problem for counted in tallies for problem in counted.findings)
    findings.extend(rounded(files[0].file.name, tallies))
    parts = [
        Part(each.file.name, each.columns, counted)
        for each, counted in zip(files, tallies, strict=True)
    ]
    findings.extend(schemas_differ(parts, layout))
    findings.extend(finding for part in parts for finding in rewritten_ids(part))
    good = [
        (each, counted)
        for each, counted in zip(files, tallies, strict=True)
        if not failing(counted.findings)
    ]
    if not good:
        return [], findings
    there = {name for each, _ in good for name in find_columns(layout, each.columns)}
    stated = add_totals([counted for _, counted in good], layout, there)
    by_file = {each.file.name: counted for each, counted in good}
    findings.extend(id_findings(by_file, stated, layout, there))
    findings.extend(gaps(by_file, layout))
    findings.extend(unknown_line_types(by_file, layout, there))
    delivery = replace(
        _delivery(
            [each for each, _ in good],
            columns,
            [
                replace(
                    each.file,
                    path=_readable(each.file, scratch),
                    rows=counted.rows,
                    largest=counted.largest,
                )
                for each, counted in good
            ],
        ),
        stated=stated,
        hours=add_hours(counted for _, counted in good),
        ten_places=_ten_places(good, layout, columns),
    )
    return [delivery], findings


def _delivery(
    read: Sequence[_Read], columns: Mapping[str, str], files: Sequence[BillFile]
) -> Delivery:
    """Put files of one format together; nothing of their lines is known yet."""
    bill_format = read[0].recognised.format
    return Delivery(
        format=bill_format,
        version=focus_version(columns) if bill_format is Format.FOCUS else "",
        encoding=read[0].verified.encoding,
        files=tuple(files),
        columns=columns,
        mapping=mapping_text(bill_format.value),
        written=_written(columns, read),
        stated=(),
        made=utc_text(datetime.fromtimestamp(max(each.changed for each in read), UTC)),
    )


def _look_at(candidate: Candidate, sha256: str) -> _Read | None:
    """Read the columns of a file whose bytes are known; a zip would have to be unpacked."""
    if candidate.kind == ".zip":
        return None
    path, size = candidate.path, candidate.size
    encoding = Encoding.PARQUET if candidate.kind == ".parquet" else Encoding.CSV
    columns = read_columns(path, encoding)
    recognised, _findings = recognise(candidate.name, [column.raw for column in columns])
    if recognised is None:
        return None
    file = BillFile(candidate.name, str(path), sha256, size, rows=0, checked_by="recorded SHA-256")
    changed = path.stat().st_mtime
    return _Read(Verified(file, encoding), columns, recognised, size, changed)


def _tally(each: _Read, *, layout: Layout, bytes_read: Sum) -> Tally:
    name, path = each.file.name, Path(each.file.path)
    counted = tally(name, path, each.verified.encoding, each.columns, layout)
    records = each.verified.records
    if records and not failing(counted.findings):
        known = whole_records(layout, each.columns)
        counted.findings += check_records(
            name, path, records, rows=counted.rows, width=len(each.columns), known=known
        )
    bytes_read.add(each.bytes)
    return counted


def _ten_places(
    files: Sequence[tuple[_Read, Tally]], layout: Layout, columns: Mapping[str, str]
) -> frozenset[str]:
    """Name the columns of DOUBLE in which every file has amounts of ten places alone."""
    fits: dict[str, bool] = {}
    for each, counted in files:
        for name, column in find_columns(layout, each.columns).items():
            key = lower(column.name)
            fits[key] = fits.get(key, name in layout.amounts) and name not in counted.more_places
    return frozenset(
        name for name, sql_type in columns.items() if sql_type == "DOUBLE" and fits.get(lower(name))
    )


def _unite(files: Sequence[_Read]) -> tuple[dict[str, str], list[Finding]]:
    """Unite columns by name, as engines do: in the order met, without regard to case."""
    united: dict[str, tuple[SourceColumn, str]] = {}
    findings = []
    for each in files:
        for column in each.columns:
            known, known_in = united.setdefault(lower(column.name), (column, each.file.name))
            if column.type in {known.type, NO_TYPE}:
                continue
            if known.type == NO_TYPE:
                united[lower(column.name)] = replace(column, name=known.name), each.file.name
                continue
            both = common_type(column.type, known.type, is_measure=is_measure(column.name))
            if both:
                united[lower(column.name)] = replace(known, type=both), known_in
                continue
            findings.append(types_differ(column, each.file.name, known, known_in))
    return {column.name: column.type for column, _ in united.values()}, findings


def _written(columns: Mapping[str, str], files: Sequence[_Read]) -> dict[str, str]:
    """Map names of columns to those in the header where they differ; the first file decides."""
    written: dict[str, str] = {}
    for each in files:
        for column in each.columns:
            written.setdefault(lower(column.name), column.raw.strip())
    return {
        name: header
        for name in columns
        if (header := written.get(lower(name), "")) and header != name
    }


def _readable(file: BillFile, scratch: Path) -> str:
    """A path that an engine reads literally: `*`, `?` and `[` would match other files."""
    path = Path(file.path)
    suffix = kind_of(path)
    if not _GLOB & set(file.path) and path.name.endswith(suffix):
        return file.path
    named = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    link = scratch / f"{named}{suffix}"
    scratch.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(path.resolve())
    return str(link)


def _known_otherwise(each: Verified, names: Sequence[str]) -> list[Finding]:
    """A finding for a file that is no bill, or that does not begin with the bill."""
    place = each.file.name
    dataset = other_dataset(names)
    if dataset:
        remedy = "It was left out: nothing needs to be done."
        return [Finding(bills.OTHER_DATASET, place, f"FOCUS {dataset}", remedy=remedy)]
    if each.encoding is Encoding.PARQUET:
        return []
    records = first_records(Path(each.file.path), _LINES_OF_A_TITLE)
    for number, record in enumerate(records[1:], start=2):
        if recognise(place, record)[0]:
            return [
                Finding(
                    bills.UNKNOWN_FORMAT,
                    f"{place}:{number}",
                    "the header",
                    expected="column names in the first line",
                    found=f"{number - 1} lines above them",
                    remedy=f"Delete the lines above line {number}, or take the provider's own "
                    "file.",
                )
            ]
    return []
