"""The commands that give cost its owners and prove it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import (
    WAIT,
    AsOfOption,
    FormOption,
    RawOption,
    ToOption,
    WaitOption,
)
from apportion.cli.options.period import (
    MonthsOption,
    newest_allocated,
    newest_delivered,
    several_months,
    with_latest,
)
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish


def add_to(app: typer.Typer) -> None:
    """Add `allocate` and `prove` to the program."""
    app.command(
        "allocate",
        cls=Command,
        epilog=examples("apportion allocate --period 2026-09", "apportion allocate"),
    )(allocate)
    app.command(
        "prove",
        cls=Command,
        epilog=examples(
            "apportion prove --period 2026-09",
            "apportion prove --period 2026-09 --by-invoice",
            "apportion prove --manifest ledger/proofs/2026-09-d8f2f7287f14.json",
            "apportion prove --period 2026-09 --output csv > proof.csv",
        ),
    )(prove)


def allocate(
    ctx: typer.Context,
    period: MonthsOption = "",
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Allocate every charge to an owner, split shared cost, and prove the totals.

    Without --period, allocates every month in the ledger. If any total differs by the smallest
    unit, nothing is recorded and the exit code is 1. A month with the same bills and rules as
    before is not allocated again.
    """
    session: Session = ctx.obj
    sent, months = Output(form, to, raw), several_months(period, session.outside.now())
    sent.check(session.console)
    with session.workspace() as workspace:
        outcome = workspace.allocate(
            with_latest(months, lambda: newest_delivered(workspace)), wait=wait
        )
    finish(outcome, sent, session.console, total=True)


def prove(
    ctx: typer.Context,
    period: MonthsOption = "",
    manifest: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Verify this run manifest and the files it lists."),
    ] = None,
    by_account: Annotated[
        bool,
        typer.Option(
            "--by-account", help="One row for each usage account. Default: one for each payer."
        ),
    ] = False,
    by_invoice: Annotated[
        bool,
        typer.Option(
            "--by-invoice",
            help="One row for each invoice: its total, and billed cost at each stage.",
        ),
    ] = False,
    as_of: AsOfOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Prove that no cost was lost: stated = ledger = derived = allocated.

    Reads and adds up everything again. Shows one row for each period, payer, currency and cost
    column, with the difference. Any difference is a finding with exit code 1. Without --period,
    proves every allocated month. If `apportion invoices` added invoices, they are compared with
    the charges that carry their ids, and with the journals that were sent.
    """
    session: Session = ctx.obj
    sent, months = Output(form, to, raw), several_months(period, session.outside.now())
    sent.check(session.console)
    with session.workspace() as workspace:
        named = session.path(manifest) if manifest else None
        outcome = workspace.prove(
            with_latest(months, lambda: newest_allocated(workspace)),
            manifest=named,
            as_of=as_of,
            by_account=by_account,
            by_invoice=by_invoice,
        )
    finish(outcome, sent, session.console)
