"""Counts and lists in sentences."""

from __future__ import annotations

import pytest

from apportion.model.wording import join_words, plural


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
