"""Tables: numbers stand under each other and are never cut, whatever the width."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from apportion.reports.columns import ColumnKind
from apportion.reports.table import TableReport, cell, render
from apportion.reports.visible import visible

ROWS = [
    {"cost_center": "FIN-100", "total": Decimal("1234567.89"), "share": Decimal("0.999")},
    {"cost_center": "customer experience", "total": Decimal("-3.5"), "share": Decimal("0.001")},
]
COLUMNS = ["cost_center", "total", "share"]
TOTAL = [{"cost_center": "total", "total": Decimal("1234564.39"), "share": Decimal(1)}]


def test_a_table_as_wide_as_it_needs_to_be() -> None:
    assert render(ROWS, COLUMNS, totals=TOTAL) == (
        "cost_center                 total    share\n"
        "───────────────────  ────────────  ───────\n"
        "FIN-100              1,234,567.89   99.9 %\n"
        "customer experience         -3.50    0.1 %\n"
        "───────────────────  ────────────  ───────\n"
        "total                1,234,564.39  100.0 %\n"
    )


def test_text_gives_way_to_numbers() -> None:
    assert render(ROWS, COLUMNS, width=36) == (
        "cost_center            total   share\n"
        "──────────────  ────────────  ──────\n"
        "FIN-100         1,234,567.89  99.9 %\n"
        "customer expe…         -3.50   0.1 %\n"
    )


def test_when_even_that_is_too_wide_each_row_becomes_a_block() -> None:
    assert render(ROWS[1:], COLUMNS, width=20) == (
        "cost_center  customer experience\ntotal        -3.50\nshare        0.1 %\n"
    )


def test_a_few_rows_become_blocks_rather_than_lose_their_text() -> None:
    rows = [{"rulebook": "2026-01.yaml", "pools": "support, tax, security, network, lake"}]
    page = "rulebook  2026-01.yaml\npools     support, tax, security, network, lake\n"
    assert render(rows, ["rulebook", "pools"], width=30) == page
    assert "…" in render(rows * 4, ["rulebook", "pools"], width=30)


def test_wide_characters_take_two_cells() -> None:
    lines = render([{"a": "客户", "n": 1}, {"a": "abcd", "n": 22}], ["a", "n"]).splitlines()
    assert {cell_len(line) for line in lines} == {8}


def test_what_a_terminal_would_obey_is_shown_instead() -> None:
    page = render([{"owner": "a\x1b[2J\x07\u202eb\nc"}], ["owner"])
    assert page.splitlines()[2] == r"a\x1b[2J\x07\u202eb\nc"


def test_paint_is_given_the_part_that_it_paints() -> None:
    rows = [{"a": "x", "total": Decimal(-1)}, {"a": "y", "total": Decimal(0)}]
    page = render(rows, ["a", "total"], paint=lambda text, part: f"<{part}:{text.strip()}>")
    assert "<head:a>" in page
    assert "<negative:-1.00>" in page
    assert "<nothing:0.00>" in page


def test_a_difference_of_the_smallest_unit_is_seen() -> None:
    page = render([{"owner": "A", "difference": Decimal("1e-18")}], ["owner", "difference"])
    assert "0.000000000000000001" in page


def test_a_report_without_columns_is_empty() -> None:
    assert render([], []) == ""


def test_a_report_without_rows_has_its_head() -> None:
    assert TableReport().write([], ["owner", "total"]).decode().startswith("owner  total\n")


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (None, ColumnKind.MONEY, ""),
        (Decimal("1234.5"), ColumnKind.MONEY, "1,234.50"),
        (Decimal("-0.001"), ColumnKind.MONEY, "0.00"),
        (Decimal("-1234567.89"), ColumnKind.MONEY, "-1,234,567.89"),
        (7, ColumnKind.MONEY, "7.00"),
        (Decimal("-0.000000000000000001"), ColumnKind.EXACT, "-0.000000000000000001"),
        (Decimal("1234567.5"), ColumnKind.EXACT, "1,234,567.50"),
        (Decimal("-0.00"), ColumnKind.EXACT, "0.00"),
        (1234567, ColumnKind.COUNT, "1,234,567"),
        (Decimal("0.3333"), ColumnKind.SHARE, "33.3 %"),
        (Decimal("1200.500"), ColumnKind.NUMBER, "1,200.5"),
        (Decimal(100), ColumnKind.NUMBER, "100"),
        (date(2026, 9, 30), ColumnKind.DAY, "2026-09-30"),
        (True, ColumnKind.FLAG, "true"),
        ({"a": 1}, ColumnKind.NESTED, '{"a": 1}'),
        ("[red]x[/red]", ColumnKind.TEXT, "[red]x[/red]"),
    ],
)
def test_cells(value: object, kind: ColumnKind, shown: str) -> None:
    assert cell(value, kind) == shown


@given(
    st.lists(
        st.tuples(st.text(max_size=40), st.decimals("-1e12", "1e12", places=2)),
        min_size=1,
        max_size=5,
    ),
    st.integers(1, 120),
)
@example([("x" * 300, Decimal("-99999999999.99"))], 30)
@example([("", Decimal(0))], 1)
def test_no_number_is_ever_cut(cells: list[tuple[str, Decimal]], width: int) -> None:
    rows = [{"owner": owner, "total": total} for owner, total in cells]
    page = render(rows, ["owner", "total"], width=width)
    for _, total in cells:
        assert cell(total, ColumnKind.MONEY) in page


@given(st.lists(st.text(max_size=40), min_size=4, max_size=6), st.integers(25, 120))
@example(["客" * 50, "a", "b", "c"], 25)
def test_a_table_is_never_wider_than_requested(owners: list[str], width: int) -> None:
    rows = [{"owner": owner, "total": Decimal(1)} for owner in owners]
    for line in render(rows, ["owner", "total"], width=width).splitlines():
        assert cell_len(line) <= width


@given(st.text(st.characters(exclude_categories=())))
@example("\x1b]0;title\x07")
@example("\ud800\u2028\ufeff")
def test_visible_text_holds_nothing_to_obey(text: str) -> None:
    shown = visible(text)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
