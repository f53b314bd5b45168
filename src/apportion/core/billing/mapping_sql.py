"""Turn the expressions of a mapping into SQL over the columns that a bill really has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from . import value_sql
from .aws_services import SERVICES
from .mapping import parsed
from .raw_columns import RawColumn, RawColumns

_Read = Callable[[RawColumn | None], "exp.Expr"]


@dataclass(frozen=True)
class Mapped:
    """Reads the expressions of one bill; what a static condition rules out leaves no trace."""

    columns: RawColumns
    months: tuple[str, ...] = ()  # that the bill is known to have

    def described(self, expression: str) -> exp.Expr:
        """Read every column as text; the result has the expression's own type."""
        described = self._over(parsed(expression), value_sql.text)
        return value_sql.raw(None) if isinstance(described, exp.Null) else described

    def condition(self, expression: str) -> exp.Expr:
        """Read columns as they are, for a predicate over every line."""
        return self._over(parsed(expression), value_sql.raw)

    def money(self, expression: str) -> exp.Expr:
        """Read what an expression gives as money and what it asks as it is.

        Each amount is converted where it is chosen, so a line converts only what it counts.
        """
        return self._money(parsed(expression), value_sql.amount)

    def shortest_money(self, expression: str) -> exp.Expr:
        """Read money in 64 bits where each amount is known to fit, otherwise as `money` does."""
        amounts: list[RawColumn] = []

        def note(column: RawColumn | None) -> exp.Expr:
            amounts.extend([column] if column else [])
            return exp.null()

        self._money(parsed(expression), note)
        if not all(column.ten_places for column in amounts):
            return self.money(expression)
        return self._money(parsed(expression), value_sql.short_amount)

    def quantity(self, expression: str) -> exp.Expr:
        """Read a quantity: like money, but what is no number is zero."""
        return self._money(parsed(expression), value_sql.quantity)

    def find(self, node: exp.Expr) -> RawColumn | None:
        """Find the raw column that a word's argument names."""
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
                return self._money(self._either(node.expressions), read)
            case exp.Add() | exp.Sub():
                left, right = (self._money(part, read) for part in (node.left, node.right))
                return _as_wide(type(node)(this=left, expression=right), read)
            case exp.Case():
                return self._case(node, read, lambda branch: self._money(branch, read))
        raise ValueError(node.sql("duckdb"))

    def _over(self, node: exp.Expr, read: _Read) -> exp.Expr:
        """Replace columns by what `read` makes of them, and our own words by what they mean."""

        def put(part: exp.Expr) -> exp.Expr:
            match part:
                case exp.Anonymous():
                    return self._word(part, read)
                case exp.Column():
                    return read(self.find(part))
                case exp.Case():
                    return self._case(part, read, lambda branch: self._over(branch, read))
            return part

        return node.copy().transform(put)

    def _case(
        self, case: exp.Case, read: _Read, branch: Callable[[exp.Expr], exp.Expr]
    ) -> exp.Expr:
        """Read a CASE without the branches that the bill's columns rule out."""
        conditions_read = value_sql.text if read is value_sql.text else value_sql.raw
        children = []
        default = case.args.get("default") or exp.null()
        for one in case.args["ifs"]:
            condition = _settled(self._over(one.this, conditions_read))
            if condition == exp.true():
                default = one.args["true"]
                break
            if condition != exp.false():
                children.append(exp.If(this=condition, true=branch(one.args["true"])))
        otherwise = branch(default)
        return exp.Case(ifs=children, default=otherwise) if children else otherwise

    def _either(self, options: Sequence[exp.Expr]) -> exp.Expr:
        """Choose the first expression whose columns the bill has; the last one if there is none."""
        for option in options:
            if self.columns.has([column.name for column in option.find_all(exp.Column)]):
                return option
        return options[-1]

    def _word(self, call: exp.Anonymous, read: _Read) -> exp.Expr:
        name, arguments = call.name.lower(), call.expressions
        match name:
            case "either":
                return self._over(self._either(arguments), read)
            case "lacks":
                return exp.convert(not self.columns.has([part.name for part in arguments]))
            case "month_of":
                day = self._over(arguments[0], read)
                # To compare is cheaper than to write, unless the day itself must be read from text.
                compare = not any(day.find_all(exp.TryCast))
                return value_sql.month(day, likely=self.months if compare else ())
            case "period_of":
                return value_sql.period(self.find(arguments[0]), likely=self.months)
            case "contains":
                return exp.Anonymous(
                    this=call.name, expressions=[self._over(part, read) for part in arguments]
                )
        return _WORDS[name](self, arguments)


