"""Prove a period again, from the files: stated = ledger = derived = allocated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from pathlib import Path
from typing import NamedTuple

from apportion.core import proof
from apportion.core.allocation.rollup import ChangedOwners, owners_changed_query
from apportion.core.billing.retention import expired
from apportion.core.identity import sha256
from apportion.core.templates import name, query
from apportion.model.errors.base import NothingThereError
from apportion.model.findings.finding import Finding
from apportion.model.findings.proof import (
    EXPIRED,
    INPUT_CHANGED,
    MONTH_DIFFERS,
    OWNER_CHANGED,
    RECORD_CHANGED,
)
from apportion.model.manifest import Manifest, RunKind, Total
from apportion.model.money import EXACT
from apportion.model.outcome import Outcome
from apportion.model.relation import AllocationTables, BillTables, LabelledCosts, Relation
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.manifest_files import check_manifest_file
from apportion.usecases.runs.open_run import Published, find, open_tables
from apportion.usecases.stage_totals import ledger_totals

from .allocate import allocated, derived
from .generation import made_otherwise
from .label_keys import label
from .missing_deliveries import find_left_out
from .prove_owners import owners_differ, unrecorded

COLUMNS = (
    "period",
    "BillingAccountId",
    "SubAccountId",
    "currency",
    "column",
    *proof.STAGES,
    "difference",
)


class _DifferentKeys(NamedTuple):
    keys: int
    cost: Decimal


def prove(
    context: RunContext,
    *,
    period: str,
    as_of: str = "",
    by_account: bool = False,
    manifests: Path | None = None,
) -> Outcome:
    """Add up every stage again and compare; a difference is a failing finding.

    `stated` was read from the provider's files at ingest, by a second implementation. The other
    stages are read again from the ledger's files, whose hashes must be those recorded; dimensions
    are derived and pools split again by the rulebook of the run. One row for each payer, currency
    and cost column; with `by_account` one for each usage account. There are no
    rows, and a finding, where another version wrote the allocation. `manifests` is the folder of
    manifest files, if that of this run is checked too.
    """
    published = find(context, period=period, as_of=as_of)
    columns = tuple(c for c in COLUMNS if by_account or c != "SubAccountId")
    if otherwise := made_otherwise(published.manifest):
        sentence = f"{period} cannot be proved by this version (run {published.manifest.run})."
        return Outcome(columns, (), (*otherwise, *published.later), (sentence,))
    tables = open_tables(published, context, by_day=False)
    labels = label(published.rules, tables.bills, context)
    totals = _again(published, labels.costs, tables, context)
    findings = proof.compare(period, totals)
    findings += _owners_changed(published, labels.costs, tables.owned, context)
    findings += _months_differ(published, tables.bills, context)
    findings += owners_differ(published, labels.costs, tables, context)
    reported = (
        *findings,
        *_left_out(published, tables.bills, context),
        *published.later,
        *_manifest_file(published.manifest, manifests, context),
    )
    rows = _rows(period, totals if by_account else _by_payer(totals))
    words = (
        _sentence(published, totals, findings),
        *unrecorded((*published.bills.values(), published.manifest)),
        *map(_second_reading, published.bills.values()),
    )
    return Outcome(columns, rows, reported, words)


def _left_out(published: Published, tables: BillTables, context: RunContext) -> list[Finding]:
    """List what was delivered before the allocation and is not in it."""
    manifest, runs = published.manifest, context.ledger.runs()
    numbers = [number for number, run in enumerate(runs) if run.run == manifest.run]
    before = runs[: numbers[-1]]
    return find_left_out(manifest.period, published.bills, before, tables, context)


def _manifest_file(manifest: Manifest, folder: Path | None, context: RunContext) -> list[Finding]:
    return check_manifest_file(folder, manifest, context.ledger.runs()) if folder else []


def _rows(period: str, totals: Sequence[Total]) -> tuple[Row, ...]:
    return tuple(
        {
            "period": line.period,
            "BillingAccountId": line.billing_account,
            "SubAccountId": line.sub_account,
            "currency": line.currency,
            "column": line.column,
            **dict(zip(proof.STAGES, line.by_stage, strict=True)),
            "difference": line.difference,
        }
        for line in proof.lines(period, totals)
    )


def _owners_changed(
    published: Published, costs: LabelledCosts, owned: Relation, context: RunContext
) -> list[Finding]:
    """Compare the published owners with those that the rules give, key by key."""
    manifest = published.manifest
    query = owners_changed_query(published.rulebook, costs, owned)
    return [
        Finding(
            OWNER_CHANGED,
            f"{manifest.period} run {manifest.run}",
            f"{row.keys} kinds of charge",
            expected=f"the owners that {published.rulebook.name} gives",
            found="others",
            remedy="Restore the ledger's files from a backup, or allocate the period again.",
            amount=row.cost,
            currency=row.billing_currency,
        )
        for row in read_rows(ChangedOwners, context.engine.rows(query))
    ]


def _months_differ(published: Published, bills: BillTables, context: RunContext) -> list[Finding]:
    """Compare what each key cost in the month with what its days add up to."""
    differing = query(
        "usecases/allocate/months_differ",
        cost=name(published.rulebook.cost),
        costs=bills.costs,
        months=bills.months,
    )
    return [
        Finding(
            MONTH_DIFFERS,
            f"{published.manifest.period} run {published.manifest.run}",
            f"{row.keys} kinds of charge",
            expected="the sum of their days",
            found="another amount",
            remedy="Restore the ledger's files from a backup, or ingest the bill again in a new "
            "ledger.",
            amount=row.cost,
        )
        for row in read_rows(_DifferentKeys, context.engine.rows(differing))
        if row.keys
    ]


def _again(
    published: Published, costs: LabelledCosts, tables: AllocationTables, context: RunContext
) -> list[Total]:
    """Compute the totals of every stage again, from the files."""
    stated = [
        total
        for manifest in published.bills.values()
        for total in manifest.totals
        if total.stage == "stated"
    ]
    return [
        *stated,
        *ledger_totals(tables.bills.costs, tables.bills.keys, context),
        *derived(costs, context),
        *allocated(costs, tables, context),
    ]


def verify(context: RunContext, manifests: Sequence[Manifest]) -> Outcome:
    """Verify a manifest: an allocation and the deliveries that it read.

    The ledger must have the same record, the stored inputs the recorded hashes, and every stage
    the recorded totals. Of an expired run, the stages are shown as recorded, and a finding reports
    that they cannot be added up again.
    """
    (wanted,) = (manifest for manifest in manifests if manifest.kind is RunKind.ALLOCATE)
    runs = context.ledger.runs()
    recorded = [number for number, run in enumerate(runs, start=1) if run.run == wanted.run]
    if not recorded:
        raise NothingThereError(f"run {wanted.run}", [run.run for run in runs])
    findings = [finding for manifest in manifests for finding in _record_changed(manifest, runs)]
    findings += _inputs_changed(wanted, context)
    if expiry := expired(runs).get(recorded[-1]):
        return _remains(wanted, expiry, findings)
    outcome = prove(context, period=wanted.period, as_of=wanted.run)
    if not findings:
        return outcome
    words = (f"The manifest of {wanted.period} is NOT what the ledger holds.",)
    return replace(outcome, findings=(*findings, *outcome.findings), messages=words)


def _remains(wanted: Manifest, expiry: Manifest, findings: Sequence[Finding]) -> Outcome:
    """Verify the record and inputs of a run whose files were expired."""
    gone = Finding(
        EXPIRED,
        f"{wanted.period} run {wanted.run}",
        "the files of the run",
        expected="files to add up again",
        found=f"none since they were expired at {expiry.at}",
        remedy="The totals are shown as they were recorded. Take the same bills and rules into a "
        "new folder to prove them anew.",
    )
    whole = "its record and inputs equal the manifest"
    held = "its record or inputs DIFFER from the manifest" if findings else whole
    words = (f"{wanted.period} run {wanted.run} was expired at {expiry.at}: {held}.",)
    columns = tuple(c for c in COLUMNS if c != "SubAccountId")
    rows = _rows(wanted.period, _by_payer(wanted.totals))
    return Outcome(columns, rows, (*findings, gone), words)


def _record_changed(manifest: Manifest, runs: Sequence[Manifest]) -> list[Finding]:
    if manifest in runs:
        return []
    return [
        Finding(
            RECORD_CHANGED,
            f"{manifest.period} run {manifest.run}",
            f"the {manifest.kind} record",
            expected="the manifest's content",
            found="another record, or none",
            remedy="The ledger or the manifest was changed after the run. Restore both from backup "
            "or run again; do not rely on either.",
        )
    ]


def _inputs_changed(manifest: Manifest, context: RunContext) -> list[Finding]:
    return [
        Finding(
            INPUT_CHANGED, file.name, f"the kept {file.role}", expected=file.sha256, found=found
        )
        for file in manifest.inputs
        if (found := sha256(context.ledger.read_input(file.sha256))) != file.sha256
    ]


def _second_reading(delivery: Manifest) -> str:
    """Show how many descriptions of a delivery were compared with a second reading of its files."""
    reading, bill = delivery.second_reading, f"Bill {delivery.bill}"
    if reading is None:
        return f"{bill}: version {delivery.version} described no charge a second time at ingest."
    keys = plural(reading.keys, "kind of charge", "kinds of charge")
    lacks = ", ".join(f"{name} of {count}" for name, count in reading.not_compared.items())
    left = f" Not compared: {lacks}." if lacks else ""
    return (
        f"{bill}: {keys} described a second time at ingest, without the engine; "
        f"{plural(reading.values, 'value')} equal.{left}"
    )


def _by_payer(totals: Sequence[Total]) -> list[Total]:
    """Add totals of usage accounts up to their payer."""
    sums: dict[tuple[str, str, str], Total] = {}
    for total in totals:
        key = (total.stage, total.billing_account, total.currency)
        before = sums.get(key)
        sums[key] = _plus(before, total) if before else replace(total, sub_account="")
    return list(sums.values())


def _plus(one: Total, other: Total) -> Total:
    with localcontext(EXACT):
        amounts = [Decimal(a) + Decimal(b) for a, b in zip(one.amounts, other.amounts, strict=True)]
    account = (one.billing_account, one.sub_account, one.currency)
    return proof.total(one.stage, account, one.lines + other.lines, amounts)


def _sentence(published: Published, totals: Sequence[Total], findings: Sequence[Finding]) -> str:
    lines = sum(total.lines for total in totals if total.stage == "allocated")
    accounts = len({(total.billing_account, total.sub_account) for total in totals})
    run = f"run {published.manifest.run}, rulebook {published.rulebook.name}"
    if synced := published.manifest.details.get("accounts"):
        run = f"{run}, accounts of {synced}"
    if findings:
        differences = plural(len(findings), "difference")
        return f"{published.manifest.period} is NOT proved: {differences} ({run})."
    return (
        f"{published.manifest.period} is proved: {plural(lines, 'line')} of "
        f"{plural(accounts, 'account')}, stated = ledger = derived = allocated to the last digit, "
        f"difference 0.00 ({run})."
    )
