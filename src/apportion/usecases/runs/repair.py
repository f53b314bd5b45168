"""Prove a ledger whose catalog was made again: every run that can be read, by its own record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from apportion.core import proof
from apportion.core.billing.retention import expired
from apportion.model.errors.base import OperationError
from apportion.model.errors.repair import NotRepairedError
from apportion.model.findings.finding import Finding, failing
from apportion.model.findings.proof import OTHER_VERSION
from apportion.model.manifest import Manifest, RunKind
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.usecases.allocate.prove import prove
from apportion.usecases.context import RunContext
from apportion.usecases.stage_totals import ledger_totals

from .ledger_views import open_bills
from .open_run import check_whole, find, open_tables

COLUMNS = ("period", "bill", "kind", "run", "at", "lines", "status")


def prove_runs(context: RunContext, *, place: str) -> Outcome:
    """Compare every run that was not expired with its record: its files, and their sums.

    Raises NotRepairedError for a current run that differs from its record; a superseded one is a
    message. `place` names the ledger.
    """
    runs = context.ledger.runs()
    words: list[str] = []
    rows = list(_rows(runs, context, place, words))
    proved = sum(row["status"] == "proved" for row in rows)
    words.append(f"{plural(proved, 'run')} of {len(rows)} proved again against their records.")
    return Outcome(COLUMNS, tuple(rows), messages=tuple(words))


def nothing_to_repair(place: str) -> Outcome:
    """The outcome for a ledger that needs no repair."""
    return Outcome(
        COLUMNS, (), messages=(f"The catalog of {place} is whole: nothing was changed.",)
    )


def _rows(
    runs: Sequence[Manifest], context: RunContext, place: str, words: list[str]
) -> Iterator[Row]:
    gone = expired(runs)
    current = {(run.kind, run.period, run.bill): n for n, run in enumerate(runs, start=1)}
    for number, run in enumerate(runs, start=1):
        status = "expired" if number in gone else "proved"
        if number not in gone:
            context.say(f"proving {run.kind} {run.run} {run.period}".rstrip())
            try:
                _prove(run, context, place)
            except NotRepairedError as error:
                if number in current.values():
                    raise
                status = "damaged"
                words.append(f"The superseded {_name(run)} is damaged: {error.__cause__ or error}")
        yield {
            "period": run.period,
            "bill": run.bill,
            "kind": str(run.kind),
            "run": run.run,
            "at": run.at,
            "lines": sum(total.lines for total in run.totals if total.stage == "ledger"),
            "status": status,
        }


def _prove(run: Manifest, context: RunContext, place: str) -> None:
    try:
        for table in run.snapshots:
            context.ledger.files(table, run)
        findings = _PROOFS.get(run.kind, _nothing)(run, context)
    except OperationError as error:
        raise NotRepairedError(place, f"{_name(run)}: {error}") from error
    if wrong := failing(findings):
        raise NotRepairedError(place, f"{_name(run)}: {wrong[0]}")


def _nothing(_run: Manifest, _context: RunContext) -> list[Finding]:
    return []


def _prove_delivery(run: Manifest, context: RunContext) -> list[Finding]:
    """Add up the lines of a delivery, account by account."""
    tables = open_bills({run.bill: run}, context)
    recorded = [replace(total, stage="recorded") for total in run.totals if total.stage == "ledger"]
    found = ledger_totals(tables.costs, tables.keys, context)
    return proof.compare(run.period, [*recorded, *found], stages=("recorded", "ledger"))


def _prove_allocation(run: Manifest, context: RunContext) -> list[Finding]:
    """Prove an allocation as `prove` does; its sums must be those of its record, too.

    Of one that another version wrote, only hashes and sums are compared.
    """
    outcome = prove(context, period=run.period, as_of=run.run)
    published = find(context, period=run.period, as_of=run.run)
    check_whole(published, open_tables(published, context, by_day=False), context)
    return [finding for finding in outcome.findings if finding.code is not OTHER_VERSION]


_PROOFS = {RunKind.INGEST: _prove_delivery, RunKind.ALLOCATE: _prove_allocation}


def _name(run: Manifest) -> str:
    return f"run {run.run} ({run.kind} {run.period}".rstrip() + ")"
