"""Findings about budgets (F)."""

from __future__ import annotations

from .finding import Code, Severity


def _error(number: str, title: str, meaning: str) -> Code:
    return Code(number, Severity.ERROR, title, meaning)


WRONG_AMOUNT = _error(
    "F001",
    "Invalid budget",
    "Budgets are decimal numbers such as 1234.50, without separators, and not negative. `shared` "
    "is not more than `amount`.",
)
WRONG_CURRENCY = _error(
    "F002", "Currency is not an ISO 4217 code", "Currencies are written as USD."
)
BUDGET_TWICE = _error(
    "F003", "Owner has two budgets", "An owner has one budget for each month and currency."
)
OVER_BUDGET = _error(
    "F010",
    "Owner is over the threshold of its budget",
    "Cost is more than the percentage of the budget that `--fail-over` names.",
)
NO_BUDGET = Code(
    "F011",
    Severity.NOTICE,
    "Owner with cost has no budget",
    "The file has no line of this owner, month and currency.",
)
NO_COST = Code(
    "F012",
    Severity.NOTICE,
    "Owner with a budget has no cost",
    "That is correct for an inactive owner, and wrong if the name is misspelled.",
)

ALL = (WRONG_AMOUNT, WRONG_CURRENCY, BUDGET_TWICE, OVER_BUDGET, NO_BUDGET, NO_COST)
