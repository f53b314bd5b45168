"""Locations of files, as text: an absolute path, or a URI such as `s3://bucket/key`.

Ports speak of locations, so that an engine can write where no local path leads.
"""

from __future__ import annotations

from pathlib import Path

_FILE = "file://"


def local_path(location: str) -> Path:
    """The path of a location on this machine; raises ValueError for a location elsewhere."""
    path = location.removeprefix(_FILE)
    if "://" in path:
        message = f"{location} is not on this machine"
        raise ValueError(message)
    return Path(path)
