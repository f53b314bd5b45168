"""The parsed tree of a condition: its depth, its chains, and unexpected parts."""

from __future__ import annotations

from sqlglot import exp

_PARTS: dict[type[exp.Expr], set[str]] = {
    exp.In: {"this", "expressions"},
    exp.Between: {"this", "low", "high"},
    exp.Bracket: {"this", "expressions", "offset"},
    exp.Case: {"this", "ifs", "default"},
    exp.Cast: {"this", "to"},
    exp.TryCast: {"this", "to", "safe"},
    exp.Like: {"this", "expression", "negate"},
    exp.ILike: {"this", "expression", "negate"},
    exp.Anonymous: {"this", "expressions"},
    exp.RegexpLike: {"this", "expression", "flag"},
}


def levels(tree: exp.Expr) -> int:
    """Count levels without recursion; a chain of ANDs or ORs is one level."""
    deepest = 0
    waiting: list[tuple[exp.Expr, int]] = [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        for child in node.iter_expressions():
            chained = isinstance(node, exp.Connector) and type(child) is type(node)
            flat = chained or isinstance(node, exp.Paren)
            waiting.append((child, level if flat else level + 1))
    return deepest


def only_known_parts(node: exp.Expr) -> bool:
    """Refuse a part that a later sqlglot adds to a node and that we would drop in silence."""
    known = _PARTS.get(type(node))
    return known is None or all(name in known for name, part in node.args.items() if part)


def flat(node: exp.Expr) -> list[exp.Expr]:
    """The parts of a chain of one connector, left to right, without recursion."""
    parts: list[exp.Expr] = []
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if type(part) is type(node):
            waiting += [part.expression, part.this]
        else:
            parts.append(part)
    return parts
