"""Prove again what each owner pays: as recorded, and by splitting the pools once more."""

from __future__ import annotations

from collections.abc import Iterable

from apportion.core.owner_proof import compare_owners, owner_totals
from apportion.core.templates import each, name, sql
from apportion.model.findings.finding import Finding
from apportion.model.findings.proof import SPLIT_CHANGED
from apportion.model.manifest import Manifest, OwnerTotal
from apportion.model.money import text
from apportion.model.period import Period
from apportion.model.rulebook import Rulebook
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import money_of, text_of
from apportion.usecases.runs.open_run import Published

from .split_costs import DRIVERS, SHARES, load_split, pool_costs, split_costs

_REMEDY = "Restore the ledger's files from a copy, or allocate the period again."


def read_owners(rulebook: Rulebook, context: RunContext) -> tuple[OwnerTotal, ...]:
    """Add up what each owner pays, from the open `allocations` and `shares`."""
    return owner_totals(
        context.engine.rows(sql("usecases/allocate/owner_totals", owner=name(rulebook.owner)))
    )


def owners_differ(published: Published, context: RunContext) -> list[Finding]:
    """Compare what owners pay by the open tables with the record and with another split.

    Another version of Apportion may split otherwise, with reason: there the recorded sums decide.
    """
    manifest, findings = published.manifest, []
    if manifest.owners:
        read = read_owners(published.rulebook, context)
        findings += compare_owners(_place(manifest), manifest.owners, read)
    if not manifest.owners or manifest.version == context.version:
        findings += _split_changed(published, context)
    return findings


def unrecorded(runs: Iterable[Manifest]) -> list[str]:
    """List runs recorded without hashes of files: only their sums can be proved."""
    return [
        f"The record of {run.period} run {run.run} holds no hashes of its files: version "
        f"{run.version} took none. What they hold is added up, their bytes are not compared."
        for run in runs
        if run.snapshots and not run.files
    ]


def _split_changed(published: Published, context: RunContext) -> list[Finding]:
    """Split the pools again, from `labelled`, `costs` and the rules of the run."""
    period = Period.parse(published.manifest.period)
    costs = pool_costs(published.rules, context)
    load_split(period, split_costs(period, published.rules, costs, context), context)
    return _shares_changed(published, context) + _drivers_changed(published, context)


def _shares_changed(published: Published, context: RunContext) -> list[Finding]:
    cost = name(published.rulebook.cost)
    query = sql(
        "usecases/allocate/shares_changed", columns=_columns("shares", SHARES, context), cost=cost
    )
    return [
        Finding(
            SPLIT_CHANGED,
            _place(published.manifest),
            f"{row['Shares']} shares of owner {text_of(row['Owner']) or '(none)'}",
            expected=f"{text(money_of(row['Given']))}, as {published.rulebook.name} splits",
            found=text(money_of(row["Got"])),
            remedy=_REMEDY,
            amount=money_of(row["Got"]) - money_of(row["Given"]),
            currency=text_of(row["BillingCurrency"]),
        )
        for row in context.engine.rows(query)
    ]


def _drivers_changed(published: Published, context: RunContext) -> list[Finding]:
    (row,) = context.engine.rows(
        sql("usecases/allocate/drivers_changed", columns=_columns("drivers", DRIVERS, context))
    )
    if not row["Arrows"]:
        return []
    return [
        Finding(
            SPLIT_CHANGED,
            _place(published.manifest),
            f"{row['Arrows']} arrows of the split",
            expected=f"those that {published.rulebook.name} gives",
            found="others",
            remedy=_REMEDY,
        )
    ]


def _columns(table: str, known: Iterable[str], context: RunContext) -> str:
    """Name the columns that a table has: a run of an earlier version may lack some."""
    there = {row["column_name"] for row in context.engine.rows(f"DESCRIBE {name(table)}")}
    return each((name(column) for column in known if column in there), ", ")


def _place(manifest: Manifest) -> str:
    return f"{manifest.period} run {manifest.run}"
