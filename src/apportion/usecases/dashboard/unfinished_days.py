"""The days of a month that are not billed completely, estimated once for each run and ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from apportion.core.nowcast.owner_days import Estimate
from apportion.usecases.context import RunContext
from apportion.usecases.nowcast.incomplete import estimate_incomplete
from apportion.usecases.runs.open_run import Published

from .recently_used import RecentlyUsed

#: By day and currency.
Unfinished = Mapping[tuple[date, str], Estimate]

#: The number of months whose days are kept.
_MAX_KEPT = 50


class UnfinishedDays:
    """Estimates for pages; they change with every delivery that the ledger records."""

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._kept = RecentlyUsed[tuple[str, str], Unfinished](_MAX_KEPT)

    def known(self, published: Published, version: str) -> Unfinished | None:
        """The days of a run that were estimated before; `version` is that of the ledger."""
        return self._kept.get((published.manifest.run, version))

    def estimate(self, published: Published, version: str) -> Unfinished:
        """Estimate the days of a run, and keep them."""
        manifest, cost = published.manifest, published.rulebook.cost
        found = estimate_incomplete(manifest.period, published.bills, cost, self._context)
        return self._kept.keep((manifest.run, version), found)
