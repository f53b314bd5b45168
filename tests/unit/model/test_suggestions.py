"""Suggestions name what was probably meant, and nothing far away."""

from __future__ import annotations

import pytest

from apportion.model.suggestions import did_you_mean, shown


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("ServiceNam", "Did you mean ServiceName?"),
        ("service_name", "Did you mean ServiceName?"),
        ("RegionID", "Did you mean RegionId?"),
        ("banana", ""),
        ("", ""),
        ("S" * 1_000, ""),
    ],
)
def test_what_was_meant(word: str, expected: str) -> None:
    assert did_you_mean(word, ["ServiceName", "RegionId"]) == expected


def test_the_same_word_in_another_spelling_is_found_among_any_number() -> None:
    options = [f"cost-centre-{number}" for number in range(20_000)]
    assert did_you_mean("Cost Centre 19999", options) == "Did you mean cost-centre-19999?"


def test_what_a_user_wrote_is_shown_on_one_line_and_short() -> None:
    assert shown("a\nb\x1b[31m\u202e") == "a\\nb\\x1b[31m\\u202e"
    assert len(shown("x" * 1_000)) == 60
