"""The command that writes an allocation for other tools, as FOCUS."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import AsOfOption, FormOption
from apportion.cli.options.period import PeriodOption, newest_allocated, one_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish


class Version(StrEnum):
    """The versions that can be written."""

    V1_2 = "1.2"
    V1_3 = "1.3"
    V1_4 = "1.4"


ToOption = Annotated[
    Path | None,
    typer.Option("--to", metavar="FOLDER", help="New folder. Default: focus-YEAR-MONTH."),
]
VersionOption = Annotated[
    Version,
    typer.Option("--version", metavar="VERSION", help="FOCUS version: 1.2, 1.3 or 1.4."),
]


def add_to(app: typer.Typer) -> None:
    """Add `focus` to the program."""
    app.command(
        "focus",
        cls=Command,
        epilog=examples(
            "apportion focus --period 2026-09",
            "apportion focus --version 1.2 --to for-the-bi-team/",
        ),
    )(focus)


def focus(
    ctx: typer.Context,
    period: PeriodOption = "",
    to: ToOption = None,
    version: VersionOption = Version.V1_4,
    as_of: AsOfOption = "",
    form: FormOption = None,
) -> None:
    """Write an allocated month in FOCUS format.

    Charges in shared cost pools keep their row with zero amounts; each payer gets a row with
    its part; totals do not change. Dimensions become columns like x_CostCenter. Writes Parquet
    files with SHA256SUMS; they are read back and compared before the folder appears. Without
    --period, uses the newest allocated month.
    """
    session: Session = ctx.obj
    month = one_month(period, session.outside.now())
    with session.workspace() as workspace:
        chosen_month = month or newest_allocated(workspace)
        folder = session.path(to or Path(f"focus-{chosen_month}"))
        outcome = workspace.focus(chosen_month, folder=folder, version=version.value, as_of=as_of)
    finish(outcome, Output(form), session.console)
