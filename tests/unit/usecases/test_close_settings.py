"""The table `[close]` of apportion.toml."""

from __future__ import annotations

import pytest

from apportion.usecases.close_settings import read_close


@pytest.mark.parametrize(
    ("table", "two_people", "problem"),
    [
        ({}, False, ""),
        ({"two_people": True}, True, ""),
        ({"two_people": False}, False, ""),
        ({"two_people": "yes"}, False, "two_people is true or false; found 'yes'."),
        ({"four_eyes": True}, False, "there is no setting 'four_eyes' in [close]"),
        (True, False, "close is a table; write [close]."),
    ],
)
def test_who_may_close(table: object, two_people: bool, problem: str) -> None:  # noqa: FBT001
    found, problems = read_close(table, place=lambda key: f"apportion.toml, {key}")
    assert found is two_people
    assert [problem in each for each in problems] == ([True] if problem else [])
