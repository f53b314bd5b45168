"""The group of commands that read and change what AWS itself holds; each room adds its own."""

from __future__ import annotations

import typer

from apportion.cli.ui.help_pages import Group, examples

from . import aws_accounts, aws_exports, aws_plan, aws_policy, cost_categories


def add_to(app: typer.Typer) -> None:
    """Add `aws` to the program."""
    group = typer.Typer(
        name="aws",
        cls=Group,
        rich_markup_mode=None,
        help="Read and configure billing data in AWS.",
        epilog=examples(
            "apportion aws accounts sync",
            "apportion aws exports list",
            "apportion aws exports plan s3://acme-billing/exports/cur2",
        ),
    )
    app.add_typer(group, rich_help_panel="AWS")
    group.callback(invoke_without_command=True)(_list_commands)
    for room in (aws_accounts, aws_plan, cost_categories, aws_exports, aws_policy):
        room.add_to(group)


def _list_commands(ctx: typer.Context) -> None:
    """Read and configure billing data in AWS."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
