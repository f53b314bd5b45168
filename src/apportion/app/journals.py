"""Journals for the finance system: adapters and use cases."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.ledger.iceberg import IcebergLedger
from apportion.model.outcome import Outcome
from apportion.model.settings import Settings
from apportion.reports.delimited import write_delimited
from apportion.reports.journal_templates import template_names, template_text
from apportion.usecases.journal.export import Choice, export_journals
from apportion.usecases.journal.list_journals import list_journals
from apportion.usecases.journal.load import check_chart_map, load_chart_map, load_template
from apportion.usecases.journal.records import mark_sent
from apportion.usecases.journal.verify import verify_general_ledger

if TYPE_CHECKING:
    from apportion.model.finance.chart_map import ChartMap
    from apportion.model.finance.journal_template import JournalTemplate
    from apportion.usecases.context import RunContext


class Journals:
    """Journals of a workspace. A template is a name of the package's, or a file ending .yaml."""

    def __init__(
        self, settings: Settings, context: Callable[[], RunContext], now: Callable[[], str]
    ) -> None:
        self._settings = settings
        self._context = context
        self._now = now

    def export(
        self, period: str, template: str, choice: Choice, *, folder: Path
    ) -> tuple[bytes | None, Outcome]:
        """Make the file of a month's journals; None if there is nothing to post.

        `folder` is where a template of the user's is looked for. Rows are the journals.
        """
        ledger = self._ledger
        form = self._template(template, folder)
        done = export_journals(
            dataclasses.replace(self._context(), ledger=ledger),
            ledger,
            period=period,
            chart=self._chart(),
            template=form,
            choice=choice,
        )
        return (write_delimited(done.rows, form) if done.rows else None), done.outcome

    def list(self, period: str = "") -> Outcome:
        """List the journals that were exported."""
        return list_journals(self._ledger, period=period)

    def mark_sent(self, batch: str, *, wait: float = 0) -> Outcome:
        """Record that a batch was sent to the finance system; its run is kept from expiry."""
        found, new = mark_sent(self._ledger, batch, at=self._now(), wait=wait)
        state = "is marked as sent" if new else "was marked as sent before"
        words = (f"Journal batch {found.batch} of {found.period} {state}.",)
        return dataclasses.replace(list_journals(self._ledger, period=found.period), messages=words)

    def verify(self, path: Path, period: str, *, template: str = "", folder: Path) -> Outcome:
        """Compare a CSV file of the finance system with the journals that were sent."""
        return verify_general_ledger(
            self._ledger,
            path,
            period=period,
            chart=self._chart(),
            template=self._template(template, folder) if template else None,
        )

    def check_chart_map(self) -> Outcome:
        """Check the chart map; rows are its owners."""
        return check_chart_map(Path(self._settings.chart))

    def _chart(self) -> ChartMap:
        return load_chart_map(Path(self._settings.chart))

    def _template(self, wanted: str, folder: Path) -> JournalTemplate:
        return load_template(wanted, names=template_names(), read=template_text, folder=folder)

    @property
    def _ledger(self) -> IcebergLedger:
        return IcebergLedger(Path(self._settings.ledger))
