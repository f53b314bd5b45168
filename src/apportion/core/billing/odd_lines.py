"""The row of every query for lines of a bill with odd values, so that a finding has their money."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class OddLines(NamedTuple):
    """Lines in a currency, their cost, and some of the texts for which they were found."""

    currency: str
    cost: Decimal
    lines: int
    texts: tuple[str, ...]
