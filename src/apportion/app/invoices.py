"""Invoices of providers: adapters and use cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apportion.ledger.iceberg import IcebergLedger
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.settings import Settings
from apportion.ports.progress import Say, ignore_step
from apportion.usecases.invoices.add_invoices import add_file, list_invoices
from apportion.usecases.invoices.sync_invoices import (
    accounts_to_read,
    read_summaries,
    sync_invoices,
)

if TYPE_CHECKING:
    from apportion.aws.api_calls import Client


class Invoices:
    """Invoices of a workspace: the last stage of the proof."""

    def __init__(self, settings: Settings, now: Callable[[], str]) -> None:
        self._settings = settings
        self._now = now

    def add(self, path: Path, *, replace: bool = False, wait: float = 0) -> Outcome:
        """Add the invoices of a CSV file; rows have the status of each.

        Without `replace`, an invoice that differs from the one in the ledger is a failing finding,
        and nothing is recorded. Raises FindingsError for a file that cannot be read.
        """
        return add_file(self._ledger, path, replace=replace, at=self._now(), wait=wait)

    def accounts_to_read(
        self, periods: Sequence[str] = (), payers: Sequence[str] = ()
    ) -> Sequence[tuple[str, Period]]:
        """List payers with months: those that are named, else the AWS payers with a bill."""
        return accounts_to_read(self._ledger.runs(), periods=periods, payers=payers)

    def sync(
        self, summaries: Sequence[Mapping[str, Any]], *, replace: bool = False, wait: float = 0
    ) -> Outcome:
        """Add the invoices that `look_at_invoices` read, as `add` does."""
        return sync_invoices(self._ledger, summaries, replace=replace, at=self._now(), wait=wait)

    def list(self, period: str = "") -> Outcome:
        """List the invoices of a month, or all."""
        return list_invoices(self._ledger, period=period)

    @property
    def _ledger(self) -> IcebergLedger:
        return IcebergLedger(Path(self._settings.ledger))


def look_at_invoices(
    clients: Callable[[str, str], Client],
    accounts: Sequence[tuple[str, Period]],
    *,
    role: str = "",
    region: str = "",
    say: Say = ignore_step,
) -> Sequence[Mapping[str, Any]]:
    """Read the documents of accounts and months from AWS, in a role where one is named.

    Raises AwsError.
    """
    from apportion.aws.connect import in_role
    from apportion.aws.invoices import REGION, InvoiceSummaries

    client = in_role(clients, role)("invoicing", region or REGION)
    return read_summaries(InvoiceSummaries(client, say=say), accounts)
