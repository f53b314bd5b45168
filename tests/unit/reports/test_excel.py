"""A month as a workbook: what stands in it, that it adds up by itself, that no text runs."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from apportion.app.workspace import Workspace as Real
from apportion.cli.main import run
from apportion.cli.session import Outside
from apportion.model.question import Question
from apportion.model.workbook import Sheet, Workbook
from apportion.reports.excel import ExcelReport, ExcelWorkbook
from programs import needed
from stories import bill_of, delivered, parquet_bill, workspace_in

PERIOD = "2026-09"
RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  cost_center:
    from: [{tag: CostCenter}]
  project:
    from: [{tag: Project}]
    default: none
shared:
  - {name: support, where: "ServiceName = 'Support'", split: proportional}
"""
HOSTILE = "=cmd|'/c calc'!A1"
LINES = (
    {"day": "2026-09-01", "tags": "CostCenter=A;Project=x", "cost": "0.1"},
    {"day": "2026-09-02", "tags": f"CostCenter={HOSTILE};Project=y", "cost": "0.2"},
    {"day": "2026-09-02", "tags": "CostCenter=B", "cost": "-5.123456789012345678"},
    {"day": "2026-09-03", "service": "Support", "cost": "16"},
    {"day": "2026-09-03", "tags": "CostCenter=A", "cost": "7", "currency": "EUR", "payer": "9"},
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Real:
    folder = tmp_path_factory.mktemp("workbook")
    made = workspace_in(folder, RULES)
    made.ingest(delivered(folder, parquet_bill(bill_of(LINES)), name="bill.parquet"))
    made.allocate()
    return made


@pytest.fixture(scope="module")
def content(workspace: Real) -> bytes:
    return workspace.workbook(PERIOD)


def cells(content: bytes, sheet: str) -> list[list[object]]:
    book = load_workbook(io.BytesIO(content), data_only=True)
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def test_the_sheets_of_a_month(content: bytes) -> None:
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == [
        *("Summary", "cost_center", "project", "Daily EUR", "Daily USD", "Detail"),
        *("Shared cost", "Pools", "Drivers", "Proof"),
    ]
    assert book["Summary"].freeze_panes == "B7"
    assert [len(book[name]._charts) for name in ("Summary", "Daily USD", "Proof")] == [1, 1, 0]


def test_the_summary_shows_what_was_paid_and_adds_up_each_currency_apart(content: bytes) -> None:
    rows = cells(content, "Summary")
    assert rows[0][0] == "2026-09: 7.00 EUR and 11.18 USD; every cent has an owner."
    owners = {(row[0], row[1]): row[4] for row in rows[6:]}
    assert owners["A", "EUR"] == 7
    assert owners["total", "EUR"] == 7
    assert str(owners["total", "USD"]) == "11.176543210987655"


def test_two_months_show_the_change(tmp_path: Path) -> None:
    made = workspace_in(tmp_path, RULES)
    for month, cost in (("2026-08", "10"), ("2026-09", "12.5")):
        line = {"day": f"{month}-01", "tags": "CostCenter=A", "cost": cost}
        made.ingest(delivered(tmp_path, parquet_bill(bill_of([line])), name=f"{month}.parquet"))
    made.allocate()
    rows = cells(made.workbook("2026-09"), "Summary")
    assert rows[4][:1] + rows[4][-2:] == ["cost_center", "before", "change"]
    assert rows[5][:1] + rows[5][-2:] == ["A", 10, 2.5]


def test_no_text_becomes_a_formula_or_a_link(content: bytes) -> None:
    book = load_workbook(io.BytesIO(content))
    there = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    hostile = [cell for cell in there if cell.value == HOSTILE]
    assert hostile
    assert {cell.data_type for cell in hostile} == {"s"}
    formulas = [str(cell.value) for cell in there if cell.data_type == "f"]
    assert formulas
    assert not [formula for formula in formulas if "cmd" in formula]
    assert not [cell for cell in there if cell.hyperlink]


def test_the_proof_has_every_digit_as_text(content: bytes) -> None:
    rows = cells(content, "Proof")
    exact = {row[1]: row[8] for row in rows if row[2] == "EffectiveCost" and row[8]}
    assert exact["USD"] == "11.176543210987654322"


def test_the_same_month_gives_the_same_bytes(workspace: Real, content: bytes) -> None:
    assert workspace.workbook(PERIOD) == content


@pytest.mark.parametrize(
    ("title", "named"),
    [("[a]/b:c*?", "-a--b-c--"), ("x" * 40, "x" * 31), ("'quoted'", "quoted"), ("", "Sheet")],
)
def test_a_dimension_of_any_name_has_a_sheet(title: str, named: str) -> None:
    again = Sheet(title, "h", ("day", title), ({"day": None, title: Decimal(1)},), summed=(title,))
    book = Workbook("w", "2026-11-02T08:00:00Z", (again, again), ())
    names = load_workbook(io.BytesIO(ExcelWorkbook().write(book))).sheetnames
    assert names[0] == named
    assert len({name.casefold() for name in names}) == 2


def test_a_cell_holds_what_excel_can_hold() -> None:
    rows = ({"text": "x" * 40_000}, {"text": "\x1b[31m\ud800"})
    sheet = Sheet("s", "h", ("text",), rows)
    content = ExcelWorkbook().write(Workbook("w", "2026-11-02T08:00:00Z", (sheet,), ()))
    found = [row[0] for row in cells(content, "s")[3:]]
    assert found == ["x" * 32_766 + "…", "\\x1b[31m\\ud800"]


def test_owners_called_like_columns_have_days_of_their_own(tmp_path: Path) -> None:
    made = workspace_in(tmp_path, RULES.split("  project:", maxsplit=1)[0])
    names = ("day", "currency", "market-share", "all others")
    names += tuple("abcdefg")
    lines = [
        {"day": "2026-09-01", "tags": f"CostCenter={name}", "cost": f"{100 - at}"}
        for at, name in enumerate(names)
    ]
    made.ingest(delivered(tmp_path, parquet_bill(bill_of(lines)), name="bill.parquet"))
    made.allocate()
    book = load_workbook(io.BytesIO(made.workbook(PERIOD)), data_only=True)
    head, row, total = list(book["Daily"].iter_rows(min_row=3, values_only=True))
    assert head == ("day", *names[:8], "all others")
    assert row[1:] == total[1:] == (100, 99, 98, 97, 96, 95, 94, 93, 92 + 91 + 90)
    assert str(row[0]).startswith("2026-09-01")
    assert {cell.number_format for cell in book["Daily"][4][1:]} == {"#,##0.00"}


def test_a_spreadsheet_works_out_the_same_totals_by_itself(content: bytes, tmp_path: Path) -> None:
    office = needed("soffice")
    book = tmp_path / "book.xlsx"
    book.write_bytes(_without_results(content))
    sheets = 'csv:"Text - txt - csv (StarCalc)":44,34,76,1,,0,false,false,false,false,false,-1'
    subprocess.run(
        [
            *(office, f"-env:UserInstallation=file://{tmp_path}/office", "--headless"),
            *("--convert-to", sheets.replace('"', ""), "--outdir", str(tmp_path), str(book)),
        ],
        check=True,
        capture_output=True,
    )
    proof = list(csv.reader((tmp_path / "book-Proof.csv").open(encoding="utf-8")))
    verdicts = [cell for row in proof for cell in row if cell in ("equal", "DIFFERENT")]
    assert verdicts == ["equal"] * (8 + 6)
    summary = list(csv.reader((tmp_path / "book-Summary.csv").open(encoding="utf-8")))
    assert [row[4] for row in summary if row[0] == "total"] == ["7", "11.1765432109877"]


def _without_results(content: bytes) -> bytes:
    """The workbook with its formulas alone, so that whoever opens it must work them out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            written = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                written = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", written)
            new.writestr(name, written)
    return made.getvalue()


def test_a_workbook_takes_the_place_of_no_other_file(tmp_path: Path) -> None:
    stated = io.StringIO()
    settings = tmp_path / "apportion.toml"
    settings.write_text('rulebooks = "rulebook"\n')
    outside = Outside(folder=tmp_path, environment={}, out=io.StringIO(), err=stated)
    assert run(["workbook", "--to", str(settings)], outside) == 2
    assert "the extension .xlsx" in " ".join(stated.getvalue().split())
    assert settings.read_text() == 'rulebooks = "rulebook"\n'


def test_rows_of_any_command_as_a_sheet(workspace: Real) -> None:
    outcome = workspace.report(Question(PERIOD))
    content = ExcelReport().write(outcome.rows, outcome.columns)
    assert content == ExcelReport().write(outcome.rows, outcome.columns)
    head, *rows = cells(content, "Rows")[2:]
    assert head == list(outcome.columns)
    assert HOSTILE in {row[1] for row in rows}
    totals = {row[2]: row[5] for row in rows if row[0] == "total"}
    assert totals["EUR"] == 7
    assert str(totals["USD"]) == "11.176543210987655"


def test_rows_that_show_no_currency_are_not_added_up() -> None:
    content = ExcelReport().write([{"cost": Decimal(1)}, {"cost": Decimal(2)}], ["cost"])
    assert [row[0] for row in cells(content, "Rows")[3:]] == [1, 2]
