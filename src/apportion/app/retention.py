"""Retention: expiry, protection, and evidence of published and delivered runs.

`Workspace.expiry` is one of these. The command line is `apportion ledger`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.ledger.aggregates_cache import AggregatesCache
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.outcome import Outcome
from apportion.model.retention import Policy, RetentionEvidence
from apportion.usecases.retention.evidence import delivered, protect
from apportion.usecases.retention.expire import expire, plan_expiry

if TYPE_CHECKING:
    from apportion.usecases.context import RunContext

    from .publishing import Clients


class Expiry:
    """Retention of a ledger; adapters are made when first needed."""

    def __init__(
        self, folder: Path, context: Callable[[], RunContext], now: Callable[[], str]
    ) -> None:
        self._folder = folder
        self._context = context
        self._now = now

    def plan(self, policy: Policy, *, delivered: Collection[RetentionEvidence] = ()) -> Outcome:
        """List what an expiry would delete; nothing changes. Rows are runs with their files."""
        return plan_expiry(self._context(), self._ledger, policy, delivered=delivered)

    def expire(
        self, policy: Policy, *, delivered: Collection[RetentionEvidence] = (), wait: float = 0
    ) -> Outcome:
        """Expire superseded runs: their files go, their records stay."""
        store = AggregatesCache(self._folder / "aggregates")
        ledger, forget = self._ledger, store.clear
        return expire(
            self._context(), ledger, policy, delivered=delivered, forget=forget, wait=wait
        )

    def protect(self, run: str, *, because: str) -> Outcome:
        """Keep an allocation, and the deliveries that it read, from every expiry."""
        return protect(self._ledger, run, because=because, at=self._now())

    @property
    def _ledger(self) -> IcebergLedger:
        return IcebergLedger(self._folder)


def delivered_at(place: str, *, clients: Clients) -> list[RetentionEvidence]:
    """Read which runs the reports that were delivered to `s3://bucket/prefix` are of."""
    from .publishing import open_store

    return delivered(open_store(place, clients=clients))
