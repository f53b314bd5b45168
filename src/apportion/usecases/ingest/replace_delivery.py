"""Compare a delivery with the one that it replaces: missing charges stop it or are recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import partial

from apportion.core.billing.bill_identity import overlap
from apportion.core.billing.contained_charges import (
    Compared,
    Held,
    alike,
    left_out,
    other_extras,
    part_replaces,
)
from apportion.core.billing.hours_held import hours_not_held
from apportion.core.billing.retention import expired
from apportion.model.delivery import Intent
from apportion.model.findings.finding import Finding
from apportion.model.hours import Hours
from apportion.model.manifest import DayHeld, LeftOut, Manifest, RunKind
from apportion.model.money import EXACT
from apportion.usecases.context import RunContext
from apportion.usecases.runs.damage import damage_of

from .choose_bill import Place
from .completeness import compare_held, key_in_common, open_delivery

_NONE = Decimal()


@dataclass(frozen=True)
class Replaces:
    """Bills that a delivery replaces, and charges that it lacks."""

    bills: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    redescribed: dict[str, Decimal] = field(default_factory=dict)  # money by currency
    findings: tuple[Finding, ...] = ()


def what_is_replaced(
    place: Place,
    intent: Intent,
    form: str,
    now: Held,
    by_time: tuple[Sequence[DayHeld], Hours],
    context: RunContext,
) -> Replaces:
    """Compare a delivery with the one that it would replace, and with fuller ones before that.

    `by_time` are the days and hours of `now`. Findings fail where charges are missing, unless
    `intent` allows it.
    """
    days, hours = by_time
    bills: list[str] = []
    out: list[LeftOut] = list(place.current.left_out) if place.current else []
    findings: list[Finding] = []
    for other in place.beside:
        held = open_delivery(other, context)
        compared = _compare(other, held, form, now, context, with_details=intent.whole)
        if intent.whole or _in_common(compared):
            bills.append(other.bill)
            out += [*other.left_out, *left_out(other, compared)]
            findings += [] if intent.replace else [_overlap(place, other, compared)]
    redescribed: dict[str, Decimal] = {}
    if place.readable and not place.part:
        where = f"{place.period} bill {place.bill}"
        held = open_delivery(place.readable, context)
        compared = _compare(place.readable, held, form, now, context, with_details=True)
        redescribed = _redescribed(compared)
        out += left_out(place.readable, compared)
        lacking = part_replaces(where, place.readable, compared)
        lacking = lacking or hours_not_held(where, place.readable, hours)
        for fuller in _fuller(place, place.readable, days, context):
            earlier = open_delivery(fuller, context)
            compared = _compare(fuller, earlier, form, now, context, with_details=True)
            out += left_out(fuller, compared)
            lacking = lacking or part_replaces(where, fuller, compared)
        if alike(place.readable, form) and _same_days(place.readable, days):
            lacking = lacking or _other_extras(where, place.readable, held, now, context)
        findings += [] if intent.replace else lacking
    return Replaces(tuple(bills), tuple(dict.fromkeys(out)), redescribed, tuple(findings))


def _same_days(before: Manifest, days: Sequence[DayHeld]) -> bool:
    return {each.day for each in before.days} == {each.day for each in days}


def _other_extras(
    where: str, before: Manifest, held: Held, now: Held, context: RunContext
) -> list[Finding]:
    """Find a part that differs from the one before in `x_` columns alone."""
    if key_in_common(held, now, context):
        return []
    return other_extras(where, before, compare_held(held, now, context, with_extras=True))


def _fuller(
    place: Place, current: Manifest, days: Sequence[DayHeld], context: RunContext
) -> list[Manifest]:
    """Find the deliveries with most lines and most money in days that have less now.

    With them, small losses of many deliveries cannot add up to a large one. One whose files are
    damaged or expired is passed over, as it cannot be compared.
    """
    series = _since_accepted(place, context.ledger.runs())
    fullest = [max(series, key=partial(_lost, days, of)) for of in (_lines, _billed)]
    others = {run.run: run for run in fullest if run != current}
    return [run for run in others.values() if not damage_of([run], context)]


def _since_accepted(place: Place, runs: Sequence[Manifest]) -> list[Manifest]:
    """List the deliveries since the last one that was accepted with `--replace`, newest first."""
    gone = expired(runs)
    series: list[Manifest] = []
    accepted: tuple[LeftOut, ...] = ()
    for number, run in enumerate(runs, start=1):
        if (run.kind, run.period, run.bill) == (RunKind.INGEST, place.period, place.bill):
            if not set(run.left_out) <= set(accepted):
                series = []
            accepted = run.left_out
            series += [] if number in gone else [run]
    return series[::-1]


def _lost(days: Sequence[DayHeld], of: Callable[[DayHeld], Decimal], run: Manifest) -> Decimal:
    """Add up what days of a run hold beyond the same days of a delivery."""
    held = {(each.day, each.currency): of(each) for each in days}
    with localcontext(EXACT):
        lost = (of(each) - held.get((each.day, each.currency), _NONE) for each in run.days)
        return sum((each for each in lost if each > 0), _NONE)


def _lines(held: DayHeld) -> Decimal:
    return Decimal(held.lines)


def _billed(held: DayHeld) -> Decimal:
    return Decimal(held.amounts[0])


def _compare(
    before: Manifest,
    held: Held,
    form: str,
    now: Held,
    context: RunContext,
    *,
    with_details: bool,
) -> list[Compared]:
    return compare_held(
        held,
        now,
        context,
        same_words=alike(before, form),
        with_details=with_details,
    )


def _in_common(compared: Sequence[Compared]) -> bool:
    return any(each.common_lines for each in compared)


def _overlap(place: Place, other: Manifest, compared: Sequence[Compared]) -> Finding:
    whole = [each for each in compared if each.whole and each.common_lines]
    return overlap(
        f"{place.period} bill {place.bill}",
        other.bill,
        frozenset((each.billing_account, "") for each in compared if each.new_lines),
        frozenset((total.billing_account, "") for total in other.totals),
        amount=whole[0].common_billed if whole else None,
        currency=whole[0].currency if whole else "",
    )


def _redescribed(compared: Sequence[Compared]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for each in compared:
        if each.whole:
            found[each.currency] = found.get(each.currency, Decimal()) + each.redescribed
    return found
