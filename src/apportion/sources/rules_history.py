"""The Git history of the rules' folder: author, change, time and content."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from apportion.model.document import RulesChange

_FIELDS = "%H%x1f%an%x1f%cI%x1f%s%x1e"
_MOST = 20


class GitHistory:
    """A `ports.rules_history.RulesHistory` of a folder; empty words where it lies in no repository.

    Only committed changes of `paths`, which are relative to the folder. Of a merge, what it brought
    to the line that it was merged into, on the day of the merge: so each change follows the one
    before it. Git runs without hooks, pagers, colours or external diff programs.
    """

    def __init__(self, folder: Path, paths: Sequence[str]) -> None:
        self._folder = folder
        self._paths = list(paths)

    def changes(self, *, since: str) -> list[RulesChange] | None:
        output = self._git(
            *("log", "--first-parent", "--no-show-signature", f"--since={since}"),
            *(f"--max-count={_MOST}", f"--format={_FIELDS}"),
            paths=self._paths,
        )
        if output is None:
            return None
        entries = [entry.strip("\n").split("\x1f") for entry in _text(output).split("\x1e")]
        return [
            RulesChange(commit, self._authors(commit) or author, at, subject, self._diff(commit))
            for commit, author, at, subject in reversed([e for e in entries if len(e) == 4])
        ]

    def before(self, commit: str, to: Path) -> bool:
        return self._unpack(f"{commit}^", to)

    def after(self, commit: str, to: Path) -> bool:
        return self._unpack(commit, to)

    def _authors(self, commit: str) -> str:
        """The authors of a merge's changes; empty for any other commit."""
        output = self._git(
            *("log", "--no-merges", "--no-show-signature", "--reverse", "--format=%an"),
            f"{commit}^..{commit}^2",
            paths=self._paths,
        )
        return ", ".join(dict.fromkeys(_text(output or b"").splitlines()))

    def _diff(self, commit: str) -> tuple[str, ...]:
        output = self._git(
            *("show", "--format=", "--no-show-signature", "--first-parent", "-m", "--no-color"),
            *("--no-ext-diff", "--no-textconv", "--unified=1", "--relative", commit),
            paths=self._paths,
        )
        return tuple(_text(output or b"").splitlines())

    def _unpack(self, revision: str, to: Path) -> bool:
        """Lay the folder's files out as they stood; False where there was nothing."""
        packed = self._git("archive", "--format=tar", revision)
        if not packed:
            return False
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for member in archive:
                # Links to places outside of the folder are left out: no rule lies there.
                with suppress(tarfile.FilterError):
                    archive.extract(member, to, filter="data")
        return True

    def _git(self, *arguments: str, paths: Sequence[str] = (".",)) -> bytes | None:
        """Run Git in the folder; None if it fails or is not installed."""
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
