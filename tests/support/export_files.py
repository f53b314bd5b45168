"""Files of a bill as an export has them: small ones, and one of about a megabyte."""

from __future__ import annotations

import random

from stories import bill_of, parquet_bill


def charges(period: str, *costs: str) -> bytes:
    """A file of a bill: a charge a day from the first on."""
    return parquet_bill(
        bill_of(
            {"day": f"{period}-{day:02d}", "cost": cost} for day, cost in enumerate(costs, start=1)
        )
    )


def large(period: str, cost: str) -> bytes:
    """A file of a bill of a megabyte, nearly: what it describes cannot be made any smaller."""
    noise = random.Random(1)
    return parquet_bill(
        bill_of(
            {"day": f"{period}-01", "cost": cost, "ChargeDescription": noise.randbytes(8000).hex()}
            for _ in range(100)
        )
    )
