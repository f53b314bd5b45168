"""A term: a part of a condition that is rebuilt, with its type."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from .functions import ValueKind


@dataclass(frozen=True)
class Term:
    """A rebuilt expression and its type."""

    sql: exp.Expr
    kind: ValueKind


#: Stands where a part was refused: what is around it is still checked.
WRONG = Term(exp.null(), ValueKind.UNKNOWN)


def negated(sql: exp.Expr) -> exp.Expr:
    """Put NOT before an expression, which then stands in parentheses."""
    return exp.Not(this=exp.paren(sql, copy=False))


def closed(term: Term) -> exp.Expr:
    """Put parentheses around everything that is not one piece."""
    whole = (exp.Column, exp.Literal, exp.Anonymous, exp.Null, exp.Boolean, exp.Case, exp.TryCast)
    return term.sql if isinstance(term.sql, whole) else exp.paren(term.sql, copy=False)
