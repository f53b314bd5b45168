"""The commands that tell what bills show of tags: how much spend carries them, and who does not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import (
    AsOfOption,
    FormOption,
    PeriodOption,
    RawOption,
    ToOption,
    checked,
)
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output, deliver, write_atomically
from apportion.cli.ui.print_outcome import finish
from apportion.model.errors.tags import NotAPercentError
from apportion.model.outcome import Outcome

from .cloudtrail_files import read_records

_PANEL = "Bills"

CoverageByOption = Annotated[
    list[str] | None,
    typer.Option(
        "--by", metavar="NAMES", help="owner, account, service, environment, region or month."
    ),
]
FailUnderOption = Annotated[
    str,
    typer.Option(
        metavar="PERCENT", help="End with 1 if less of the spend has valid mandatory tags."
    ),
]


def add_to(tags: typer.Typer) -> None:
    """Add `tags coverage`, `untagged` and `suggest`."""
    tags.command(
        cls=Command,
        rich_help_panel=_PANEL,
        epilog=examples(
            "apportion tags coverage --period 2026-09",
            "apportion tags coverage --by account,service",
            "apportion tags coverage --by month,owner --to compliance.csv",
            "apportion tags coverage --fail-under 90",
        ),
    )(coverage)
    tags.command(
        cls=Command,
        rich_help_panel=_PANEL,
        epilog=examples(
            "apportion tags untagged --limit 20",
            "apportion tags untagged --only-manual --to by-hand.csv",
            "apportion tags untagged --messages",
        ),
    )(untagged)
    tags.command(
        cls=Command,
        rich_help_panel=_PANEL,
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
    """Tell how much spend carries valid mandatory tags.

    By owner if left out, beside the month before; --by month tells every month. What is wrong
    comes as findings with its money. Only usage of resources counts as able to carry tags; fees,
    taxes and credits do not.
    """
    from apportion.usecases.tags.coverage import CoverageQuery

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    asked = CoverageQuery(checked(period), _names(by), _percent(fail_under), as_of)
    with session.workspace() as workspace:
        outcome = workspace.tags.coverage(asked)
    in_groups = outcome.columns[1] != "currency"
    if sent.for_a_person:
        outcome = _without(outcome, "spend", "exempt", "resources", "resources_share")
    finish(outcome, sent, session.console, total=in_groups)


def untagged(
    ctx: typer.Context,
    period: PeriodOption = "",
    limit: Annotated[
        int, typer.Option(metavar="N", min=0, help="Only the N that cost most; 0 is all.")
    ] = 50,
    only_manual: Annotated[
        bool, typer.Option("--only-manual", help="Only what code did not make.")
    ] = False,
    messages: Annotated[
        bool, typer.Option("--messages", help="Only the sentences to send to owners.")
    ] = False,
    events: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="CloudTrail records, to tell who made them."),
    ] = None,
    as_of: AsOfOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """List resources without valid mandatory tags by monthly cost.

    Each with its probable owner, why we think so, and a sentence to send them. What code made is
    told from what was made by hand where the policy says by which tag.
    """
    from apportion.usecases.tags.untagged import Wanted

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    texts = tuple(read_records(session.path(path)) for path in events or ())
    wanted = Wanted(checked(period), limit, only_manual, as_of, texts)
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
        str, typer.Option(metavar="ID", help="Take this alias into tag policy and rulebook.")
    ] = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Tell which values and keys are the same in other spellings, and what they mean.

    And which projects name several owners. Each with its money. An alias that is accepted is
    written into the files with all comments kept; they are read again before they are replaced.
    """
    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    with session.workspace() as workspace:
        if accept:
            for path, text, said in workspace.tags.accepted(accept, checked(period)):
                write_atomically(path, text.encode())
                session.console.good(f"{path.name}: {said}.")
            return
        outcome = workspace.tags.suggest(checked(period))
    if sent.for_a_person:
        outcome = _without(outcome, "environments", "accounts")
    finish(outcome, sent, session.console)


def _without(outcome: Outcome, *columns: str) -> Outcome:
    """Leave columns to files that a terminal has no room for."""
    return replace(outcome, columns=tuple(one for one in outcome.columns if one not in columns))


def _short(outcome: Outcome) -> Outcome:
    """Show of an ARN what tells resources apart; files have it whole."""
    rows = [{**row, "resource": str(row["resource"]).split(":", 5)[-1]} for row in outcome.rows]
    return replace(outcome, rows=tuple(rows))


def _names(written: list[str] | None) -> tuple[str, ...]:
    words = (word for one in written or () for word in one.split(","))
    return tuple(word.strip().casefold() for word in words if word.strip())


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
