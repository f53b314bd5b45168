"""AWS Invoicing: invoices and credit memos of an account, without their lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from apportion.model.period import Period
from apportion.ports.progress import Say, ignore_step

from .actions import INVOICES
from .api_calls import Calls, Client

#: The service is where billing is; in China that is cn-northwest-1.
REGION = "us-east-1"
_BUDGET = 10_000
_PAGE = 100  # the most that AWS allows


class InvoiceSummaries:
    """Reads summaries from the service `invoicing`, month by month."""

    def __init__(
        self,
        client: Client,
        *,
        say: Say = ignore_step,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._calls = Calls(client, INVOICES, budget=_BUDGET, sleep=sleep)
        self._say = say

    def summaries(self, payer: str, period: Period) -> list[Mapping[str, Any]]:
        """Read all documents of an account and billing month; a page may be empty."""
        self._say(f"reading invoices of {payer} for {period}")
        request: dict[str, object] = {
            "Selector": {"ResourceType": "ACCOUNT_ID", "Value": payer},
            "Filter": {"BillingPeriod": {"Month": period.month, "Year": period.year}},
            "MaxResults": _PAGE,
        }
        found: list[Mapping[str, Any]] = []
        while True:
            answer = self._calls.send("list_invoice_summaries", request)
            found += answer["InvoiceSummaries"]
            if not answer.get("NextToken"):
                return found
            request["NextToken"] = answer["NextToken"]
