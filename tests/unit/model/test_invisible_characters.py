"""Ids that look alike are read as one text."""

from __future__ import annotations

import pytest

from apportion.model.invisible_characters import EMPTY_WORDS, clean


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (" 11 ", "11"),
        ("\ufeff\u200b11\u00ad", "11"),
        ("a\u00a0\tb", "a  b"),
        ("e\u0301", "\u00e9"),
        ("\u200b", ""),
        *((word, "") for word in EMPTY_WORDS),
        ("nullable", "nullable"),
    ],
)
def test_ids_without_what_cannot_be_seen(written: str, read: str) -> None:
    assert clean(written) == read
