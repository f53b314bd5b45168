"""Prove again what each owner pays: as recorded, and by splitting the pools once more."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from apportion.core.owner_proof import PaidCost, compare_owners, owner_totals
from apportion.core.templates import each, name, query
from apportion.model.findings.finding import Finding
from apportion.model.findings.proof import SPLIT_CHANGED
from apportion.model.manifest import Manifest, OwnerTotal
from apportion.model.money import text
from apportion.model.period import Period
from apportion.model.relation import AllocationTables, LabelledCosts, Relation
from apportion.model.rulebook import Rulebook
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.open_run import Published

from .split_costs import DRIVERS, SHARES, load_split, pool_costs, split_costs

_REMEDY = "Restore the ledger's files from a copy, or allocate the period again."


class _ChangedShares(NamedTuple):
    owner: str
    billing_currency: str
    shares: int
    given: Decimal
    got: Decimal


class _ChangedArrows(NamedTuple):
    arrows: int


def read_owners(
    rulebook: Rulebook, tables: AllocationTables, context: RunContext
) -> tuple[OwnerTotal, ...]:
    """Add up what each owner pays by these tables."""
    paid = query(
        "usecases/allocate/owner_totals",
        owner=name(rulebook.owner),
        allocations=tables.allocations,
        shares=tables.shares,
    )
    return owner_totals(read_rows(PaidCost, context.engine.rows(paid)))


def owners_differ(
    published: Published, labels: LabelledCosts, tables: AllocationTables, context: RunContext
) -> list[Finding]:
    """Compare what owners pay by the open tables with the record and with another split.

    Another version of Apportion may split otherwise, with reason: there the recorded sums decide.
    """
    manifest, findings = published.manifest, []
    if manifest.owners:
        read = read_owners(published.rulebook, tables, context)
        findings += compare_owners(_place(manifest), manifest.owners, read)
    if not manifest.owners or manifest.version == context.version:
        findings += _split_changed(published, labels, tables, context)
    return findings


def unrecorded(runs: Iterable[Manifest]) -> list[str]:
    """List runs recorded without hashes of files: only their sums can be proved."""
    return [
        f"The record of {run.period} run {run.run} holds no hashes of its files: version "
        f"{run.version} took none. What they hold is added up, their bytes are not compared."
        for run in runs
        if run.snapshots and not run.files
    ]


def _split_changed(
    published: Published, labels: LabelledCosts, tables: AllocationTables, context: RunContext
) -> list[Finding]:
    """Split the pools again, by the rules of the run, and compare."""
    period, rules = Period.parse(published.manifest.period), published.rules
    costs = pool_costs(rules, labels.labelled, tables.bills, context)
    shares, drivers = load_split(
        period, split_costs(period, rules, costs, labels, context), context
    )
    return [
        *_shares_changed(published, shares, tables.shares, context),
        *_drivers_changed(published, drivers, tables.drivers, context),
    ]


def _shares_changed(
    published: Published, made: Relation, shares: Relation, context: RunContext
) -> list[Finding]:
    changed = query(
        "usecases/allocate/shares_changed",
        columns=_columns(shares, SHARES, context),
        cost=name(published.rulebook.cost),
        shares_made=made,
        shares=shares,
    )
    return [
        Finding(
            SPLIT_CHANGED,
            _place(published.manifest),
            f"{row.shares} shares of owner {row.owner or '(none)'}",
            expected=f"{text(row.given)}, as {published.rulebook.name} splits",
            found=text(row.got),
            remedy=_REMEDY,
            amount=row.got - row.given,
            currency=row.billing_currency,
        )
        for row in read_rows(_ChangedShares, context.engine.rows(changed))
    ]


def _drivers_changed(
    published: Published, made: Relation, drivers: Relation, context: RunContext
) -> list[Finding]:
    changed = query(
        "usecases/allocate/drivers_changed",
        columns=_columns(drivers, DRIVERS, context),
        drivers_made=made,
        drivers=drivers,
    )
    (row,) = read_rows(_ChangedArrows, context.engine.rows(changed))
    if not row.arrows:
        return []
    return [
        Finding(
            SPLIT_CHANGED,
            _place(published.manifest),
            f"{row.arrows} arrows of the split",
            expected=f"those that {published.rulebook.name} gives",
            found="others",
            remedy=_REMEDY,
        )
    ]


def _columns(table: Relation, known: Iterable[str], context: RunContext) -> str:
    """Name the columns that a table has: a run of an earlier version may lack some."""
    there = set(context.engine.columns(table))
    return each((name(column) for column in known if column in there), ", ")


def _place(manifest: Manifest) -> str:
    return f"{manifest.period} run {manifest.run}"
