"""Dates of lookups and accounts move to the same day of another month."""

from __future__ import annotations

from datetime import date

import pytest

from apportion.core.rulebook.inputs.dated_values import accounts_moved, lookup_moved
from apportion.model.aws.accounts import AccountFact, AccountFacts
from apportion.model.inputs import Lookup, LookupRow
from apportion.model.period import Period

AUGUST, SEPTEMBER, FEBRUARY = (Period.parse(f"2026-{month}") for month in ("08", "09", "02"))


def day(written: str) -> date:
    return date.fromisoformat(f"2026-{written}")


@pytest.mark.parametrize(
    ("before", "after", "dates", "moved"),
    [
        (AUGUST, SEPTEMBER, (date.min, date.max), (date.min, date.max)),
        (AUGUST, SEPTEMBER, (day("07-10"), day("08-15")), (date.min, day("09-15"))),
        (AUGUST, SEPTEMBER, (day("08-16"), day("08-31")), (day("09-16"), date.max)),
        (AUGUST, SEPTEMBER, (day("08-01"), day("09-10")), (date.min, date.max)),
        (FEBRUARY, AUGUST, (day("02-28"), day("03-05")), (day("08-28"), date.max)),
        (AUGUST, FEBRUARY, (day("08-31"), date.max), (day("03-03"), date.max)),
        (AUGUST, AUGUST, (day("08-05"), day("08-06")), (day("08-05"), day("08-06"))),
    ],
)
def test_a_line_holds_on_the_same_days(
    before: Period, after: Period, dates: tuple[date, date], moved: tuple[date, date]
) -> None:
    lookup = Lookup("l.csv", "", "team", ("SubAccountId",), (LookupRow(("1",), "A", *dates, 2),))
    (row,) = lookup_moved(lookup, before, after).rows
    assert (row.valid_from, row.valid_to) == moved


@pytest.mark.parametrize("dates", [("09-01", "09-30"), ("07-01", "07-31")])
def test_a_line_without_a_day_in_the_month_is_left_out(dates: tuple[str, str]) -> None:
    row = LookupRow(("1",), "A", day(dates[0]), day(dates[1]), 2)
    assert lookup_moved(Lookup("", "", "", (), (row,)), AUGUST, SEPTEMBER).rows == ()


def test_account_facts_of_the_earlier_month_hold_from_the_same_days() -> None:
    begins = (date.min, day("07-15"), day("08-10"), day("09-05"))
    rows = [AccountFact("1", each, (str(each),), each) for each in begins]
    rows.append(AccountFact("2", day("08-01"), ("x",), day("08-01")))
    moved = accounts_moved(AccountFacts(("name",), tuple(rows)), AUGUST, SEPTEMBER)
    assert [(row.account, row.begins, row.values) for row in moved.rows] == [
        ("1", date.min, ("2026-07-15",)),
        ("1", day("09-10"), ("2026-08-10",)),
        ("2", date.min, ("x",)),
    ]
