"""What the demo leaves, as the README runs it: made once for all tests that look at it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from apportion.cli.main import run
from apportion.cli.session import Outside


@dataclass(frozen=True)
class Demo:
    """The folder in which `apportion demo larkmoor` ran, and what it wrote to stdout and stderr."""

    folder: Path

    @property
    def workspace(self) -> Path:
        """The folder that it made."""
        return self.folder / "larkmoor"

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text("utf-8")

    @property
    def err(self) -> str:
        return (self.folder / "err").read_text("utf-8")

    def outside(self, out: io.StringIO, err: io.StringIO) -> Outside:
        """Be in that folder."""
        return Outside(folder=self.folder, environment={"COLUMNS": "100"}, out=out, err=err)


def make(folder: Path) -> None:
    """Run the demo in a folder."""
    out, err = io.StringIO(), io.StringIO()
    assert run(["demo", "larkmoor"], Demo(folder).outside(out, err)) == 0, err.getvalue()
    (folder / "out").write_text(out.getvalue(), "utf-8")
    (folder / "err").write_text(err.getvalue(), "utf-8")
