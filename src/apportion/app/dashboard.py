"""The pages: which ledger, engines and daybooks they are read from, put together from settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from apportion import __version__
from apportion.engines.duckdb import DuckDB
from apportion.ledger.aggregates_cache import AggregatesCache
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.settings import Settings
from apportion.usecases.context import RunContext
from apportion.usecases.dashboard.run_library import RunCache

from .workspace import utc_now


def open_library(
    settings: Settings,
    scratch: Path,
    *,
    say: Callable[[str], None] = lambda _step: None,
    now: Callable[[], str] = utc_now,
) -> RunCache:
    """Open a ledger for reading, as it is now.

    Daybooks stand beside the ledger, or in `scratch` where it cannot be written to.
    """
    ledger = Path(settings.ledger)
    builder = RunContext(
        ledger=IcebergLedger(ledger),
        engine=DuckDB(scratch / "building"),
        now=now,
        say=say,
        version=__version__,
    )
    shelf = AggregatesCache(ledger / "daybooks", scratch / "daybooks")
    return RunCache(builder, DuckDB(scratch / "reading"), shelf)
