"""Templates: the file format of a finance system as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from apportion.model.findings.finding import Place


class Encoding(StrEnum):
    """Encodings of files; the values are Python's names."""

    UTF_8 = "utf-8"
    UTF_8_BOM = "utf-8-sig"
    WINDOWS_1252 = "cp1252"


class Names(StrEnum):
    """Where the line with the column names is."""

    ONCE = "once"
    PER_JOURNAL = "per_journal"
    NONE = "none"


class Rows(StrEnum):
    """Which lines of a journal are written: all, or those with a contra account."""

    LINES = "lines"
    CONTRA = "contra"


@dataclass(frozen=True)
class TemplateColumn:
    """A column. `value` is text with fields in braces; empty for a column that stays empty.

    `dates` is the form of dates, `max_length` counts characters (0 for any), and longer text is cut
    if `cut`. `pattern` is a regular expression for the whole cell or empty. Numbers are not quoted.
    """

    name: str
    value: str
    place: Place
    dates: str
    required: bool = False
    max_length: int = 0
    cut: bool = False
    pattern: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Limits:
    """What the finance system accepts; zero means any number."""

    min_lines: int = 0
    max_lines: int = 0
    max_digits: int = 0  # before the decimal point
    max_decimals: int = 0
    one_journal: bool = False  # a file holds one journal


@dataclass(frozen=True)
class JournalTemplate:
    """A file format: columns, constants, sign convention, encoding and limits.

    `first_rows` come once at the top. `journal_columns` are written once before the lines of each
    journal. `debit_credit` are the words for the two sides.
    """

    name: str
    sha256: str
    source: str
    encoding: Encoding
    separator: str
    line_end: str
    decimal: str
    least_decimals: int
    quote_text: bool
    names: Names
    rows: Rows
    debit_credit: tuple[str, str]
    first_rows: tuple[tuple[TemplateColumn, ...], ...]
    journal_columns: tuple[TemplateColumn, ...]
    columns: tuple[TemplateColumn, ...]
    limits: Limits


@dataclass(frozen=True)
class Cell:
    """A cell of a file; numbers and dates are never quoted."""

    text: str
    is_text: bool = True
