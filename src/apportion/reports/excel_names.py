"""Names sheets as Excel allows: short, without its signs, and no two alike."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 31
_NOT_ALLOWED = re.compile(r"[\[\]:*?/\\]")
#: Excel keeps this name for itself.
_RESERVED = "history"


def sheet_names(titles: Iterable[str]) -> list[str]:
    """Make a name of each title; a number is added where two would be alike."""
    names: list[str] = []
    for title in titles:
        name = _NOT_ALLOWED.sub("-", title).strip("'").strip()[:_LONGEST] or "Sheet"
        taken = {known.casefold() for known in (*names, _RESERVED)}
        number = 2
        fitting = name
        while fitting.casefold() in taken:
            ending = f" {number}"
            fitting = f"{name[: _LONGEST - len(ending)]}{ending}"
            number += 1
        names.append(fitting)
    return names
