"""Ingest a bill: verify, split into keys and costs, compare totals, record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from apportion.core.billing.bill_identity import new_payers, restated
from apportion.core.billing.charge_queries import charge_queries
from apportion.core.billing.keys_and_costs import add_up_query, months_query
from apportion.core.proof import compare
from apportion.core.templates import query
from apportion.model.charges import SplitCost
from apportion.model.delivery import AS_FOUND, Delivery, Intent
from apportion.model.errors.base import KeyCollisionError
from apportion.model.findings.finding import Finding
from apportion.model.manifest import BillIdentity, DayHeld, Manifest, RunKind, SecondReading, Total
from apportion.model.relation import Relation
from apportion.ports.bills import Source
from apportion.ports.lines import Lines
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import record, stop_if_failing
from apportion.usecases.follow_query import follow_query
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.damage import damage_of
from apportion.usecases.stage_totals import ledger_totals

from .arrivals import ARRIVALS, WrittenArrivals, write_arrivals
from .check_descriptions import DescribedKeys, check_descriptions
from .choose_bill import Place, check_part, find_places
from .completeness import days_held, held, identity_of
from .delivery_checks import (
    find_duplicates,
    several_formats,
    unlikely_charges,
    unread_tags,
    unreadable_times,
)
from .delivery_work import DeliveryWork, update_details
from .describe_keys import DeliveredLines, describe, open_known
from .recorded_before import recorded_before
from .replace_delivery import Replaces, what_is_replaced
from .together import add_stated, check_together, put_together


class _Collisions(NamedTuple):
    n: int


@dataclass(frozen=True)
class Ingested:
    """Runs recorded now, and unchanged runs with the same bytes."""

    recorded: tuple[Manifest, ...]
    unchanged: tuple[Manifest, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Ready:
    """A proved period, ready to be recorded: its files and totals."""

    place: Place
    keys: Sequence[str]
    costs: Sequence[str]
    months: Sequence[str]
    totals: Sequence[Total]
    arrivals: WrittenArrivals
    replaces: Replaces
    days: tuple[DayHeld, ...]
    identity: BillIdentity
    second_reading: SecondReading
    findings: Sequence[Finding]


def ingest(
    source: Source,
    context: RunContext,
    *,
    intent: Intent = AS_FOUND,
    split_cost: SplitCost = SplitCost.PARENT,
    wait: float = 0,
    details: Mapping[str, str] = MappingProxyType({}),
) -> Ingested:
    """Make a delivery the current one of its bill and periods; the same bytes change nothing.

    `details` describe its origin; they are recorded and decide nothing. Raises FindingsError, with
    nothing recorded, where bytes, columns or totals are wrong, and where it lacks charges of an
    earlier delivery and `intent` does not allow that.
    """
    context.say("verifying the files")
    if again := recorded_before(source, context, intent, split_cost, details, wait=wait):
        return Ingested((), *again)
    deliveries, findings = source.deliver()
    stop_if_failing(findings)
    findings += several_formats(deliveries)
    stop_if_failing(findings)
    if not deliveries:
        return Ingested((), (), tuple(findings))
    (delivery,) = deliveries
    queries, more = charge_queries(delivery, split_cost=split_cost)
    findings += more
    stop_if_failing(findings)
    with context.ledger.lock(wait=wait):
        work = DeliveryWork.of(
            delivery, queries, split_cost, details=details, intent=intent, source=source
        )
        return _ingest_periods(work, context, findings)


def _ingest_periods(work: DeliveryWork, context: RunContext, findings: list[Finding]) -> Ingested:
    delivery = work.delivery
    if not delivery.stated:  # files with a header alone
        return Ingested((), (), tuple(findings))
    runs = context.ledger.runs()
    bill, places = find_places(delivery, runs, work.intent)
    work = replace(work, bill=bill)
    unchanged, todo = [], []
    for place in places:
        run, current = work.run_of(place.period, place.part), place.current
        damage = damage_of([current], context) if current else []
        again = check_part(place, run)
        if current and (again or current.run == run) and not damage:
            unchanged.append(update_details(current, work, context))
        else:
            todo.append(replace(place, damage=tuple(damage)))
    if not todo:
        findings = _not_about_files(findings, delivery)
    ready = _prepare_all(work, todo, context) if todo else []
    stop_if_failing([finding for each in ready for finding in each.findings])
    recorded = []
    for each in ready:
        manifest = _record(work, each, context)
        findings += [*each.place.damage, *new_payers(manifest, runs)]
        findings += restated(each.place.current, manifest, each.replaces.redescribed)
        findings += each.findings
        recorded.append(manifest)
    return Ingested(tuple(recorded), tuple(unchanged), tuple(findings))


def _not_about_files(findings: Sequence[Finding], delivery: Delivery) -> list[Finding]:
    """Leave out findings about the files: they were shown when the same bytes were recorded."""
    names = {file.name for file in delivery.files}
    inside = tuple(f"{name}:" for name in names)  # a line of a file
    return [
        finding
        for finding in findings
        if finding.place not in names and not finding.place.startswith(inside)
    ]


def _prepare_all(work: DeliveryWork, places: Sequence[Place], context: RunContext) -> list[_Ready]:
    """Read every line once, write daily cost by period, and prove each period."""
    files = [file.path for file in work.delivery.files]
    context.say("reading the lines")
    stop_if_failing(find_duplicates(work.delivery, context))
    bill = context.open_lines(context.engine, files, work.delivery.encoding)
    parts = _add_up_lines(work, bill, context)
    written = [file for files in parts.values() for file in files]
    lines = context.engine.open_parquet("lines", written)
    stop_if_failing(unreadable_times(work.delivery, work.queries, bill.bill, lines, context))
    return [_prepare(work, place, bill, parts[place.period], context) for place in places]


def _add_up_lines(
    work: DeliveryWork, bill: Lines, context: RunContext
) -> Mapping[str | None, list[str]]:
    """Write the cost of each key and day; returns the files of each period."""
    query_of_lines = add_up_query(work.queries, work.bill, bill.bill)
    with follow_query(context, lines=sum(file.rows for file in work.delivery.files)):
        return bill.add_up(query_of_lines, context.ledger.new_folder("costs"))


def _prepare(
    work: DeliveryWork, place: Place, bill: Lines, staged: Sequence[str], context: RunContext
) -> _Ready:
    """Prove a period's files, and compare them with those that they would replace."""
    period = place.period
    costs = context.ledger.move("costs", staged)
    summed = _add_up(work, period, costs, context)
    proved = _prove_written(work, place, bill, summed, context)
    keys, totals = proved.keys, proved.totals
    where = f"{period} bill {work.bill}"
    findings = unread_tags(work.delivery, where, keys, summed.months, context)
    findings += unlikely_charges(
        work.delivery, where, period, keys, summed.costs, summed.months, context
    )
    now = held(summed.costs, keys, context)
    if place.part:
        stop_if_failing(check_together(work.bill, work.inputs, place.part, now, context))
        summed = _add_up(work, period, put_together(now.costs, place.part, context), context)
        now = replace(now, costs=summed.costs)
        stated = add_stated(work.stated(period), place.part.totals)
        totals = [*stated, *_totals(summed, keys, context)]
        stop_if_failing(compare(period, totals, stages=("stated", "ledger")))
    days = days_held(now, context)
    by_time = (days, work.hours(period, place.part))
    replaces = what_is_replaced(place, work.intent, work.format, now, by_time, context)
    accounts = [(total.billing_account, total.sub_account) for total in totals]
    arrivals = write_arrivals(
        now,
        place.readable,
        part=(period, work.bill),
        made=_made(work.delivery, context),
        context=context,
    )
    return _Ready(
        place=place,
        keys=proved.new,
        costs=summed.cost_files,
        months=summed.month_files,
        totals=totals,
        arrivals=arrivals,
        replaces=replaces,
        days=days,
        identity=identity_of(now, accounts, work.details, context),
        second_reading=proved.second_reading,
        findings=[*findings, *replaces.findings],
    )


