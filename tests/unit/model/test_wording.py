"""Counts, lists, percentages and times in text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apportion.model.wording import join_words, percent, plural, utc_time


@pytest.mark.parametrize(
    ("count", "noun", "many", "text"),
    [
        (0, "line", "", "0 lines"),
        (1, "rulebook", "", "1 rulebook"),
        (1_700, "account", "", "1,700 accounts"),
        (1, "entry", "entries", "1 entry"),
        (2, "entry", "entries", "2 entries"),
    ],
)
def test_a_count_has_its_noun(count: int, noun: str, many: str, text: str) -> None:
    assert plural(count, noun, many) == text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a or b"),
        (["a", "b", "c"], "a, b or c"),
    ],
)
def test_words_are_joined_as_in_a_sentence(words: list[str], text: str) -> None:
    assert join_words(words) == text


def test_a_long_list_shows_how_many_words_are_left() -> None:
    assert join_words(list("abcde"), last="and", most=3) == "a, b, c and 2 more"


@pytest.mark.parametrize(
    ("share", "places", "text"),
    [
        ("0.3333", 1, "33.3 %"),
        ("0.00045", 1, "< 0.1 %"),
        ("-0.00045", 1, "> -0.1 %"),
        ("0", 1, "0.0 %"),
        ("0.0005", 1, "0.1 %"),
        ("12.5", 1, "1,250.0 %"),
        ("-0.125", 0, "-13 %"),
        ("0.939", 0, "94 %"),
        ("0.52834", 2, "52.83 %"),
    ],
)
def test_a_share_is_a_percentage_that_hides_no_remainder(
    share: str, places: int, text: str
) -> None:
    assert percent(Decimal(share), places=places) == text


def test_a_recorded_time_is_written_to_the_minute() -> None:
    assert utc_time("2026-10-09T06:12:33Z") == "2026-10-09 06:12 UTC"
    assert utc_time("2026-10-09") == "2026-10-09"
    assert utc_time("") == ""
