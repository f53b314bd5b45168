"""A row as it leaves a query or an outcome."""

from __future__ import annotations

from collections.abc import Mapping

Row = Mapping[str, object]
"""Values by column name."""
