"""Options that several commands share, described once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.ui.output import Form
from apportion.model.errors.journals import NotAPostingDateError

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
LimitOption = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="Show at most N rows. Default: all."),
]
WAIT = 10.0
TemplateOption = Annotated[
    str,
    typer.Option(
        "--template",
        "-t",
        metavar="NAME|FILE",
        help="Template of the file: csv, netsuite, oracle-fusion, sap-s4hana, workday, "
        "dynamics-365, datev, or a YAML file of your own.",
    ),
]


def posting_date(written: str) -> date:
    """Read a day on which a journal is posted; raises NotAPostingDateError."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise NotAPostingDateError(written) from None
