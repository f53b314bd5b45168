"""Names sheets as Excel allows: short, without special characters, and unique."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 31
_NOT_ALLOWED = re.compile(r"[\[\]:*?/\\]")
#: A name that Excel reserves.
_RESERVED = "history"


def sheet_names(titles: Iterable[str]) -> list[str]:
    """Make a name from each title; equal names get a number."""
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
