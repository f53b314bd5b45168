"""DuckDB's errors about files, amounts and queries, as errors of the program."""

from __future__ import annotations

import re

import duckdb

from apportion.model.errors.base import EngineError
from apportion.model.errors.engine import (
    AmountsOverflowError,
    BillNotReadError,
    EngineMemoryError,
    SqlNotValidError,
)

_CSV = re.compile(r"CSV Error|CSV Parser|sniffing file|read_csv", re.IGNORECASE)
_FILE = re.compile(r'(?:file = |sniffing file ")(?P<file>[^\n"]+)')
_LINE = re.compile(r"CSV Error on Line: (?P<line>\d+)")
#: Parts of DuckDB's messages, and what is wrong with the record. The first match counts.
_REASONS = (
    ("Maximum line size", "a record is longer than 4 MB; a quote may never be closed"),
    ("Expected Number of Columns", "a record has more or fewer fields than the header"),
    ("unterminated quote", "a quote inside a value is not doubled"),
    ("unicode", "a text is not UTF-8"),
    ("utf-8", "a text is not UTF-8"),
)
_MIXED = "line ends or quotes of several kinds are mixed"

#: Errors that the text of a query causes: names, types and values in it.
_OF_THE_QUERY = (
    *(duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException),
    *(duckdb.SyntaxException, duckdb.ConversionException, duckdb.InvalidInputException),
    *(duckdb.NotImplementedException, duckdb.TypeMismatchException),
)


def mapped_error(error: duckdb.Error, message: str) -> EngineError:
    """Map an error, without DuckDB's advice about SQL that users do not see."""
    if isinstance(error, duckdb.OutOfRangeException) and "Overflow" in message:
        return AmountsOverflowError()
    if isinstance(error, duckdb.OutOfMemoryException) and "offload" not in message:
        return EngineMemoryError()
    if _CSV.search(message) and (file := _FILE.search(message)):
        line = _LINE.search(message)
        # Without a line, DuckDB names all that might be wrong.
        lowered = message.lower() if line else ""
        why = next((why for mark, why in _REASONS if mark.lower() in lowered), _MIXED)
        return BillNotReadError(file["file"], int(line["line"]) if line else 0, why)
    if isinstance(error, _OF_THE_QUERY):
        return SqlNotValidError(message)
    return EngineError(message)
