"""The command `compare`: changes between two allocations, and their causes."""

from __future__ import annotations

from typing import Annotated

import typer

from apportion.cli.options.common import FormOption, RawOption, ToOption
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish

BeforeArgument = Annotated[
    str, typer.Argument(metavar="BEFORE", help="A month, or a run id from `ledger history`.")
]
AfterArgument = Annotated[
    str,
    typer.Argument(
        metavar="AFTER",
        help="A month or run id. Default: the month of BEFORE with the current rules.",
    ),
]
DiffOption = Annotated[
    bool, typer.Option("--diff", help="Also show the changed lines of the rulebook.")
]


def add_to(app: typer.Typer) -> None:
    """Add `compare` to the program."""
    app.command(
        "compare",
        cls=Command,
        epilog=examples(
            "apportion compare 2026-08 2026-09",
            "apportion compare 2026-09              # the effect of changed rules",
            "apportion compare 1f0c9a 77e2b4 --to why.csv",
        ),
    )(compare)


def compare(
    ctx: typer.Context,
    before: BeforeArgument,
    after: AfterArgument = "",
    diff: DiffOption = False,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Compare what each owner pays in two months or runs, by cause.

    Causes are usage (between months), restated bills, tags, accounts and lookups, rules, and
    drivers. They add up exactly to the change. With one month, compares its allocation with the
    current rulebook: the effect of a rule change before you allocate.
    """
    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    with session.workspace() as workspace:
        outcome, lines = workspace.compare(before, after)
    finish(outcome, sent, session.console, total=True)
    for line in lines if diff else ():
        session.console.say(line)
