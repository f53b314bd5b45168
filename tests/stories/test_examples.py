"""The examples do what they show: programs that check themselves and end with 1 if it is not so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(EXAMPLES / "whole_life.py"), *words],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_whole_life_of_a_month_in_aws(tmp_path: Path) -> None:
    lives(tmp_path / "larkmoor", "--short", checks=13)


def lives(folder: Path, *words: str, checks: int) -> None:
    """Let it tell the whole life, which ends with so many checks that hold."""
    done = run(str(folder), *words)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "✗" not in done.stdout
    assert int(re.findall(r"(\d+) checks hold", done.stdout)[0]) >= checks
    assert (folder / "ledger").is_dir()
