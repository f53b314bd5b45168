"""Expressions of a mapping file as SQL over the columns that a bill has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from . import value_sql
from .aws_services import SERVICES
from .mapping_file import parsed
from .raw_columns import RawColumn, RawColumnKind, RawColumns

_Read = Callable[[RawColumn | None], "exp.Expr"]


@dataclass(frozen=True)
class Expressions:
    """Translates expressions for one bill, without the branches that its columns rule out."""

    columns: RawColumns
    months: tuple[str, ...] = ()  # that the bill is known to have

    def text(self, expression: str) -> exp.Expr:
        """Read every column as text; the result has the expression's own type."""
        text = self._translate(parsed(expression), value_sql.text)
        return value_sql.raw(None) if isinstance(text, exp.Null) else text

    def condition(self, expression: str) -> exp.Expr:
        """Read columns as they are, for a predicate over every line."""
        return self._translate(parsed(expression), value_sql.raw)

    def money(self, expression: str) -> exp.Expr:
        """Read the results of an expression as money, and its conditions as they are.

        The conversion is inside each branch, so a line converts only the amount that it counts.
        """
        return self._money(parsed(expression), value_sql.amount)

    def shortest_money(self, expression: str) -> exp.Expr:
        """Read money in 64 bits where each amount is known to fit, otherwise as `money` does."""
        amounts: list[RawColumn] = []

        def collect(column: RawColumn | None) -> exp.Expr:
            amounts.extend([column] if column else [])
            return exp.null()

        self._money(parsed(expression), collect)
        if not all(column.ten_places for column in amounts):
            return self.money(expression)
        return self._money(parsed(expression), value_sql.short_amount)

    def quantity(self, expression: str) -> exp.Expr:
        """Read a quantity: like money, but a value that is not a number is zero."""
        return self._money(parsed(expression), value_sql.quantity)

    def find(self, node: exp.Expr) -> RawColumn | None:
        """Find the raw column that an argument of a function names."""
        assert isinstance(node, exp.Column), node.sql("duckdb")
        return self.columns.find(node.name)

    def _money(self, node: exp.Expr, read: _Read) -> exp.Expr:
        match node:
            case exp.Column():
                return read(self.find(node))
            case exp.Literal():
                assert node.name == "0"
                return read(None)
            case exp.Anonymous():
                return self._money(self._first_present(node.expressions), read)
            case exp.Add() | exp.Sub():
                left, right = (self._money(part, read) for part in (node.left, node.right))
                return _as_wide(type(node)(this=left, expression=right), read)
            case exp.Case():
                return self._case(node, read, lambda branch: self._money(branch, read))
        raise ValueError(node.sql("duckdb"))

    def _translate(self, node: exp.Expr, read: _Read) -> exp.Expr:
        """Replace columns by `read` of them, and the functions of mapping files by SQL."""

        def replace(part: exp.Expr) -> exp.Expr:
            match part:
                case exp.Anonymous():
                    return self._function(part, read)
                case exp.Column():
                    return read(self.find(part))
                case exp.Case():
                    return self._case(part, read, lambda branch: self._translate(branch, read))
            return part

        return node.transform(replace)

    def _case(
        self, case: exp.Case, read: _Read, branch: Callable[[exp.Expr], exp.Expr]
    ) -> exp.Expr:
        """Read a CASE without the branches that the bill's columns rule out."""
        conditions_read = value_sql.text if read is value_sql.text else value_sql.raw
        children = []
        default = case.args.get("default") or exp.null()
        for one in case.args["ifs"]:
            condition = _simplified(self._translate(one.this, conditions_read))
            if condition == exp.true():
                default = one.args["true"]
                break
            if condition != exp.false():
                children.append(exp.If(this=condition, true=branch(one.args["true"])))
        otherwise = branch(default)
        return exp.Case(ifs=children, default=otherwise) if children else otherwise

    def _first_present(self, options: Sequence[exp.Expr]) -> exp.Expr:
        """Choose the first expression whose columns the bill has; the last one if there is none."""
        for option in options:
            if self.columns.has([column.name for column in option.find_all(exp.Column)]):
                return option
        return options[-1]

    def _function(self, call: exp.Anonymous, read: _Read) -> exp.Expr:
        name, arguments = call.name.lower(), call.expressions
        match name:
            case "first_present":
                return self._translate(self._first_present(arguments), read)
            case "missing":
                return exp.convert(not self.columns.has([part.name for part in arguments]))
            case "month_of":
                day = self._translate(arguments[0], read)
                # A comparison is faster than writing a text, unless the day is read from text.
                compare = not any(day.find_all(exp.TryCast))
                return value_sql.month(day, likely=self.months if compare else ())
            case "period_of":
                return value_sql.period(self.find(arguments[0]), likely=self.months)
            case "contains":
                return exp.Anonymous(
                    this=call.name, expressions=[self._translate(part, read) for part in arguments]
                )
        return _FUNCTIONS[name](self, arguments)


