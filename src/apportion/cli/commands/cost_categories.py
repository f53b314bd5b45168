"""The commands for AWS Cost Categories: a rulebook made of them, and they of a rulebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.aws import RoleOption
from apportion.cli.options.common import ToOption
from apportion.cli.options.cost_explorer import ProfileOption
from apportion.cli.options.period import PeriodOption, exact_month, one_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, Group, examples
from apportion.cli.ui.output import Output, deliver
from apportion.cli.ui.print_outcome import end_by


def add_to(app: typer.Typer) -> None:
    """Add `cost-categories import` and `cost-categories export` to the group."""
    group = typer.Typer(
        name="cost-categories",
        cls=Group,
        rich_markup_mode=None,
        help="Convert AWS Cost Categories to a rulebook, and a rulebook to them.",
        epilog=examples(
            "apportion aws cost-categories import --to rulebook/2026-01.yaml",
            "apportion aws cost-categories export --to categories.json",
        ),
    )
    app.add_typer(group)
    group.callback(invoke_without_command=True)(_list_commands)
    group.command(
        "import",
        cls=Command,
        epilog=examples(
            "apportion aws cost-categories import --to rulebook/2026-01.yaml",
            'apportion aws cost-categories import --name "Cost Center" --name Project',
            "apportion aws cost-categories import --from-file category.json",
        ),
    )(import_)
    group.command(
        cls=Command,
        epilog=examples(
            "apportion aws cost-categories export",
            "apportion aws cost-categories export --period 2026-09 --to categories.json",
        ),
    )(export)


def _list_commands(ctx: typer.Context) -> None:
    """Convert AWS Cost Categories to a rulebook, and a rulebook to them."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def import_(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="Only this cost category and those it refers to. Repeatable.",
        ),
    ] = None,
    from_file: Annotated[
        Path | None,
        typer.Option(
            "--from-file",
            metavar="FILE",
            help="JSON from the AWS CLI. Default: read the cost categories from AWS.",
        ),
    ] = None,
    effective: Annotated[
        str,
        typer.Option(
            metavar="YEAR-MONTH",
            help="First month of the rulebook. Default: the effective start in AWS.",
        ),
    ] = "",
    currency: Annotated[str, typer.Option(metavar="CODE", help="Currency of the bill.")] = "USD",
    profile: ProfileOption = "",
    role: RoleOption = "",
    to: ToOption = None,
) -> None:
    """Write a rulebook from AWS Cost Categories.

    Converts rules, inherited values, defaults and split charges. Parts that a rulebook cannot
    express are findings, with a comment at their place. The first category becomes the owner
    dimension.
    """
    from apportion.app import cost_categories as room

    session: Session = ctx.obj
    month = exact_month(effective)
    if from_file is not None:
        found = room.from_file(session.path(from_file))
    else:
        with session.console.steps(session.outside.timer) as say:
            found = room.look_at_categories(session.clients(profile), role=role, say=say)
    made = room.to_rulebook(found, names or (), currency=currency, effective=month)
    deliver(made.text.encode, Output(to=to), session.console)
    session.console.findings(made.findings)
    end_by(made.findings)


def export(ctx: typer.Context, period: PeriodOption = "", to: ToOption = None) -> None:
    """Write the rulebook of a month as AWS Cost Category definitions; nothing is created.

    Each definition is input for `aws ce create-cost-category-definition --cli-input-json`.
    Parts that AWS cannot express are findings: drivers, chains, dates, alternative spellings.
    Lookups and account tags are used with their current values.
    """
    from apportion.app.cost_categories import write_definitions

    session: Session = ctx.obj
    month = one_month(period, session.outside.now())
    with session.workspace() as workspace:
        made = workspace.cost_categories.export(month)
    deliver(write_definitions(made.categories).encode, Output(to=to), session.console)
    session.console.findings(made.findings)
    end_by(made.findings)
