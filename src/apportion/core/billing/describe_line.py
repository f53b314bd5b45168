"""Describe one line of a bill in plain Python: a second implementation of a mapping's descriptions.

The mapping file says what a column means; `expressions.py` writes it as SQL for an engine, and this
module evaluates it by itself. Both find raw columns by the same names. It knows the forms that
mapping files use in `describe`; another form is a column that is not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from apportion.model.delivery import NoValue
from apportion.model.focus import KEY_COLUMNS
from apportion.model.invisible_characters import clean

from . import plain_values
from .aws_services import SERVICES
from .extra_columns import kept_name
from .mapping import GROUPED_BY, BillMapping
from .mapping_file import names_in, parsed
from .plain_values import NotReadError, Pair
from .raw_columns import RawColumn, RawColumnKind, normal_name

#: The values of a line by the names of raw columns; a column that a file lacks is not there.
Values = Mapping[str, object]

_Text = Callable[[Values], str | None]
_Condition = Callable[[Values], bool | None]
_Pairs = Callable[[Values], list[Pair]]


@dataclass(frozen=True)
class Described:
    """A line as a key: texts by FOCUS column, and the columns of which nothing is known."""

    texts: Mapping[str, str | None]
    not_read: frozenset[str]


class LineDescriber:
    """Describes lines by the mapping of their bill.

    Lines of one key may differ in the columns that follow from `implied_columns`.
    """

    def __init__(self, mapping: BillMapping) -> None:
        self._mapping = mapping
        self._columns = mapping.columns
        self._forms: Mapping[type[exp.Expr], Callable[[exp.Expr], _Text]] = {
            exp.Null: _constant,
            exp.Literal: _constant,
            exp.Column: self._column,
            exp.Coalesce: self._coalesce,
            exp.Nullif: self._null_if,
            exp.SplitPart: self._split_part,
            exp.Case: self._case,
            exp.Anonymous: self._function,
        }
        self._used: set[str] = set()
        self._texts = {column: self._compiled(column) for column in KEY_COLUMNS}
        implied = mapping.file.implied_columns
        there = {name for name in implied if name in self._columns.by_name}
        self._implied = frozenset(
            column
            for column, expression in mapping.file.describe.items()
            if there & {normal_name(name) for name in names_in(expression)}
        )

    @property
    def raw_columns(self) -> list[str]:
        """The raw columns that descriptions are read from."""
        return sorted(self._used)

    def describe(self, values: Values, *, implied: bool) -> Described:
        """Describe a line; `implied` also reads the columns that can differ within a key."""
        texts: dict[str, str | None] = {}
        for column, read in self._texts.items():
            if column in self._implied and not implied:
                continue
            try:
                texts[column] = read(values)
            except NotReadError:
                continue
        return Described(texts, frozenset(KEY_COLUMNS) - texts.keys())

    def _compiled(self, column: str) -> _Text:
        if column == "x_Other":
            return self._other()
        try:
            read = self._text(parsed(self._mapping.file.describe[column]))
        except NotReadError as error:
            return _never(str(error))
        if column in GROUPED_BY:
            return lambda values: clean(read(values) or "") or None
        return read

    def _text(self, node: exp.Expr) -> _Text:
        form = self._forms.get(type(node))
        if form is None:
            raise NotReadError(f"the expression {node.sql('duckdb')}")
        return form(node)

    def _column(self, node: exp.Expr) -> _Text:
        column = self._find(node)
        return lambda values: plain_values.text(column, _value(values, column))

    def _coalesce(self, node: exp.Expr) -> _Text:
        options = [self._text(part) for part in (node.this, *node.expressions)]
        return lambda values: next(
            (found for read in options if (found := read(values)) is not None), None
        )

    def _null_if(self, node: exp.Expr) -> _Text:
        read, nothing = self._text(node.this), node.expression.name
        return lambda values: None if (found := read(values)) == nothing else found

    def _split_part(self, node: exp.Expr) -> _Text:
        read, delimiter = self._text(node.this), node.args["delimiter"].name
        place = int(node.args["part_index"].name) - 1

        def split(values: Values) -> str | None:
            found = read(values)
            if found is None:
                return None
            parts = found.split(delimiter)
            return parts[place] if place < len(parts) else ""

        return split

    def _case(self, case: exp.Expr) -> _Text:
        if case.this is not None:
            raise NotReadError("CASE of a value")
        branches = [
            (self._condition(one.this), self._text(one.args["true"])) for one in case.args["ifs"]
        ]
        otherwise = self._text(case.args.get("default") or exp.null())

        def choose(values: Values) -> str | None:
            for holds, read in branches:
                if holds(values):
                    return read(values)
            return otherwise(values)

        return choose

    def _condition(self, node: exp.Expr) -> _Condition:
        match node:
            case exp.In():
                return _is_among(self._text(node.this), {part.name for part in node.expressions})
            case exp.EQ():
                return _is_among(self._text(node.this), {node.expression.name})
            case exp.Contains():
                read, part = self._text(node.this), node.expression.name
                return lambda values: part in (read(values) or "")
            case exp.Anonymous() if node.name.lower() == "has_value":
                column = self._find(node.expressions[0])
                return lambda values: plain_values.has_value(column, _value(values, column))
        raise NotReadError(f"the condition {node.sql('duckdb')}")

    def _function(self, call: exp.Expr) -> _Text:
        name, arguments = call.name.lower(), call.expressions
        match name:
            case "first_present":
                return self._text(self._first_present(arguments))
            case "map_value":
                column, key = self._find(arguments[0]), arguments[1].name
                return lambda values: plain_values.map_value(column, _value(values, column), key)
            case "service_name" | "service_category":
                return self._service(arguments[0], position=name == "service_category")
            case "json_of":
                return self._json_of(arguments)
        raise NotReadError(f"the function {name}")

    def _first_present(self, options: Sequence[exp.Expr]) -> exp.Expr:
        there = (
            option
            for option in options
            if self._columns.has([column.name for column in option.find_all(exp.Column)])
        )
        return next(there, options[-1])

    def _service(self, node: exp.Expr, *, position: int) -> _Text:
        code = self._text(node)

        def look_up(values: Values) -> str | None:
            service = SERVICES.get(code(values) or "")
            return service[position] if service else None

        return look_up

    def _json_of(self, arguments: Sequence[exp.Expr]) -> _Text:
        parts = [pairs for argument in arguments for pairs in self._pairs(argument)]
        return lambda values: plain_values.json_of([part(values) for part in parts])

    def _pairs(self, argument: exp.Expr) -> list[_Pairs]:
        """List the readers of a column's pairs and of its flat columns, with keys by prefix."""
        function, prefix, named = "", "", argument
        if isinstance(argument, exp.Anonymous):
            function, (beginning, named) = argument.name.lower(), argument.expressions
            prefix = beginning.name
        found = []
        column, flat = self._find(named), self._columns.flat(named.name)
        if column:
            found.append(_pairs_of(column))
        if flat:
            self._used.update(one.name for _, one in flat)
            found.append(_flat_pairs(flat))
        if not function:
            return found
        return [_by_prefix(each, prefix, wanted=function == "with_prefix") for each in found]

    def _other(self) -> _Text:
        """Read columns without a FOCUS column, and the text of tags that cannot be read."""
        kept = [(kept_name(column), column) for column in self._mapping.extra_columns.kept]
        unread = [
            column
            for column in self._mapping.tag_columns()
            if column.holds_text or column.kind is RawColumnKind.NESTED
        ]

        self._used.update(column.name for column in (*(one for _, one in kept), *unread))

        def read(values: Values) -> str | None:
            found = [(name, plain_values.text(one, _value(values, one))) for name, one in kept]
            found += [
                (one.name, plain_values.unread_tags(one, _value(values, one))) for one in unread
            ]
            return plain_values.json_of([[pair for pair in found if pair[1] is not None]])

        return read

    def _find(self, node: exp.Expr) -> RawColumn | None:
        if not isinstance(node, exp.Column):
            raise NotReadError(f"{node.sql('duckdb')} in place of a column")
        column = self._columns.find(node.name)
        self._used.update([column.name] if column else ())
        return column


def _value(values: Values, column: RawColumn | None) -> object:
    found = values.get(column.name) if column else None
    if found is NoValue.UNREAD:
        raise NotReadError("a value that could not be picked out")
    return found


def _never(reason: str) -> _Text:
    def refuse(_values: Values) -> str | None:
        raise NotReadError(reason)

    return refuse


def _constant(node: exp.Expr) -> _Text:
    written = None if isinstance(node, exp.Null) else node.name
    return lambda _values: written


def _is_among(read: _Text, options: set[str]) -> _Condition:
    return lambda values: read(values) in options


def _pairs_of(column: RawColumn) -> _Pairs:
    return lambda values: plain_values.pairs(column, _value(values, column))


def _flat_pairs(columns: Sequence[tuple[str, RawColumn]]) -> _Pairs:
    def read(values: Values) -> list[Pair]:
        found = [(key, plain_values.text(one, _value(values, one))) for key, one in columns]
        return [pair for pair in found if pair[1] is not None]

    return read


def _by_prefix(read: _Pairs, prefix: str, *, wanted: bool) -> _Pairs:
    return lambda values: [pair for pair in read(values) if pair[0].startswith(prefix) is wanted]
