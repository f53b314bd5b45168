"""Notifications about a delivered report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Notifier(Protocol):
    """A channel for notifications of a report. A message that may have arrived is not repeated."""

    @property
    def name(self) -> str:
        """A name that identifies the channel and its recipients."""

    def send(self, subject: str, text: str, files: Mapping[str, bytes]) -> str:
        """Send a message; returns the service's message id."""
