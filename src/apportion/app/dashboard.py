"""Opens the ledger, the engines and the aggregates of the dashboard from the settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from apportion import __version__
from apportion.engines.duckdb import DuckDB
from apportion.ledger.aggregates_cache import AggregatesCache
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.settings import Settings
from apportion.ports.progress import Say, ignore_step
from apportion.usecases.context import RunContext
from apportion.usecases.dashboard.run_cache import RunCache

from .clock import utc_now
from .invoice_proofs import InvoiceProofs


def open_run_cache(
    settings: Settings,
    scratch: Path,
    *,
    say: Say = ignore_step,
    now: Callable[[], str] = utc_now,
) -> RunCache:
    """Open a ledger for the dashboard, read-only.

    Aggregates are stored beside the ledger, or in `scratch` if the ledger's folder is read-only.
    """
    ledger = Path(settings.ledger)
    builder = RunContext(
        ledger=IcebergLedger(ledger),
        engine=DuckDB.with_settings(scratch / "building", settings.engine),
        now=now,
        say=say,
        version=__version__,
    )
    store = AggregatesCache(ledger / "aggregates", scratch / "aggregates")
    reader = DuckDB.with_settings(scratch / "reading", settings.engine)
    return RunCache(builder, reader, store, InvoiceProofs(settings))
