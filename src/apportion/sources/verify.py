"""Verify the bytes of billing files before anything reads them.

DuckDB checks neither gzip's CRC-32 nor Parquet's: of 300 files with one flipped bit it read 32
(csv.gz) and 116 (Parquet) without complaint and with other totals.
"""

from __future__ import annotations

import base64
import codecs
import gzip
import mmap
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from apportion.model.delivery import BillFile, Encoding
from apportion.model.findings import bills
from apportion.model.findings.finding import Finding, failing

from .columns import open_bytes
from .csv_records import QuickCount, Records, count_records
from .discover import Candidate
from .file_names import kind_of
from .other_files import form_of, read_head
from .parquet.footer import Footer, read_footer
from .parquet.pages import walk_pages
from .parquet.thrift import DamagedBytesError, Fields
from .same_bytes import sha256_of
from .unzip import unzip

NOTHING = "nothing"

_CHUNK = 1 << 20
_FETCH_AGAIN = "Fetch the file again and compare its size and checksum with the original."


@dataclass(frozen=True)
class Verified:
    """A file without detected damage."""

    file: BillFile  # with no rows counted yet
    encoding: Encoding
    records: Records | None = None  # of a CSV


def verify(candidate: Candidate, scratch: Path) -> tuple[list[Verified], list[Finding]]:
    """Check one file; a zip gives one verified file for each member of a bill, in scratch.

    With a failing finding there are no verified files.
    """
    sha256 = sha256_of(candidate.path)
    wrong = [
        _wrong_checksum(candidate, expected, sha256, said_by)
        for expected, said_by in candidate.expected
        if expected != sha256
    ]
    if wrong:
        return [], wrong
    try:
        return _verify_kind(candidate, sha256, scratch)
    except DamagedBytesError as damage:
        return [], [_damaged(candidate.name, str(damage))]


def _verify_kind(
    candidate: Candidate, sha256: str, scratch: Path
) -> tuple[list[Verified], list[Finding]]:
    path = candidate.path
    if not path.stat().st_size:
        return [], [_empty(candidate.name)]
    wrong = _check_ending(candidate.name, path)
    if wrong:
        return [], wrong
    if candidate.kind != ".zip":
        file, findings = _verify_content(candidate, candidate.name, path, sha256)
        return ([] if failing(findings) else [file]), findings
    members, findings = unzip(candidate.name, path, scratch / sha256[:16])
    files = []
    for member in members:
        wrong = _check_ending(member.name, member.path) if member.path.stat().st_size else []
        findings += wrong
        if not wrong:
            file, problems = _verify_content(candidate, member.name, member.path, sha256)
            findings += problems
            files.append(file)
    return ([] if failing(findings) else files), findings


def _verify_content(
    candidate: Candidate, name: str, path: Path, sha256: str
) -> tuple[Verified, list[Finding]]:
    """Read one file to its end."""
    kind = kind_of(path)
    records: Records | None = None
    findings: list[Finding] = []
    if kind == ".parquet":
        checked_by = "Parquet page CRC-32" if _check_parquet(path) else NOTHING
    else:
        checked_by = "gzip CRC-32" if kind == ".csv.gz" else NOTHING
        records, findings = check_text(name, path)
    if candidate.kind == ".zip":
        checked_by = "zip CRC-32"
    file = BillFile(
        name=name,
        path=str(path),
        sha256=sha256,
        size=candidate.size,
        rows=0,
        checked_by="manifest SHA-256" if candidate.expected else checked_by,
        listed=candidate.listed,
    )
    encoding = Encoding.PARQUET if kind == ".parquet" else Encoding.CSV
    return Verified(file, encoding, records), findings


def check_text(name: str, path: Path) -> tuple[Records, list[Finding]]:
    """Read a CSV to its end: gzip's own checks, UTF-8, no NUL, quotes where they belong.

    Raises DamagedBytesError where the gzip is damaged.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    counting = QuickCount()
    at = lines = 0
    try:
        with open_bytes(path) as stream:
            for chunk in _chunks(stream):
                if not at and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    return Records(), [_not_text(name, "UTF-16, called Unicode by spreadsheets")]
                decoder.decode(chunk)
                if b"\0" in chunk:
                    found = f"a NUL at byte {at + chunk.index(0)}"
                    return Records(), [_not_text(name, found)]
                counting.look_at(chunk if at else _without_marks(chunk))
                at += len(chunk)
                lines += chunk.count(b"\n")
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line = lines + error.object[: error.start].count(b"\n") + 1
        found = f"byte 0x{error.object[error.start]:02X} in line {line}"
        return Records(), [_not_text(name, found)]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DamagedBytesError(f"gzip: {error}") from None
    if not at:
        return Records(), [_empty(name)]
    counting.end()
    records = count_records(name, path, counting)
    return records, [records.finding] if records.finding else []


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Read pieces of which only the last may end with a quote: the next byte decides its role."""
    while chunk := stream.read(_CHUNK):
        while chunk.endswith(b'"') and (more := stream.read(1)):
            chunk += more
        yield chunk


