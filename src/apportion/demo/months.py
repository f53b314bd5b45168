"""What a month bills beside usage: support, fees, credits, refunds, corrections and tax."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa

from apportion.model.period import Period

from . import company
from .commitments import COMMITMENTS, Commitment
from .daily_charges import Setting, fee_item
from .deterministic_random import Ints
from .fleet import Fleet
from .lines import DAY, LineKind, line, lines

#: Enterprise Support: percent of a month's charges, up to each step (the last has no end).
SUPPORT_STEPS = ((150_000, 10), (500_000, 7), (1_000_000, 5), (None, 3))
VAT_PERCENT = 20
_CENT = company.UNITS // 100

#: Descriptions of lines; a line's `note` is a place in this list.
NOTES = (
    "AWS Support (Enterprise)",
    "Shield Advanced monthly subscription fee",
    "Nightjar Observability Pro, monthly fee for 180 hosts",
    "Migration Acceleration Program credit MAP-2026-0417",
    "Trial credit for Amazon SageMaker",
    "Refund: storage billed twice after a bucket was moved",
    "Correction of NAT gateway data overcharged in an earlier month",
    "Savings Plan returned within 7 days",
    "Refund of the private discount missed on Savings Plan fees",
    "Refund: CloudFront data transfer billed at list price",
)
SUPPORT, SHIELD, OBSERVABILITY, MIGRATION, TRIAL = range(5)
BILLED_TWICE, OVERCHARGED, RETURNED, MISSED_DISCOUNT, LIST_PRICE = range(5, 10)


@dataclass(frozen=True)
class DemoMonth:
    """One delivery of one month. `number` counts the months of the bill from 0.

    An early delivery comes before the month's last usage has been reported. `made` is when one of
    several deliveries of a running month is written.
    """

    period: Period
    number: int
    restated: bool
    early: bool = False
    made: datetime | None = None

    @property
    def start(self) -> int:
        """The first second of the month."""
        return _seconds(self.period.first_day)

    @property
    def end(self) -> int:
        """The second after its last."""
        return _seconds(self.period.next.first_day)


def fees(setting: Setting, month: DemoMonth, used_hours: Mapping[int, int]) -> list[pa.Table]:
    """Everything dated a month or a moment, but for what needs the month's total."""
    fleet = setting.fleet
    return [
        *_subscriptions(fleet, month),
        *_reservation_fees(fleet, month, used_hours, setting.scale),
        *_purchases(fleet, month),
        *_credits(fleet, month),
        *_refunds(fleet, month),
    ]


def support(fleet: Fleet, month: DemoMonth, charged: int) -> pa.Table:
    """Enterprise Support for a month that charged so much."""
    left, below, cost = max(charged, 0), 0, 0
    for limit, percent in SUPPORT_STEPS:
        step = left if limit is None else min(left, limit * company.UNITS - below)
        cost += step * percent // 100
        left -= step
        below = (limit or 0) * company.UNITS
    return _whole_month(fleet, month, "larkmoor-payer", "support", _cents(cost), SUPPORT)


