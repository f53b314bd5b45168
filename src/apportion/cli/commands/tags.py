"""The group of commands about tags: the policy, what bills show of them, what to correct."""

from __future__ import annotations

import typer

from apportion.cli.command_list import TAGS
from apportion.cli.ui.help_pages import Group, examples


class _Tags(Group):
    listed = TAGS


def add_to(app: typer.Typer) -> None:
    """Add `tags` to the program, with all that stands under it."""
    tags = typer.Typer(
        name="tags",
        cls=_Tags,
        no_args_is_help=False,
        rich_markup_mode=None,
        help="Check, measure and enforce the tag policy.",
        epilog=examples(
            "apportion tags check-policy",
            "apportion tags coverage --by owner",
            "apportion tags untagged --limit 20",
        ),
    )
    app.add_typer(tags)
    tags.callback(invoke_without_command=True)(_list_commands)


def _list_commands(ctx: typer.Context) -> None:
    """Check, measure and enforce the tag policy."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
