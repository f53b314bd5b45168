"""The functions that conditions may call, with the types of arguments and results."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from enum import StrEnum


class ValueKind(StrEnum):
    """The type of an expression."""

    TEXT = "a text"
    NUMBER = "a number"
    DATE = "a date"
    YES_NO = "a yes or no"
    NULL = "NULL"
    UNKNOWN = "something wrong"  # already reported; fits everything, so it is reported once


class Argument(StrEnum):
    """The type of an argument."""

    TEXT = "a text"
    DATE = "a date"
    WHOLE = "a whole number"  # a literal: engines disagree on columns here
    PATTERN = "a regular expression in quotes"  # a literal: it is checked before a run meets it
    FLAGS = "some of the letters c, i and s in quotes"


@dataclass(frozen=True)
class Function:
    """`takes` in order; the last `optional` of them may be left out, the last may be `repeated`."""

    gives: ValueKind
    takes: tuple[Argument, ...]
    optional: int = 0
    repeated: bool = False

    @property
    def counts(self) -> str:
        """How many arguments, in words."""
        most = len(self.takes)
        if self.repeated:
            return f"{most} or more"
        return f"{most - self.optional} to {most}" if self.optional else str(most)

    def accepts(self, count: int) -> bool:
        """Whether a number of arguments is right."""
        if self.repeated:
            return count >= len(self.takes)
        return len(self.takes) - self.optional <= count <= len(self.takes)


_TEXT, _WHOLE = Argument.TEXT, Argument.WHOLE

#: By the name DuckDB knows.
FUNCTIONS = {
    "coalesce": Function(ValueKind.TEXT, (_TEXT,), repeated=True),
    "concat": Function(ValueKind.TEXT, (_TEXT,), repeated=True),
    "contains": Function(ValueKind.YES_NO, (_TEXT, _TEXT)),
    "day": Function(ValueKind.NUMBER, (Argument.DATE,)),
    "ends_with": Function(ValueKind.YES_NO, (_TEXT, _TEXT)),
    "left": Function(ValueKind.TEXT, (_TEXT, _WHOLE)),
    "length": Function(ValueKind.NUMBER, (_TEXT,)),
    "lower": Function(ValueKind.TEXT, (_TEXT,)),
    "ltrim": Function(ValueKind.TEXT, (_TEXT, _TEXT), optional=1),
    "month": Function(ValueKind.NUMBER, (Argument.DATE,)),
    "nullif": Function(ValueKind.TEXT, (_TEXT, _TEXT)),
    "regexp_extract": Function(ValueKind.TEXT, (_TEXT, Argument.PATTERN, _WHOLE), optional=1),
    "regexp_matches": Function(
        ValueKind.YES_NO, (_TEXT, Argument.PATTERN, Argument.FLAGS), optional=1
    ),
    "replace": Function(ValueKind.TEXT, (_TEXT, _TEXT, _TEXT)),
    "right": Function(ValueKind.TEXT, (_TEXT, _WHOLE)),
    "rtrim": Function(ValueKind.TEXT, (_TEXT, _TEXT), optional=1),
    "split_part": Function(ValueKind.TEXT, (_TEXT, _TEXT, _WHOLE)),
    "starts_with": Function(ValueKind.YES_NO, (_TEXT, _TEXT)),
    "substring": Function(ValueKind.TEXT, (_TEXT, _WHOLE, _WHOLE), optional=1),
    "trim": Function(ValueKind.TEXT, (_TEXT, _TEXT), optional=1),
    "upper": Function(ValueKind.TEXT, (_TEXT,)),
    "year": Function(ValueKind.NUMBER, (Argument.DATE,)),
}

#: Names that other SQL dialects have for them.
ALSO_CALLED = {"substr": "substring", "regexp_like": "regexp_matches", "len": "length"}

LONGEST_PATTERN = 500

#: What Python's regular expressions know and RE2, which DuckDB uses, refuses.
_NOT_IN_RE2 = re.compile(
    r"""\(\?(?!(?:[ims]+(?:-[ims]+)?)?[:)]|P<[a-zA-Z_])  # look around, atomic groups, other flags
    | \(\?P[=>]                              # a group again
    | [*+?}]\+                               # possessive
    | \\[1-9ZuUN]                            # a group again, Python's own escapes
    | \\[^\x00-\x7f]                         # an escaped letter beyond ASCII
    | (?<!\\)\[\^?\]?[^\]]*\\b               # a backspace in a class
    | \[:\^?(?!(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word
               |xdigit):\])[^\]]*:\]         # a class of characters that is none
    """,
    re.VERBOSE,
)
_REPEATS = re.compile(r"\{(\d*)(?:,(\d*))?\}")
_MOST_REPEATS = 1000  # RE2's own limit, nested ones multiplied


def wrong_pattern(pattern: str) -> str:
    """Describe the fault of a regular expression; empty if there is none.

    Right is what both Python and RE2 read, so that what passes here runs in DuckDB; RE2 takes time
    linear in the text. RE2's own classes of Unicode and quoting are therefore refused too.
    """
    if len(pattern) > LONGEST_PATTERN:
        return f"{len(pattern)} characters, at most {LONGEST_PATTERN} are allowed"
    # Backslashes go in pairs: only what an odd one escapes is an escape.
    refused = _NOT_IN_RE2.search(pattern.replace(r"\\", ".."))
    if refused:
        return f"`{refused.group()}`, which RE2 does not know"
    if _repetition(pattern) > _MOST_REPEATS:
        return f"more than {_MOST_REPEATS} repetitions"
    try:
        _compiled(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)
    return ""


def groups_of(pattern: str) -> int:
    """Count the groups of a right pattern."""
    return _compiled(pattern).groups


def _compiled(pattern: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns of [[:alpha:]], which RE2 has
        return re.compile(pattern)


def _repetition(pattern: str) -> int:
    product = 1
    for least, most in _REPEATS.findall(pattern):
        product *= max(int(least[:6] or 1), int(most[:6] or 1), 1)
    return product
