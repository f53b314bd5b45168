"""What Git knows of the rules' folder: who changed what, when, and how it stood then."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from apportion.model.document import RulesChange

_FIELDS = "%H%x1f%an%x1f%aI%x1f%s%x1e"
_MOST = 20


class GitHistory:
    """A `ports.RulesHistory` of a folder; empty words where it lies in no repository.

    Only committed changes of `paths`, which are relative to the folder. Git runs without hooks,
    pagers or external diff programs of the repository.
    """

    def __init__(self, folder: Path, paths: Sequence[str]) -> None:
        self._folder = folder
        self._paths = list(paths)

    def changes(self, *, since: str) -> list[RulesChange] | None:
        told = self._git(
            *("log", f"--since={since}", f"--max-count={_MOST}", f"--format={_FIELDS}"),
            paths=self._paths,
        )
        if told is None:
            return None
        entries = [entry.strip("\n").split("\x1f") for entry in _text(told).split("\x1e")]
        return [
            RulesChange(commit, author, at, subject, self._diff(commit))
            for commit, author, at, subject in reversed([e for e in entries if len(e) == 4])
        ]

    def before(self, commit: str, to: Path) -> bool:
        return self._unpack(f"{commit}^", to)

    def after(self, commit: str, to: Path) -> bool:
        return self._unpack(commit, to)

    def _diff(self, commit: str) -> tuple[str, ...]:
        told = self._git(
            *("show", "--format=", "--no-ext-diff", "--unified=1", "--relative", commit),
            paths=self._paths,
        )
        return tuple(_text(told or b"").splitlines())

    def _unpack(self, revision: str, to: Path) -> bool:
        """Lay the folder's files out as they stood; False where there was nothing."""
        packed = self._git("archive", "--format=tar", revision)
        if not packed:
            return False
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(to, filter="data")
        return True

    def _git(self, *arguments: str, paths: Sequence[str] = (".",)) -> bytes | None:
        """Run Git in the folder; None where it says no, or is not there."""
        try:
            done = subprocess.run(  # noqa: S603 - the words are ours, revisions are Git's own
                [
                    *("git", "-c", "core.hooksPath=/dev/null", "--no-pager"),
                    *(*arguments, "--", *paths),
                ],
                cwd=self._folder,
                capture_output=True,
                timeout=60,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None


def _text(content: bytes) -> str:
    return content.decode("utf-8", "backslashreplace")
