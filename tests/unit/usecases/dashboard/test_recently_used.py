"""The values that were used last are kept."""

from __future__ import annotations

from apportion.usecases.dashboard.recently_used import RecentlyUsed


def test_a_value_is_found_until_others_were_used_since() -> None:
    values: RecentlyUsed[str, int] = RecentlyUsed(2)
    assert values.keep("a", 1) == 1
    values.keep("b", 2)
    assert values.get("a") == 1
    values.keep("c", 3)
    assert [values.get(key) for key in "abc"] == [1, None, 3]


def test_empty_values_are_values() -> None:
    values: RecentlyUsed[str, list[int]] = RecentlyUsed(1)
    values.keep("a", [])
    assert values.get("a") == []
