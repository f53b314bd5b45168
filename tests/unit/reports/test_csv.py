"""CSV: every digit is there, any reader gets back what was written, no cell is a formula."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apportion.model.formulas import FORMULA_STARTS
from apportion.reports.csv import CsvReport


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_a_report_reads_as_it_should() -> None:
    rows = [
        {"owner": "FIN-100", "day": date(2026, 9, 1), "total": Decimal("1234.500000000000000001")},
        {"owner": 'A, "B"', "day": None, "total": Decimal("-0.5")},
    ]
    assert CsvReport().write(rows, ["owner", "day", "total"]).decode() == (
        'owner,day,total\nFIN-100,2026-09-01,1234.500000000000000001\n"A, ""B""",,-0.50\n'
    )


def test_account_ids_keep_their_zeros() -> None:
    assert read(CsvReport().write([{"account": "001234567012"}], ["account"]))[1] == [
        "001234567012"
    ]


def test_an_empty_report_still_has_its_columns() -> None:
    assert CsvReport().write([], ["owner", "total"]) == b"owner,total\n"


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_text_that_a_spreadsheet_would_run_is_neutralised(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    (_, (cell,)) = read(CsvReport().write([{"owner": text}], ["owner"]))
    assert cell == f"'{text}"
    (_, (cell,)) = read(CsvReport(raw=True).write([{"owner": text}], ["owner"]))
    assert cell == text


def test_a_name_of_a_column_is_neutralised_too() -> None:
    assert read(CsvReport().write([], ["=cmd", "total"])) == [["'=cmd", "total"]]


def test_a_formula_behind_blanks_is_neutralised() -> None:
    assert read(CsvReport().write([{"a": "  =1+1"}], ["a"]))[1] == ["'  =1+1"]


def test_negative_amounts_and_counts_stay_numbers() -> None:
    row = {"total": Decimal("-12.5"), "lines": -3}
    assert read(CsvReport().write([row], ["total", "lines"]))[1] == ["-12.50", "-3"]


def test_half_a_surrogate_pair_does_not_stop_the_report() -> None:
    assert CsvReport().write([{"a": "x\ud800"}], ["a"]) == b"a\nx\\ud800\n"


@given(st.lists(st.text(), min_size=1, max_size=4))
@example(["=1", "\r\n", "a,b", '"', "\0", ""])
@example(["\r", "", "\n"])
def test_any_text_comes_back_but_for_the_apostrophe(texts: list[str]) -> None:
    names = [f"column {n}" for n in range(len(texts))]
    rows = [dict(zip(names, texts, strict=True))]
    _, cells = read(CsvReport().write(rows, names))
    assert not any(cell.lstrip(" ").startswith(FORMULA_STARTS) for cell in cells)
    expected = [
        f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text for text in texts
    ]
    assert cells == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, places=18))
@example(Decimal("0.000000000000000001"))
@example(Decimal("-99999999999999999999.999999999999999999"))
def test_an_amount_comes_back_to_the_last_digit(amount: Decimal) -> None:
    _, (cell,) = read(CsvReport().write([{"total": amount}], ["total"]))
    assert Decimal(cell) == amount
