"""Conditions: SQL over the columns of a charge, checked against an allow-list."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlglot
from sqlglot import Token, TokenType, exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, SqlglotError

from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place, failing
from apportion.model.rulebook import Condition
from apportion.model.suggestions import shown

from .rebuild import ALLOWED, Rebuilder
from .tree_checks import levels

MOST_CHARACTERS = 20_000
MOST_TOKENS = 5_000
MOST_LEVELS = 30
_OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}

#: What sqlglot raises on texts that are no SQL: mostly ParseError, now and then a plain slip.
_UNREADABLE = (
    SqlglotError,
    RecursionError,
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)


def read_condition(
    text: str, *, place: Place, dimensions: Collection[str], findings: list[Finding]
) -> Condition | None:
    """Read a condition; None, with findings, if anything in it is wrong.

    Only what `condition_terms` rebuilds reaches the SQL. `a ~ 'b'` is true if b occurs in a, as
    in PostgreSQL; DuckDB's own `~` would match in full. A cast that fails gives NULL.
    """
    own: list[Finding] = []
    parsed = _parse(text, place)
    if isinstance(parsed, Finding):
        findings.append(parsed)
        return None
    rebuilder = Rebuilder(place=place, dimensions=dimensions, findings=own)
    rebuilt = rebuilder.yes_no(parsed)
    # An expression that stands twice in a condition has its finding once.
    findings += dict.fromkeys(own)
    if failing(own):
        return None
    sql = rebuilt.sql(dialect="duckdb", comments=False)
    return Condition(text, sql, tuple(sorted(rebuilder.columns)), place)


def is_always_true(condition: Condition) -> bool:
    """Whether the condition is `true`."""
    return condition.sql == "TRUE"


def only_value(condition: Condition, column: str) -> str:
    """Give X if the whole condition is `column = 'X'`, otherwise an empty text."""
    tree = sqlglot.parse_one(condition.sql, dialect="duckdb")
    if not isinstance(tree, exp.EQ):
        return ""
    return next((value for name, value in _pairs(tree) if name == column), "")


def compared_values(condition: Condition) -> tuple[tuple[str, str], ...]:
    """List the columns and the texts that the condition compares them with by =, <> or IN."""
    tree = sqlglot.parse_one(condition.sql, dialect="duckdb")
    return tuple(
        pair for node in tree.find_all(exp.EQ, exp.NEQ, exp.In) for pair in sorted(_pairs(node))
    )


#: DuckDB's grammar with every function call left a name and its arguments, so that our table of
#: functions decides, not sqlglot's hundreds of classes and their rewritings.
_Parser = type(
    "_Parser",
    (DuckDB.Parser,),
    {
        "FUNCTIONS": {},
        "NO_PAREN_FUNCTIONS": {},
        "FUNCTION_PARSERS": {
            name: parser
            for name, parser in DuckDB.Parser.FUNCTION_PARSERS.items()
            if name in ("CAST", "TRY_CAST")
        },
        "NO_PAREN_FUNCTION_PARSERS": {
            name: parser
            for name, parser in DuckDB.Parser.NO_PAREN_FUNCTION_PARSERS.items()
            if name == "CASE"
        },
    },
)


def _parse(text: str, place: Place) -> exp.Expr | Finding:
    if len(text) > MOST_CHARACTERS:
        return _too_large("too long", f"at most {MOST_CHARACTERS} characters", place)
    if not all(_writable(character) for character in text):
        subject = f"the condition `{shown(text)}` cannot be shown"
        return Finding(rules.CONTROL_CHARACTER, str(place), subject, "printable characters")
    try:
        tree = _tree(text, place)
    except _UNREADABLE as error:
        return _unreadable(text, place, _reason(error))
    if isinstance(tree, exp.Expr) and levels(tree) > MOST_LEVELS:
        return _too_large("nested too deeply", f"at most {MOST_LEVELS} levels", place)
    return tree


def _tree(text: str, place: Place) -> exp.Expr | Finding:
    dialect = DuckDB()
    tokens = dialect.tokenize(text)
    wrong = _wrong_tokens(tokens, place)
    if wrong:
        return wrong
    trees = _Parser(dialect=dialect).parse_into(exp.Condition, tokens, text)
    whole = len(trees) == 1 and isinstance(trees[0], exp.Expr)
    return trees[0] if whole else _unreadable(text, place, "")


def _wrong_tokens(tokens: Sequence[Token], place: Place) -> Finding | None:
    """Find what must not even be parsed: several statements, comments, and too much of it."""
    if len(tokens) > MOST_TOKENS:
        return _too_large("too long", f"at most {MOST_TOKENS} words", place)
    if any(token.token_type is TokenType.SEMICOLON for token in tokens):
        subject = "`;` is not allowed in a condition"
        return Finding(rules.NOT_ALLOWED, str(place), subject, ALLOWED)
    if any(token.comments for token in tokens):
        subject = "a comment is not allowed in a condition"
        remedy = "Write it as a comment of YAML, on a line of its own that begins with #."
        return Finding(rules.NOT_ALLOWED, str(place), subject, remedy=remedy)
    if _nesting(tokens) > MOST_LEVELS:
        return _too_large("nested too deeply", f"at most {MOST_LEVELS} levels", place)
    return None


def _nesting(tokens: Sequence[Token]) -> int:
    """Count what the parser would recurse into: brackets, CASE, and chains of NOT and minus."""
    depth = deepest = prefixes = 0
    for token in tokens:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        prefixes = prefixes + 1 if token.token_type in (TokenType.NOT, TokenType.DASH) else 0
        deepest = max(deepest, depth, prefixes)
    return deepest


def _pairs(node: exp.Expr) -> list[tuple[str, str]]:
    sides = (
        [node.this, *node.expressions] if isinstance(node, exp.In) else [node.this, node.expression]
    )
    names = [side.name for side in sides if isinstance(side, exp.Column)]
    values = [side.name for side in sides if isinstance(side, exp.Literal) and side.is_string]
    return [(name, value) for name in names for value in values] if len(names) == 1 else []


def _writable(character: str) -> bool:
    code = ord(character)
    return character in "\t\r\n" or (code >= 32 and not 0xD800 <= code <= 0xDFFF)


def _too_large(how: str, expected: str, place: Place) -> Finding:
    return Finding(rules.CONDITION_TOO_LARGE, str(place), f"the condition is {how}", expected)


def _unreadable(text: str, place: Place, reason: str) -> Finding:
    subject = f"the condition `{shown(text)}` is no SQL"
    return Finding(rules.NOT_A_CONDITION, str(place), subject, found=reason, remedy=_hint(text))


def _reason(error: Exception) -> str:
    first = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    return shown(str(first.get("description") or "")).rstrip(".")


def _hint(text: str) -> str:
    lower = text.lower()
    if "account_tag:" in lower:
        return "Write account_tags['Key'] for the tag of an account."
    if "tag:" in lower:
        return "Write Tags['Key'] for a tag."
    return "Texts stand in single quotes, as in ServiceName = 'Amazon EC2'."
