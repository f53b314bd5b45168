"""The group of commands about tags: the policy, what bills show of them, what to put right."""

from __future__ import annotations

import typer

from apportion.cli.ui.help_pages import Group, examples

from . import tag_check, tag_coverage, tag_fix, tag_generate, tag_policy, tag_scan


def add_to(app: typer.Typer) -> None:
    """Add `tags` to the program, with all that stands under it."""
    tags = typer.Typer(
        name="tags",
        cls=Group,
        no_args_is_help=False,
        rich_markup_mode=None,
        help="Check, measure and enforce the tag policy.",
        epilog=examples(
            "apportion tags check-policy",
            "apportion tags coverage --by owner",
            "apportion tags untagged --limit 20",
        ),
    )
    app.add_typer(tags, rich_help_panel="Rules and ledger")
    tags.callback(invoke_without_command=True)(_list_commands)
    tag_policy.add_to(tags)
    tag_coverage.add_to(tags)
    tag_generate.add_to(tags)
    tag_scan.add_to(tags)
    tag_fix.add_to(tags)
    tag_check.add_to(tags)


def _list_commands(ctx: typer.Context) -> None:
    """Check, measure and enforce the tag policy."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
