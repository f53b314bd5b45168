"""The command that compares owners' cost with their budgets."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import AsOfOption, FormOption, RawOption, ToOption
from apportion.cli.options.period import PeriodOption, newest_allocated, one_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish
from apportion.model.question import Question

FileOption = Annotated[Path, typer.Option("--budgets", metavar="FILE", help="CSV file of budgets.")]
FailOverOption = Annotated[
    int | None,
    typer.Option(
        "--fail-over",
        metavar="PERCENT",
        min=0,
        help="Exit with 1 if an owner's cost is more than this percentage of its budget.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add `budget` to the program."""
    app.command(
        "budget",
        cls=Command,
        epilog=examples(
            "apportion budget --period 2026-09",
            "apportion budget --period 2026-09 --fail-over 100",
            "apportion budget --budgets plan-2026.csv --output csv --to variance.csv",
        ),
    )(budget)


def budget(
    ctx: typer.Context,
    period: PeriodOption = "",
    budgets: FileOption = Path("budgets.csv"),
    fail_over: FailOverOption = None,
    as_of: AsOfOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Compare what each owner pays with its budget.

    The file has the columns owner, period, currency and amount, and optionally shared: the part
    of the amount that is planned shared cost. With it, the variance is split into direct cost
    and allocation. Without --period, uses the newest allocated month.
    """
    from apportion.usecases.budgets.budget import budget_report, load_budgets

    session: Session = ctx.obj
    sent, month = Output(form, to, raw), one_month(period, session.outside.now())
    sent.check(session.console)
    planned = load_budgets(session.path(budgets))
    with session.workspace() as workspace:
        chosen = month or newest_allocated(workspace)
        report = workspace.report(Question(chosen, as_of=as_of))
    most = None if fail_over is None else Decimal(fail_over)
    finish(budget_report(report, planned, period=chosen, fail_over=most), sent, session.console)
