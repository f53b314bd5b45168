"""Takes from requirements.lock what pip would install here, each with its hashes.

The lock has what tests need too. `pip install --dry-run --report` says what the program needs.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def needed(report: str, lock: str, own: str = "apportion") -> str:
    """Give the lock's entries of the packages in a report; raises KeyError where it lacks one."""
    names = {_plain(one["metadata"]["name"]) for one in json.loads(report)["install"]} - {own}
    entries = {_plain(found[0]): entry for entry in _entries(lock) if (found := _NAME.match(entry))}
    return "".join(entries[name] for name in sorted(names))


def _entries(lock: str) -> list[str]:
    """Split a lock into entries: a line with a name, and the indented lines that follow it."""
    text = "\n".join(line for line in lock.splitlines() if not line.lstrip().startswith("#"))
    return [entry.rstrip("\\ \n") + "\n" for entry in re.split(r"\n(?=\S)", text) if entry.strip()]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.stdout.write(
        needed(Path(sys.argv[1]).read_text("utf-8"), Path(sys.argv[2]).read_text("utf-8"))
    )
