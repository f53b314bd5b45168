"""Runs the example of a whole life in AWS, which checks itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import forked
import whole_life
from apportion.cli.main import main
from larkmoor_in_aws.prompt import Prompt

EXAMPLES = Path(__file__).parents[2] / "examples"


class ForkedPrompt(Prompt):
    """A prompt whose commands have imported everything already."""

    def run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        assert words[0] == "apportion"
        return forked.run(main, *words[1:], folder=self.folder, environment=self.around())


def lives(folder: Path, *words: str, checks: int) -> None:
    """Let it tell the whole life, which ends with so many checks that hold."""
    program = str(EXAMPLES / "whole_life.py")
    done = subprocess.run(
        [sys.executable, program, str(folder), *words], capture_output=True, text=True, check=False
    )
    check(done, folder, checks=checks)


def lives_in_short(folder: Path, *, checks: int) -> None:
    """Let it tell one month, by commands that have imported everything already."""
    folder.mkdir()
    words = (str(folder), "--short")
    done = forked.run(tell, *words, folder=folder, environment=os.environ)
    check(done, folder, checks=checks)


def tell() -> None:
    """Be the example's program; its AWS is one of its own."""
    sys.exit(whole_life.main(prompt=ForkedPrompt))


def check(done: subprocess.CompletedProcess[str], folder: Path, *, checks: int) -> None:
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "✗" not in done.stdout
    assert int(re.findall(r"(\d+) checks hold", done.stdout)[0]) >= checks
    assert (folder / "ledger").is_dir()
