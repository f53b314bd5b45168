"""Allocate a period: derive owners, split pools, prove, and only then publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from apportion.core.allocation.rollup import (
    allocations_query,
    derived_totals_query,
)
from apportion.core.allocation.split_pools import SplitResult
from apportion.core.billing.bill_identity import newest
from apportion.core.billing.retention import deliveries_of
from apportion.core.identity import run_id
from apportion.core.proof import balance, compare
from apportion.core.templates import query
from apportion.model.errors.base import NothingThereError
from apportion.model.findings.finding import Finding
from apportion.model.manifest import Manifest, RunKind, Total
from apportion.model.period import Period
from apportion.model.relation import (
    AllocationTables,
    BillTables,
    LabelledCosts,
    Relation,
    everything,
)
from apportion.model.rulebook import Rulebook
from apportion.usecases.aws.accounts import account_versions, with_accounts
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import record, stop_if_failing
from apportion.usecases.runs.damage import damage_of
from apportion.usecases.runs.ledger_views import open_bills, view_month
from apportion.usecases.runs.load_rules import Rules
from apportion.usecases.stage_totals import stage_totals

from .check_labels import check_labels
from .generation import GENERATION, RECORDED_AS
from .label_keys import label
from .missing_deliveries import find_left_out
from .prove_owners import read_owners
from .split_costs import load_split, pool_costs, split_costs


@dataclass(frozen=True)
class Allocated:
    """The run of a period; `unchanged` where the same inputs had been allocated before."""

    manifest: Manifest
    findings: tuple[Finding, ...]
    unchanged: bool = False


def allocate(period: Period, rules: Rules, context: RunContext, *, wait: float = 0) -> Allocated:
    """Give every charge of a period its owners, and record the run if the proof holds.

    Raises NothingThereError where the ledger has no bill of the period, FindingsError where the
    totals of two stages differ.
    """
    with context.ledger.lock(wait=wait):
        runs = context.ledger.runs()
        bills = newest(runs, RunKind.INGEST, str(period))
        if not bills:
            have = sorted({run.period for run in runs if run.kind is RunKind.INGEST})
            raise NothingThereError(f"bill of {period}", have, "Ingest it first.")
        rules = with_accounts(rules, period, bills, context)
        context.rules[rules.inputs] = rules
        run = _run_of(period, bills, rules, context)
        current = newest(runs, RunKind.ALLOCATE, str(period)).get("")
        if current is None or current.run != run:
            return _allocate(run, period, (bills, runs), rules, context)
        read = (runs[number - 1] for number in deliveries_of(current, runs).values())
        damage = damage_of((current, *read), context)
        if not damage:
            return Allocated(current, current.findings, unchanged=True)
        done = _allocate(run, period, (bills, runs), rules, context)
        return replace(done, findings=(*done.findings, *damage))


def _run_of(
    period: Period, bills: Mapping[str, Manifest], rules: Rules, context: RunContext
) -> str:
    delivered = [f"{bill} {manifest.run}" for bill, manifest in sorted(bills.items())]
    decided_by = ("allocate", GENERATION, context.version, str(period), *delivered)
    return run_id(*decided_by, inputs=rules.inputs)


def _allocate(
    run: str,
    period: Period,
    delivered: tuple[Mapping[str, Manifest], Sequence[Manifest]],
    rules: Rules,
    context: RunContext,
) -> Allocated:
    bills, runs = delivered
    tables = open_bills(bills, context)
    findings = find_left_out(str(period), bills, runs, tables, context)
    labels = label(rules, tables, context)
    findings += check_labels(rules, labels, tables, context)
    context.say("splitting shared cost")
    costs = pool_costs(rules, labels.costs.labelled, tables, context)
    split = split_costs(period, rules, costs, labels.costs, context)
    findings += split.findings
    stop_if_failing(findings)
    context.say("writing and proving")
    files = _write(period, rules, split, labels.costs.labelled, context)
    written = _reopen(files, tables, labels.costs, context)
    totals = [*_carried(bills), *derived(labels.costs, context)]
    totals += allocated(labels.costs, written, context)
    wrong = compare(str(period), totals) + balance(costs, split.shares)
    stop_if_failing(wrong)
    owners = read_owners(rules.rulebook, written, context)
    manifest = Manifest(
        run=run,
        kind=RunKind.ALLOCATE,
        period=str(period),
        bill="",
        at=context.now(),
        version=context.version,
        inputs=rules.inputs,
        totals=tuple(totals),
        snapshots={},
        bills={bill: delivered.run for bill, delivered in bills.items()},
        details=_details(rules.rulebook) | account_versions(rules),
        findings=tuple(findings),
        owners=owners,
    )
    return Allocated(_publish(manifest, rules, files, context), manifest.findings)


def _write(
    period: Period, rules: Rules, split: SplitResult, labelled: Relation, context: RunContext
) -> dict[str, list[str]]:
    """Write the three tables of an allocation into staging folders."""
    shares, drivers = load_split(period, split, context)
    queries = {
        "allocations": allocations_query(rules.rulebook, str(period), labelled),
        "shares": everything(shares),
        "drivers": everything(drivers),
    }
    return {
        table: context.engine.write(query, context.ledger.new_folder(table))
        for table, query in queries.items()
    }


def _carried(bills: Mapping[str, Manifest]) -> list[Total]:
    """The totals that the deliveries proved: stated, and in the ledger."""
    return [total for manifest in bills.values() for total in manifest.totals]


def derived(costs: LabelledCosts, context: RunContext) -> list[Total]:
    """Add up the labelled cost by account, pools included."""
    return stage_totals("derived", derived_totals_query(costs), context)


def allocated(costs: LabelledCosts, written: AllocationTables, context: RunContext) -> list[Total]:
    """Add up, by account, what has reached an owner by the written files."""
    totals = query(
        "usecases/allocate/allocated_totals",
        rolled=costs.rolled,
        owned=written.owned,
        shares=written.shares,
    )
    return stage_totals("allocated", totals, context)


def _reopen(
    files: Mapping[str, list[str]], bills: BillTables, costs: LabelledCosts, context: RunContext
) -> AllocationTables:
    """Read the written files back: their content is proved.

    What a key cost is not added up again: a key's days that the files lack, or have twice, are
    not those of `costs`, and show as money that is missing or too much.
    """
    owned, shares, drivers = (
        context.engine.open_parquet(view, files[table])
        for view, table in (("owned", "allocations"), ("shares", "shares"), ("drivers", "drivers"))
    )
    allocations = view_month(owned, everything(costs.rolled), context)
    return AllocationTables(bills, owned, allocations, shares, drivers, by_day=False)


def _publish(
    manifest: Manifest, rules: Rules, files: Mapping[str, list[str]], context: RunContext
) -> Manifest:
    """Add the files to the ledger, store the inputs, and record the run: the last line commits."""
    for _file, content in rules.contents:
        context.ledger.keep_input(content)
    snapshots = {
        table: context.ledger.replace(table, period=manifest.period, bill="", files=files[table])
        for table in files
    }
    published = record(replace(manifest, snapshots=snapshots), context)
    context.whole.add((published.run, False))  # read back and added up before it was recorded
    return published


def _details(rulebook: Rulebook) -> dict[str, str]:
    return {
        "rulebook": rulebook.name,
        "effective": str(rulebook.effective),
        "cost": rulebook.cost,
        "owner": rulebook.owner,
        RECORDED_AS: GENERATION,
    }
