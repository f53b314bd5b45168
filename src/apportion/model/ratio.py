"""Exact ratios as text, of any length.

Python refuses to write or read a whole number of more than 4,300 digits as text. The shares of
hundreds of pools that serve each other have more; `Decimal` has no such limit.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def ratio_text(ratio: Fraction) -> str:
    """Write a ratio in lowest terms.

    >>> ratio_text(Fraction(73, 400)), ratio_text(Fraction(-2))
    ('73/400', '-2')
    """
    above = f"{Decimal(ratio.numerator):f}"
    return above if ratio.denominator == 1 else f"{above}/{Decimal(ratio.denominator):f}"


def ratio_of(text: str) -> Fraction:
    """Read what `ratio_text` wrote; raises ValueError or ArithmeticError for another text."""
    above, _, below = text.partition("/")
    return Fraction(int(Decimal(above)), int(Decimal(below or 1)))
