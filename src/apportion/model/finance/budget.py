"""Budgets: what owners plan to spend in a month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apportion.model.findings.finding import Place

#: The columns of a file of budgets, those that each file needs first.
REQUIRED_COLUMNS = ("owner", "period", "currency", "amount")
BUDGET_COLUMNS = (*REQUIRED_COLUMNS, "shared")


@dataclass(frozen=True)
class Budget:
    """The planned cost of an owner in a month; `shared` is the part of it that is shared cost."""

    owner: str
    period: str
    currency: str
    amount: Decimal
    shared: Decimal | None
    place: Place
