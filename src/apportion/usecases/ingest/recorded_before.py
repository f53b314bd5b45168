"""Recognise a delivery that is in force, by the hashes of its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from apportion.core.billing.bill_identity import newest
from apportion.core.billing.charge_queries import charge_queries
from apportion.model.charges import SplitCost
from apportion.model.delivery import Intent
from apportion.model.findings.finding import Finding, failing
from apportion.model.manifest import Input, Manifest, RunKind
from apportion.ports.bills import Source
from apportion.usecases.context import RunContext
from apportion.usecases.runs.damage import damage_of

from .delivery_work import DeliveryWork, update_details


def recorded_before(
    source: Source,
    context: RunContext,
    intent: Intent,
    split_cost: SplitCost,
    details: Mapping[str, str],
    *,
    wait: float,
) -> tuple[tuple[Manifest, ...], tuple[Finding, ...]] | None:
    """Find the very bytes of a source among the deliveries in force, before they are decoded.

    Every period of the delivery must be in force as this version would record it, with files that
    are whole. Otherwise it is read from its beginning. Findings are about other files.
    """
    if intent.together_with:
        return None
    for bill, in_force in _whole_deliveries(context.ledger.runs(), intent.bill):
        same = source.same_as(in_force[0].inputs)
        if same is None:
            continue
        delivery, findings = same
        queries, problems = charge_queries(delivery, split_cost=split_cost)
        work = DeliveryWork.of(
            delivery, queries, split_cost, details=details, intent=intent, source=source
        )
        work = replace(work, bill=bill)
        as_now = all(run.run == work.run_of(run.period, None) for run in in_force)
        if not as_now or failing(problems) or damage_of(in_force, context):
            return None
        with context.ledger.lock(wait=wait):
            if not _in_force(in_force, context):
                return None
            return tuple(update_details(run, work, context) for run in in_force), tuple(findings)
    return None


def _in_force(found: Sequence[Manifest], context: RunContext) -> bool:
    """Whether nothing was recorded in their place while files were hashed or the lock was held."""
    runs = context.ledger.runs()
    return all(newest(runs, RunKind.INGEST, run.period).get(run.bill) == run for run in found)


def _whole_deliveries(
    runs: Sequence[Manifest], only: str | None
) -> Iterator[tuple[str, list[Manifest]]]:
    """List the deliveries, of one bill or all, that are in force in every period they have.

    Files that are in force in several bills do not say to which of them they belong.
    """
    found: dict[tuple[Input, ...], dict[str, list[Manifest]]] = {}
    for period in sorted({run.period for run in runs if run.kind is RunKind.INGEST}):
        for bill, run in newest(runs, RunKind.INGEST, period).items():
            if only in (None, bill) and not run.together:
                found.setdefault(run.inputs, {}).setdefault(bill, []).append(run)
    for bills in found.values():
        ((bill, in_force), *others) = bills.items()
        if not others and {run.period for run in in_force} == set(in_force[0].periods):
            yield bill, in_force
