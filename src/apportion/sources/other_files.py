"""Files that are not named as a bill is: whether they may still hold charges."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from apportion.model.findings import bills
from apportion.model.findings.finding import Finding

from .recognise import recognise

#: How much of a file is read.
HEAD = 1 << 16

#: What macOS writes beside a file, as `._bill.csv`: icons and the like, never the file's content.
_APPLE_DOUBLE = b"\x00\x05\x16\x07"
#: Forms of bills that are not read, by their first bytes.
_FORMS = (
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"Obj\x01", "Avro"),
    (b"ORC", "ORC"),
)
#: Formats that are read under another name.
_READ = ((b"PAR1", ".parquet"), (b"\x1f\x8b", ".csv.gz"))
_OF_WORKBOOKS = (b"xl/", b"[Content_Types].xml", b"opendocument.spreadsheet")
_OF_PAGES = (b"<!doctype", b"<html", b"<?xml", b"<error", b"<head", b"<body")
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_WORKBOOK = re.compile(r"\.(?:xlsx|xlsm|xlsb|xls|ods|numbers)$", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:zip|tar|tgz)(?:\W|$)", re.IGNORECASE)
#: Names of cost columns in JSON and the like, where there is no header to recognise.
_COST = re.compile(
    rb'"(?:BilledCost|line_item_unblended_cost|lineItem/UnblendedCost)"', re.IGNORECASE
)


@dataclass(frozen=True)
class Doubt:
    """The probable content of a file, and how to make it readable."""

    found: str
    remedy: str


def is_apple_double(head: bytes) -> bool:
    """Whether a file only describes another one for macOS, by its first bytes."""
    return head.startswith(_APPLE_DOUBLE)


def read_head(path: Path) -> bytes:
    """Read the beginning of a file."""
    with path.open("rb") as stream:
        return stream.read(HEAD)


def doubt(name: str, head: bytes) -> Doubt | None:
    """The reason why a file with another ending may have charges; None if it does not."""
    for magic, form in _FORMS:
        if head.startswith(magic):
            return Doubt(
                f"a file in the form {form}, which is not read",
                "Unpack or export it as CSV, csv.gz, zip or Parquet",
            )
    for magic, ending in _READ:
        if head.startswith(magic):
            return Doubt(f"what a {ending} file begins with", f"Rename it to end in {ending}")
    if head.startswith(b"PK\x03\x04") and _ARCHIVE.search(name):
        return Doubt("an archive", "Unpack it beside the other files")
    if _WORKBOOK.search(name):
        return Doubt("a workbook, which is not read", "Export it as CSV UTF-8")
    return _text(head)


@dataclass(frozen=True)
class Form:
    """What a file's first bytes are those of; `name` is an ending where it is one that is read."""

    name: str
    remedy: str = ""


def form_of(head: bytes) -> Form:
    """The form of a file by its first bytes; the name is empty for an unknown one."""
    for magic, form in _FORMS:
        if head.startswith(magic):
            return Form(form, "Unpack or export it as CSV, csv.gz, zip or Parquet.")
    if head.startswith(b"PK") and any(part in head for part in _OF_WORKBOOKS):
        return Form("a workbook", "Take the provider's own file, or export it as CSV UTF-8.")
    for magic, ending in (*_READ, (b"PK", ".zip")):
        if head.startswith(magic):
            return Form(ending, f"Rename it to end in {ending}.")
    if head.lstrip()[:9].lower().startswith(_OF_PAGES):
        return Form(
            "a web page or an error message",
            "Fetch the file again: a sign-in page or an error was saved in its place.",
        )
    return Form(".csv", "Rename it to end in .csv.") if _is_text(head) else Form("")


def _is_text(head: bytes) -> bool:
    """Whether bytes may be CSV text; other encodings are findings when the file is read."""
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or not _CONTROL.search(head)


def not_read(place: str, why: Doubt) -> Finding:
    """A finding for a file that may have charges and is not read."""
    return Finding(
        bills.MAYBE_CHARGES,
        place,
        "the file",
        expected="names ending in .csv, .csv.gz, .parquet or .zip",
        found=why.found,
        remedy=f"{why.remedy}, or move it away if it is no part of the bill.",
    )


def _text(head: bytes) -> Doubt | None:
    """Search for a header of a bill, or for JSON with the name of a cost column."""
    text = head.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in {"{", "["}:
        if _COST.search(head):
            return Doubt("charges as JSON, which is not read", "Export them as CSV or Parquet")
        return None
    header = text.partition("\n")[0].strip("\r")
    for separator in ",;\t|":
        names = next(csv.reader([header], delimiter=separator), [])
        if len(names) > 1 and recognise("", names)[0]:
            remedy = "Rename it to end in .csv"
            if separator != ",":
                remedy = "Export it again with commas, as a file ending in .csv"
            return Doubt("the columns of a bill", remedy)
    return None
