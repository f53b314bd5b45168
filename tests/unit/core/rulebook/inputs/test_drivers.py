"""Drivers: exact numbers for owners, by day or month, and who those owners are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.core.rulebook.inputs.drivers import NUMBERS, read_driver
from apportion.core.rulebook.owner_names import Values, check_owners
from apportion.core.rulebook.read import read_rulebook
from apportion.model.findings.finding import Finding, failing
from apportion.model.inputs import Driver, DriverRow
from apportion.model.rulebook import Rulebook
from soak import examples


def read(text: str) -> tuple[Driver | None, list[Finding]]:
    driver, findings = read_driver(text, name="cpu.csv")
    assert (driver is None) == bool(failing(findings))
    return driver, findings


def right(text: str) -> Driver:
    driver, findings = read(text)
    assert driver is not None, [str(finding) for finding in findings]
    return driver


def numbers(text: str) -> list[str]:
    return [finding.code.number for finding in read(text)[1]]


def test_owners_have_no_invisible_characters_and_accents_in_one_piece() -> None:
    driver = right("owner,usage\nC\u200bX\u00a0,1\nCafe\u0301,2\n")
    assert [row.owner for row in driver.rows] == ["CX", "Caf\u00e9"]


def test_days_and_partitions() -> None:
    driver = right("day,within,owner,usage\n2026-09-30,prod,CX,1.5\n2026-10-01,test,OPS,0\n")
    assert driver.rows == (
        DriverRow("CX", Decimal("1.5"), date(2026, 9, 30), "", "prod", 2),
        DriverRow("OPS", Decimal(0), date(2026, 10, 1), "", "test", 3),
    )


def test_months_and_no_time_at_all() -> None:
    assert right("owner,number,month\nCX,1,2026-09\n").rows[0].month == "2026-09"
    row = right("owner,number\nCX,1\n").rows[0]
    assert (row.day, row.month, row.within) == (None, "", "")


def test_an_empty_day_month_or_partition_is_every_one() -> None:
    rows = right("owner,number,month,within\nA,1,2026-09,prod\nB,2,,\n").rows
    assert [(row.month, row.within) for row in rows] == [("2026-09", "prod"), ("", "")]
    rows = right("owner,number,day\nA,1,2026-09-01\nB,2,\n").rows
    assert [row.day for row in rows] == [date(2026, 9, 1), None]


@pytest.mark.parametrize("column", NUMBERS)
def test_the_column_with_the_numbers_has_several_names(column: str) -> None:
    assert right(f"Owner,{column.title()}\nCX,7\n").rows[0].number == 7


@pytest.mark.parametrize(
    "written",
    [
        "0",
        "1",
        "+1",
        "1.",
        ".5",
        "0.1",
        "1e3",
        "1.5E-7",
        "123456789012345678901234567890.000000000001",
    ],
)
def test_numbers_are_exact(written: str) -> None:
    assert right(f"owner,number\nCX,{written}\n").rows[0].number == Decimal(written)


@pytest.mark.parametrize(
    "written",
    [
        "NaN",
        "inf",
        "-Infinity",
        "1_000",
        "1 000",
        "0x10",
        "1e999",
        "12%",
        "$5",
        "٣",
        "1.2.3",
        "9" * 61,
    ],
)
def test_what_is_no_number(written: str) -> None:
    assert numbers(f"owner,number\nCX,{written}\n") == ["R070"]


def test_a_negative_number_is_kept_with_a_warning() -> None:
    text = "owner,number\nCX,-0.5\n"
    assert numbers(text) == ["R071"]
    assert right(text).rows[0].number == Decimal("-0.5")


def test_lines_that_add_up_are_reported_and_kept() -> None:
    text = "owner,number,day\nCX,1,2026-09-01\nCX,2,2026-09-01\nCX,3,2026-09-02\n"
    assert numbers(text) == ["R072"]
    assert [row.number for row in right(text).rows] == [1, 2, 3]


@given(st.text(max_size=80))
@example("\ud800")
@example("owner,number\nCX,\x00")
@settings(max_examples=examples(30))
def test_any_text_is_read_or_refused(text: str) -> None:
    read(text)
    read(f"owner,number,day\n{text}")
    read(f"owner,number,month\nCX,{text},2026-01\n")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**20))
@example(Decimal("0.000000000000000001"))
def test_any_number_that_python_writes_is_read_as_it_is(number: Decimal) -> None:
    if len(str(number)) <= 60:
        assert right(f"owner,number\nCX,{number}\n").rows[0].number == number


def rulebook(rest: str) -> Rulebook:
    text = (
        "apportion: 1\neffective: 2026-01\ncurrency: USD\n"
        f"dimensions:\n  team:\n    from: [{{tag: Team}}]\n{rest}"
        "shared:\n  - {name: lake, where: \"ServiceName = 'x'\", split: even}\n"
    )
    value, findings = read_rulebook(text, name="rulebook.yaml")
    assert value is not None, findings
    return value


def test_owners_are_values_the_default_and_pools() -> None:
    rules = rulebook("    values: {FIN-100: [fin100], CX: []}\n    default: nobody\n")
    driver = right("owner,number\nFIN-100,1\nCX,1\nnobody,1\nlake,1\n")
    assert check_owners(rules, [driver]) == []
    assert check_owners(rules, {"cpu.csv": driver}) == []


def test_unknown_owners_are_reported_once_each_with_what_was_meant() -> None:
    rules = rulebook("    values: {FIN-100: [fin100], CX: []}\n")
    driver = right("owner,number,month\nfin100,1,2026-01\nFIN-10,1,2026-01\nfin100,1,2026-02\n")
    findings = check_owners(rules, [driver])
    assert [(finding.place, finding.remedy) for finding in findings] == [
        ("cpu.csv:2", "Did you mean FIN-100?"),
        ("cpu.csv:3", "Did you mean FIN-100?"),
    ]


@pytest.mark.parametrize("rest", ["", "    values: {CX: []}\n    other_values: keep\n"])
def test_nothing_is_checked_where_any_owner_may_be(rest: str) -> None:
    assert check_owners(rulebook(rest), [right("owner,number\nanyone,1\n")]) == []


def test_values_know_their_spellings() -> None:
    values = Values(rulebook("    values: {FIN-100: [finance 100]}\n").dimension("team"))
    assert values.names == ("FIN-100", "unallocated")
    assert [values.canonical(text) for text in ("fin 100", "Finance-100", "unallocated", "x")] == [
        "FIN-100", "FIN-100", "unallocated", None,
    ]  # fmt: skip
