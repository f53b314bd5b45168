"""Two months of the demo organisation, allocated, and a user at a prompt in its folder."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apportion.app.workspace import open_workspace
from apportion.cli.commands.demo import _files
from apportion.cli.main import run
from apportion.cli.session import Outside
from apportion.demo.bill import Form
from apportion.demo.generate import generate
from apportion.model.period import Period

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
MONTHS = (Period(2026, 8), Period(2026, 9))


class Typed:
    """A user at a prompt in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.code, self.out, self.err = folder, 0, "", ""

    def __call__(self, *words: str) -> Typed:
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        outside = Outside(folder=self.folder, environment={}, now=lambda: NOW, out=out, err=err)
        self.code = run(words, outside)
        out.seek(0)
        self.out, self.err = out.read(), " ".join(err.getvalue().split())
        return self

    @property
    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.out)
        return found


def make(folder: Path) -> Path:
    """Write the demo's files and bills into a folder, take the bills in and allocate them."""
    for name, content in _files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    made = generate(folder / "bills", months=MONTHS, forms=(Form.CUR_2,))
    workspace = open_workspace(folder)
    for root in made.roots:
        workspace.ingest([root])
    workspace.allocate()
    return folder


def copied(folder: Path, to: Path) -> Path:
    """Copy what may be changed; the ledger is shared, as it is only read."""
    for name in ("apportion.toml", "tags.yaml", "accounts.csv"):
        shutil.copy(folder / name, to / name)
    for name in ("rulebook", "drivers"):
        shutil.copytree(folder / name, to / name)
    (to / "ledger").symlink_to(folder / "ledger")
    return to
