"""Rebuild a parsed condition from allowed parts only: nothing of the user's tree goes through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from sqlglot import exp

from apportion.model.findings import rules
from apportion.model.findings.finding import Code, Finding, Place
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.tags.tag_keys import normalise
from apportion.model.wording import join_words

from .column_aliases import column_called, tag_called
from .columns import is_known, read_column
from .functions import (
    ALSO_CALLED,
    FUNCTIONS,
    Argument,
    Function,
    ValueKind,
    groups_of,
    wrong_pattern,
)
from .literals import (
    NUMBER,
    WHOLE_NUMBER,
    is_date,
    literal_copy,
    type_written,
    wrong_literal,
)
from .term import WRONG, Term, closed, negated
from .tree_checks import flat, only_known_parts

ALLOWED = (
    "columns, texts and numbers, = <> < > <= >=, AND, OR, NOT, IN, BETWEEN, LIKE, ILIKE, ~, ||, "
    "IS NULL, CASE, CAST and functions"
)

_COMPARISONS: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.EQ: exp.EQ,
    exp.NEQ: exp.NEQ,
    exp.LT: exp.LT,
    exp.GT: exp.GT,
    exp.LTE: exp.LTE,
    exp.GTE: exp.GTE,
    exp.NullSafeEQ: exp.NullSafeEQ,
    exp.NullSafeNEQ: exp.NullSafeNEQ,
}
_ACCOUNT_TAGS = {"account_tags", "accounttags", "x_accounttags"}
_KINDS = {
    "VARCHAR": ValueKind.TEXT,
    "BIGINT": ValueKind.NUMBER,
    "DECIMAL": ValueKind.NUMBER,
    "DATE": ValueKind.DATE,
}
#: What can be cast into what; a text always can, and gives NULL where it is no such thing.
_CASTS = {
    ValueKind.TEXT: {ValueKind.TEXT, ValueKind.NUMBER, ValueKind.DATE, ValueKind.UNKNOWN},
    ValueKind.NUMBER: {ValueKind.TEXT, ValueKind.NUMBER, ValueKind.UNKNOWN},
    ValueKind.DATE: {ValueKind.TEXT, ValueKind.DATE, ValueKind.UNKNOWN},
}


class Rebuilder:
    """Walks the parsed tree once; `columns` are the names in it, in canonical spelling."""

    def __init__(
        self, *, place: Place, dimensions: Collection[str], findings: list[Finding]
    ) -> None:
        self.columns: set[str] = set()
        self._place = place
        self._dimensions = dimensions
        self._findings = findings
        self._rules: dict[type[exp.Expr], Callable[[exp.Expr], Term]] = {
            exp.And: self._connected,
            exp.Or: self._connected,
            exp.Not: lambda node: Term(negated(self.yes_no(node.this)), ValueKind.YES_NO),
            exp.Paren: lambda node: self.term(node.this),
            exp.Column: self._column,
            exp.Bracket: self._tag,
            exp.Literal: self._literal,
            exp.Neg: self._negative,
            exp.Boolean: lambda node: Term(exp.Boolean(this=bool(node.this)), ValueKind.YES_NO),
            exp.Null: lambda _: Term(exp.null(), ValueKind.NULL),
            exp.In: self._in,
            exp.Between: self._between,
            exp.Like: self._like,
            exp.ILike: self._like,
            exp.RegexpLike: self._regexp,
            exp.StartsWith: lambda node: self._call("starts_with", [node.this, node.expression]),
            exp.Is: self._is,
            exp.DPipe: self._joined,
            exp.Case: self._case,
            exp.Cast: self._cast,
            exp.TryCast: self._cast,
            exp.Anonymous: self._function,
            **dict.fromkeys(_COMPARISONS, self._compared),
        }

    def term(self, node: exp.Expr | None) -> Term:
        """Rebuild an expression; what is not allowed is a finding and gives UNKNOWN."""
        rule = self._rules.get(type(node)) if node is not None else None
        if node is None or rule is None or not only_known_parts(node):
            return self._refuse(node)
        return rule(node)

    def yes_no(self, node: exp.Expr | None) -> exp.Expr:
        """Rebuild an expression that must be true or false."""
        term = self.term(node)
        if term.kind not in (ValueKind.YES_NO, ValueKind.UNKNOWN):
            wrong = f"{_written(node)} alone is {term.kind}"
            self._add(
                rules.NOT_YES_OR_NO,
                wrong,
                "a condition that is true or false",
                remedy=_question(term),
            )
        return term.sql

    def _connected(self, node: exp.Expr) -> Term:
        """AND and OR; long chains are walked flat, so that their length does not count as depth."""
        parts = [exp.paren(self.yes_no(part), copy=False) for part in flat(node)]
        build = exp.and_ if isinstance(node, exp.And) else exp.or_
        return Term(build(*parts, copy=False, wrap=False), ValueKind.YES_NO)

    def _column(self, node: exp.Expr) -> Term:
        if (
            not isinstance(node.this, exp.Identifier)
            or len([a for a in node.args.values() if a]) > 1
        ):
            return self._refuse(node)
        written = node.name
        namespace, colon, key = written.partition(":")
        if colon and namespace.lower() in ("tag", "account_tag") and key.strip():
            return self._use(f"{namespace.lower()}:{normalise(key)}")
        if node.this.args.get("quoted") and not self._may_be_column(written):
            return self._quoted_text(written)
        found = read_column(
            written, place=self._place, findings=self._findings, dimensions=self._dimensions
        )
        return self._use(found) if found else WRONG

    def _tag(self, node: exp.Expr) -> Term:
        """`Tags['Cost Center']` and `account_tags['Cost Center']`."""
        keys = node.expressions
        name = node.this.name.lower() if isinstance(node.this, exp.Column) else ""
        if len(keys) == 1 and isinstance(keys[0], exp.Column):
            return self._quoted_text(keys[0].name)  # Tags["Team"]
        if len(keys) != 1 or not (isinstance(keys[0], exp.Literal) and keys[0].is_string):
            return self._refuse(node)
        if (name != "tags" and name not in _ACCOUNT_TAGS) or not keys[0].name.strip():
            return self._refuse(node)
        namespace = "tag" if name == "tags" else "account_tag"
        return self._use(f"{namespace}:{normalise(keys[0].name)}")

    def _may_be_column(self, written: str) -> bool:
        return is_known(written, self._dimensions) or bool(
            column_called(written) or tag_called(written)
        )

    def _quoted_text(self, text: str) -> Term:
        """Refuse a text in double quotes, which SQL keeps for the names of columns."""
        self._add(
            rules.UNKNOWN_COLUMN,
            f"no column is called {shown(text)}",
            "a text in single quotes",
            f'"{shown(text)}"',
            f"Write '{shown(text)}'.",
        )
        return WRONG

    def _use(self, name: str) -> Term:
        self.columns.add(name)
        return Term(exp.column(exp.to_identifier(name, quoted=True)), ValueKind.TEXT)

    def _literal(self, node: exp.Expr) -> Term:
        if node.args.get("is_string"):
            return Term(exp.Literal.string(node.name), ValueKind.TEXT)
        if not NUMBER.fullmatch(node.name):
            return self._refuse(node)
        return Term(exp.Literal.number(node.name), ValueKind.NUMBER)

    def _negative(self, node: exp.Expr) -> Term:
        if not isinstance(node.this, exp.Literal) or node.this.is_string:
            return self._refuse(node)
        number = self.term(node.this)
        return number if number is WRONG else Term(exp.Neg(this=number.sql), ValueKind.NUMBER)

    def _compared(self, node: exp.Expr) -> Term:
        left, right = self.term(node.this), self.term(node.expression)
        self._agree(node, left, right)
        return Term(
            _COMPARISONS[type(node)](this=closed(left), expression=closed(right)),
            ValueKind.YES_NO,
        )

    def _in(self, node: exp.Expr) -> Term:
        if not node.expressions:
            return self._refuse(node)
        left = self.term(node.this)
        options = [self.term(option) for option in node.expressions]
        self._agree(node, left, *options)
        values = [closed(option) for option in options]
        return Term(exp.In(this=closed(left), expressions=values), ValueKind.YES_NO)

    def _between(self, node: exp.Expr) -> Term:
        terms = [self.term(node.args.get(part)) for part in ("this", "low", "high")]
        self._agree(node, *terms)
        value, low, high = map(closed, terms)
        return Term(exp.Between(this=value, low=low, high=high), ValueKind.YES_NO)

    def _like(self, node: exp.Expr) -> Term:
        left, right = self.term(node.this), self.term(node.expression)
        self._need_texts(node, left, right)
        build = exp.ILike if isinstance(node, exp.ILike) else exp.Like
        like = build(this=closed(left), expression=closed(right))
        # sqlglot 30 keeps NOT LIKE in one node, earlier versions put a Not around it.
        negate = bool(node.args.get("negate"))
        return Term(negated(like) if negate else like, ValueKind.YES_NO)

    def _regexp(self, node: exp.Expr) -> Term:
        if node.args.get("flag"):
            return self._refuse(node)
        return self._call("regexp_matches", [node.this, node.expression])

    def _is(self, node: exp.Expr) -> Term:
        if isinstance(node.expression, exp.Boolean):
            value = exp.Boolean(this=bool(node.expression.this))
            inner = exp.paren(self.yes_no(node.this), copy=False)
            return Term(exp.Is(this=inner, expression=value), ValueKind.YES_NO)
        if not isinstance(node.expression, exp.Null):
            return self._refuse(node)
        return Term(
            exp.Is(this=closed(self.term(node.this)), expression=exp.null()), ValueKind.YES_NO
        )

    def _joined(self, node: exp.Expr) -> Term:
        left, right = self.term(node.this), self.term(node.expression)
        self._need_texts(node, left, right)
        return Term(
            exp.DPipe(this=closed(left), expression=closed(right), safe=True), ValueKind.TEXT
        )

    def _case(self, node: exp.Expr) -> Term:
        children = [branch for branch in node.args.get("ifs") or [] if isinstance(branch, exp.If)]
        if node.this is not None or not children:
            return self._refuse(node)
        whens = [exp.paren(self.yes_no(branch.this), copy=False) for branch in children]
        thens = [self.term(branch.args.get("true")) for branch in children]
        default = node.args.get("default")
        last = self.term(default) if default is not None else Term(exp.null(), ValueKind.NULL)
        self._agree(node, *[term for term in (*thens, last) if term.kind is not ValueKind.NULL])
        ifs = [
            exp.If(this=when, true=closed(then)) for when, then in zip(whens, thens, strict=True)
        ]
        kinds = [term.kind for term in (*thens, last) if term.kind is not ValueKind.NULL]
        return Term(exp.Case(ifs=ifs, default=closed(last)), kinds[0] if kinds else ValueKind.NULL)

    def _cast(self, node: exp.Expr) -> Term:
        """`DATE '2026-01-31'` too. Always TRY_CAST: one odd tag must not stop a month."""
        given = node.args.get("to")
        written = type_written(given) if isinstance(given, exp.DataType) else ""
        if not written:
            return self._refuse(node)
        kind = _KINDS[written.partition("(")[0]]
        term = self.term(node.this)
        if term.kind not in _CASTS[kind]:
            self._add(rules.KINDS_DIFFER, f"{_written(node)} makes {kind} of {term.kind}")
        if (
            kind is ValueKind.DATE
            and isinstance(node.this, exp.Literal)
            and not is_date(node.this.name)
        ):
            self._add(rules.KINDS_DIFFER, f"{_written(node)} is no date", "a date like 2026-01-31")
        return Term(
            exp.TryCast(this=closed(term), to=exp.DataType.build(written, dialect="duckdb")), kind
        )

    def _function(self, node: exp.Expr) -> Term:
        name = str(node.this).lower()
        return self._call(ALSO_CALLED.get(name, name), node.expressions)

    def _call(self, name: str, arguments: Sequence[exp.Expr]) -> Term:
        function = FUNCTIONS.get(name)
        if function is None:
            self._add(
                rules.UNKNOWN_FUNCTION,
                f"the function {shown(name)} is not allowed in a condition",
                join_words(sorted(FUNCTIONS), most=40),
                remedy=did_you_mean(name, FUNCTIONS),
            )
            return WRONG
        if not function.accepts(len(arguments)):
            found = str(len(arguments))
            self._add(
                rules.WRONG_ARGUMENT,
                f"{name} has a wrong number of arguments",
                function.counts,
                found,
            )
            return Term(exp.null(), function.gives)
        takes = [function.takes[min(n, len(function.takes) - 1)] for n in range(len(arguments))]
        given = [
            self._argument(name, take, argument)
            for take, argument in zip(takes, arguments, strict=True)
        ]
        self._check_group(name, function, arguments)
        return Term(exp.Anonymous(this=name, expressions=given), function.gives)

    def _argument(self, name: str, take: Argument, node: exp.Expr) -> exp.Expr:
        if take in (Argument.TEXT, Argument.DATE):
            term = self.term(node)
            if term.kind not in (ValueKind.UNKNOWN, ValueKind.NULL, ValueKind(take.value)):
                self._add(
                    rules.WRONG_ARGUMENT, f"{name} is given {_written(node)}", take.value, term.kind
                )
            return term.sql
        wrong = wrong_literal(node, take)
        if wrong is None:
            return literal_copy(node)
        if take is Argument.PATTERN and wrong:
            subject = f"the regular expression {_written(node)} is wrong"
            self._add(rules.BAD_PATTERN, subject, found=wrong)
        else:
            self._add(rules.WRONG_ARGUMENT, f"{name} is given {_written(node)}", take.value)
        return exp.null()

    def _check_group(self, name: str, function: Function, given: Sequence[exp.Expr]) -> None:
        if name != "regexp_extract" or len(given) < len(function.takes):
            return
        pattern, group = given[1], given[2]
        if isinstance(pattern, exp.Literal) and isinstance(group, exp.Literal):
            if wrong_pattern(pattern.name) or not WHOLE_NUMBER.fullmatch(group.name):
                return
            groups = groups_of(pattern.name)
            if int(group.name) > min(groups, 9):
                has = "a pattern with " + (f"{groups} groups" if groups != 1 else "one group")
                self._add(rules.WRONG_ARGUMENT, f"regexp_extract needs group {group.name} of {has}")

    def _agree(self, node: exp.Expr, *terms: Term) -> None:
        kinds = [term.kind for term in terms if term.kind is not ValueKind.UNKNOWN]
        if ValueKind.NULL in kinds:
            self._add(
                rules.KINDS_DIFFER, f"{_written(node)} is never true", remedy="Write IS NULL."
            )
            return
        other = next((kind for kind in kinds if kind is not kinds[0]), None)
        if other is not None:
            wrong = f"{_written(node)} puts {kinds[0]} beside {other}"
            self._add(rules.KINDS_DIFFER, wrong, remedy=_in_quotes(node, {*kinds}))

    def _need_texts(self, node: exp.Expr, *terms: Term) -> None:
        for term in terms:
            if term.kind not in (ValueKind.TEXT, ValueKind.UNKNOWN):
                wrong = f"{_written(node)} puts a text beside {term.kind}"
                self._add(
                    rules.KINDS_DIFFER, wrong, remedy=_in_quotes(node, {ValueKind.TEXT, term.kind})
                )

    def _refuse(self, node: exp.Expr | None) -> Term:
        self._add(rules.NOT_ALLOWED, f"{_written(node)} is not allowed in a condition", ALLOWED)
        return WRONG

    def _add(
        self, code: Code, subject: str, expected: str = "", found: str = "", remedy: str = ""
    ) -> None:
        self._findings.append(Finding(code, str(self._place), subject, expected, found, remedy))


def _written(node: exp.Expr | None) -> str:
    if node is None:
        return "nothing"
    return f"`{shown(node.sql(dialect='duckdb', comments=False))}`"


def _question(term: Term) -> str:
    return "Compare it with something: = 'a value'." if term.kind is ValueKind.TEXT else ""


def _in_quotes(node: exp.Expr, kinds: set[ValueKind]) -> str:
    if kinds != {ValueKind.TEXT, ValueKind.NUMBER}:
        return ""
    numbers = [one for one in node.find_all(exp.Literal) if not one.is_string]
    if not numbers:
        return "Use TRY_CAST to compare a text as a number."
    return f"Write it in quotes: '{shown(numbers[0].name)}'."
