"""A prompt: types commands of the real program, shows what they say, and checks claims."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Longer outputs are cut, as somebody who looks on would scroll over them.
_LINES = 24


class NotSoError(Exception):
    """Something is not as it is said to be."""


@dataclass
class Prompt:
    """Somebody in a folder, with an AWS in the environment."""

    folder: Path
    environment: Mapping[str, str]
    checks: int = 0
    began: float = 0.0

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        self.began = self.began or time.monotonic()
        took = time.monotonic() - self.began
        print(f"\n━━ {title} {'━' * max(4, 70 - len(title))} {took:.0f} s", flush=True)

    def aside(self, words: str) -> None:
        """Say what somebody else does meanwhile."""
        print(f"\n   {words}", flush=True)

    def types(self, command: str, *, code: int = 0) -> str:
        """Type a command and show it; gives what it wrote. It must end with the exit code."""
        print(f"\n$ {command}", flush=True)
        done = self.run(shlex.split(command))
        _show(done.stdout)
        _show(done.stderr)
        if done.returncode != code:
            raise NotSoError(f"`{command}` ended with {done.returncode} and not with {code}")
        return done.stdout + done.stderr

    def asks(self, command: str) -> list[dict[str, Any]]:
        """Ask for rows, and show nothing: only a check wants them."""
        done = self.run([*shlex.split(command), "--output", "json"])
        if done.returncode != 0:
            raise NotSoError(f"`{command}` ended with {done.returncode}: {done.stderr}")
        rows: list[dict[str, Any]] = json.loads(done.stdout)
        return rows

    def so(self, claim: str, *, holds: bool) -> None:
        """Check a claim."""
        print(f"  {'✓' if holds else '✗'} {claim}", flush=True)
        if not holds:
            raise NotSoError(claim)
        self.checks += 1

    def run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder, with this AWS in its environment."""
        program = Path(sys.executable).with_name(words[0])
        return subprocess.run(
            [str(program), *words[1:]],
            cwd=self.folder,
            env=self.around(),
            capture_output=True,
            text=True,
            check=False,
        )

    def around(self) -> dict[str, str]:
        """Give the whole environment of a command."""
        return {**self.environment, "PATH": os.environ["PATH"], "COLUMNS": "100"}


def _show(output: str) -> None:
    lines = output.rstrip().splitlines()
    for line in lines[:_LINES]:
        print(f"  {line}".rstrip())
    if len(lines) > _LINES:
        print(f"  … {len(lines) - _LINES} lines more")
