"""Conditions of a rulebook as expressions of AWS Cost Categories, where AWS can express them.

SQL has three answers, AWS two: an expression is made for where a condition is true, and another,
needed under NOT, for where it is false and not unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from apportion.core.billing.aws_services import SERVICES
from apportion.model.aws.cost_category import And, ConditionKind, Expression, How, Match, Not, Or
from apportion.model.rulebook import Condition

from .expressions_to_sql import COLUMNS

#: What AWS's rules look at, by our columns.
DIMENSIONS = {column: key for key, column in COLUMNS.items() if key != "BILLING_ENTITY"}
#: Charges without these are not the same for `<>` in SQL and for AWS.
_MAY_LACK = {"SubAccountName", "RegionId", "x_UsageType"}


class UnsayableError(Exception):
    """AWS cannot express a condition; the message names the part."""


@dataclass
class Reader:
    """Reads conditions; `notes` collects what AWS expresses slightly differently.

    `categories` maps our dimensions to the names of their cost categories, `written` the keys of
    tags in comparable form to how the rulebook spells them, `accounts` what AWS's rules cannot look
    at to the value that each account has there.
    """

    categories: Mapping[str, str]
    written: Mapping[str, str]
    accounts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def read(self, condition: Condition) -> Expression:
        """Make the expression that is true where a condition is; raises UnsayableError."""
        return self._true(sqlglot.parse_one(condition.sql, dialect="duckdb"))

    def _true(self, node: exp.Expr) -> Expression:
        match plain := _plain(node):
            case exp.And() | exp.Or():
                made = And if isinstance(plain, exp.And) else Or
                return _joined(made, (self._true(plain.this), self._true(plain.expression)))
            case exp.Not():
                return self._false(plain.this)
            case exp.Is() if isinstance(plain.expression, exp.Boolean):
                branch = self._true if plain.expression.this else self._false
                return branch(plain.this)
            case exp.Is():
                return self._absent(plain.this)
            case _:
                return self._compared(plain)

    def _false(self, node: exp.Expr) -> Expression:
        match plain := _plain(node):
            case exp.And() | exp.Or():
                made = Or if isinstance(plain, exp.And) else And
                return _joined(made, (self._false(plain.this), self._false(plain.expression)))
            case exp.Not():
                return self._true(plain.this)
            case exp.Is():
                return Not(self._true(plain))
            case _:
                return self._there_but_not(plain)

    def _there_but_not(self, node: exp.Expr) -> Expression:
        """A comparison is false where there is something, and it is something else."""
        compared = self._compared(node)
        column = next(node.find_all(exp.Column)).name
        if column in self.accounts and isinstance(compared, Match):
            others = (a for a in sorted(self.accounts[column]) if a not in compared.values)
            return self._those_accounts(tuple(others), column)
        if column.startswith("tag:"):
            key = column.removeprefix("tag:")
            return And(
                (Not(compared), Not(Match(ConditionKind.TAG, self._tag(key), (), How.ABSENT)))
            )
        if column in _MAY_LACK:
            self.notes.append(f"charges without {column} match in AWS where they do not here")
        return Not(compared)

    def _absent(self, node: exp.Expr) -> Expression:
        column = node.name if isinstance(node, exp.Column) else ""
        if not column.startswith("tag:"):
            raise UnsayableError(f"`{_sql(node)} IS NULL`")
        return Match(ConditionKind.TAG, self._tag(column.removeprefix("tag:")), (), How.ABSENT)

    def _compared(self, node: exp.Expr) -> Expression:
        left, how, values = _comparison(node)
        any_case = isinstance(node, exp.ILike)
        if isinstance(left, exp.Lower | exp.Upper):
            folded = [v.lower() if isinstance(left, exp.Lower) else v.upper() for v in values]
            if folded != values:
                raise UnsayableError(f"`{_sql(node)}`, which is never true")
            left, any_case = left.this, True
        if not isinstance(left, exp.Column):
            raise UnsayableError(f"`{_sql(node)}`")
        return self._match(left.name, how, tuple(values), any_case=any_case)

    def _match(
        self, column: str, how: How, values: tuple[str, ...], *, any_case: bool
    ) -> Expression:
        if column.startswith("tag:"):
            return Match(
                ConditionKind.TAG, self._tag(column.removeprefix("tag:")), values, how, any_case
            )
        if column in self.categories:
            return Match(ConditionKind.CATEGORY, self.categories[column], values, how, any_case)
        if column in self.accounts:
            valued = sorted(self.accounts[column].items())
            fits = (
                account
                for account, value in valued
                if _fits_any(value, values, how, any_case=any_case)
            )
            return self._those_accounts(tuple(fits), column)
        if column == "ServiceName":
            return self._services(how, values, any_case=any_case)
        if column == "ChargeCategory" and (how, values) == (How.EQUALS, ("Tax",)):
            return Match(ConditionKind.DIMENSION, "RECORD_TYPE", ("Tax",))
        if column not in DIMENSIONS:
            raise UnsayableError(f"the column {column}")
        if column == "SubAccountId" and how is not How.EQUALS:
            raise UnsayableError("a part of an account's id")
        return Match(ConditionKind.DIMENSION, DIMENSIONS[column], values, how, any_case)

    def _tag(self, normal: str) -> str:
        return self.written.get(normal, normal)

    def _those_accounts(self, ids: tuple[str, ...], column: str) -> Match:
        if not ids:
            raise UnsayableError(f"{column}, which no account has so")
        self.notes.append(f"{column} by the ids of the accounts that have it so today")
        return Match(ConditionKind.DIMENSION, "LINKED_ACCOUNT", ids)

    def _services(self, how: How, values: tuple[str, ...], *, any_case: bool) -> Expression:
        """AWS knows services by their codes."""
        codes = tuple(
            code
            for code, (name, _) in SERVICES.items()
            if _fits_any(name, values, how, any_case=any_case)
        )
        if not codes:
            raise UnsayableError(f"the service {' or '.join(values)}, whose code is not known")
        self.notes.append(f"services by their codes: {', '.join(codes)}")
        return Match(ConditionKind.DIMENSION, "SERVICE_CODE", codes)


def _plain(node: exp.Expr) -> exp.Expr:
    """Remove parentheses, and write `<>` as NOT and `=`."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.NEQ):
        return exp.Not(this=exp.EQ(this=node.this, expression=node.expression))
    return node


