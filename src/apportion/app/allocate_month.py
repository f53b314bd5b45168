"""Allocates a month: rules and manifests in the workspace's folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from apportion.core.close.changes_since import after_close
from apportion.core.close.decisions import standing
from apportion.model.errors.base import FindingsError
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.question import Question
from apportion.model.settings import Settings
from apportion.usecases.allocate.allocate import allocate
from apportion.usecases.context import RunContext
from apportion.usecases.outcomes import allocate_outcome
from apportion.usecases.reports.report import report
from apportion.usecases.runs.load_rules import rules_for
from apportion.usecases.runs.manifest_files import MANIFEST_FILES, write_manifests


def allocate_month(
    period: Period, context: Callable[[], RunContext], settings: Settings, *, wait: float
) -> Outcome:
    """Allocate and prove a month, and write its manifest; raises FindingsError.

    Rules are read before `context` is called, which opens the engine.
    """
    rules, findings = rules_for(period, Path(settings.rulebooks), Path(settings.drivers))
    if rules is None:
        raise FindingsError(findings)
    opened = context()
    done = allocate(period, rules, opened, wait=wait)
    files = Path(settings.ledger) / MANIFEST_FILES
    runs = opened.ledger.runs()
    written = write_manifests(files, done.manifest, runs)
    booked = standing(runs, str(period)).booked
    owners = report(opened, Question(str(period), as_of=done.manifest.run if booked else ""))
    found = (*findings, *done.findings, *(after_close(booked, runs) if booked else ()))
    return allocate_outcome(done.manifest, found, owners, written)
