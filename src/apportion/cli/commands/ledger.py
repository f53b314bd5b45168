"""The commands that show what the ledger holds and how it came there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

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
from apportion.cli.ui.console import Console
from apportion.cli.ui.help_pages import Command, Group, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish
from apportion.model.outcome import Outcome
from apportion.model.row import Row

from . import ledger_expire

#: What a person sees: tables with a dozen columns are for programs.
_HELD_SHOWN = ("period", "bill", "currency", "lines", "EffectiveCost", "delivered", "allocated")
_HISTORY_SHOWN = ("at", "kind", "period", "bill", "run", "currency", "EffectiveCost", "expired")

_MOMENTS = ("at", "delivered", "allocated", "expired")
_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}T")


def add_to(app: typer.Typer) -> None:
    """Add `ledger` with what stands under it to the program."""
    ledger = typer.Typer(
        name="ledger",
        cls=Group,
        rich_markup_mode=None,
        help="List bills and runs, delete superseded data, repair the ledger.",
        epilog=examples(
            "apportion ledger list",
            "apportion ledger history --period 2026-09",
            "apportion ledger expire --older-than 90d",
        ),
    )
    app.add_typer(ledger)
    ledger.callback(invoke_without_command=True)(_list_commands)
    ledger.command(
        "list",
        cls=Command,
        epilog=examples("apportion ledger list", "apportion ledger list --output json"),
    )(list_)
    ledger.command(
        "history",
        cls=Command,
        epilog=examples(
            "apportion ledger history --period 2026-09",
            "apportion ledger history --output json",
        ),
    )(history)
    ledger_expire.add_to(ledger)
    ledger.command("repair", cls=Command, epilog=examples("apportion ledger repair"))(repair)


def _list_commands(ctx: typer.Context) -> None:
    """List bills and runs, delete superseded data, repair the ledger."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def list_(
    ctx: typer.Context, form: FormOption = None, to: ToOption = None, raw: RawOption = False
) -> None:
    """List the bills in the ledger and whether they are allocated."""
    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    with session.workspace() as workspace:
        outcome = workspace.held()
    _finish(outcome, _HELD_SHOWN, sent, session.console, moment=len("2026-10-03"))


def history(
    ctx: typer.Context,
    period: PeriodOption = "",
    limit: LimitOption = None,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """List all runs (deliveries and allocations), oldest first.

    Files also contain every cost column and each input with its sha256. --as-of takes the run
    id of an allocation, or its first characters, unless the run is expired. --limit shows the
    newest runs.
    """
    session: Session = ctx.obj
    sent, now = Output(form, to, raw), session.outside.now()
    sent.check(session.console)
    with session.workspace() as workspace:
        month = month_of_list(period, now, partial(newest_delivered, workspace))
        outcome = workspace.history(month)
    moment = len("2026-10-03 12:00")
    _finish(outcome, _HISTORY_SHOWN, sent, session.console, moment=moment, limit=limit)


def repair(
    ctx: typer.Context,
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Rebuild a lost catalog from the tables, and prove every run.

    Nothing is changed if a run does not match its record, or if the catalog is complete. For a
    ledger in S3, the head object is rebuilt too.
    """
    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    with session.workspace(repairing=True) as workspace:
        outcome = workspace.repair(wait=wait)
    if sent.for_a_person:
        rows = tuple(_readable(row, len("2026-10-03 12:00")) for row in outcome.rows)
        outcome = replace(outcome, rows=rows)
    finish(outcome, sent, session.console)


def _finish(
    outcome: Outcome,
    columns: Sequence[str],
    sent: Output,
    console: Console,
    *,
    moment: int,
    limit: int | None = None,
) -> None:
    if not outcome.rows:
        console.say("The ledger is empty. Ingest a bill with `apportion ingest PATH`.")
    elif sent.for_a_person:
        kept = tuple(name for name in outcome.columns if name in columns)
        rows = tuple(_readable(row, moment) for row in outcome.rows)
        outcome = replace(outcome, columns=kept, rows=rows)
    finish(outcome, sent, console, shown=outcome.rows[-limit:] if limit else None)


def _readable(row: Row, length: int) -> Row:
    """Write moments as people do: `2026-10-03`, or with its minute `2026-10-03 12:00`."""
    moments = {
        name: moment[:length].replace("T", " ")
        for name in _MOMENTS
        if _WRITTEN.match(moment := str(row.get(name)))
    }
    return {**row, **moments}
