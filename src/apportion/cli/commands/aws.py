"""The group of commands that read and configure billing data in AWS."""

from __future__ import annotations

import typer

from apportion.cli.command_list import AWS
from apportion.cli.ui.help_pages import Group, examples


class _Aws(Group):
    listed = AWS


def add_to(app: typer.Typer) -> None:
    """Add `aws` to the program."""
    group = typer.Typer(
        name="aws",
        cls=_Aws,
        rich_markup_mode=None,
        help="Read and configure billing data in AWS.",
        epilog=examples(
            "apportion aws accounts sync",
            "apportion aws exports list",
            "apportion aws exports plan s3://acme-billing/exports/cur2",
        ),
    )
    app.add_typer(group)
    group.callback(invoke_without_command=True)(_list_commands)


def _list_commands(ctx: typer.Context) -> None:
    """Read and configure billing data in AWS."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