def _without_marks(chunk: bytes) -> bytes:
    """Leave out byte order marks, behind which the first value begins."""
    while chunk.startswith(codecs.BOM_UTF8):
        chunk = chunk.removeprefix(codecs.BOM_UTF8)
    return chunk


def _check_ending(name: str, path: Path) -> list[Finding]:
    """Compare a file's ending with its first bytes: engines go by one or the other."""
    kind, head = kind_of(path), read_head(path)
    form = form_of(head)
    if form.name == kind or (not form.name and kind == ".csv"):  # text may begin with anything
        return []
    if not form.name:
        return [_damaged(name, f"its name ends in {kind}, but its first bytes do not match")]
    return [
        Finding(
            bills.WRONG_ENDING,
            name,
            "its first bytes",
            expected=f"those of {kind}",
            found=f"those of {form.name}",
            remedy=form.remedy,
        )
    ]


def _check_parquet(path: Path) -> bool:
    """Check a Parquet file; returns whether all its pages have checksums."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        if size < 12:
            raise DamagedBytesError("it is too short for Parquet")
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            buffer = memoryview(mapped)
            try:
                footer = read_footer(buffer)
                summed = walk_pages(buffer, footer, release=lambda: _free(mapped))
            finally:
                buffer.release()
    _compare_with_arrow(path, footer)
    return summed


def _free(mapped: mmap.mmap) -> None:
    """Free the memory of what was read."""
    if hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def _compare_with_arrow(path: Path, footer: Footer) -> None:
    """Compare the footer as pyarrow reads it with this reader and Arrow's schema in it."""
    try:
        with pq.ParquetFile(path) as file:
            rows, names = file.metadata.num_rows, file.schema_arrow.names
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DamagedBytesError(f"Parquet: {error}") from None
    roots = [root["name"].decode("utf-8", "replace") for root in footer.roots]
    if rows != footer.rows or names != roots:
        raise DamagedBytesError("pyarrow reads its footer differently")
    kept = footer.pairs.get(b"ARROW:schema")
    if kept is None:
        return
    try:
        schema = pa.ipc.read_schema(pa.BufferReader(base64.b64decode(kept, validate=True)))
        kept_names = schema.names
    except (ValueError, pa.ArrowException, OSError):
        raise DamagedBytesError("the Arrow schema in its footer cannot be read") from None
    if kept_names != roots:
        raise DamagedBytesError("its columns are named in two ways that differ")
    for root, known in zip(footer.roots, schema, strict=True):
        _compare_types(root, known)


def _compare_types(root: Fields, known: pa.Field) -> None:
    decimal: Fields = root.get("logical", {}).get("DECIMAL", {})
    is_decimal = pa.types.is_decimal(known.type)
    same_decimal = not is_decimal or (
        root.get("scale", decimal.get("scale")) == known.type.scale
        and root.get("precision", decimal.get("precision")) == known.type.precision
    )
    if not same_decimal or (root["repetition"] == 1) != known.nullable:
        raise DamagedBytesError(f"column {known.name} is described in two ways that differ")


def _wrong_checksum(candidate: Candidate, expected: str, found: str, said_by: str) -> Finding:
    return Finding(
        bills.WRONG_CHECKSUM,
        candidate.name,
        f"SHA-256 in {said_by}",
        expected=expected,
        found=found,
        remedy=_FETCH_AGAIN,
    )


def _damaged(name: str, found: str) -> Finding:
    return Finding(bills.DAMAGED, name, "the file's own checks", found=found, remedy=_FETCH_AGAIN)


def _not_text(name: str, found: str) -> Finding:
    return Finding(
        bills.NOT_TEXT,
        name,
        "CSV",
        expected="UTF-8 text",
        found=found,
        remedy="Export the file again as UTF-8; if it was downloaded, fetch it again.",
    )


def _empty(name: str) -> Finding:
    return Finding(
        bills.NOT_TEXT,
        name,
        "content",
        expected="at least a header",
        found="an empty file",
        remedy="Fetch the file again: a download was cut off. Where the provider's own file is "
        "empty, move it away.",
    )
