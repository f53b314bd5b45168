"""Patterns of tag values: regular expressions that any engine reads alike and no text can stall.

Values come from whoever can tag a resource, so a pattern must not be one that backtracks without
end: nothing repeated stands inside something repeated. The standard library alone is used, for the
function that runs in AWS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 300
#: Each open-ended repetition multiplies the work by the length of the value, which is at most 256.
MOST_OPEN = 3
_REPEAT = re.compile(r"\?|\*|\+|\{(\d+)(,?)(\d*)\}")
_MOST_TIMES = 256


@dataclass
class _Group:
    varies: bool = False  # holds a choice or a repetition: has several ways to match one text


def wrong_pattern(pattern: str) -> str:
    """The reason why a pattern cannot be used; empty if it can."""
    if len(pattern) > LONGEST:
        return f"{len(pattern)} characters, at most {LONGEST} are allowed"
    if "(?" in pattern:
        return "`(?`, which is not the same everywhere"
    if "[[" in pattern or re.search(r"--|&&|~~|\|\|", pattern):
        return "two signs in a row that will mean something else one day"
    if re.search(r"\\[^.\\\-/()\[\]{}+*?|^$ dw]", pattern):
        return "a backslash before something that is no sign"
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)
    return _stalls(pattern)


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern that was found right; it is matched in full."""
    return re.compile(pattern, re.ASCII)


def _stalls(pattern: str) -> str:
    """Find what could take for ever: repetition of what varies, and too many open repetitions."""
    groups, closed, opened, at = [_Group()], _Group(), 0, 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at, closed = at + 2, _Group()
        elif character == "[":
            at, closed = _after_set(pattern, at), _Group()
        elif character == "(":
            groups.append(_Group())
            at += 1
        elif character == ")":
            closed = groups.pop()
            groups[-1].varies |= closed.varies
            at += 1
        elif repeat := _REPEAT.match(pattern, at):
            wrong, varies = _repeated(repeat, closed)
            if wrong:
                return wrong
            opened += varies
            groups[-1].varies |= varies
            at = repeat.end()
        else:
            groups[-1].varies |= character == "|"
            at, closed = at + 1, _Group()
    return f"{opened} open repetitions, at most {MOST_OPEN}" if opened > MOST_OPEN else ""


def _repeated(repeat: re.Match[str], inner: _Group) -> tuple[str, bool]:
    """Check a repetition; returns whether its length varies."""
    least, comma, most = repeat[1], repeat[2], repeat[3]
    if least is not None and max(int(least), int(most or 0)) > _MOST_TIMES:
        return f"a repetition of more than {_MOST_TIMES}", False
    if repeat[0] == "?":
        return "", False
    if inner.varies:
        return "something repeated that has a choice or a repetition inside", True
    return "", least is None or bool(comma and least != most)


def _after_set(pattern: str, at: int) -> int:
    """Find where a set like [a-z] ends."""
    at += 1
    at += pattern[at : at + 1] == "^"
    at += pattern[at : at + 1] == "]"
    while pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at + 1
