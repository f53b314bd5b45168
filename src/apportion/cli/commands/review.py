"""The command that prepares the monthly meeting with finance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import AsOfOption, FormOption
from apportion.cli.options.period import PeriodOption, newest_allocated, one_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish

ToOption = Annotated[
    Path | None,
    typer.Option("--to", metavar="FOLDER", help="New folder. Default: review-YEAR-MONTH."),
]

FontOption = Annotated[
    Path | None,
    typer.Option(
        "--font",
        metavar="FILE",
        help="TrueType or OpenType font for characters that DejaVu Sans lacks, in PDF.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add `review` to the program."""
    app.command(
        "review",
        cls=Command,
        epilog=examples(
            "apportion review --period 2026-09", "apportion review --period 2026-09 --to meeting/"
        ),
    )(review)


def review(
    ctx: typer.Context,
    period: PeriodOption = "",
    to: ToOption = None,
    as_of: AsOfOption = "",
    font: FontOption = None,
    form: FormOption = None,
) -> None:
    """Write the monthly review for the meeting with finance, as a folder.

    Contains the cost of each owner, the change from the month before by cause, unallocated cost
    with proposals, pools and drivers, rule changes (from Git) and their effect, tag coverage,
    open findings and a sign-off list; as HTML, Markdown and Excel, with a statement for each
    owner. Without --period, uses the newest allocated month.
    """
    session: Session = ctx.obj
    month = one_month(period, session.outside.now())
    with session.workspace() as workspace:
        chosen_month = month or newest_allocated(workspace)
        folder = session.path(to or Path(f"review-{chosen_month}"))
        chosen = session.path(font) if font else None
        outcome = workspace.write_review(chosen_month, folder=folder, as_of=as_of, font=chosen)
    finish(outcome, Output(form), session.console)
