"""The command that estimates days that are not billed completely."""

from __future__ import annotations

from typing import Annotated

import typer

from apportion.cli.options.common import AsOfOption, FormOption, LimitOption, RawOption, ToOption
from apportion.cli.options.names import names
from apportion.cli.options.period import PeriodOption, newest_allocated, one_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish
from apportion.model.question import Granularity, Question

from .report import ByOption, CostOption

BacktestOption = Annotated[
    bool, typer.Option("--backtest", help="Replay past deliveries and show the errors.")
]


def add_to(app: typer.Typer) -> None:
    """Add `nowcast` to the program."""
    app.command(
        "nowcast",
        cls=Command,
        epilog=examples(
            "apportion nowcast --period 2026-11",
            "apportion nowcast --by cost_center,ServiceName --to november.csv",
            "apportion nowcast --backtest",
        ),
    )(nowcast)


def nowcast(
    ctx: typer.Context,
    by: ByOption = None,
    period: PeriodOption = "",
    cost: CostOption = "",
    as_of: AsOfOption = "",
    backtest: BacktestOption = False,
    limit: LimitOption = None,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Estimate what days cost when their bill is complete, by owner.

    Shows for each day what is billed, how complete that is, what is expected, and an interval.
    Completeness is learned from the earlier deliveries in the ledger. Estimates are neither in the
    ledger nor in the proof. Without --period, uses the newest allocated month. --limit shows the
    newest days. --backtest shows the errors of the estimates that past deliveries would have given.
    """
    session: Session = ctx.obj
    sent, month = Output(form, to, raw), one_month(period, session.outside.now())
    sent.check(session.console)
    with session.workspace() as workspace:
        wanted = month or newest_allocated(workspace)
        estimates = workspace.nowcast
        question = Question(wanted, names(by), Granularity.DAY, cost=cost, as_of=as_of)
        outcome = (estimates.backtest if backtest else estimates.estimate)(question)
    finish(outcome, sent, session.console, shown=outcome.rows[-limit:] if limit else None)
