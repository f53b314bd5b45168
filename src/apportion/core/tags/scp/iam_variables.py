"""Policy variables: `${aws:PrincipalTag/Team}` in a resource or value, filled from the request."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: `${key}`, `${key, 'default'}`, and the three signs that are written so to mean themselves.
_VARIABLE = re.compile(r"\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}")
_SIGNS = ("*", "?", "$")

#: Signs that mean themselves in a pattern, as private letters until the pattern is read.
LITERAL = {"*": "\ue000", "?": "\ue001"}


def filled(text: str, facts: Mapping[str, tuple[str, ...]]) -> str | None:
    """Fill the variables in; None where one has no single value, and so nothing can match.

    Stars in what is filled in mean themselves, as AWS keeps values from becoming patterns.
    """
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        name, default = match[1], match[2]
        if name in _SIGNS:
            return LITERAL.get(name, name)
        found = facts.get(name.casefold(), ())
        if len(found) != 1 and default is None:
            missing = True
            return ""
        return plain(found[0] if len(found) == 1 else default)

    done = _VARIABLE.sub(value, text)
    return None if missing else done


def plain(text: str) -> str:
    """Keep a text from being read as a pattern."""
    for sign, character in LITERAL.items():
        text = text.replace(sign, character)
    return text


def shown(text: str) -> str:
    """Restore the literal characters of a filled text."""
    for sign, character in LITERAL.items():
        text = text.replace(character, sign)
    return text
