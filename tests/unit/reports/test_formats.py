"""Every format has its writer."""

from __future__ import annotations

import pytest

from apportion.cli.ui.output import Form
from apportion.reports.csv import CsvReport
from apportion.reports.excel import ExcelReport
from apportion.reports.formats import report_of
from apportion.reports.json import JsonLinesReport, JsonReport
from apportion.reports.parquet import ParquetReport
from apportion.reports.table import TableReport

WRITERS = {
    Form.CSV: CsvReport,
    Form.JSON: JsonReport,
    Form.JSONL: JsonLinesReport,
    Form.PARQUET: ParquetReport,
    Form.TABLE: TableReport,
    Form.XLSX: ExcelReport,
}


@pytest.mark.parametrize("form", Form)
def test_a_format_has_its_writer(form: Form) -> None:
    assert type(report_of(form)) is WRITERS[form]


def test_only_raw_csv_has_formulas() -> None:
    rows = [{"name": "=1+1"}]
    assert report_of("csv").write(rows, ["name"]) == b"name\n'=1+1\n"
    assert report_of("csv", raw=True).write(rows, ["name"]) == b"name\n=1+1\n"


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="xml"):
        report_of("xml")
