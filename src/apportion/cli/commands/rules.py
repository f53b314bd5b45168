"""The commands about rulebooks: check them, show the one in force, describe the format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options.common import FormOption, ToOption
from apportion.cli.options.period import PeriodOption, one_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, Group, examples
from apportion.cli.ui.output import Form, Output, deliver
from apportion.cli.ui.print_outcome import end_by, finish
from apportion.model.period import Period

if TYPE_CHECKING:
    from apportion.app.workspace import Workspace


def add_to(app: typer.Typer) -> None:
    """Add `rules check`, `rules show` and `rules schema` to the program."""
    rules = typer.Typer(
        name="rules",
        cls=Group,
        no_args_is_help=False,
        rich_markup_mode=None,
        help="Check rulebooks, show the rulebook of a month, print the JSON Schema.",
        epilog=examples("apportion rules check", "apportion rules show --period 2026-09"),
    )
    app.add_typer(rules)
    rules.callback(invoke_without_command=True)(_list_commands)
    rules.command("check", cls=Command, epilog=examples("apportion rules check"))(check)
    rules.command(
        "show",
        cls=Command,
        epilog=examples("apportion rules show --period 2026-09", "apportion rules show --sql"),
    )(show)
    rules.command(
        "schema",
        cls=Command,
        epilog=examples(
            "apportion rules schema --to rulebook.schema.json",
            "apportion rules schema | jq '.properties | keys'",
        ),
    )(schema)


def _list_commands(ctx: typer.Context) -> None:
    """Check rulebooks, show the rulebook of a month, print the JSON Schema."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def check(ctx: typer.Context, form: FormOption = None, to: ToOption = None) -> None:
    """Check the rulebooks and the files they refer to.

    Shows all findings, each with file, line and column. The exit code is 1 if a finding fails.
    """
    session: Session = ctx.obj
    sent = Output(form, to)
    sent.check(session.console)
    with session.workspace() as workspace:
        outcome = workspace.check_rules()
    finish(outcome, sent, session.console)


def show(
    ctx: typer.Context,
    period: PeriodOption = "",
    sql: Annotated[bool, typer.Option("--sql", help="Show only the SQL.")] = False,
    form: FormOption = None,
    to: ToOption = None,
) -> None:
    """Show the rulebook of a month and the SQL it compiles to.

    Without --period, uses the newest month in the ledger.
    """
    session: Session = ctx.obj
    sent, month = Output(form, to), one_month(period, session.outside.now())
    with session.workspace() as workspace:
        rules = workspace.rules_in_force(month or _newest(workspace, session))
    laid_out = [(step, _laid_out(text)) for step, text in rules.statements]
    statements = [{"step": step, "sql": text} for step, text in laid_out]
    if sent.chosen is not Form.TABLE:
        from apportion.reports.json import document

        deliver(
            lambda: document(
                {
                    "file": rules.file,
                    "sha256": rules.sha256,
                    "effective": rules.effective,
                    "text": rules.text,
                    "statements": statements,
                }
            ),
            Output(Form.JSON, sent.to),
            session.console,
        )
    else:
        written = "".join(f"-- {step}\n{text}\n\n" for step, text in laid_out)
        if not sql:
            about = f"# {rules.file}, in force from {rules.effective}, sha256 {rules.sha256}\n"
            written = f"{about}{rules.text.rstrip()}\n\n{written}"
        deliver(lambda: written.rstrip().encode() + b"\n", sent, session.console)
    session.console.findings(rules.findings)
    end_by(rules.findings)


def _laid_out(sql: str) -> str:
    """Lay a statement out over lines; what is only a comment stays as it is."""
    import sqlglot

    laid_out = [one for one in sqlglot.transpile(sql, "duckdb", pretty=True) if one]
    return "\n".join(f"{one};" for one in laid_out) or sql.strip()


def _newest(workspace: Workspace, session: Session) -> str:
    """Find the newest month that the ledger holds; with nothing in it, this month."""
    held = [str(row["period"]) for row in workspace.held().rows]
    return max(held, default=str(Period.of(session.outside.now().date())))


def schema(ctx: typer.Context, to: ToOption = None) -> None:
    """Print the JSON Schema of the rulebook format.

    Editors use it to complete and check rulebooks. Refer to it in the first line of a rulebook:
    `# yaml-language-server: $schema=../rulebook.schema.json`.
    """
    session: Session = ctx.obj
    deliver(rulebook_schema, Output(Form.JSON, to and session.path(to)), session.console)


def rulebook_schema() -> bytes:
    """Write the JSON Schema of the rulebook format."""
    from apportion.core.rulebook.schema import rulebook_schema as described
    from apportion.reports.json import document

    return document(described())