def _as_wide(total: exp.Expr, read: _Read) -> exp.Expr:
    """Keep a sum of short amounts short: engines add a digit to the type of a sum."""
    if read is not value_sql.short_amount:
        return total
    return value_sql.fill(f"CAST(total AS {value_sql.SHORT_TYPE})", total=total)


def _simplified(condition: exp.Expr) -> exp.Expr:
    """Simplify AND where one side is known from the bill's columns."""
    if not isinstance(condition, exp.And):
        return condition
    left, right = _simplified(condition.left), _simplified(condition.right)
    if exp.false() in (left, right):
        return exp.false()
    if exp.true() in (left, right):
        return right if left == exp.true() else left
    return exp.And(this=left, expression=right)


def _within_days(bill: Expressions, arguments: Sequence[exp.Expr]) -> exp.Expr:
    start, end, days = arguments
    return value_sql.fill(
        f"(b <= a + INTERVAL '{int(days.name)}' DAY)",
        a=value_sql.moment(bill.find(start)),
        b=value_sql.moment(bill.find(end)),
    )


def _json_of(bill: Expressions, parts: Sequence[exp.Expr]) -> exp.Expr:
    """Write the pairs of several maps, and of flat columns in their place, as one JSON object."""
    listed = [pairs for part in parts for pairs in _pairs(bill, part)]
    if not listed:
        return value_sql.raw(None)
    written = value_sql.json_of(value_sql.joined(listed))
    if len(listed) > 1:
        return written
    (part,) = (part for part in parts if _pairs(bill, part))
    return _sorted_map_or(bill, part, written)


def _sorted_map_or(bill: Expressions, part: exp.Expr, written: exp.Expr) -> exp.Expr:
    """Write one map without sorting where it is sorted; not if keys are chosen by prefix."""
    function, prefix, name = _prefix_filter(part)
    column = bill.find(name)
    if column is None or function == "with_prefix":
        return written
    return value_sql.in_order(column, written, without=prefix)


def _pairs(bill: Expressions, part: exp.Expr) -> list[exp.Expr]:
    """List the arrays of pairs of a column and its flat columns, filtered by key prefix."""
    function, prefix, name = _prefix_filter(part)
    column, flat = bill.find(name), bill.columns.flat(name.name)
    found = [value_sql.pairs(column)] if column else []
    if flat:
        found.append(value_sql.flat_pairs([(key, value_sql.text(one)) for key, one in flat]))
    if not function:
        return found
    wanted = function == "with_prefix"
    return [value_sql.with_prefix(pairs, prefix, wanted=wanted) for pairs in found]


def _prefix_filter(part: exp.Expr) -> tuple[str, str, exp.Expr]:
    """Split `with_prefix('p', a)` into its parts; a bare column has no function and prefix."""
    if not isinstance(part, exp.Anonymous):
        return "", "", part
    prefix, name = part.expressions
    function = part.name.lower()
    assert function in ("with_prefix", "without_prefix")
    return function, prefix.name, name


def _service(bill: Expressions, arguments: Sequence[exp.Expr], *, position: int) -> exp.Expr:
    column = bill.find(arguments[0])
    if column is None:
        return value_sql.raw(None)
    children = [
        exp.If(this=exp.Literal.string(code), true=exp.Literal.string(service[position]))
        for code, service in SERVICES.items()
    ]
    # The engine evaluates the operand for each code, so it is the plain column where that is text:
    # cleaned of words for nothing, it took 600 MB for a bill of ten lines. No such word is a code.
    plain = column.kind is RawColumnKind.CSV_TEXT
    operand = value_sql.raw(column) if plain else value_sql.text(column)
    return exp.Case(this=operand, ifs=children)


#: The functions that `cur-2.0.yaml` explains, except those that need `read` (see `_function`).
_FUNCTIONS: dict[str, Callable[[Expressions, Sequence[exp.Expr]], exp.Expr]] = {
    "has_value": lambda bill, a: value_sql.has_value(bill.find(a[0])),
    "map_value": lambda bill, a: value_sql.map_value(bill.find(a[0]), a[1].name),
    "day_of": lambda bill, a: value_sql.day(bill.find(a[0])),
    "interval_start": lambda bill, a: value_sql.interval_start(bill.find(a[0])),
    "within_days": _within_days,
    "service_name": lambda bill, a: _service(bill, a, position=0),
    "service_category": lambda bill, a: _service(bill, a, position=1),
    "json_of": _json_of,
}
