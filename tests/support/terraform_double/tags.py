"""What AWS says of tags only when it is too late: at apply."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ALLOWED = re.compile(r"[\w\s.:/=+\-@]*")


def wrong_tags(tags: Mapping[str, object]) -> list[str]:
    """List what AWS would refuse; values that are not known yet are let through."""
    result = [f"{len(tags)} tags; AWS takes 50"] if len(tags) > 50 else []
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            result.append(f"{key}: keys of AWS begin so")
        if not 1 <= len(key) <= 128 or not _ALLOWED.fullmatch(key):
            result.append(f"{key}: a key has 1 to 128 letters, digits, spaces and _.:/=+-@")
        if isinstance(value, str) and (len(value) > 256 or not _ALLOWED.fullmatch(value)):
            result.append(f"{key}: {value!r}: at most 256 letters, digits, spaces and _.:/=+-@")
    return result
