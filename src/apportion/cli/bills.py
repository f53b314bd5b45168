"""The command that takes bills in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.model.charges import SplitCost

from .answer import finish
from .help import Command, examples
from .options import WAIT, FormOption, RawOption, ToOption, WaitOption
from .output import Output
from .session import Session


def add_to(app: typer.Typer) -> None:
    """Add `ingest` to the program."""
    app.command(
        cls=Command,
        rich_help_panel="Every month",
        epilog=examples(
            "apportion ingest bills/2026-09/",
            "apportion ingest september-00001.csv.gz september-00002.csv.gz",
            "apportion ingest azure/focus.parquet --bill azure",
        ),
    )(ingest)


def ingest(
    ctx: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="Files of one bill, or their folder.")
    ],
    bill: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Name the bill; needed where several payers' come in."),
    ] = None,
    split_cost: Annotated[
        SplitCost,
        typer.Option(
            metavar="ROWS",
            help="Where AWS splits a cluster's cost: count the parent's row, or its children.",
        ),
    ] = SplitCost.PARENT,
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Take a bill's files into the ledger, verified byte by byte.

    FOCUS 1.0 to 1.4, AWS CUR 2.0 and legacy CUR are told apart by their columns; CSV, gzip, zip and
    Parquet by their bytes, which are checked before anything is read. A delivery replaces its
    months as a whole; the same bytes again change nothing, and earlier deliveries stay readable.
    """
    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.words)
    with session.workspace() as workspace:
        outcome = workspace.ingest(
            [session.path(path) for path in paths], bill=bill, split_cost=split_cost, wait=wait
        )
    finish(outcome, sent, session.words)
