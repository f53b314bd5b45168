"""Outcomes of ingest and allocate: rows and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.core.proof import compare
from apportion.model.cents import money
from apportion.model.findings.finding import Finding
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import Manifest
from apportion.model.outcome import Outcome

from .runs.history import sums

if TYPE_CHECKING:
    from .ingest.ingest import Ingested

_INGESTED = ("period", "bill", "run", "status", "format", "currency", "lines", *COST_COLUMNS)


def ingest_outcome(done: Ingested) -> Outcome:
    """One row for each period and currency, with its status."""
    runs = [(run, "recorded") for run in done.recorded]
    runs += [(run, "unchanged") for run in done.unchanged]
    rows = [
        {
            "period": run.period,
            "bill": run.bill,
            "run": run.run,
            "status": status,
            "format": run.details.get("format", ""),
            "currency": currency,
            "lines": lines,
            **amounts,
        }
        for run, status in sorted(runs, key=lambda pair: pair[0].period)
        for currency, lines, amounts in sums(run, "ledger")
    ]
    words = () if rows else ("There was nothing to ingest.",)
    return Outcome(_INGESTED, tuple(rows), done.findings, words)


def cost_explorer_outcome(done: Ingested, file: str) -> Outcome:
    """As `ingest_outcome`, for Cost Explorer; findings name it instead of a file."""
    outcome = ingest_outcome(done)
    findings = (
        replace(each, place="Cost Explorer") if each.place == file else each
        for each in outcome.findings
    )
    return replace(outcome, findings=tuple(findings))


def allocate_outcome(
    manifest: Manifest, findings: Sequence[Finding], owners: Outcome, written: Path
) -> Outcome:
    """The owners, and the proof in one sentence."""
    assert not compare(manifest.period, manifest.totals)
    lines = sum(total.lines for total in manifest.totals if total.stage == "allocated")
    amounts = ", ".join(
        money(sums_of[manifest.details["cost"]], currency)
        for currency, _lines, sums_of in sums(manifest, "allocated")
    )
    proved = (
        f"{manifest.period} is proved: {lines:,} line{'' if lines == 1 else 's'}, {amounts}; "
        "stated = ledger = derived = allocated to the last digit, difference 0.00."
    )
    words = (proved, f"Manifest: {written}")
    return Outcome(owners.columns, owners.rows, tuple(findings), words)


def join_outcomes(outcomes: Sequence[Outcome]) -> Outcome:
    """Join the outcomes of several periods."""
    return Outcome(
        columns=outcomes[0].columns if outcomes else (),
        rows=tuple(row for outcome in outcomes for row in outcome.rows),
        findings=tuple(finding for outcome in outcomes for finding in outcome.findings),
        messages=tuple(word for outcome in outcomes for word in outcome.messages),
    )
