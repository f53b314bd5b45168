"""The command `report`: cost by owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from apportion.cli.options.common import AsOfOption, FormOption, LimitOption, RawOption, ToOption
from apportion.cli.options.completion import complete_owner
from apportion.cli.options.names import names
from apportion.cli.options.period import PeriodOption, newest_allocated, one_month
from apportion.cli.session import Session
from apportion.cli.ui.console import Console
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Form, Output, deliver
from apportion.cli.ui.print_outcome import end_by, finish
from apportion.model.errors.base import NoSuchSectionError
from apportion.model.outcome import Outcome
from apportion.model.question import Granularity, Question
from apportion.model.wording import plural

ByOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAMES",
        help="Dimensions or columns, separated by commas. Default: the owner dimension.",
    ),
]
GranularityOption = Annotated[Granularity, typer.Option(metavar="STEP", help="month or day.")]
WhereOption = Annotated[
    str, typer.Option(metavar="CONDITION", help="Only charges that match this SQL condition.")
]
OwnerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--owner",
        "--cost-center",
        metavar="NAME",
        help="Only this owner. Repeatable.",
        autocompletion=complete_owner,
    ),
]
CostOption = Annotated[
    str, typer.Option(metavar="COLUMN", help="Cost column. Default: the rulebook's.")
]
ReviewOption = Annotated[
    bool, typer.Option("--for-review", help="Show unallocated cost, rejected values and pools.")
]
SectionOption = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Show one review table: unallocated, rejected, pools, drivers, shares or kept.",
    ),
]

#: Tables of a review that are for checking one thing, not for reading from top to bottom.
_ON_REQUEST = ("drivers", "shares")

#: The rows of each table of a review, unless `--limit` is given.
_ROWS = 12


def add_to(app: typer.Typer) -> None:
    """Add `report` to the program."""
    app.command(
        "report",
        cls=Command,
        epilog=examples(
            "apportion report --period 2026-09",
            "apportion report --by cost_center,project --granularity day --to september.csv",
            "apportion report --where \"ServiceName = 'Amazon EC2'\" --owner FIN-100",
            "apportion report --for-review",
        ),
    )(report)


def report(
    ctx: typer.Context,
    by: ByOption = None,
    granularity: GranularityOption = Granularity.MONTH,
    period: PeriodOption = "",
    where: WhereOption = "",
    owner: OwnerOption = None,
    cost: CostOption = "",
    for_review: ReviewOption = False,
    section: SectionOption = "",
    as_of: AsOfOption = "",
    limit: LimitOption = None,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Show what each owner pays: direct cost, shared cost and total.

    Also shows the share of direct cost with a valid tag. Without --period, uses the newest
    allocated month. Filters select rows; they never change an amount. In JSON, amounts are text
    with all digits; in Parquet, DECIMAL(38, 18).
    """
    session: Session = ctx.obj
    sent, month = Output(form, to, raw), one_month(period, session.outside.now())
    sent.check(session.console)
    if for_review or section:
        with session.workspace() as workspace:
            sections = workspace.review(month or newest_allocated(workspace), as_of=as_of)
        _finish_review(sections, section, sent, session.console, limit=limit)
        return
    question = Question(month, names(by), granularity, tuple(owner or ()), where, cost, as_of)
    with session.workspace() as workspace:
        outcome = workspace.report(replace(question, period=month or newest_allocated(workspace)))
    if not outcome.rows:
        session.console.say("No charges match.")
    _finish(outcome, sent, session.console, limit=limit)


def _finish(outcome: Outcome, sent: Output, console: Console, *, limit: int | None) -> None:
    from apportion.usecases.reports.largest_rows import largest

    shown = largest(outcome.rows, outcome.columns, limit) if limit else None
    finish(outcome, sent, console, total=True, shown=shown)


def _finish_review(
    sections: Sequence[tuple[str, Outcome]],
    section: str,
    sent: Output,
    console: Console,
    *,
    limit: int | None,
) -> None:
    """Show all tables one after another, or the one that was picked."""
    names = [name for name, _ in sections]
    chosen = [outcome for name, outcome in sections if name == section]
    if chosen:
        _finish(chosen[0], sent, console, limit=limit)
    elif section or sent.chosen in (Form.CSV, Form.JSONL, Form.PARQUET, Form.XLSX):
        raise NoSuchSectionError(section, names)
    elif sent.for_a_person:
        _show(sections, console, limit=limit or _ROWS)
    else:
        deliver(lambda: _document(sections, sent.chosen), sent, console)
    end_by(tuple(finding for _, outcome in sections for finding in outcome.findings))


def _show(sections: Sequence[tuple[str, Outcome]], console: Console, *, limit: int) -> None:
    """Show the largest rows of each table, with totals of all, so that a review fits a screen."""
    from apportion.usecases.reports.largest_rows import largest

    listed = [(name, outcome) for name, outcome in sections if name not in _ON_REQUEST]
    for number, (name, outcome) in enumerate(listed):
        console.heading(name.replace("_", " ").capitalize(), apart=number > 0)
        if outcome.rows:
            shown = largest(outcome.rows, outcome.columns, limit)
            console.table(outcome.rows, outcome.columns, total=True, shown=shown)
            if len(shown) < len(outcome.rows):
                rows = plural(len(outcome.rows), "row")
                console.say(f"{len(shown)} of {rows} shown. All rows: --section {name}.")
        else:
            console.text("none")
    console.findings([finding for _, outcome in sections for finding in outcome.findings])
    others = [name for name, _ in sections if name in _ON_REQUEST]
    if others:
        console.say(f"More with --section: {', '.join(others)}.")
    for sentence in dict.fromkeys(word for _, outcome in sections for word in outcome.messages):
        console.say(sentence)


def _document(sections: Sequence[tuple[str, Outcome]], form: Form) -> bytes:
    if form is Form.JSON:
        from apportion.reports.json import document

        return document({name: outcome.rows for name, outcome in sections})
    from apportion.reports.table import render

    pages = [f"{name}\n\n{render(outcome.rows, outcome.columns)}" for name, outcome in sections]
    return "\n".join(pages).encode("utf-8", "backslashreplace")