def tax(fleet: Fleet, month: DemoMonth, charged: Ints) -> pa.Table:
    """Value added tax, in cents, for each account and product with charges; many lines are zero.

    `charged` holds what each stream was charged. A line is described by the first stream of its
    account and product.
    """
    key = fleet.account * 1000 + company.prices().product[fleet.meter]
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    base = np.zeros(len(first), dtype=np.int64)
    np.add.at(base, place, charged)
    cost = (np.maximum(base, 0) * VAT_PERCENT // 100 + _CENT // 2) // _CENT * _CENT
    return lines(LineKind.Tax, {"item": first, **_span(month), "cost": cost, "effective": cost})


def _subscriptions(fleet: Fleet, month: DemoMonth) -> list[pa.Table]:
    return [
        _whole_month(fleet, month, "security", "shield", 3000 * company.UNITS, SHIELD),
        _whole_month(
            fleet, month, "platform", "market-observability", 2700 * company.UNITS, OBSERVABILITY
        ),
    ]


def _reservation_fees(
    fleet: Fleet, month: DemoMonth, used_hours: Mapping[int, int], scale: int
) -> Iterator[pa.Table]:
    """A reservation's fee of the month, and its unused part."""
    for number, one in enumerate(COMMITMENTS):
        if one.is_plan or not one.start <= month.period.first_day < one.end:
            continue
        hours = (month.end - month.start) // 3600 * one.count * scale
        unused = hours - used_hours.get(number, 0)
        cost = hours * one.recurring_hourly
        yield line(
            LineKind.RIFee,
            item=_reserved_item(fleet, one),
            start=month.start,
            end=month.end,
            quantity=hours,
            cost=cost,
            effective=unused * one.hourly,
            commitment=number,
            covered_rate=one.recurring_hourly,
            total=hours * one.hourly,
            unused_quantity=unused,
            unused_recurring=unused * one.recurring_hourly,
            unused_upfront=unused * one.upfront_hourly,
        )


def _purchases(fleet: Fleet, month: DemoMonth) -> Iterator[pa.Table]:
    """What is paid at once when a commitment is bought; it has no effective cost of its own."""
    for number, one in enumerate(COMMITMENTS):
        if not one.upfront or Period.of(one.start) != month.period:
            continue
        kind = LineKind.SavingsPlanUpfrontFee if one.is_plan else LineKind.Fee
        item = fee_item(fleet, one.owner) if one.is_plan else _reserved_item(fleet, one)
        yield line(
            kind,
            item=item,
            **_day(one.start),
            quantity=max(one.count, 1),
            cost=one.upfront,
            effective=0,
            commitment=number,
        )
        if one.meters == "none":
            yield line(
                LineKind.Refund,
                item=item,
                **_day(one.end),
                cost=-one.upfront,
                effective=0,
                commitment=number,
                note=RETURNED,
            )


def _credits(fleet: Fleet, month: DemoMonth) -> Iterator[pa.Table]:
    """A migration credit, a part each day, and now and then one for a trial."""
    item = _item(fleet, "supply-prod", "ec2-m6i.4xlarge")
    for day in month.period.days:
        yield _given(LineKind.Credit, item, _day(day), "185.0000000001", MIGRATION)
    if month.number == 1:
        item = _item(fleet, "sandbox", "sagemaker")
        yield _given(LineKind.Credit, item, _span(month), "250", TRIAL)


def _refunds(fleet: Fleet, month: DemoMonth) -> Iterator[pa.Table]:
    """Money back: in the same month, for a closed month, and on a Savings Plan's own line."""
    if month.number == 1:
        item = _item(fleet, "data-lake", "s3-standard")
        yield _given(LineKind.Refund, item, _span(month), "318.22", BILLED_TWICE)
    if month.number == 1 and month.restated:
        item = _item(fleet, "shop-prod", "cloudfront-bytes")
        yield _given(LineKind.Refund, item, _span(month), "186.4031755", LIST_PRICE)
    if month.number == 2:
        item = _item(fleet, "network", "nat-bytes")
        closed = _before(month.period, 2)
        yield _given(LineKind.Refund, item, _span(closed), "742.11836", OVERCHARGED)
        number, plan = next(
            (n, one) for n, one in enumerate(COMMITMENTS) if one.name == "compute plan"
        )
        span = _span(month)
        yield _given(
            LineKind.Refund, fee_item(fleet, plan.owner), span, "412.37", MISSED_DISCOUNT, number
        )


def _given(
    kind: LineKind,
    item: int,
    when: Mapping[str, int],
    dollars: str,
    note: int,
    commitment: int = -1,
) -> pa.Table:
    amount = -company.units_of(dollars)
    numbers: dict[str, int] = {"cost": amount, "effective": amount, "note": note, **when}
    if commitment >= 0:
        numbers["commitment"] = commitment
    return line(kind, item=item, **numbers)


def _whole_month(
    fleet: Fleet, month: DemoMonth, account: str, meter: str, cost: int, note: int
) -> pa.Table:
    item = _item(fleet, account, meter)
    numbers = {"cost": cost, "effective": cost, "note": note}
    return line(LineKind.Fee, item=item, quantity=1, **numbers, **_span(month))


def _item(fleet: Fleet, account: str, meter: str) -> int:
    return fleet.first(account=company.account_number(account), meter=company.meter_number(meter))


def _reserved_item(fleet: Fleet, one: Commitment) -> int:
    """A stream of the owner that the reservation may cover: it names product and region."""
    account = company.account_number(one.owner)
    covers = company.meters_of_plan(one.meters)[fleet.meter] > 0
    return int(np.flatnonzero((fleet.account == account) & covers)[0])


def _before(period: Period, months: int) -> DemoMonth:
    serial = period.year * 12 + period.month - 1 - months
    return DemoMonth(Period(serial // 12, serial % 12 + 1), 0, restated=False)


def _cents(units: int) -> int:
    return (units + _CENT // 2) // _CENT * _CENT


def _span(month: DemoMonth) -> dict[str, int]:
    return {"start": month.start, "end": month.end}


def _day(day: date) -> dict[str, int]:
    return {"start": _seconds(day), "end": _seconds(day) + DAY}


def _seconds(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY
