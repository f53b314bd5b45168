"""Measure the error of `nowcast` on deliveries of one export, as it would have been at each.

    python bench/nowcast.py                the running month of the demo
    python bench/nowcast.py FOLDER         files whose names begin with the Unix time of their copy

Each delivery is ingested with its time into a ledger of its own, the last one is allocated, and the
rows of `apportion nowcast --backtest` by age are printed, in percent of the true amounts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from apportion.app.workspace import Workspace, open_workspace
from apportion.cli.commands.demo import _files, add_running_month
from apportion.cli.commands.init import starter
from apportion.demo.running_month import RUNNING
from apportion.model.question import Question
from apportion.model.row import Row

_COLUMNS = ("level", "horizon", "estimates", "wape_share", "bias_share", "covered_share")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as temporary:
        at = Path(temporary)
        rows = measure_demo(at) if folder is None else measure(at, folder)
    print("".join(f"{name:>16}" for name in _COLUMNS))
    for row in rows:
        print("".join(f"{_shown(row[name]):>16}" for name in _COLUMNS))


def measure_demo(at: Path) -> list[Row]:
    """Rows by age for the demo's running month, ingested and allocated as the demo does it."""
    _write(at, _files())
    workspace = open_workspace(at)
    add_running_month(workspace, at)
    return _by_age(workspace, str(RUNNING))


def measure(at: Path, folder: Path) -> list[Row]:
    """Rows by age for the month of the newest delivery in a folder."""
    _write(at, starter())
    workspace, copy = open_workspace(at), at / "bill.parquet"
    for path in sorted(folder.glob("*.parquet")):
        shutil.copyfile(path, copy)
        made = float(".".join(path.name.split(".")[:2]))
        os.utime(copy, (made, made))
        workspace.ingest([copy])
    workspace.allocate()
    newest = max(str(row["period"]) for row in workspace.history().rows)
    return _by_age(workspace, newest)


def _write(at: Path, contents: Mapping[str, bytes]) -> None:
    for name, content in contents.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_bytes(content)


def _by_age(workspace: Workspace, period: str) -> list[Row]:
    found = workspace.nowcast.backtest(Question(period))
    for sentence in found.messages:
        print(sentence)
    return [row for row in found.rows if row["group"] == "(all)"]


def _shown(value: object) -> str:
    """A share in percent, all else as it is."""
    if value is None:
        return "-"
    return f"{value * 100:.1f} %" if isinstance(value, Decimal) else str(value)


if __name__ == "__main__":
    main()
