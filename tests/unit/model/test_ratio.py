"""Ratios are written and read exactly, however long they are."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.model.ratio import ratio_of, ratio_text


@given(st.fractions())
def test_text_and_back(ratio: Fraction) -> None:
    assert ratio_text(ratio) == str(ratio)
    assert ratio_of(ratio_text(ratio)) == ratio


def test_more_digits_than_python_writes() -> None:
    ratio = Fraction(10**5000 + 1, 7**6000)
    with pytest.raises(ValueError, match="Exceeds the limit"):
        str(ratio)
    written = ratio_text(ratio)
    assert len(written) > 10_000
    assert ratio_of(written) == ratio
