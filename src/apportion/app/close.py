"""The close of months: states, decisions, adjustments.

`Workspace.close` is one of these. The command line is `apportion close`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.model.finance.close import Decision
from apportion.model.outcome import Outcome
from apportion.model.settings import Settings
from apportion.reports.delimited import write_delimited
from apportion.reports.journal_templates import template_names, template_text
from apportion.usecases.atomic_folder import new_folder, refuse_if_filled
from apportion.usecases.close.accrue import accrue_month
from apportion.usecases.close.adjust import adjust_month
from apportion.usecases.close.close_month import close_month, reopen_month
from apportion.usecases.close.history import close_history
from apportion.usecases.close.status import close_status
from apportion.usecases.journal.load import load_chart_map, load_template

from .prove_months import prove_months

if TYPE_CHECKING:
    from apportion.usecases.context import RunContext

_NOTHING = Decimal()


class Close:
    """Decisions about months; each is recorded in the ledger and kept for ever."""

    def __init__(self, settings: Settings, context: Callable[[], RunContext]) -> None:
        self._settings = settings
        self._context = context

    def status(self, period: str = "") -> Outcome:
        """List months with their state and what they wait for."""
        return close_status(self._context(), period=period)

    def accrue(
        self,
        period: str,
        decision: Decision,
        *,
        reverse_on: date,
        template: str,
        templates: Path,
        folder: Path,
        wait: float = 0,
    ) -> Outcome:
        """Write the accrual of a month and its reversal into a new folder.

        `templates` is where a template of the user's is looked for.
        """
        refuse_if_filled(folder)
        form = load_template(template, names=template_names(), read=template_text, folder=templates)
        made = accrue_month(
            self._context(),
            period,
            decision,
            chart=load_chart_map(Path(self._settings.chart)),
            template=form,
            reverse_on=reverse_on,
            wait=wait,
        )
        with new_folder(folder) as beside:
            beside.mkdir()
            for name, rows in (("accrual", made.posted), ("reversal", made.reversed)):
                content = write_delimited(rows, form)
                (beside / f"{name}-{period}.csv").write_bytes(content)
        return made.outcome

    def close(self, period: str, decision: Decision, *, wait: float = 0) -> Outcome:
        """Close a month on its newest allocation, after its proof."""
        context = self._context()

        def prove(month: str) -> Outcome:
            rows = {"by_account": False, "by_invoice": False}
            return prove_months([month], context, self._settings, as_of="", **rows)

        two_people = self._settings.two_people
        return close_month(context, period, decision, prove=prove, two_people=two_people, wait=wait)

    def adjust(
        self, period: str, decision: Decision, *, threshold: Decimal = _NOTHING, wait: float = 0
    ) -> Outcome:
        """Book what changed after the close; rows are owners with the causes."""
        return adjust_month(self._context(), period, decision, threshold=threshold, wait=wait)

    def reopen(self, period: str, decision: Decision, *, wait: float = 0) -> Outcome:
        """Open a closed month again."""
        return reopen_month(self._context(), period, decision, wait=wait)

    def history(self, period: str = "") -> Outcome:
        """List the decisions about months, oldest first."""
        return close_history(self._context(), period=period)
