"""The rows with the largest amounts, for tables that would be long."""

from __future__ import annotations

from decimal import Decimal

from apportion.usecases.reports.largest_rows import largest

COLUMNS = ("owner", "direct", "total")
ROWS = [
    {"owner": owner, "direct": Decimal(direct), "total": Decimal(total)}
    for owner, direct, total in (("a", 9, 1), ("b", 0, -7), ("c", 0, 5), ("d", 0, 5), ("e", 0, 0))
]


def owners(most: int) -> list[object]:
    return [row["owner"] for row in largest(ROWS, COLUMNS, most)]


def test_the_largest_totals_stay_in_their_order() -> None:
    assert owners(2) == ["b", "c"]
    assert owners(3) == ["b", "c", "d"]


def test_a_limit_that_nothing_exceeds_changes_nothing() -> None:
    assert largest(ROWS, COLUMNS, 0) is ROWS
    assert largest(ROWS, COLUMNS, 5) is ROWS


def test_rows_without_money_are_picked_from_the_top() -> None:
    rows = [{"file": name} for name in "abc"]
    assert largest(rows, ("file",), 2) == rows[:2]
