"""The commands about journals for the finance system."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import (
    WAIT,
    FormOption,
    LimitOption,
    RawOption,
    TemplateOption,
    ToOption,
    WaitOption,
    posting_date,
)
from apportion.cli.options.period import (
    PeriodOption,
    month_of_list,
    newest_allocated,
    one_month,
)
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, Group, examples
from apportion.cli.ui.output import Form, Output, deliver
from apportion.cli.ui.print_outcome import end_by, finish

_SUMMARY = "Write journals for the finance system, and compare them with the general ledger."

#: What a person sees of the list; tables with a dozen columns are for programs.
_SHOWN = ("period", "batch", "status", "company", "currency", "lines", "debit", "sent_at")

FileOption = Annotated[
    Path | None, typer.Option("--to", metavar="FILE", help="Write to this file.")
]
CompanyOption = Annotated[
    list[str] | None,
    typer.Option("--company", metavar="CODE", help="Only this company. Repeatable."),
]
CurrencyOption = Annotated[
    list[str] | None,
    typer.Option("--currency", metavar="CODE", help="Only this currency. Repeatable."),
]
DateOption = Annotated[
    str,
    typer.Option("--date", metavar="DAY", help="Posting date. Default: the last day of the month."),
]
BatchArgument = Annotated[
    str, typer.Argument(metavar="BATCH", help="Id of the journal batch, or its beginning.")
]
GeneralLedgerArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV file of the finance system.")
]


def add_to(app: typer.Typer) -> None:
    """Add `journal` with what stands under it to the program."""
    journal = typer.Typer(
        name="journal",
        cls=Group,
        rich_markup_mode=None,
        help=_SUMMARY,
        epilog=examples(
            "apportion journal check-map",
            "apportion journal export --period 2026-09 --template netsuite --to september.csv",
            "apportion journal mark-sent 3f2a9c1b7d40",
        ),
    )
    app.add_typer(journal)
    journal.callback(invoke_without_command=True)(_list_commands)
    for name, (command, calls) in _commands().items():
        journal.command(name, cls=Command, epilog=examples(*calls))(command)


def _commands() -> dict[str, tuple[Callable[..., None], tuple[str, ...]]]:
    """List the commands with their examples."""
    return {
        "check-map": (check_map, ("apportion journal check-map",)),
        "export": (
            export,
            (
                "apportion journal export --period 2026-09 --template netsuite --to september.csv",
                "apportion journal export --template datev --company 1000 --to EXTF_1000.csv",
            ),
        ),
        "list": (
            list_,
            ("apportion journal list", "apportion journal list --period 2026-09 --output json"),
        ),
        "mark-sent": (mark_sent, ("apportion journal mark-sent 3f2a9c1b7d40",)),
        "verify": (
            verify,
            (
                "apportion journal verify trial-balance.csv --period 2026-09",
                "apportion journal verify export.csv --template netsuite",
            ),
        ),
        "template": (
            template_,
            ("apportion journal template netsuite --to our-netsuite.yaml",),
        ),
        "schema": (schema, ("apportion journal schema --to chart.schema.json",)),
    }


def _list_commands(ctx: typer.Context) -> None:
    """Write journals for the finance system, and compare them with the general ledger."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def check_map(ctx: typer.Context, form: FormOption = None, to: ToOption = None) -> None:
    """Check the chart map: owners, companies, accounts.

    Shows all findings, each with file, line and column. The exit code is 1 if a finding fails.
    """
    session: Session = ctx.obj
    sent = Output(form, to)
    sent.check(session.console)
    with session.workspace() as workspace:
        outcome = workspace.journals.check_chart_map()
    finish(outcome, sent, session.console)


