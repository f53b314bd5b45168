"""Writes a value as text without loss: every digit, day, time, nested JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from apportion.model import money


def text(value: object) -> str:
    """Write a value; None is empty, decimals have every digit."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return decimal(value)
        case date():  # a datetime is one too
            return value.isoformat()
        case Mapping() | list() | tuple():
            return json.dumps(tree(value), ensure_ascii=False)
        case _:
            return str(value)


def decimal(value: Decimal) -> str:
    """Write a decimal as `money.text` does, or in full if it has more places than money."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= money.PLACES:
        return money.text(value)
    return f"{value:f}"


def tree(value: object) -> object:
    """Convert a value for JSON; decimals become exact text."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return str(value)
        case Mapping():
            return {str(key): tree(inner) for key, inner in value.items()}
        case list() | tuple():
            return [tree(inner) for inner in value]
        case _:
            return text(value)
