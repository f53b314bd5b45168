"""Gives an outcome to the user: rows out, findings and sentences told, the exit code decided."""

from __future__ import annotations

import typer

from apportion.model.findings.finding import Finding, failing
from apportion.model.outcome import Outcome

from .console import Console
from .output import Output, send


def finish(outcome: Outcome, output: Output, console: Console, *, total: bool = False) -> None:
    """Send the rows, tell the rest, and end with 1 if a finding fails."""
    if outcome.rows or not output.for_a_person:
        send(outcome.rows, outcome.columns, output, console, total=total)
    console.findings(outcome.findings)
    for sentence in outcome.messages:
        console.say(sentence)
    end_by(outcome.findings)


def end_by(findings: tuple[Finding, ...]) -> None:
    """End the command with exit code 1 if a finding fails."""
    if failing(list(findings)):
        raise typer.Exit(1)