def _as_wide(total: exp.Expr, read: _Read) -> exp.Expr:
    """Keep a sum of short amounts short: engines make room for a digit more."""
    if read is not value_sql.short_amount:
        return total
    return value_sql.fill(f"CAST(total AS {value_sql.SHORT_TYPE})", total=total)


def _settled(condition: exp.Expr) -> exp.Expr:
    """Work out AND where a part is known from the bill's columns."""
    if not isinstance(condition, exp.And):
        return condition
    left, right = _settled(condition.left), _settled(condition.right)
    if exp.false() in (left, right):
        return exp.false()
    if exp.true() in (left, right):
        return right if left == exp.true() else left
    return exp.And(this=left, expression=right)


def _within_days(mapped: Mapped, arguments: Sequence[exp.Expr]) -> exp.Expr:
    start, end, days = arguments
    return value_sql.fill(
        f"(b <= a + INTERVAL '{int(days.name)}' DAY)",
        a=value_sql.moment(mapped.find(start)),
        b=value_sql.moment(mapped.find(end)),
    )


def _objects(mapped: Mapped, parts: Sequence[exp.Expr]) -> exp.Expr:
    """Write the pairs of several maps, and of the flat columns that stand for them, as one JSON."""
    listed = [pairs for part in parts for pairs in _pairs(mapped, part)]
    if not listed:
        return value_sql.raw(None)
    written = value_sql.json_of(value_sql.joined(listed))
    if len(listed) > 1:
        return written
    (part,) = (part for part in parts if _pairs(mapped, part))
    return _written_fast(mapped, part, written)


def _written_fast(mapped: Mapped, part: exp.Expr, written: exp.Expr) -> exp.Expr:
    """Write one map as it is where it is in order, but for keys that are wanted by their prefix."""
    word, prefix, name = _chosen(part)
    column = mapped.find(name)
    if column is None or word == "with_prefix":
        return written
    return value_sql.in_order(column, written, without=prefix)


def _pairs(mapped: Mapped, part: exp.Expr) -> list[exp.Expr]:
    """List what a column's pairs are read from, or those whose keys begin as is said."""
    word, prefix, name = _chosen(part)
    column, flat = mapped.find(name), mapped.columns.flat(name.name)
    found = [value_sql.pairs(column)] if column else []
    if flat:
        found.append(value_sql.flat_pairs([(key, value_sql.text(one)) for key, one in flat]))
    if not word:
        return found
    wanted = word == "with_prefix"
    return [value_sql.with_prefix(pairs, prefix, wanted=wanted) for pairs in found]


def _chosen(part: exp.Expr) -> tuple[str, str, exp.Expr]:
    """Take `with_prefix('p', a)` and `without_prefix('p', a)` apart; a bare column has no word."""
    if not isinstance(part, exp.Anonymous):
        return "", "", part
    prefix, name = part.expressions
    word = part.name.lower()
    assert word in ("with_prefix", "without_prefix")
    return word, prefix.name, name


def _service(mapped: Mapped, arguments: Sequence[exp.Expr], *, what: int) -> exp.Expr:
    column = mapped.find(arguments[0])
    if column is None:
        return value_sql.raw(None)
    children = [
        exp.If(this=exp.Literal.string(code), true=exp.Literal.string(service[what]))
        for code, service in SERVICES.items()
    ]
    return exp.Case(this=value_sql.text(column), ifs=children)


#: What the words of `cur-2.0.yaml` mean, but for those that look at their arguments themselves.
_WORDS: dict[str, Callable[[Mapped, Sequence[exp.Expr]], exp.Expr]] = {
    "given": lambda mapped, a: value_sql.given(mapped.find(a[0])),
    "entry": lambda mapped, a: value_sql.entry(mapped.find(a[0]), a[1].name),
    "day_of": lambda mapped, a: value_sql.day(mapped.find(a[0])),
    "interval_start": lambda mapped, a: value_sql.interval_start(mapped.find(a[0])),
    "within_days": _within_days,
    "service_name": lambda mapped, a: _service(mapped, a, what=0),
    "service_category": lambda mapped, a: _service(mapped, a, what=1),
    "object_of": _objects,
}
