"""One day of usage: what every stream bills, what commitments cover of it, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from apportion.model.period import Period

from . import company
from .commitments import COMMITMENTS, HOURS, Coverage, cover
from .deterministic_random import Floats, Ints, uniform
from .fleet import PATTERNS, Fleet
from .lines import DAY, HOUR, LineKind, lines, sum_by

#: The private discount on what is not covered by a commitment, in percent.
EDP_PERCENT = 6

#: The part of a day's traffic that each hour sees, in percent of the average hour.
_HOURS_OF_TRAFFIC = np.array(
    (
        (34, 26, 22, 20, 22, 30, 48, 72, 96, 112, 124, 134),
        (142, 138, 130, 128, 132, 144, 162, 178, 180, 152, 108, 66),
    )
).ravel()

#: How far a stream may stray from its amount, in percent, by pattern.
_STRAY = np.array([0, 0, 1, 0, 24, 30])
_AMOUNT = 20  # the purpose of the numbers drawn here


@dataclass(frozen=True)
class Usage:
    """Usage lines before anyone pays: the stream, the second they start, and the quantity."""

    item: Ints
    start: Ints
    length: Ints
    quantity: Floats


@dataclass(frozen=True)
class Setting:
    """What a day needs to know: the fleet, the first day, and how the bill is made."""

    fleet: Fleet
    first_day: date
    seed: int
    scale: int  # of commitments


def day_of(setting: Setting, day: date, *, without: Ints | None = None) -> list[pa.Table]:
    """All lines of a day; `without` marks streams whose usage has not yet reached the bill."""
    usage = _usage(setting, day, without)
    fleet = setting.fleet
    coverage = cover(fleet.meter[usage.item], usage.quantity, day=day, scale=setting.scale)
    own = _own(fleet, usage, coverage)
    covered = list(_covered(fleet, usage, coverage))
    tables = [own, *covered]
    tables += _negations(fleet, covered)
    tables += _fees(fleet, coverage, day, setting.scale)
    tables.append(_discounts(fleet, own, day))
    tables.append(_pods(fleet, [own, *covered], day))
    return [table for table in tables if len(table)]


def used_hours(tables: list[pa.Table]) -> dict[int, int]:
    """Count the hours of reservations that lines use."""
    hours: dict[int, int] = {}
    for table in tables:
        if len(table) and table.column("kind")[0].as_py() == LineKind.DiscountedUsage:
            by = np.asarray(table.column("commitment"))
            for number in np.unique(by):
                quantity = np.asarray(table.column("quantity"))[by == number]
                hours[int(number)] = hours.get(int(number), 0) + int(np.rint(quantity.sum()))
    return hours


def _usage(setting: Setting, day: date, without: Ints | None) -> Usage:
    """Count what runs that day, sorted by stream and hour; nothing used, no line."""
    fleet, number = setting.fleet, (day - date(1970, 1, 1)).days
    runs = (fleet.first_day <= number) & (number <= fleet.last_day) & (fleet.parent < 0)
    if without is not None:
        runs &= without == 0
    active = np.flatnonzero(runs)
    repeats = np.where(fleet.hourly[active] > 0, HOURS, 1)
    item = np.repeat(active, repeats)
    hour = np.arange(len(item)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    hourly = fleet.hourly[item] > 0
    quantity = _quantity(setting, day, item, np.where(hourly, hour, -1))
    there = quantity > 0
    start = number * DAY + hour * HOUR
    length = np.where(hourly, HOUR, DAY)
    return Usage(item[there], start[there], length[there], quantity[there])


def _quantity(setting: Setting, day: date, item: Ints, hour: Ints) -> Floats:
    """How much each stream uses; `hour` is -1 where the whole day is one line."""
    fleet, number = setting.fleet, (day - date(1970, 1, 1)).days
    quantity = fleet.quantity[item] * _rhythm(setting, day)[fleet.pattern[item]]
    quantity *= _stray(setting, item, number * HOURS + np.maximum(hour, 0))
    traffic = (hour >= 0) & (fleet.pattern[item] == PATTERNS.index("traffic"))
    quantity *= np.where(traffic, _HOURS_OF_TRAFFIC[hour] / 100, 1.0)
    monthly = company.prices().monthly[fleet.meter[item]] > 0
    quantity /= np.where(monthly, float(len(Period.of(day).days)), 1.0)
    return np.round(quantity, 6)


def _rhythm(setting: Setting, day: date) -> Floats:
    """What part of its amount each pattern uses on a day, in the order of PATTERNS."""
    since = (day - setting.first_day).days
    weekend = day.weekday() >= 5
    autumn_sale = day.month == 9 and 4 <= day.day <= 6
    growth = 1 + since / 1000
    office = 0.0 if weekend else 1.0
    traffic = (1.22 if weekend else 0.92) * (1 + since / 2000) * (1.6 if autumn_sale else 1.0)
    batch = 1.9 if day.weekday() == 0 else 0.85
    return np.array([1.0, 1.0, growth, office, traffic, batch])


def _stray(setting: Setting, item: Ints, slot: Ints) -> Floats:
    stray = _STRAY[setting.fleet.pattern[item]]
    drawn: Floats = (uniform(setting.seed, _AMOUNT, item, slot) - 0.5) * stray / 100
    return 1 + drawn


def _own(fleet: Fleet, usage: Usage, coverage: Coverage) -> pa.Table:
    """What is left at the on-demand rate."""
    left = np.round(usage.quantity - coverage.quantity, 6)
    at = np.flatnonzero(left > 0)
    meter = fleet.meter[usage.item[at]]
    cost = np.rint(left[at] * company.prices().rate[meter]).astype(np.int64)
    discounted = company.prices().marketplace[meter] == 0
    return lines(
        LineKind.Usage,
        {
            **_when(usage, at),
            "quantity": left[at],
            "cost": cost,
            "list_cost": cost,
            "effective": cost,
            "discount": np.where(discounted, -(cost * EDP_PERCENT // 100), 0),
        },
    )


def _covered(fleet: Fleet, usage: Usage, coverage: Coverage) -> Iterator[pa.Table]:
    """What plans and reservations pay; reserved usage costs nothing by itself."""
    is_plan = np.array([one.is_plan for one in COMMITMENTS])
    for kind, plans in (
        (LineKind.SavingsPlanCoveredUsage, True),
        (LineKind.DiscountedUsage, False),
    ):
        at = np.flatnonzero((coverage.commitment >= 0) & (is_plan[coverage.commitment] == plans))
        rate = company.prices().rate[fleet.meter[usage.item[at]]]
        listed = np.rint(coverage.quantity[at] * rate).astype(np.int64)
        yield lines(
            kind,
            {
                **_when(usage, at),
                "quantity": coverage.quantity[at],
                "cost": listed if plans else np.zeros_like(listed),
                "list_cost": listed,
                "effective": coverage.effective[at],
                "commitment": coverage.commitment[at],
                "covered_rate": coverage.rate[at],
            },
        )


def _when(usage: Usage, at: Ints) -> dict[str, Ints]:
    start = usage.start[at]
    return {"item": usage.item[at], "start": start, "end": start + usage.length[at]}


def _negations(fleet: Fleet, covered: list[pa.Table]) -> list[pa.Table]:
    """Take covered usage off again, one line for each plan, account and meter."""
    table = covered[0]
    item = np.asarray(table.column("item")).astype(np.int64)
    plan = np.asarray(table.column("commitment")).astype(np.int64)
    if len(item) == 0:
        return []
    key = (plan * 1000 + fleet.account[item]) * 1000 + fleet.meter[item]
    first, cost = sum_by(key, np.asarray(table.column("cost")))
    day = np.asarray(table.column("start"))[first] // DAY * DAY
    return [
        lines(
            LineKind.SavingsPlanNegation,
            {
                "item": item[first],
                "start": day,
                "end": day + DAY,
                "cost": -cost,
                "effective": 0,
                "commitment": plan[first],
            },
        )
    ]


def _fees(fleet: Fleet, coverage: Coverage, day: date, scale: int) -> list[pa.Table]:
    """A plan's fee of the day, with what was used of it and what was not."""
    start = (day - date(1970, 1, 1)).days * DAY
    tables = []
    for number, used in coverage.used.items():
        plan = COMMITMENTS[number]
        if not plan.is_plan or plan.meters == "none":
            continue
        total = scale * HOURS * plan.hourly
        fee = scale * HOURS * plan.recurring_hourly
        columns = {
            "item": fee_item(fleet, plan.owner),
            "start": start,
            "end": start + DAY,
            "quantity": HOURS,
            "cost": fee,
            "effective": total - used,
            "commitment": number,
            "used": used,
            "total": total,
        }
        tables.append(lines(LineKind.SavingsPlanRecurringFee, {k: [v] for k, v in columns.items()}))
    return tables


