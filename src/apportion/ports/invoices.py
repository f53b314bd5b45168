"""The invoices of a provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from apportion.model.period import Period


class InvoiceSummaries(Protocol):
    """A provider's list of invoices, as it returns them."""

    def summaries(self, payer: str, period: Period) -> list[Mapping[str, Any]]:
        """Read all invoices, credit memos and receipts of an account and billing month.

        Raises AwsError; a list is complete or it is not returned.
        """
