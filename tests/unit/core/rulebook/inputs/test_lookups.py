"""Lookups: values by columns of the charge and by day, kept exactly as they are written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.core.rulebook.inputs.lookups import read_lookup
from apportion.model.findings.finding import Finding, failing
from apportion.model.inputs import Lookup, LookupRow
from soak import examples


def read(text: str) -> tuple[Lookup | None, list[Finding]]:
    lookup, findings = read_lookup(text, name="accounts.csv", dimension="cost_center")
    assert (lookup is None) == bool(failing(findings))
    return lookup, findings


def right(text: str) -> Lookup:
    lookup, findings = read(text)
    assert lookup is not None, [str(finding) for finding in findings]
    return lookup


def numbers(text: str) -> list[str]:
    return [finding.code.number for finding in read(text)[1]]


ALWAYS = (date.min, date.max)


def test_an_account_that_changed_hands_in_may() -> None:
    lookup = right(
        "SubAccountId,cost_center,valid_from,valid_to\n"
        "001234567012,FIN-100,,2026-04\n"
        "001234567012,CX,2026-05-01,\n"
        "111122223333,OPS,,\n"
    )
    assert lookup.columns == ("SubAccountId",)
    assert lookup.rows == (
        LookupRow(("001234567012",), "FIN-100", date.min, date(2026, 4, 30), 2),
        LookupRow(("001234567012",), "CX", date(2026, 5, 1), date.max, 3),
        LookupRow(("111122223333",), "OPS", *ALWAYS, 4),
    )


def test_columns_may_stand_in_any_order_and_case() -> None:
    lookup = right("Cost_Center,REGIONID,x_Team,subaccountid\nCX,eu-west-1,t,1\n")
    assert lookup.columns == ("RegionId", "x_Team", "SubAccountId")
    assert lookup.rows[0].match == ("eu-west-1", "t", "1")


def test_a_name_of_an_earlier_version_is_taken_with_a_notice() -> None:
    lookup, findings = read("ProviderName,cost_center\nAWS,CX\n")
    assert lookup is not None
    assert lookup.columns == ("ServiceProviderName",)
    assert [finding.code.number for finding in findings] == ["R046"]


def test_a_byte_order_mark_windows_lines_empty_lines_and_quotes() -> None:
    lookup = right('\ufeffSubAccountName,cost_center\r\n\r\n"London, ""UK""",CX\r\n,\r\n')
    assert lookup.rows == (LookupRow(('London, "UK"',), "CX", *ALWAYS, 3),)


def test_lines_are_counted_as_an_editor_does() -> None:
    lookup = right('SubAccountName,cost_center\n"two\nlines",CX\nb,OPS\n')
    assert [(row.match, row.line) for row in lookup.rows] == [(("two\nlines",), 2), (("b",), 4)]


def test_a_leap_day_and_the_ends_of_months() -> None:
    head = "SubAccountName,cost_center,valid_from,valid_to\n"
    lookup = right(f"{head}a,CX,2028-02,2028-02\nb,CX,2028-02-29,2028-02-29\n")
    assert [(row.valid_from, row.valid_to) for row in lookup.rows] == [
        (date(2028, 2, 1), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2028, 2, 29)),
    ]


@pytest.mark.parametrize(
    "written",
    ["2026-02-29", "2026-00", "0000-01", "9999-12", "20260101", "2026-W01", "2026-1-1", "x"],
)
def test_what_is_no_day(written: str) -> None:
    text = f"SubAccountName,cost_center,valid_to\na,CX,{written}\n"
    assert numbers(text) == ["R063"]


def test_the_same_value_twice_is_no_contradiction() -> None:
    assert numbers("SubAccountName,cost_center\na,CX\na,CX\n") == []


def test_a_day_that_two_lines_share_is_one() -> None:
    head = "SubAccountName,cost_center,valid_from,valid_to\n"
    assert numbers(f"{head}a,CX,,2026-05-31\na,OPS,2026-06-01,\n") == []
    assert numbers(f"{head}a,CX,,2026-06-01\na,OPS,2026-06-01,\n") == ["R066"]


@pytest.mark.parametrize(
    ("account", "result"),
    [
        ("001234567012", []),
        ("1234567012", ["R067"]),
        ("1.23457E+11", ["R067"]),
        ("1234567890123", []),
        ("my-subscription", []),
    ],
)
def test_account_ids_are_kept_as_written(account: str, result: list[str]) -> None:
    text = f"SubAccountId,cost_center\n{account},CX\n"
    assert numbers(text) == result
    assert right(text).rows[0].match == (account,)


START = date(2026, 1, 1)
RANGES = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("XYZ"), st.integers(0, 12), st.integers(0, 6)),
    max_size=7,
)


@given(RANGES)
@example([("a", "X", 0, 6), ("a", "X", 1, 0), ("a", "Y", 3, 0)])
@example([("a", "X", 0, 0), ("a", "Y", 0, 6), ("a", "X", 3, 0)])
def test_contradictions_are_found_exactly_where_days_have_two_values(
    ranges: list[tuple[str, str, int, int]],
) -> None:
    lines = [
        f"{key},{value},{START + timedelta(first)},{START + timedelta(first + length)}\n"
        for key, value, first, length in ranges
    ]
    values: dict[tuple[str, int], set[str]] = {}
    for key, value, first, length in ranges:
        for day in range(first, first + length + 1):
            values.setdefault((key, day), set()).add(value)
    result = numbers("SubAccountName,cost_center,valid_from,valid_to\n" + "".join(lines))
    assert bool(result) == any(len(found) > 1 for found in values.values())
    assert set(result) <= {"R066"}


@given(st.text(max_size=80))
@example("\ud800,cost_center\na,b\n")
@example("\x00")
@example('"')
@settings(max_examples=examples(30))
def test_any_text_is_read_or_refused(text: str) -> None:
    read(text)
    read(f"SubAccountId,cost_center,valid_from\n{text}")


@pytest.mark.parametrize(
    "value", ["=1+1", "'; DROP TABLE keys; --", "../x", "<b>", "@SUM(A1)", "日本"]
)
def test_hostile_values_stay_text(value: str) -> None:
    assert right(f'SubAccountName,cost_center\na,"{value}"\n').rows[0].value == value
