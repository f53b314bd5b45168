"""Days are cut where a lookup's line begins or ends to hold."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from apportion.core.rulebook.inputs.date_segments import rows_on, segments
from apportion.model.inputs import Lookup, LookupRow

MAY = (date(2026, 5, 1), date(2026, 5, 31))


def lookup(*rows: tuple[str, date, date]) -> Lookup:
    return Lookup(
        "accounts.csv",
        "",
        "cost_center",
        ("SubAccountId",),
        tuple(LookupRow(("1",), value, first, last, 2) for value, first, last in rows),
    )


def test_without_dates_the_month_is_one_piece() -> None:
    whole = lookup(("A", date.min, date.max))
    assert [(part.first, part.last) for part in segments([whole], *MAY)] == [MAY]


def test_an_account_that_changed_hands_cuts_the_month_on_that_day() -> None:
    moved = lookup(("A", date.min, date(2026, 5, 14)), ("B", date(2026, 5, 15), date.max))
    before, after = segments([moved], *MAY)
    assert (before.last, after.first) == (date(2026, 5, 14), date(2026, 5, 15))
    assert [row.value for row in rows_on(moved, before.first)] == ["A"]
    assert [row.value for row in rows_on(moved, after.first)] == ["B"]


def test_a_gap_between_two_lines_is_a_segment_in_which_neither_holds() -> None:
    gap = lookup(("A", date.min, date(2026, 5, 9)), ("B", date(2026, 5, 20), date.max))
    assert [[row.value for row in rows_on(gap, part.first)] for part in segments([gap], *MAY)] == [
        ["A"],
        [],
        ["B"],
    ]


@given(st.lists(st.tuples(st.dates(), st.dates()).map(sorted), max_size=6))
def test_segments_tile_the_days_and_no_line_changes_inside_one(spans: list[list[date]]) -> None:
    one = lookup(*((str(n), first, last) for n, (first, last) in enumerate(spans)))
    parts = segments([one], *MAY)
    assert parts[0].first == MAY[0]
    assert parts[-1].last == MAY[1]
    assert all(
        after.first.toordinal() == before.last.toordinal() + 1 for before, after in pairwise(parts)
    )
    assert all(rows_on(one, part.first) == rows_on(one, part.last) for part in parts)
