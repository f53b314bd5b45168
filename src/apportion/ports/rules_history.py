"""The history of the rulebooks' files."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from apportion.model.document import RulesChange


class RulesHistory(Protocol):
    """What is known of how the rules came to be: committed changes, and the files as they were."""

    def changes(self, *, since: str) -> list[RulesChange] | None:
        """List the changes since a time, oldest first; None where there is no history."""

    def before(self, commit: str, to: Path) -> bool:
        """Lay the files out as they stood before a change; False where there were none."""

    def after(self, commit: str, to: Path) -> bool:
        """Lay the files out as they stood after a change."""
