"""Report formats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from apportion.model.row import Row


class Report(Protocol):
    """A form in which rows leave."""

    def write(self, rows: Sequence[Row], columns: Sequence[str]) -> bytes:
        """Give the bytes of the report; columns in this order."""