def export(
    ctx: typer.Context,
    template: TemplateOption = "csv",
    period: PeriodOption = "",
    company: CompanyOption = None,
    currency: CurrencyOption = None,
    day: DateOption = "",
    to: FileOption = None,
) -> None:
    """Write the journals of an allocated month as a file for the finance system.

    One balanced journal for each company and currency, in minor units, rounded per invoice. The
    same allocation gives the same bytes. If a journal of the month was marked as sent, the new
    one has only the difference. Without --period, uses the newest allocated month.
    """
    from apportion.usecases.journal.export import Choice

    session: Session = ctx.obj
    sent, month = Output(Form.CSV, to), one_month(period, session.outside.now())
    sent.check(session.console)
    choice = Choice(tuple(company or ()), tuple(currency or ()), posting_date(day) if day else None)
    with session.workspace() as workspace:
        asked = month or newest_allocated(workspace)
        content, outcome = workspace.journals.export(
            asked, template, choice, folder=session.outside.folder
        )
    if content is not None:
        written = content
        deliver(lambda: written, sent, session.console)
    if content is not None and to is not None:
        session.console.table(outcome.rows, outcome.columns)
    session.console.findings(outcome.findings)
    for sentence in outcome.messages:
        session.console.say(sentence)
    end_by(outcome.findings)


def list_(
    ctx: typer.Context,
    period: PeriodOption = "",
    limit: LimitOption = None,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """List the journals that were exported, and which of them were sent.

    The status is exported, sent, or outdated: others of the month were sent after the export.
    """
    from dataclasses import replace

    session: Session = ctx.obj
    sent, now = Output(form, to, raw), session.outside.now()
    sent.check(session.console)
    with session.workspace() as workspace:
        month = month_of_list(period, now, partial(newest_allocated, workspace))
        outcome = workspace.journals.list(month)
    shown = replace(outcome, columns=_SHOWN) if sent.for_a_person else outcome
    finish(shown, sent, session.console, shown=shown.rows[:limit] if limit else None)


def mark_sent(ctx: typer.Context, batch: BatchArgument, wait: WaitOption = WAIT) -> None:
    """Record that the journals of a file were sent to the finance system.

    Later exports of the month have only the difference. The allocation is kept from expiry.
    """
    session: Session = ctx.obj
    with session.workspace() as workspace:
        outcome = workspace.journals.mark_sent(batch, wait=wait)
    for sentence in outcome.messages:
        session.console.say(sentence)


def verify(
    ctx: typer.Context,
    file: GeneralLedgerArgument,
    period: PeriodOption = "",
    template: TemplateOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Compare the general ledger with the journals that were sent.

    FILE is a trial balance or an export of the finance system, with the columns account, and
    amount or debit and credit; company, currency, cost center and journal are used if they are
    there. Shows the general ledger recharge rate and what is missing. The exit code is 1 if an
    account differs.
    """
    session: Session = ctx.obj
    sent, month = Output(form, to, raw), one_month(period, session.outside.now())
    sent.check(session.console)
    with session.workspace() as workspace:
        outcome = workspace.journals.verify(
            session.path(file),
            month or newest_allocated(workspace),
            template=template,
            folder=session.outside.folder,
        )
    finish(outcome, sent, session.console)


def template_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a template.")],
    to: FileOption = None,
) -> None:
    """Print a template, to copy and change it."""
    from apportion.model.errors.journals import UnknownTemplateError
    from apportion.model.suggestions import did_you_mean
    from apportion.reports.journal_templates import template_names, template_text

    session: Session = ctx.obj
    names = template_names()
    if name not in names:
        raise UnknownTemplateError(name, names, did_you_mean(name, names))
    deliver(
        template_text(name).encode,
        Output(Form.TABLE, to and session.path(to)),
        session.console,
    )


def schema(ctx: typer.Context, to: ToOption = None) -> None:
    """Print the JSON Schema of the chart map, for editors."""
    session: Session = ctx.obj
    deliver(chart_schema, Output(Form.JSON, to and session.path(to)), session.console)


def chart_schema() -> bytes:
    """Write the JSON Schema of the chart map's format."""
    from apportion.core.journal.chart_map_schema import chart_map_schema
    from apportion.reports.json import document

    return document(chart_map_schema())
