"""The files that the script, the style and the drawing library are, from the installed packages."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from .charts.palette import ON_DARK

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


#: Ids by which Plotly sees that a style of its maps is in the page already. We draw no maps, and
#: our policy forbids styles in pages, so the script holds these places before it loads Plotly.
_OWN_STYLES = re.compile(r'getElementById\("([0-9a-f]{64})"\)')


@dataclass(frozen=True)
class StaticFile:
    """A file with its type, and packed."""

    content: bytes
    packed: bytes
    media_type: str


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Read every file that pages need; 1.5 MB packed, nearly all of it Plotly's."""
    own = files(__package__) / "static"
    found = {entry.name: entry.read_bytes() for entry in own.iterdir() if entry.is_file()}
    found["plotly.js"] = (files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    held = sorted(set(_OWN_STYLES.findall(found["plotly.js"].decode())))
    told = json.dumps({"onDark": ON_DARK, "held": held})
    found["palette.js"] = f"window.apportion = {told};\n".encode()
    return {name: _static(name, content) for name, content in found.items()}


@cache
def version() -> str:
    """Name the content of all files: addresses with it in them never change their content."""
    told = sha256()
    for name, file in sorted(static_files().items()):
        told.update(name.encode() + sha256(file.content).digest())
    return told.hexdigest()[:12]


def _static(name: str, content: bytes) -> StaticFile:
    kind = _TYPES[name.rpartition(".")[2]]
    return StaticFile(content, gzip.compress(content, 6, mtime=0), f"{kind}; charset=utf-8")
