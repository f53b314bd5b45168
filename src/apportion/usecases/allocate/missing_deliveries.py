"""Charges that were delivered once and are in no current delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.core.billing.contained_charges import alike, left_out
from apportion.core.billing.missing_deliveries import accounts_left_out, told_left_out
from apportion.model.findings.finding import Finding
from apportion.model.manifest import LeftOut, Manifest, RunKind
from apportion.model.relation import BillTables
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.completeness import compare_held, held, is_there, open_delivery
from apportion.usecases.runs.damage import damage_of


def find_left_out(
    period: str,
    bills: Mapping[str, Manifest],
    runs: Sequence[Manifest],
    tables: BillTables,
    context: RunContext,
) -> list[Finding]:
    """Compare deliveries that were replaced by an explicit word with what is in force.

    `tables` are those of `bills`, and `runs` are those up to the allocation.
    Charges that came back since, in any bill, are not reported; of expired files, the record is.
    """
    delivered = {
        run.run: run for run in runs if run.kind is RunKind.INGEST and run.period == period
    }
    recorded: dict[str, list[LeftOut]] = {}
    for bill in bills.values():
        for each in bill.left_out:
            recorded.setdefault(each.run, []).append(each)
    found: list[LeftOut] = []
    for run, parts in recorded.items():
        before = delivered.get(run)
        if before is None or not is_there(before, runs) or damage_of([before], context):
            found += parts
            continue
        same_words = all(alike(before, bill.details.get("format", "")) for bill in bills.values())
        now = held(tables.costs, tables.keys, context)
        then = open_delivery(before, context)
        found += left_out(before, compare_held(then, now, context, same_words=same_words))
    found += accounts_left_out(delivered.values(), bills.values(), set(recorded))
    return told_left_out(period, list(dict.fromkeys(found)), delivered)
