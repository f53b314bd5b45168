"""The shell completes months from the files of the ledger, and is silent where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = "from apportion.cli.options.completion import complete_period as c; print(c({!r}))"


def completed(folder: Path, incomplete: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(incomplete)],
        cwd=folder,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_allocated_months_are_offered_newest_first(tmp_path: Path) -> None:
    (tmp_path / "apportion.toml").write_text('ledger = "books"\n')
    (tmp_path / "books" / "proofs").mkdir(parents=True)
    for name in ("2026-08-1f0c9a77e2b4.json", "2026-09-d8f2f7287f14.json", "notes.txt"):
        (tmp_path / "books" / "proofs" / name).touch()
    assert completed(tmp_path, "") == "['latest', 'last-month', '2026-09', '2026-08']"
    assert completed(tmp_path, "la") == "['latest', 'last-month']"
    assert completed(tmp_path, "2026-08..") == "['2026-08..2026-09', '2026-08..2026-08']"


def test_nothing_is_said_where_there_is_no_ledger(tmp_path: Path) -> None:
    assert completed(tmp_path, "2026") == "[]"