def _joined(made: type[And | Or], parts: tuple[Expression, Expression]) -> Expression:
    """Join two parts; chains become one list, as AWS nests them no better than we do."""
    flat: list[Expression] = []
    for part in parts:
        flat += part.parts if isinstance(part, made) else [part]
    return made(tuple(flat))


def _comparison(node: exp.Expr) -> tuple[exp.Expr, How, list[str]]:
    """Split a comparison into its column, operator and texts."""
    match node:
        case exp.EQ() if _is_text(node.expression):
            return node.this, How.EQUALS, [node.expression.name]
        case exp.In() if all(map(_is_text, node.expressions)):
            return node.this, How.EQUALS, [value.name for value in node.expressions]
        case exp.Like() | exp.ILike() if _is_text(node.expression):
            return (node.this, *_pattern(node.expression.name))
        case exp.StartsWith() if _is_text(node.expression):
            return node.this, How.STARTS_WITH, [node.expression.name]
        case exp.EndsWith() if _is_text(node.expression):
            return node.this, How.ENDS_WITH, [node.expression.name]
        case exp.Contains() if _is_text(node.expression):
            return node.this, How.CONTAINS, [node.expression.name]
    raise UnsayableError(f"`{_sql(node)}`")


def _pattern(like: str) -> tuple[How, list[str]]:
    """Read a pattern of LIKE that AWS has an option for."""
    begins, ends = like.startswith("%"), like.endswith("%") and like != "%"
    inner = like[begins : len(like) - ends]
    if "%" in inner or "_" in inner or "\\" in inner or not inner:
        raise UnsayableError(f"the pattern '{like}'")
    how = {
        (False, False): How.EQUALS,
        (False, True): How.STARTS_WITH,
        (True, False): How.ENDS_WITH,
        (True, True): How.CONTAINS,
    }
    return how[begins, ends], [inner]


def _fits_any(found: str, values: Sequence[str], how: How, *, any_case: bool) -> bool:
    if any_case:
        found, values = found.lower(), [value.lower() for value in values]
    compares: Mapping[How, Callable[[str, str], bool]] = {
        How.EQUALS: str.__eq__,
        How.STARTS_WITH: str.startswith,
        How.ENDS_WITH: str.endswith,
        How.CONTAINS: str.__contains__,
    }
    return any(compares[how](found, value) for value in values)


def _is_text(node: exp.Expr | None) -> bool:
    return isinstance(node, exp.Literal) and node.is_string


def _sql(node: exp.Expr) -> str:
    return node.sql(dialect="duckdb")
