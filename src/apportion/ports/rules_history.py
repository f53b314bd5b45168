"""The history of the rulebooks' files."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from apportion.model.document import RulesChange


class RulesHistory(Protocol):
    """Committed changes of the rules, and the files before and after each."""

    def changes(self, *, since: str) -> list[RulesChange] | None:
        """List the changes since a time, oldest first; None where there is no history."""

    def before(self, commit: str, to: Path) -> bool:
        """Write the files as they were before a change; False where there were none."""

    def after(self, commit: str, to: Path) -> bool:
        """Write the files as they were after a change."""
