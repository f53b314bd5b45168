"""The commands about invoices of providers."""

from __future__ import annotations

from dataclasses import replace as with_changes
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import (
    WAIT,
    FormOption,
    LimitOption,
    RawOption,
    ToOption,
    WaitOption,
)
from apportion.cli.options.period import PeriodOption, month_of_list, newest_delivered
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, Group, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish

_SUMMARY = "Add the provider's invoices, which the proof compares with the bill."

#: What a person sees; tables with a dozen columns are for programs.
_SHOWN = ("period", "provider", "payer", "invoice", "type", "currency", "amount", "tax")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="CSV file of invoices.")]
ReplaceOption = Annotated[
    bool,
    typer.Option("--replace", help="Replace invoices that differ from those in the ledger."),
]


def add_to(app: typer.Typer) -> None:
    """Add `invoices` with what stands under it to the program."""
    group = typer.Typer(
        name="invoices",
        cls=Group,
        rich_markup_mode=None,
        help=_SUMMARY,
        epilog=examples(
            "apportion invoices add invoices.csv",
            "apportion invoices list --period 2026-09",
        ),
    )
    app.add_typer(group)
    group.callback(invoke_without_command=True)(_list_commands)
    group.command(
        cls=Command,
        epilog=examples(
            "apportion invoices add invoices.csv",
            "apportion invoices add invoices.csv --replace",
        ),
    )(add)
    group.command(
        "list",
        cls=Command,
        epilog=examples(
            "apportion invoices list",
            "apportion invoices list --period 2026-09 --output csv --to september.csv",
        ),
    )(list_)


def _list_commands(ctx: typer.Context) -> None:
    """Add the provider's invoices, which the proof compares with the bill."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def add(
    ctx: typer.Context,
    file: FileArgument,
    replace: ReplaceOption = False,
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Add the invoices of a CSV file to the ledger.

    The columns provider, payer, invoice, period, currency and amount are required; amount is the
    total with tax. Adding the same file again changes nothing. If an invoice differs from the one
    in the ledger, nothing is recorded and the exit code is 1, unless --replace is set.
    """
    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    with session.workspace() as workspace:
        outcome = workspace.invoices.add(session.path(file), replace=replace, wait=wait)
    if sent.for_a_person:
        outcome = with_changes(outcome, columns=("status", *_SHOWN))
    finish(outcome, sent, session.console)


def list_(
    ctx: typer.Context,
    period: PeriodOption = "",
    limit: LimitOption = None,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """List the invoices in the ledger; written as CSV, they are a file for `invoices add`."""
    session: Session = ctx.obj
    sent, now = Output(form, to, raw), session.outside.now()
    sent.check(session.console)
    with session.workspace() as workspace:
        month = month_of_list(period, now, partial(newest_delivered, workspace))
        outcome = workspace.invoices.list(month)
    if sent.for_a_person:
        outcome = with_changes(outcome, columns=_SHOWN)
    finish(outcome, sent, session.console, shown=outcome.rows[:limit] if limit else None)
