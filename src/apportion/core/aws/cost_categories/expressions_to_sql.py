"""Expressions of AWS Cost Categories as conditions of a rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from apportion.core.templates import text
from apportion.model.aws.cost_category import And, ConditionKind, Expression, How, Match, Not, Or

#: The dimensions that rules of a cost category may look at, and our columns.
COLUMNS: Mapping[str, str] = {
    "LINKED_ACCOUNT": "SubAccountId",
    "LINKED_ACCOUNT_NAME": "SubAccountName",
    "SERVICE_CODE": "x_ServiceCode",
    "RECORD_TYPE": "x_LineItemType",
    "REGION": "RegionId",
    "USAGE_TYPE": "x_UsageType",
    "BILLING_ENTITY": "x_BillingEntity",
}
_FUNCTIONS = {
    How.STARTS_WITH: "starts_with",
    How.ENDS_WITH: "ends_with",
    How.CONTAINS: "contains",
}


class Named(NamedTuple):
    """The dimension that a cost category becomes.

    `default` is the value of charges that no rule matches; `stated` if the category itself has it,
    so that no charge is without a value.
    """

    name: str
    default: str
    stated: bool = False


class NoColumnError(Exception):
    """An expression uses something that is no column of the ledger."""


def condition_of(where: Expression, *, dimensions: Mapping[str, Named]) -> str:
    """Write an expression in SQL; raises NoColumnError.

    `dimensions` maps the names of cost categories to our dimensions. `Not` is true where there is
    nothing to compare, as in AWS, and unlike NOT in SQL. ABSENT of a category that has a default
    value is never true: every charge has a value of it.
    """
    match where:
        case And(parts) | Or(parts):
            word = " AND " if isinstance(where, And) else " OR "
            inner = word.join(condition_of(part, dimensions=dimensions) for part in parts)
            return f"({inner})" if len(parts) > 1 else inner
        case Not(part):
            return f"NOT (({condition_of(part, dimensions=dimensions)}) IS TRUE)"
        case Match():
            return _compared(where, dimensions)


def _compared(match: Match, dimensions: Mapping[str, Named]) -> str:
    if match.kind is ConditionKind.CATEGORY:
        if match.key not in dimensions:
            raise NoColumnError(f"the cost category {match.key}, which is not imported with it")
        named = dimensions[match.key]
        if match.how is How.ABSENT:
            return "FALSE" if named.stated else f"{named.name} = {text(named.default)}"
        return _values(named.name, match)
    column = _column(match)
    return f"{column} IS NULL" if match.how is How.ABSENT else _values(column, match)


def _column(match: Match) -> str:
    if match.kind is ConditionKind.TAG:
        return f"Tags[{text(match.key)}]"
    if match.key == "LINKED_ACCOUNT" and match.how in _FUNCTIONS:
        return COLUMNS["LINKED_ACCOUNT_NAME"]  # AWS compares parts of an account with its name
    if match.key not in COLUMNS:
        raise NoColumnError(f"the dimension {match.key}")
    return COLUMNS[match.key]


def _values(column: str, match: Match) -> str:
    values = [text(value.lower() if match.any_case else value) for value in match.values]
    left = f"lower({column})" if match.any_case else column
    if match.how is How.EQUALS:
        return f"{left} = {values[0]}" if len(values) == 1 else f"{left} IN ({', '.join(values)})"
    calls = [f"{_FUNCTIONS[match.how]}({left}, {value})" for value in values]
    return calls[0] if len(calls) == 1 else f"({' OR '.join(calls)})"