def fee_item(fleet: Fleet, account: str) -> int:
    """The stream that describes the fees of an account's plans."""
    return fleet.first(
        account=company.account_number(account), meter=company.meter_number("savings-plan")
    )


def _discounts(fleet: Fleet, own: pa.Table, day: date) -> pa.Table:
    """The private discount of the day: one line for each account and product."""
    item = np.asarray(own.column("item")).astype(np.int64)
    key = fleet.account[item] * 1000 + company.prices().product[fleet.meter[item]]
    first, discount = sum_by(key, np.asarray(own.column("discount")))
    there = discount < 0
    start = (day - date(1970, 1, 1)).days * DAY
    return lines(
        LineKind.EdpDiscount,
        {
            "item": item[first[there]],
            "start": start,
            "end": start + DAY,
            "cost": discount[there],
            "effective": discount[there],
        },
    )


def _pods(fleet: Fleet, usage: list[pa.Table], day: date) -> pa.Table:
    """Split each node's amortised cost of the day over its pods, to the last unit.

    The processor counts nine times what memory does, as AWS weighs them.
    """
    number = (day - date(1970, 1, 1)).days
    alive = (fleet.first_day <= number) & (number <= fleet.last_day)
    pod = np.flatnonzero((fleet.parent >= 0) & alive)
    parent = fleet.parent[pod]
    node_cost = np.zeros(len(fleet), dtype=np.int64)
    for table in usage:
        np.add.at(
            node_cost, np.asarray(table.column("item")), np.asarray(table.column("effective"))
        )
    wants, total = _pod_weights(fleet, pod)
    high = np.cumsum(wants) - _before(wants, parent)
    whole = node_cost[parent]
    below = high - wants
    part = whole * high // total - whole * below // total
    unused = part // 8  # an eighth of each node runs idle
    return lines(
        LineKind.Split,
        {
            "item": pod,
            "start": number * DAY,
            "end": (number + 1) * DAY,
            "quantity": np.round(fleet.quantity[pod], 6),
            "cost": 0,
            "effective": 0,
            "split_cost": part - unused,
            "unused_cost": unused,
            "split_ratio": np.round(wants / total, 10),
        },
    )


def _pod_weights(fleet: Fleet, pod: Ints) -> tuple[Ints, Ints]:
    """Each pod line's weight, and the sum of weights on its node."""
    processor = fleet.meter[pod] == company.meter_number("eks-pod-cpu")
    wants = np.rint(fleet.quantity[pod] * np.where(processor, 36, 1)).astype(np.int64)
    total = np.zeros(len(fleet), dtype=np.int64)
    np.add.at(total, fleet.parent[pod], wants)
    return wants, total[fleet.parent[pod]]


def _before(wants: Ints, parent: Ints) -> Ints:
    """The running total of weights where each node's pods begin; pods of a node stand together."""
    running = np.cumsum(wants) - wants
    first = np.r_[True, np.diff(parent) != 0]
    return np.asarray(np.maximum.accumulate(np.where(first, running, 0)))
