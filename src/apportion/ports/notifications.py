"""Notifications about a delivered report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Notifier(Protocol):
    """A way to tell people of a report. What may have arrived is not sent again."""

    @property
    def name(self) -> str:
        """Tell this way, and whom it reaches, from all others."""

    def send(self, subject: str, text: str, files: Mapping[str, bytes]) -> str:
        """Send it and return the id that the service gave."""
