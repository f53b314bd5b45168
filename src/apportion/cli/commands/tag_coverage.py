"""The commands `tags coverage`, `untagged` and `suggest`: tags in bills."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import AsOfOption, FormOption, RawOption, ToOption
from apportion.cli.options.names import names
from apportion.cli.options.period import PeriodOption, one_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output, deliver, write_atomically
from apportion.cli.ui.print_outcome import finish
from apportion.model.errors.tags import NotAPercentError
from apportion.model.outcome import Outcome

from .cloudtrail_files import read_records

CoverageByOption = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="NAMES",
        help="Group by owner, account, service, environment, region or month.",
    ),
]
FailUnderOption = Annotated[
    str,
    typer.Option(
        metavar="PERCENT",
        help="Exit code 1 if less than this percentage of cost has valid mandatory tags.",
    ),
]


def add_to(tags: typer.Typer) -> None:
    """Add `tags coverage`, `untagged` and `suggest`."""
    tags.command(
        cls=Command,
        epilog=examples(
            "apportion tags coverage --period 2026-09",
            "apportion tags coverage --by account,service",
            "apportion tags coverage --by month,owner --to compliance.csv",
            "apportion tags coverage --fail-under 90",
        ),
    )(coverage)
    tags.command(
        cls=Command,
        epilog=examples(
            "apportion tags untagged --limit 20",
            "apportion tags untagged --only-manual --to by-hand.csv",
            "apportion tags untagged --messages",
        ),
    )(untagged)
    tags.command(
        cls=Command,
        epilog=examples("apportion tags suggest", "apportion tags suggest --accept 3fa9c1"),
    )(suggest)


def coverage(
    ctx: typer.Context,
    period: PeriodOption = "",
    by: CoverageByOption = None,
    fail_under: FailUnderOption = "",
    as_of: AsOfOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Show how much cost has valid mandatory tags.

    Groups by owner by default, with the month before; --by month shows all months. Invalid tags
    are findings with their cost. Only resource usage counts; fees, taxes and credits cannot
    have tags.
    """
    from apportion.usecases.tags.coverage import CoverageQuery

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    query = CoverageQuery(
        one_month(period, session.outside.now()),
        tuple(map(str.casefold, names(by))),
        _percent(fail_under),
        as_of,
    )
    with session.workspace() as workspace:
        outcome = workspace.tags.coverage(query)
    in_groups = outcome.columns[1] != "currency"
    if sent.for_a_person:
        outcome = _without(outcome, "spend", "exempt", "resources", "resources_share")
    finish(outcome, sent, session.console, total=in_groups)


def untagged(
    ctx: typer.Context,
    period: PeriodOption = "",
    limit: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Only the N most expensive resources; 0 shows all."),
    ] = 50,
    only_manual: Annotated[
        bool, typer.Option("--only-manual", help="Only resources that were not created by code.")
    ] = False,
    messages: Annotated[
        bool, typer.Option("--messages", help="Only the messages to send to owners.")
    ] = False,
    events: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="CloudTrail records, to find who created the resources."),
    ] = None,
    as_of: AsOfOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """List resources without valid mandatory tags, most expensive first.

    Each row has the probable owner, the reason for it, and a message to send. Resources created
    by code are marked if the tag policy defines the tag that shows it.
    """
    from apportion.usecases.tags.untagged import Wanted

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    texts = tuple(read_records(session.path(path)) for path in events or ())
    wanted = Wanted(one_month(period, session.outside.now()), limit, only_manual, as_of, texts)
    with session.workspace() as workspace:
        outcome = workspace.tags.untagged(wanted)
    if messages:
        text = "".join(f"{row['owner'] or '?'}: {row['message']}\n" for row in outcome.rows)
        deliver(text.encode, sent, session.console)
        return
    if sent.for_a_person:  # the sentences are wider than any terminal
        outcome = _without(_short(outcome), "service", "type", "message")
    finish(outcome, sent, session.console, total=True)


def suggest(
    ctx: typer.Context,
    period: PeriodOption = "",
    accept: Annotated[
        str, typer.Option(metavar="ID", help="Add this alias to the tag policy and the rulebook.")
    ] = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Suggest aliases for tag keys and values with different spelling.

    Also lists projects with several owners. Each suggestion has its cost. --accept adds an
    alias to the tag policy and the rulebook; comments are kept, and the files are checked
    before they are replaced.
    """
    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    with session.workspace() as workspace:
        if accept:
            for path, text, summary in workspace.tags.accepted(
                accept, one_month(period, session.outside.now())
            ):
                write_atomically(path, text.encode())
                session.console.good(f"{path.name}: {summary}.")
            return
        outcome = workspace.tags.suggest(one_month(period, session.outside.now()))
    if sent.for_a_person:
        outcome = _without(outcome, "environments", "accounts")
    finish(outcome, sent, session.console)


def _without(outcome: Outcome, *columns: str) -> Outcome:
    """Leave columns to files that a terminal has no room for."""
    return replace(outcome, columns=tuple(one for one in outcome.columns if one not in columns))


def _short(outcome: Outcome) -> Outcome:
    """Shorten an ARN to the part that identifies the resource; files have all of it."""
    rows = [{**row, "resource": str(row["resource"]).split(":", 5)[-1]} for row in outcome.rows]
    return replace(outcome, rows=tuple(rows))


def _percent(written: str) -> Decimal | None:
    if not written:
        return None
    try:
        percent = Decimal(written.rstrip(" %"))
    except InvalidOperation:
        percent = Decimal(-1)
    if not 0 <= percent <= 100:
        raise NotAPercentError(written)
    return percent
