"""Lays out where a number comes from as a tree of lines, amounts in a column at the right."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from rich.cells import cell_len

from apportion.model.cents import ROUNDED, money
from apportion.model.outcome import ExplanationNode
from apportion.model.row import Row
from apportion.model.wording import percent
from apportion.reports import plain
from apportion.reports.columns import is_share
from apportion.reports.visible import visible

from .styling import Paint, unpainted

#: Wider trees put the amounts too far from their names.
WIDEST = 110
COLUMNS = ("level", "title", "amount", "currency", "place", "facts")


def lay_out(root: ExplanationNode, *, width: int = 100, paint: Paint = unpainted) -> str:
    """Write a tree; a branch's facts and place follow on a fainter line under it."""
    lines = list(_lines(root, "", "", width=min(width, WIDEST), paint=paint))
    if root.cents_off:
        lines.append(paint(ROUNDED, "faint"))
    return "\n".join(lines) + "\n"


def pruned(branch: ExplanationNode, depth: int) -> ExplanationNode:
    """Keep this many levels."""
    kept = tuple(pruned(inner, depth - 1) for inner in branch.children) if depth > 0 else ()
    return replace(branch, children=kept)


def rows(root: ExplanationNode) -> list[Row]:
    """Flatten a tree for tables of rows: `level` 0 is the root, its children follow it."""
    return [
        {
            "level": level,
            "title": branch.title,
            "amount": branch.amount,
            "currency": branch.currency or None,
            "place": branch.place or None,
            "facts": dict(branch.facts) or None,
        }
        for level, branch in _walked(root, 0)
    ]


def nested(branch: ExplanationNode) -> dict[str, object]:
    """Turn a tree into the mappings of a JSON document; what is empty is left out."""
    whole = {
        "title": branch.title,
        "amount": branch.amount,
        "currency": branch.currency,
        "place": branch.place,
        **({"facts": dict(branch.facts)} if branch.facts else {}),
        "children": [nested(inner) for inner in branch.children],
    }
    return {name: value for name, value in whole.items() if value not in (None, "", [])}


def _walked(branch: ExplanationNode, level: int) -> Iterator[tuple[int, ExplanationNode]]:
    yield level, branch
    for inner in branch.children:
        yield from _walked(inner, level + 1)


def _lines(
    branch: ExplanationNode, first: str, rest: str, *, width: int, paint: Paint
) -> Iterator[str]:
    below = f"{rest}{'│  ' if branch.children else '   '}"
    yield from _line(branch, first, below, width=width, paint=paint)
    room = max(width - cell_len(below), 20)
    for words in _facts(branch, room):
        yield f"{paint(below, 'rule')}{paint(words, 'faint')}"
    for number, inner in enumerate(branch.children, 1):
        last = number == len(branch.children)
        own, under = ("└─ ", "   ") if last else ("├─ ", "│  ")
        yield from _lines(inner, rest + own, rest + under, width=width, paint=paint)


def _line(
    branch: ExplanationNode, first: str, rest: str, *, width: int, paint: Paint
) -> Iterator[str]:
    """Write the title, wrapped where it is long, with the amount at the end of its first line."""
    amount = _amount(branch)
    room = max(width - max(map(cell_len, (first, rest))) - cell_len(amount) - 2, 20)
    titles = textwrap.wrap(visible(branch.title), room, break_on_hyphens=False) or [""]
    gap = " " * max(width - cell_len(first) - cell_len(titles[0]) - cell_len(amount), 2)
    look = "negative" if amount.startswith("-") else "body"
    shown = f"{gap}{paint(amount, look)}" if amount else ""
    title = paint(titles[0], "head" if not first else "body")
    yield f"{paint(first, 'rule')}{title}{shown}"
    for more in titles[1:]:
        yield f"{paint(rest, 'rule')}{more}"


def _amount(branch: ExplanationNode) -> str:
    if branch.amount is None:
        return ""
    return money(branch.amount, visible(branch.currency))


def _facts(branch: ExplanationNode, room: int) -> list[str]:
    """Fill lines with `name value` pairs; a pair is broken only where it is longer than a line."""
    pairs = [f"{visible(name)} {_fact(name, value)}" for name, value in branch.facts.items()]
    pairs += [visible(branch.place)] if branch.place else []
    lines: list[str] = []
    for pair in pairs:
        if lines and cell_len(lines[-1]) + 3 + cell_len(pair) <= room:
            lines[-1] += f" · {pair}"
        else:
            lines += textwrap.wrap(pair, room, subsequent_indent="  ", break_on_hyphens=False)
    return lines


def _fact(name: str, value: object) -> str:
    if isinstance(value, Decimal):
        return percent(value, places=4) if is_share(name) else f"{value:,f}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(visible(plain.text(inner)) for inner in value)
    return visible(plain.text(value))
