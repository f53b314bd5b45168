"""Read the texts of billing files: empty ones, numbers, moments."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from apportion.model import money

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_MOST = Decimal(10) ** 20
_SMALLEST = Decimal(1).scaleb(-money.PLACES)
_ROUNDING = Context(prec=60, rounding=ROUND_HALF_UP)
#: Beyond this an amount's text is no amount, and reading it could take for ever.
_LONGEST_NUMBER = 400


def read_amount(text: str) -> tuple[int, Decimal] | None:
    """Read an amount: its smallest units, rounded half away from zero, and what rounding changed.

    None if the text is no number or one too large for twenty digits before the point.
    """
    text = text.strip(" ")
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    exact = Decimal(text)
    try:
        rounded = exact.quantize(_SMALLEST, context=_ROUNDING)
    except InvalidOperation:
        return None
    if rounded.copy_abs() >= _MOST:
        return None
    units = int(rounded.scaleb(money.PLACES, _ROUNDING))
    if rounded == exact:
        return units, Decimal(0)
    return units, _ROUNDING.subtract(rounded, exact)


def read_moment(text: str) -> datetime | None:
    """Read a moment in any of the forms that bills use, as UTC; without a zone it is UTC already.

    `2024-09-01 00:00:00`, `2023-11-01T00:00:00.000Z`, `2026-09-01 00:00:00+00:00`, `2024-09-01`.
    """
    moment = read_written(text)
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_written(text: str) -> datetime | None:
    """Read a moment as it is written, on the clock that it names or on none."""
    try:
        return datetime.fromisoformat(text.strip().removesuffix(" UTC"))
    except ValueError:
        return None
