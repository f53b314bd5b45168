"""The static files: script, style sheet and the chart library, from the installed packages."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from .charts.palette import DARK_COLOURS

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


#: Ids by which Plotly checks whether the styles of its maps are in the page. Pages have no maps and
#: forbid inline styles, so the script adds elements with these ids before it loads Plotly.
_STYLE_IDS = re.compile(r'getElementById\("([0-9a-f]{64})"\)')


@dataclass(frozen=True)
class StaticFile:
    """A file with its type and its compressed content."""

    content: bytes
    compressed: bytes
    media_type: str


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Read every static file; compressed 1.5 MB, nearly all of it Plotly."""
    own = files(__package__) / "static"
    found = {entry.name: entry.read_bytes() for entry in own.iterdir() if entry.is_file()}
    found["plotly.js"] = (files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    style_ids = sorted(set(_STYLE_IDS.findall(found["plotly.js"].decode())))
    settings = json.dumps({"darkColours": DARK_COLOURS, "styleIds": style_ids})
    found["palette.js"] = f"window.apportion = {settings};\n".encode()
    return {name: _static(name, content) for name, content in found.items()}


@cache
def version() -> str:
    """Hash the content of all files; an address with this hash always has the same content."""
    digest = sha256()
    for name, file in sorted(static_files().items()):
        digest.update(name.encode() + sha256(file.content).digest())
    return digest.hexdigest()[:12]


def _static(name: str, content: bytes) -> StaticFile:
    kind = _TYPES[name.rpartition(".")[2]]
    return StaticFile(content, gzip.compress(content, 6, mtime=0), f"{kind}; charset=utf-8")
