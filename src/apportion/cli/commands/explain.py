"""The command `explain`: the charges and rules behind a figure."""

from __future__ import annotations

from typing import Annotated

import typer

from apportion.cli.options.common import AsOfOption, FormOption, RawOption, ToOption
from apportion.cli.options.completion import complete_owner, complete_pool
from apportion.cli.options.period import PeriodOption, newest_allocated, one_month
from apportion.cli.session import Session
from apportion.cli.ui.console import Console
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Form, Output, deliver, send
from apportion.cli.ui.print_outcome import end_by
from apportion.model.errors.base import NothingToExplainError
from apportion.model.outcome import ExplanationNode


def add_to(app: typer.Typer) -> None:
    """Add `explain` to the program."""
    app.command(
        "explain",
        cls=Command,
        epilog=examples(
            "apportion explain FIN-100 --period 2026-09",
            "apportion explain FIN-100 --depth 4 | less -R",
            "apportion explain --pool enterprise-support",
            "apportion explain --resource i-0abc1234 --output json",
        ),
    )(explain)


def explain(
    ctx: typer.Context,
    owner: Annotated[
        str,
        typer.Argument(
            metavar="OWNER", help="The owner to explain.", autocompletion=complete_owner
        ),
    ] = "",
    period: PeriodOption = "",
    pool: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Explain this shared cost pool.", autocompletion=complete_pool
        ),
    ] = "",
    resource: Annotated[str, typer.Option(metavar="ID", help="Explain this resource.")] = "",
    depth: Annotated[
        int, typer.Option(metavar="N", min=1, help="Number of tree levels to show.")
    ] = 2,
    as_of: AsOfOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Explain an amount: the rules, splits and charges behind it.

    Shows a tree with the rulebook lines, the splits with their ratios and driver values, and
    the largest charges. --output json writes nested objects; other formats write one row for
    each node. Give an owner, --pool or --resource. Without --period, uses the newest allocated
    month.
    """
    if sum(map(bool, (owner, pool, resource))) != 1:
        raise NothingToExplainError
    session: Session = ctx.obj
    sent, month = Output(form, to, raw), one_month(period, session.outside.now())
    sent.check(session.console)
    with session.workspace() as workspace:
        when = month or newest_allocated(workspace)
        if owner:
            found = workspace.explain_owner(owner, when, as_of=as_of)
        elif pool:
            found = workspace.explain_pool(pool, when, as_of=as_of)
        else:
            found = workspace.explain_resource(resource, when, as_of=as_of)
    _send(found.root, depth, sent, session.console)
    session.console.findings(found.findings)
    for sentence in found.messages:
        session.console.say(sentence)
    end_by(found.findings)


def _send(root: ExplanationNode, depth: int, sent: Output, console: Console) -> None:
    from apportion.cli.ui.tree_view import COLUMNS, lay_out, nested, pruned, rows
    from apportion.reports.json import document

    if sent.for_a_person:
        shown = pruned(root, depth)
        console.tree(shown)
        if shown != root:
            console.say(f"More levels: --depth {depth + 1}. All levels: --output json.\n")
    elif sent.chosen is Form.JSON:
        deliver(lambda: document(nested(root)), sent, console)
    elif sent.chosen is Form.TABLE:
        deliver(lambda: lay_out(root).encode("utf-8", "backslashreplace"), sent, console)
    else:
        send(rows(root), COLUMNS, sent, console)
