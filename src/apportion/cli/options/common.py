"""Options that several commands share, described once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.ui.output import Form
from apportion.cli.workspace import Workspace
from apportion.model.errors.base import NotAPeriodError, NothingThereError
from apportion.model.manifest import RunKind
from apportion.model.period import Period

PeriodOption = Annotated[
    str,
    typer.Option("--period", "-p", metavar="YEAR-MONTH", help="A billing month, like 2026-09."),
]
FormOption = Annotated[
    Form | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FORMAT",
        help="table, json, jsonl, csv, parquet or xlsx. Tables round to cents; files "
        "keep all digits.",
        case_sensitive=False,
    ),
]
ToOption = Annotated[
    Path | None,
    typer.Option("--to", metavar="FILE", help="Write to this file. The extension sets the format."),
]
RawOption = Annotated[
    bool,
    typer.Option(
        "--raw", help="CSV: do not escape text that a spreadsheet would run as a formula."
    ),
]
AsOfOption = Annotated[
    str,
    typer.Option(
        "--as-of", metavar="RUN|TIME", help="Use the data as of this run or time. Default: now."
    ),
]
WaitOption = Annotated[
    float,
    typer.Option(
        "--wait",
        metavar="SECONDS",
        min=0,
        help="Wait this long while another process writes to the ledger.",
    ),
]
WAIT = 10.0


def checked(period: str) -> str:
    """Check the value of --period before any work is done; empty is allowed."""
    try:
        return str(Period.parse(period)) if period else ""
    except ValueError as error:
        raise NotAPeriodError(period) from error


def listed(period: str) -> tuple[str, ...]:
    """Give the period as a list of one, or of none for all."""
    return (period,) if period else ()


def newest_allocated(workspace: Workspace) -> str:
    """Find the month to look at where none is named: the newest one that is allocated."""
    rows = workspace.history().rows
    allocated = [str(row["period"]) for row in rows if row["kind"] == RunKind.ALLOCATE]
    if not allocated:
        raise NothingThereError("allocation", [], "Run `apportion allocate` first.")
    return max(allocated)
