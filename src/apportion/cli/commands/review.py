"""The command that prepares the monthly meeting with finance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import (
    AsOfOption,
    FormOption,
    PeriodOption,
    checked,
    newest_allocated,
)
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish

ToOption = Annotated[
    Path | None,
    typer.Option("--to", metavar="FOLDER", help="A new folder; review-2026-09 if left out."),
]


def add_to(app: typer.Typer) -> None:
    """Add `review` to the program."""
    app.command(
        "review",
        cls=Command,
        rich_help_panel="Look",
        epilog=examples(
            "apportion review --period 2026-09", "apportion review --period 2026-09 --to meeting/"
        ),
    )(review)


def review(
    ctx: typer.Context,
    period: PeriodOption = "",
    to: ToOption = None,
    as_of: AsOfOption = "",
    form: FormOption = None,
) -> None:
    """Write the monthly review: a folder for the meeting with finance.

    What each owner pays and why, the change against the month before by its causes, cost without
    an owner with proposals, pools and their numbers, who changed which rule and what that moved
    (from Git), tag coverage, open findings and a list to sign; as HTML, Markdown and Excel, and a
    statement for each owner.
    """
    session: Session = ctx.obj
    month = checked(period)
    with session.workspace() as workspace:
        asked = month or newest_allocated(workspace)
        folder = session.path(to or Path(f"review-{asked}"))
        outcome = workspace.write_review(asked, folder=folder, as_of=as_of)
    finish(outcome, Output(form), session.console)
