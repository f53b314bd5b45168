"""The command that writes a month for Excel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import AsOfOption
from apportion.cli.options.period import PeriodOption, newest_allocated, one_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Form, Output, deliver
from apportion.model.errors.output_files import NotAWorkbookError

ToOption = Annotated[
    Path | None,
    typer.Option("--to", metavar="FILE", help="Excel file. Default: apportion-YEAR-MONTH.xlsx."),
]


def add_to(app: typer.Typer) -> None:
    """Add `workbook` to the program."""
    app.command(
        "workbook",
        cls=Command,
        epilog=examples(
            "apportion workbook --period 2026-09", "apportion workbook --to for-finance.xlsx"
        ),
    )(workbook)


def workbook(
    ctx: typer.Context,
    period: PeriodOption = "",
    to: ToOption = None,
    as_of: AsOfOption = "",
) -> None:
    """Write a month as an Excel workbook.

    Contains a summary, a sheet for each dimension, daily cost, shared cost with drivers, and
    the proof with formulas that check it. Without --period, uses the newest allocated month.
    Text of the bill never becomes a formula or a link.
    """
    session: Session = ctx.obj
    month = one_month(period, session.outside.now())
    if to is not None and (to.is_dir() or to.suffix.lower() != ".xlsx"):
        raise NotAWorkbookError(str(to), folder=to.is_dir())
    with session.workspace() as workspace:
        chosen_month = month or newest_allocated(workspace)
        content = workspace.workbook(chosen_month, as_of=as_of)
    path = to or session.path(Path(f"apportion-{chosen_month}.xlsx"))
    deliver(lambda: content, Output(Form.TABLE, path), session.console)
