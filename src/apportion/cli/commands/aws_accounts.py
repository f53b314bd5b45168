"""The commands for accounts of an organisation: synchronise, import, list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.aws import RoleOption, day_of
from apportion.cli.options.common import WAIT, FormOption, RawOption, ToOption, WaitOption
from apportion.cli.options.cost_explorer import ProfileOption
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, Group, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish

SinceOption = Annotated[
    str,
    typer.Option(
        "--effective-from",
        metavar="DAY",
        help="First day on which the data is valid. Default: today.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add `accounts sync`, `accounts import` and `accounts list` to the group."""
    group = typer.Typer(
        name="accounts",
        cls=Group,
        rich_markup_mode=None,
        help="Account names, organizational units and tags, with their history.",
        epilog=examples(
            "apportion aws accounts sync --profile payer",
            "apportion aws accounts list --as-of 2026-03-31",
        ),
    )
    app.add_typer(group)
    group.callback(invoke_without_command=True)(_list_commands)
    group.command(
        cls=Command,
        epilog=examples(
            "apportion aws accounts sync --profile payer",
            "apportion aws accounts sync --role-arn arn:aws:iam::111111111111:role/account-sync",
        ),
    )(sync)
    group.command(
        "import",
        cls=Command,
        epilog=examples(
            "apportion aws accounts import accounts.csv",
            "apportion aws accounts import list-accounts.json --organization o-acme",
        ),
    )(import_)
    group.command(
        "list",
        cls=Command,
        epilog=examples(
            "apportion aws accounts list",
            "apportion aws accounts list --as-of 2026-03-31 --output csv",
            "apportion aws accounts list --all-versions",
        ),
    )(list_)


def _list_commands(ctx: typer.Context) -> None:
    """Account names, organizational units and tags, with their history."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def sync(
    ctx: typer.Context,
    since: SinceOption = "",
    profile: ProfileOption = "",
    role: RoleOption = "",
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Read all accounts from AWS Organizations into the ledger, and show the changes.

    Renamed, moved or re-tagged accounts keep their earlier values for earlier days. Closed
    accounts keep their history. The first sync is valid for the whole past. A repeated sync
    changes nothing.
    """
    from apportion.app.accounts import look_at_organization

    session: Session = ctx.obj
    sent, day = Output(form, to, raw), day_of(since, "--effective-from")
    sent.check(session.console)
    settings = session.settings()
    with session.console.steps(session.outside.timer) as say:
        seen = look_at_organization(session.clients(profile), role=role, say=say)
    with session.workspace(settings) as workspace:
        outcome = workspace.accounts.sync(seen, since=day, wait=wait)
    finish(outcome, sent, session.console)


def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or JSON file.")],
    organization: Annotated[
        str, typer.Option(metavar="NAME", help="Name of the organization, if you have several.")
    ] = "imported",
    since: SinceOption = "",
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Import all accounts of an organization from a file, if you cannot read AWS Organizations.

    CSV has the columns account, name, unit, state and tag:KEY for each tag. JSON is the output
    of `aws organizations list-accounts`, with Tags if available. With the columns valid_from or
    valid_to, the file replaces the whole history. Otherwise, accounts that are not in the file
    are closed.
    """
    session: Session = ctx.obj
    sent, day = Output(form, to, raw), day_of(since, "--effective-from")
    sent.check(session.console)
    with session.workspace() as workspace:
        outcome = workspace.accounts.import_file(
            session.path(file), organization=organization, since=day, wait=wait
        )
    finish(outcome, sent, session.console)


def list_(
    ctx: typer.Context,
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of", metavar="DAY", help="Show the accounts as of this day. Default: today."
        ),
    ] = "",
    all_days: Annotated[
        bool,
        typer.Option("--all-versions", help="Show all versions of each account with their dates."),
    ] = False,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """List the accounts in the ledger as of a day.

    Closed accounts are listed with their last values; valid_to is their last day.
    """
    session: Session = ctx.obj
    sent, day = Output(form, to, raw), day_of(as_of, "--as-of")
    sent.check(session.console)
    with session.workspace() as workspace:
        outcome = workspace.accounts.listed(day=day, all_days=all_days)
    finish(outcome, sent, session.console)
