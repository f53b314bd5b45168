"""Days are divided where a value changes, for each match of a lookup by itself."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from apportion.core.rulebook.inputs.date_segments import Days, lookup_segments, rows_on
from apportion.model.inputs import Lookup, LookupRow

MAY = Days(date(2026, 5, 1), date(2026, 5, 31))
IN_OR_NEAR_MAY = st.dates(date(2026, 4, 25), date(2026, 6, 5))


def lookup(*rows: tuple[str, date, date], account: str = "1") -> Lookup:
    lines = [LookupRow((account,), value, first, last, 2) for value, first, last in rows]
    return Lookup("accounts.csv", "", "cost_center", ("SubAccountId",), tuple(lines))


def in_may(one: Lookup) -> list[tuple[int, int, str | None]]:
    """First day, last day and value of each segment."""
    return [
        (segment.days.first.day, segment.days.last.day, segment.value)
        for _match, segment in lookup_segments(one, MAY)
    ]


def test_without_dates_the_month_is_one_segment() -> None:
    assert in_may(lookup(("A", date.min, date.max))) == [(1, 31, "A")]


def test_an_account_that_changed_hands_cuts_the_month_on_that_day() -> None:
    moved = lookup(("A", date.min, date(2026, 5, 14)), ("B", date(2026, 5, 15), date.max))
    assert in_may(moved) == [(1, 14, "A"), (15, 31, "B")]


def test_days_between_two_lines_are_a_segment_without_a_value() -> None:
    gap = lookup(("A", date.min, date(2026, 5, 9)), ("B", date(2026, 5, 20), date.max))
    assert in_may(gap) == [(1, 9, "A"), (10, 19, None), (20, 31, "B")]


def test_a_line_that_repeats_the_value_cuts_nothing() -> None:
    repeated = lookup(("A", date.min, date(2026, 5, 9)), ("A", date(2026, 5, 10), date.max))
    assert in_may(repeated) == [(1, 31, "A")]


def test_a_match_without_a_line_in_the_month_is_left_out() -> None:
    assert in_may(lookup(("A", date.min, date(2026, 4, 30)))) == []


def test_the_change_of_one_account_cuts_no_other() -> None:
    moved = lookup(("A", date.min, date(2026, 5, 14)), ("B", date(2026, 5, 15), date.max))
    stays = lookup(("C", date.min, date.max), account="2")
    both = Lookup("accounts.csv", "", "cost_center", ("SubAccountId",), moved.rows + stays.rows)
    found = [match for match, _segment in lookup_segments(both, MAY)]
    assert found == [("1",), ("1",), ("2",)]


@given(st.lists(st.tuples(st.sampled_from("AB"), IN_OR_NEAR_MAY, IN_OR_NEAR_MAY), max_size=6))
def test_segments_leave_out_no_day_and_have_the_value_of_each(
    spans: list[tuple[str, date, date]],
) -> None:
    one = lookup(*((value, *sorted((start, end))) for value, start, end in spans))
    held = [segment for _match, segment in lookup_segments(one, MAY)]
    assert not held or (held[0].days.first, held[-1].days.last) == (MAY.first, MAY.last)
    for before, after in pairwise(held):
        assert after.days.first - before.days.last == timedelta(days=1)
        assert before.value != after.value
    for segment in held:
        days = (segment.days.last - segment.days.first).days + 1
        for day in (segment.days.first + timedelta(days=at) for at in range(days)):
            assert [row.value for row in rows_on(one, day)] == [segment.value] * bool(segment.value)
