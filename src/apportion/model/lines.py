"""The query that adds up the lines of a bill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .relation import Query


@dataclass(frozen=True)
class LinesQuery:
    """One row for each period, key and day, in the form of the ledger's table `costs`.

    `periods` lists the billing periods of the lines. Where they all have one, `of_period` gives
    the same rows as `query`, in less time.
    """

    query: Query
    periods: Query
    of_period: Callable[[str], Query]
