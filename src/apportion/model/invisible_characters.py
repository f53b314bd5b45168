"""Texts that look alike and are not: characters that cannot be seen, and words for nothing.

SQL and Python go by these lists; each has its own code. Patterns are written so that RE2 and Python
read them alike.
"""

from __future__ import annotations

import re
from unicodedata import normalize

#: Control characters, soft hyphen, joiners, marks of direction, byte order mark, fillers.
INVISIBLE = (
    "[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
)
#: Every blank but the plain one.
BLANKS = "[\\t\\n\\x0b\\f\\r\\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"

#: What generators write where there is nothing: Python's None, a float that is none, pandas' NA.
EMPTY_WORDS = ("NULL", "null", "None", "NaN", "nan", "NaT", "<NA>")

#: The one of them that stands for an empty amount in a CSV: a database writes it for NULL.
EMPTY_AMOUNT = "NULL"

_INVISIBLE, _BLANKS = re.compile(INVISIBLE), re.compile(BLANKS)


def clean(text: str) -> str:
    """Remove invisible characters and blanks around a text, as NFC; words for nothing are empty."""
    seen = normalize("NFC", _BLANKS.sub(" ", _INVISIBLE.sub("", text))).strip(" ")
    return "" if seen in EMPTY_WORDS else seen
