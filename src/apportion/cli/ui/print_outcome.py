"""Prints an outcome: rows to stdout, findings and messages to stderr; decides the exit code."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from apportion.model.findings.finding import Finding, failing
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.model.wording import plural

from .console import Console
from .output import Output, send


def finish(
    outcome: Outcome,
    output: Output,
    console: Console,
    *,
    total: bool = False,
    shown: Sequence[Row] | None = None,
) -> None:
    """Send the rows, then findings and messages, and end with 1 if a finding fails.

    With `shown`, only these of the rows are sent; totals are of all rows.
    """
    if outcome.rows or not output.for_a_person:
        send(outcome.rows, outcome.columns, output, console, total=total, shown=shown)
    if shown is not None and len(shown) < len(outcome.rows):
        console.say(f"{len(shown)} of {plural(len(outcome.rows), 'row')} shown.")
    console.findings(outcome.findings)
    for sentence in outcome.messages:
        console.say(sentence)
    end_by(outcome.findings)


def end_by(findings: tuple[Finding, ...], *, strict: bool = False) -> None:
    """End the command with exit code 1 if a finding fails; with `strict`, every finding does."""
    if failing(list(findings)) or (strict and findings):
        raise typer.Exit(1)
