"""Runs the example of a whole life in AWS, which checks itself."""

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


def lives(folder: Path, *words: str, checks: int) -> None:
    """Let it tell the whole life, which ends with so many checks that hold."""
    done = run(str(folder), *words)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "✗" not in done.stdout
    assert int(re.findall(r"(\d+) checks hold", done.stdout)[0]) >= checks
    assert (folder / "ledger").is_dir()
