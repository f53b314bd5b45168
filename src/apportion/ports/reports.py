"""Report formats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from apportion.model.row import Row


class Report(Protocol):
    """A format for rows."""

    def write(self, rows: Sequence[Row], columns: Sequence[str]) -> bytes:
        """Write rows with the columns in this order; returns the bytes."""
