"""The commands that give a rulebook its tag keys: plan what AWS lacks, apply what is approved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options.aws import RoleOption
from apportion.cli.options.common import FormOption, RawOption, ToOption
from apportion.cli.options.cost_explorer import ProfileOption
from apportion.cli.options.period import exact_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Form, Output, deliver, send
from apportion.cli.ui.print_outcome import end_by, finish

if TYPE_CHECKING:
    from apportion.model.tags.activation import PlannedTags


def add_to(app: typer.Typer) -> None:
    """Add `plan` and `apply` to the group."""
    app.command(
        cls=Command,
        epilog=examples(
            "apportion aws plan",
            "apportion aws plan --backfill-from 2026-01 --to tags-plan.json",
        ),
    )(plan)
    app.command(
        cls=Command,
        epilog=examples(
            "apportion aws apply tags-plan.json",
            "apportion aws apply tags-plan.json --yes --role-arn "
            "arn:aws:iam::111111111111:role/tag-activator",
        ),
    )(apply)


def plan(
    ctx: typer.Context,
    backfill: Annotated[
        str,
        typer.Option(
            "--backfill-from", metavar="YEAR-MONTH", help="Backfill tag values from this month."
        ),
    ] = "",
    profile: ProfileOption = "",
    role: RoleOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Plan the activation of missing cost allocation tags.

    The rulebook of the current month and tags.yaml define the tag keys. Nothing is changed.
    With --output json or --to FILE.json, writes the plan with all API calls, to review and then
    `apply`. A backfill covers at most twelve months, once a day; it writes the current tags
    into past months.
    """
    from apportion.app.tag_activation import connect_tags, plan_tags, write_plan
    from apportion.model.period import Period

    session: Session = ctx.obj
    sent, month = Output(form, to, raw), exact_month(backfill)
    sent.check(session.console)
    settings = session.settings()
    with session.console.steps(session.outside.timer) as say:
        tags = connect_tags(session.clients(profile), role=role, say=say)
        planned = plan_tags(
            tags,
            settings,
            now=session.outside.now(),
            backfill=Period.parse(month) if month else None,
        )
    if sent.chosen is Form.JSON:
        deliver(write_plan(planned.plan).encode, sent, session.console)
    else:
        _show(planned, sent, session)
    session.console.findings(planned.findings)
    for sentence in planned.messages:
        session.console.say(sentence)
    end_by(planned.findings)


def apply(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="PLAN", help="Plan file that `plan --to FILE` wrote.")
    ],
    yes: Annotated[
        bool, typer.Option("--yes", help="Make the calls. Default: only show them.")
    ] = False,
    profile: ProfileOption = "",
    role: RoleOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Apply a tag activation plan, if nothing changed since it was made.

    Without --yes, only shows the calls. Keys that AWS rejects are listed.
    """
    from apportion.app.tag_activation import apply_tags, connect_tags, read_tag_plan, write_plan
    from apportion.model.errors.base import NotConfirmedError

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    path = session.path(file)
    planned = read_tag_plan(path)
    if planned.calls and not yes:
        session.console.text(write_plan(planned))
        raise NotConfirmedError(len(planned.calls))
    with session.console.steps(session.outside.timer) as say:
        tags = connect_tags(session.clients(profile), role=role, say=say)
        outcome = apply_tags(planned, tags, name=path.name, now=session.outside.now())
    finish(outcome, sent, session.console)


def _show(planned: PlannedTags, sent: Output, session: Session) -> None:
    if planned.rows or not sent.for_a_person:
        from apportion.core.aws.tag_activation import COLUMNS

        send(planned.rows, COLUMNS, sent, session.console)
