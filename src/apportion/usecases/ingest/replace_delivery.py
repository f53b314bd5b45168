"""Compare a delivery with the one that it replaces: missing charges stop it or are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from apportion.core.billing.bill_identity import overlap
from apportion.core.billing.contained_charges import Compared, Held, alike, left_out, part_replaces
from apportion.core.billing.hours_held import hours_not_held
from apportion.model.delivery import Intent
from apportion.model.findings.finding import Finding
from apportion.model.hours import Hours
from apportion.model.manifest import LeftOut, Manifest
from apportion.usecases.context import RunContext

from .choose_bill import Place
from .completeness import compare_held, open_delivery


@dataclass(frozen=True)
class Replaces:
    """Bills that a delivery replaces, and charges that it lacks."""

    bills: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    redescribed: dict[str, Decimal] = field(default_factory=dict)  # money by currency
    findings: tuple[Finding, ...] = ()


def what_is_replaced(
    place: Place, intent: Intent, form: str, now: Held, hours: Hours, context: RunContext
) -> Replaces:
    """Compare what a delivery holds with the one that it would replace.

    Findings fail where charges are missing, unless `intent` allows it.
    """
    bills: list[str] = []
    out: list[LeftOut] = list(place.current.left_out) if place.current else []
    findings: list[Finding] = []
    for other in place.beside:
        compared = _compare(other, form, now, context, with_details=intent.whole)
        if intent.whole or _in_common(compared):
            bills.append(other.bill)
            out += [*other.left_out, *left_out(other, compared)]
            findings += [] if intent.replace else [_overlap(place, other, compared)]
    redescribed: dict[str, Decimal] = {}
    if place.readable and not place.part:
        compared = _compare(place.readable, form, now, context, with_details=True)
        out += left_out(place.readable, compared)
        if not intent.replace:
            where = f"{place.period} bill {place.bill}"
            lacking = part_replaces(where, place.readable, compared)
            findings += lacking or hours_not_held(where, place.readable, hours)
        redescribed = _redescribed(compared)
    return Replaces(tuple(bills), tuple(dict.fromkeys(out)), redescribed, tuple(findings))


def _compare(
    before: Manifest, form: str, now: Held, context: RunContext, *, with_details: bool
) -> list[Compared]:
    return compare_held(
        open_delivery(before, context),
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
