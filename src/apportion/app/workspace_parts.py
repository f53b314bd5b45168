"""What a workspace is made of: its settings, its adapters, and the parts of the facade."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from apportion import __version__
from apportion.model.settings import Settings
from apportion.ports.progress import ignore_share, ignore_step
from apportion.usecases.context import RunContext

from .clock import utc_now
from .scratch import Scratch

if TYPE_CHECKING:
    from .accounts import Accounts
    from .close import Close
    from .cost_categories import CostCategories
    from .invoices import Invoices
    from .journals import Journals
    from .nowcast import Nowcast
    from .publishing import Publishing
    from .retention import Expiry
    from .tags import Tags


class WorkspaceParts:
    """A folder with settings, rulebooks and a ledger. Adapters are made when first needed.

    `say` receives each step of long work as it begins, `advance` how much of the step is done, and
    of how much. `now` gives UTC time as ISO 8601.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        say: Callable[[str], None] = ignore_step,
        advance: Callable[[int, int], None] = ignore_share,
        now: Callable[[], str] = utc_now,
    ) -> None:
        self._settings = settings
        self._say = say
        self._advance = advance
        self._now = now
        self._scratch = Scratch()

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts of organisations: names, units, and validity."""
        from .accounts import Accounts

        return Accounts(lambda: self._context)

    @cached_property
    def close(self) -> Close:
        """Months: open, billed, closed, adjusted."""
        from .close import Close

        return Close(self._settings, lambda: self._context)

    @cached_property
    def cost_categories(self) -> CostCategories:
        """The rulebooks as AWS Cost Categories."""
        from .cost_categories import CostCategories

        return CostCategories(self._settings, lambda: self._context, self._now())

    @cached_property
    def nowcast(self) -> Nowcast:
        """Estimates of days that are not billed completely."""
        from .nowcast import Nowcast

        return Nowcast(lambda: self._context)

    @cached_property
    def tags(self) -> Tags:
        """Tags: policy, coverage in money, fixes."""
        from .tags import Tags

        return Tags(self._settings, lambda: self._context, self._now())

    @cached_property
    def invoices(self) -> Invoices:
        """Invoices of providers."""
        from .invoices import Invoices

        return Invoices(self._settings, self._now)

    @cached_property
    def journals(self) -> Journals:
        """Journals for the finance system."""
        from .journals import Journals

        return Journals(self._settings, lambda: self._context, self._now)

    @cached_property
    def publishing(self) -> Publishing:
        """Published tables, SQL queries, delivered reports."""
        from apportion.ledger.iceberg import IcebergLedger

        from .publishing import Publishing

        folder = Path(self._settings.ledger)
        return Publishing(lambda: self._context, self._now, lambda: IcebergLedger(folder))

    @cached_property
    def expiry(self) -> Expiry:
        """Retention of superseded runs."""
        from .retention import Expiry

        return Expiry(Path(self._settings.ledger), lambda: self._context, self._now)

    @cached_property
    def _context(self) -> RunContext:
        from apportion.engines.duckdb import DuckDB
        from apportion.ledger.iceberg import IcebergLedger

        return RunContext(
            ledger=IcebergLedger(Path(self._settings.ledger)),
            engine=DuckDB.with_settings(self._scratch.path / "spill", self._settings.engine),
            now=self._now,
            say=self._say,
            advance=self._advance,
            version=__version__,
        )
