"""Writers of rows by format; each is imported when it is used, as some are slow to import."""

from __future__ import annotations

from apportion.ports.reports import Report


def report_of(form: str, *, raw: bool = False) -> Report:
    """Make the writer of a format: csv, json, jsonl, parquet, table or xlsx.

    `raw`: CSV without protection against formulas. Raises ValueError for another format.
    """
    match form:
        case "csv":
            from .csv import CsvReport

            return CsvReport(raw=raw)
        case "json":
            from .json import JsonReport

            return JsonReport()
        case "jsonl":
            from .json import JsonLinesReport

            return JsonLinesReport()
        case "parquet":
            from .parquet import ParquetReport

            return ParquetReport()
        case "table":
            from .table import TableReport

            return TableReport()
        case "xlsx":
            from .excel import ExcelReport

            return ExcelReport()
    raise ValueError(form)
