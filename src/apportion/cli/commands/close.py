"""The commands that close months: state, accrual, close, adjustment, reopening, history."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options.common import (
    WAIT,
    FormOption,
    RawOption,
    TemplateOption,
    ToOption,
    WaitOption,
    posting_date,
)
from apportion.cli.options.period import PeriodOption, newest_delivered, one_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, Group, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish
from apportion.model.errors.close import NotAThresholdError
from apportion.model.finance.close import Decision
from apportion.model.outcome import Outcome

if TYPE_CHECKING:
    from apportion.app.workspace import Workspace

_SUMMARY = "Close months for the books, and adjust them after the close."

ApproverOption = Annotated[
    str, typer.Option("--approver", metavar="NAME", help="Who decides. Recorded.")
]
NoteOption = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why. Recorded.")]
PreparedOption = Annotated[
    str,
    typer.Option("--prepared-by", metavar="NAME", help="Who made the allocation. Recorded."),
]
ThresholdOption = Annotated[
    str,
    typer.Option(
        "--threshold",
        metavar="AMOUNT",
        help="Book nothing if no owner's change is as large as this.",
    ),
]
ReverseOption = Annotated[
    str,
    typer.Option("--reverse-on", metavar="DAY", help="Posting date of the reversal."),
]
FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--to", metavar="FOLDER", help="New folder for both files. Default: accrual-YEAR-MONTH."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add `close` with what stands under it to the program."""
    close = typer.Typer(
        name="close",
        cls=Group,
        rich_markup_mode=None,
        help=_SUMMARY,
        epilog=examples(
            "apportion close status",
            'apportion close close --period 2026-09 --approver "R. Vega" --note "Day 5"',
            'apportion close adjust --period 2026-08 --approver "R. Vega" --note "Credit of AWS"',
        ),
    )
    app.add_typer(close)
    close.callback(invoke_without_command=True)(_list_commands)
    for name, (command, calls) in _commands().items():
        close.command(name, cls=Command, epilog=examples(*calls))(command)


def _commands() -> dict[str, tuple[Callable[..., None], tuple[str, ...]]]:
    """List the commands with their examples."""
    return {
        "status": (
            status,
            ("apportion close status", "apportion close status --period 2026-09 --output json"),
        ),
        "accrue": (
            accrue,
            ('apportion close accrue --reverse-on 2026-10-31 --approver "R. Vega" --note "Day 3"',),
        ),
        "close": (
            close_,
            ('apportion close close --period 2026-09 --approver "R. Vega" --note "Day 5"',),
        ),
        "adjust": (
            adjust,
            (
                'apportion close adjust --period 2026-08 --approver "R. Vega" --note "Credit"',
                'apportion close adjust -p 2026-08 --threshold 50 --approver "R. Vega" --note "Q3"',
            ),
        ),
        "reopen": (
            reopen,
            ('apportion close reopen --period 2026-08 --approver "R. Vega" --note "Wrong bill"',),
        ),
        "history": (history, ("apportion close history", "apportion close history -p 2026-08")),
    }


def _list_commands(ctx: typer.Context) -> None:
    """Close months for the books, and adjust them after the close."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def status(
    ctx: typer.Context,
    period: PeriodOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Show the state of each month and what it waits for.

    States are open, accrued, billed, closed and adjusted. Reports show the run in the column
    run; the column booked has the run that was booked last.
    """
    _answer(
        ctx, period, Output(form, to, raw), lambda workspace, month: workspace.close.status(month)
    )


def accrue(
    ctx: typer.Context,
    approver: ApproverOption,
    note: NoteOption,
    reverse_on: ReverseOption,
    period: PeriodOption = "",
    template: TemplateOption = "csv",
    folder: FolderOption = None,
    wait: WaitOption = WAIT,
    form: FormOption = None,
) -> None:
    """Write a journal of what a month is expected to cost, and one that reverses it.

    What is billed so far is in it, and what is expected when the bill is final: an estimate from
    the deliveries of the month. Nothing of it enters the proof. The chart map names the account
    that is credited. Rows are the owners.
    """
    session: Session = ctx.obj
    sent, month = Output(form), one_month(period, session.outside.now())
    day = posting_date(reverse_on)
    sent.check(session.console)
    with session.workspace() as workspace:
        chosen = month or newest_delivered(workspace)
        to = folder or Path(f"accrual-{chosen}")
        outcome = workspace.close.accrue(
            chosen,
            Decision(approver, note),
            reverse_on=day,
            template=template,
            templates=session.outside.folder,
            folder=session.path(to),
            wait=wait,
        )
    session.console.good(f"Wrote {to}")
    finish(outcome, sent, session.console, total=True)


def close_(
    ctx: typer.Context,
    approver: ApproverOption,
    note: NoteOption,
    period: PeriodOption = "",
    prepared_by: PreparedOption = "",
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Close a month on its newest allocation, after proving it again.

    From then on, reports of the month show this allocation; later deliveries and rules become an
    adjustment. Without --period, uses the newest month of the ledger.
    """
    decision = Decision(approver, note, prepared_by)

    def act(workspace: Workspace, month: str) -> Outcome:
        return workspace.close.close(month or newest_delivered(workspace), decision, wait=wait)

    _answer(ctx, period, Output(form, to, raw), act)


def adjust(
    ctx: typer.Context,
    approver: ApproverOption,
    note: NoteOption,
    period: PeriodOption = "",
    threshold: ThresholdOption = "0",
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Book what changed after the close: owners with the causes of their changes.

    The journal of the month is then the difference, dated in the first month that is not closed.
    Allocate the month first.
    """
    decision, least = Decision(approver, note), _amount(threshold)

    def act(workspace: Workspace, month: str) -> Outcome:
        chosen = month or newest_delivered(workspace)
        return workspace.close.adjust(chosen, decision, threshold=least, wait=wait)

    _answer(ctx, period, Output(form, to, raw), act, total=True)


def reopen(
    ctx: typer.Context,
    approver: ApproverOption,
    note: NoteOption,
    period: PeriodOption = "",
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Open a closed month again, with a reason.

    Reports of the month then show its newest allocation. The close stays in the history.
    """
    decision = Decision(approver, note)

    def act(workspace: Workspace, month: str) -> Outcome:
        return workspace.close.reopen(month or newest_delivered(workspace), decision, wait=wait)

    _answer(ctx, period, Output(form, to, raw), act)


def history(
    ctx: typer.Context,
    period: PeriodOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """List who closed, adjusted or reopened months, when and why."""
    _answer(
        ctx, period, Output(form, to, raw), lambda workspace, month: workspace.close.history(month)
    )


def _amount(written: str) -> Decimal:
    """Read an amount that is not negative; raises NotAThresholdError."""
    try:
        found = Decimal(written)
    except InvalidOperation:
        raise NotAThresholdError(written) from None
    if not found.is_finite() or found < 0:
        raise NotAThresholdError(written)
    return found


def _answer(
    ctx: typer.Context,
    period: str,
    sent: Output,
    act: Callable[[Workspace, str], Outcome],
    *,
    total: bool = False,
) -> None:
    """Send what `act` answers for a month, "" without --period."""
    session: Session = ctx.obj
    month = one_month(period, session.outside.now())
    sent.check(session.console)
    with session.workspace() as workspace:
        outcome = act(workspace, month)
    finish(outcome, sent, session.console, total=total)
