"""Values of engine rows, as their Python types."""

from __future__ import annotations

from datetime import date
from decimal import Decimal


def day_of(value: object) -> date:
    """A DATE."""
    assert isinstance(value, date)
    return value


def money_of(value: object) -> Decimal:
    """A DECIMAL, or zero where a sum ran over no rows."""
    assert value is None or isinstance(value, Decimal | int)
    return Decimal(value or 0)


def text_of(value: object) -> str:
    """A VARCHAR; NULL is the empty text."""
    return "" if value is None else str(value)


def texts_of(value: object) -> list[str]:
    """A list of VARCHAR; NULL is none."""
    return [str(text) for text in value] if isinstance(value, list) else []
