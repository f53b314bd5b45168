"""The commands about invoices of providers."""

from __future__ import annotations

from dataclasses import replace as with_changes
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.aws import RoleOption
from apportion.cli.options.common import (
    WAIT,
    FormOption,
    LimitOption,
    RawOption,
    ToOption,
    WaitOption,
)
from apportion.cli.options.cost_explorer import ProfileOption
from apportion.cli.options.period import (
    MonthsOption,
    PeriodOption,
    month_of_list,
    newest_delivered,
    several_months,
    with_latest,
)
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, Group, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish
from apportion.model.outcome import Outcome

_SUMMARY = "Add the provider's invoices, which the proof compares with the bill."

#: What a person sees; tables with a dozen columns are for programs.
_SHOWN = ("period", "provider", "payer", "invoice", "type", "currency", "amount", "tax")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="CSV file of invoices.")]
ReplaceOption = Annotated[
    bool,
    typer.Option("--replace", help="Replace invoices that differ from those in the ledger."),
]

PayerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--payer", metavar="ID", help="Only this payer account. Repeatable. Default: all payers."
    ),
]
RegionOption = Annotated[
    str, typer.Option(metavar="REGION", help="Region of AWS Invoicing. Default: us-east-1.")
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
            "apportion invoices sync --period 2026-09",
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
        cls=Command,
        epilog=examples(
            "apportion invoices sync --period 2026-09",
            "apportion invoices sync --role-arn arn:aws:iam::111111111111:role/invoice-reader",
            "apportion invoices sync --payer 111111111111 --period 2026-07..2026-09",
        ),
    )(sync)
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
    finish(_shown(outcome, sent, "status"), sent, session.console)


def sync(
    ctx: typer.Context,
    period: MonthsOption = "",
    payer: PayerOption = None,
    replace: ReplaceOption = False,
    profile: ProfileOption = "",
    role: RoleOption = "",
    region: RegionOption = "",
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Read invoices and credit memos from AWS Invoicing into the ledger.

    Without --payer, reads those of every AWS payer whose bills are in the ledger; without
    --period, of every month that it has a bill for. An invoice that differs from the one in the
    ledger is a finding with exit code 1, unless --replace is set. A repeated sync changes nothing.
    """
    from apportion.app.invoices import look_at_invoices

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    settings = session.settings()
    with session.workspace(settings) as workspace:
        months = with_latest(
            several_months(period, session.outside.now()), lambda: newest_delivered(workspace)
        )
        accounts = workspace.invoices.accounts_to_read(months, payer or ())
    with session.console.steps(session.outside.timer) as say:
        found = look_at_invoices(
            session.clients(profile), accounts, role=role, region=region, say=say
        )
    with session.workspace(settings) as workspace:
        outcome = workspace.invoices.sync(found, replace=replace, wait=wait)
    finish(_shown(outcome, sent, "status"), sent, session.console)


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
    rows = outcome.rows[:limit] if limit else None
    finish(_shown(outcome, sent), sent, session.console, shown=rows)


def _shown(outcome: Outcome, sent: Output, *first: str) -> Outcome:
    return with_changes(outcome, columns=(*first, *_SHOWN)) if sent.for_a_person else outcome
