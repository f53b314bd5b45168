"""The commands about the tag policy itself: check it, show it, write its page and its schema."""

from __future__ import annotations

import typer

from apportion.cli.options.common import FormOption, ToOption
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Form, Output, deliver
from apportion.cli.ui.print_outcome import finish


def add_to(tags: typer.Typer) -> None:
    """Add `tags check-policy`, `show`, `docs` and `schema`."""
    tags.command(
        "check-policy",
        cls=Command,
        epilog=examples("apportion tags check-policy"),
    )(check_policy)
    tags.command(
        "show",
        cls=Command,
        epilog=examples("apportion tags show", "apportion tags show --to policy.json"),
    )(show)
    tags.command(
        "docs",
        cls=Command,
        epilog=examples("apportion tags docs --to docs/tags.md"),
    )(docs)
    tags.command(
        "schema",
        cls=Command,
        epilog=examples("apportion tags schema --to tags.schema.json"),
    )(schema)


def check_policy(ctx: typer.Context, form: FormOption = None, to: ToOption = None) -> None:
    """Check the tag policy.

    Shows all findings, each with file, line and column. The exit code is 1 if a finding fails.
    """
    session: Session = ctx.obj
    sent = Output(form, to)
    sent.check(session.console)
    with session.workspace() as workspace:
        outcome = workspace.tags.check_policy()
    finish(outcome, sent, session.console)


def show(ctx: typer.Context, form: FormOption = None, to: ToOption = None) -> None:
    """Show the tag policy: keys, where they are mandatory, allowed values.

    Values from the rulebook are included. JSON is the complete policy, as the AWS Lambda
    function reads it.
    """
    from apportion.core.tags.policy.json import policy_json

    session: Session = ctx.obj
    sent = Output(form, to)
    sent.check(session.console)
    with session.workspace() as workspace:
        if sent.chosen is Form.JSON:
            text = policy_json(workspace.tags.policy())
            deliver(text.encode, sent, session.console)
            return
        outcome = workspace.tags.check_policy()
    finish(outcome, sent, session.console)


def docs(ctx: typer.Context, to: ToOption = None) -> None:
    """Write a Markdown page that shows engineers which tags to set."""
    from apportion.core.tags.policy.page import policy_page

    session: Session = ctx.obj
    with session.workspace() as workspace:
        text = policy_page(workspace.tags.policy())
    deliver(text.encode, Output(Form.TABLE, to and session.path(to)), session.console)


def schema(ctx: typer.Context, to: ToOption = None) -> None:
    """Print the JSON Schema of the tag policy format.

    Editors use it to complete and check tags.yaml. Refer to it in the first line: `#
    yaml-language-server: $schema=tags.schema.json`.
    """
    session: Session = ctx.obj
    deliver(policy_schema, Output(Form.JSON, to and session.path(to)), session.console)


def policy_schema() -> bytes:
    """Write the JSON Schema of the tag policy's format."""
    from apportion.core.tags.policy.schema import tag_policy_schema
    from apportion.reports.json import document

    return document(tag_policy_schema())