@dataclass(frozen=True)
class _ProvedKeys:
    """All keys of a period, the files of the new ones, and the totals of the delivery."""

    keys: Relation
    new: Sequence[str]
    totals: list[Total]
    second_reading: SecondReading


def _prove_written(
    work: DeliveryWork, place: Place, bill: Lines, summed: _Summed, context: RunContext
) -> _ProvedKeys:
    """Describe new keys; compare the written totals, and a sample of descriptions, with the files.

    Nothing of a damaged delivery is reused, not even the descriptions of its keys.
    """
    period, months = place.period, summed.months
    known, known_keys = open_known(place.part or place.readable, context)
    delivered = DeliveredLines(work.delivery, work.queries, work.bill, bill)
    new = describe(delivered, known_keys, months, context)
    context.say(f"proving {period}")
    keys = context.engine.open_parquet("keys", [*known, *new])
    totals = [*work.stated(period), *_totals(summed, keys, context)]
    stop_if_failing(compare(period, totals, stages=("stated", "ledger")))
    run = work.run_of(period, place.part)
    written = DescribedKeys(run, period, keys, months, known_keys)
    second_reading = check_descriptions(work.delivery, work.source, written, context)
    return _ProvedKeys(keys, new, totals, second_reading)


def _record(work: DeliveryWork, ready: _Ready, context: RunContext) -> Manifest:
    """Add a period's files to the ledger; the last line commits."""
    place, period = ready.place, ready.place.period
    partition = {"period": period, "bill": work.bill}
    part, current = place.part, place.readable
    snapshots = {"keys": current.snapshots["keys"]} if current else {}
    if ready.keys:
        put = context.ledger.append if current else context.ledger.replace
        snapshots["keys"] = put("keys", **partition, files=ready.keys)
    for table, files in (("costs", ready.costs), ("months", ready.months)):
        snapshots[table] = context.ledger.replace(table, **partition, files=files)
    put = context.ledger.append if ready.arrivals.append else context.ledger.replace
    snapshots[ARRIVALS] = put(ARRIVALS, **partition, files=ready.arrivals.files)
    manifest = Manifest(
        run=work.run_of(period, part),
        kind=RunKind.INGEST,
        period=period,
        bill=work.bill,
        at=context.now(),
        version=context.version,
        inputs=(*part.inputs, *work.inputs) if part else work.inputs,
        totals=tuple(ready.totals),
        snapshots=snapshots,
        details={**(part.details if part else {}), **work.details, "format": work.format},
        identity=ready.identity,
        days=ready.days,
        hours=work.hours(period, part),
        together=(part.run, *part.together) if part else (),
        replaced_bills=ready.replaces.bills,
        left_out=ready.replaces.left_out,
        periods=work.periods,
        second_reading=ready.second_reading,
    )
    return record(manifest, context)


@dataclass(frozen=True)
class _Summed:
    """The written cost of a period, by day and in all: its files, and what reads them back."""

    cost_files: Sequence[str]
    costs: Relation
    month_files: Sequence[str]
    months: Relation


def _add_up(work: DeliveryWork, period: str, costs: Sequence[str], context: RunContext) -> _Summed:
    """Read the written costs back, and write the cost of each key in the period."""
    by_day = context.engine.open_parquet("costs", costs)
    in_all = months_query(period, work.bill, by_day)
    months = context.engine.write(in_all, context.ledger.new_folder("months"))
    return _Summed(costs, by_day, months, context.engine.open_parquet("months", months))


def _totals(summed: _Summed, keys: Relation, context: RunContext) -> list[Total]:
    """Add the written files up; every key must have one description."""
    counted = query("usecases/ingest/collisions", keys=keys, months=summed.months)
    (found,) = read_rows(_Collisions, context.engine.rows(counted))
    if found.n:
        raise KeyCollisionError(found.n)
    return ledger_totals(summed.months, keys, context)


def _made(delivery: Delivery, context: RunContext) -> str:
    """The time at which the provider wrote the delivery; a clock ahead of this one is not used."""
    return min(filter(None, (delivery.made, context.now())))
