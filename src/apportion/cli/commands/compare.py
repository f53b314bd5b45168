"""The command that tells what changed between two allocations, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from apportion.cli.options.common import FormOption, RawOption, ToOption
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish

BeforeArgument = Annotated[
    str, typer.Argument(metavar="BEFORE", help="A month, or a run of `ledger history`.")
]
AfterArgument = Annotated[
    str,
    typer.Argument(
        metavar="AFTER", help="Another; left out, BEFORE's month by the rules as they are now."
    ),
]
DiffOption = Annotated[
    bool, typer.Option("--diff", help="Also show which lines of the rulebook differ.")
]


def add_to(app: typer.Typer) -> None:
    """Add `compare` to the program."""
    app.command(
        "compare",
        cls=Command,
        rich_help_panel="Look",
        epilog=examples(
            "apportion compare 2026-08 2026-09",
            "apportion compare 2026-09              # what my changed rules would move",
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
    """Tell what each owner pays before and after, and what moved it.

    Usage (between months), restated (a later delivery of the same month), tags, rules and
    drivers, one changed after the other, so that they add up to the change exactly. With one
    month alone, its allocation is compared with what the rulebook as it is now would make of it:
    a change of rules in money, before anything is recorded.
    """
    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    with session.workspace() as workspace:
        outcome, lines = workspace.compare(before, after)
    finish(outcome, sent, session.console, total=True)
    for line in lines if diff else ():
        session.console.say(line)
