"""Money is a Decimal with eighteen places, or the integer count of its smallest units.

Eighteen places hold what providers print (AWS: up to 17, FOCUS samples: 15) and leave twenty digits
before the point in a DECIMAL(38, 18), which DuckDB, Iceberg, Spark and Athena all add exactly.
"""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow

PLACES = 18
SQL_TYPE = f"DECIMAL(38, {PLACES})"
UNITS_IN_ONE = 10**PLACES

#: Use it around any work on money: an operation that would round raises instead.
EXACT = Context(prec=76, traps=[Inexact, InvalidOperation, Overflow])


class TooPreciseError(ValueError):
    """An amount has more decimal places than we keep."""

    def __init__(self, amount: Decimal) -> None:
        super().__init__(f"{amount} has more than {PLACES} decimal places.")


def to_units(amount: Decimal) -> int:
    """Count the smallest units (1e-18) in an amount, so that it can be divided without rounding."""
    units = amount.scaleb(PLACES, EXACT)
    if units != units.to_integral_value():
        raise TooPreciseError(amount)
    return int(units)


def from_units(units: int) -> Decimal:
    """Turn a count of smallest units back into an amount."""
    return Decimal(units).scaleb(-PLACES, EXACT)


def text(amount: Decimal) -> str:
    """Write an amount in full: every digit it has, at least two decimals, no exponent.

    >>> text(Decimal("1234.500000000000000000")), text(Decimal("0.000000000001"))
    ('1234.50', '0.000000000001')
    """
    whole, _, places = f"{amount:.{PLACES}f}".partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"
