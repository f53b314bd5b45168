"""Savings Plans and reservations: what they cover of a day's usage, and what goes unused.

A day's commitment is spent as a whole, where AWS does it hour by hour (docs/explanation/demo.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from . import company
from .deterministic_random import Floats, Ints

HOURS = 24


@dataclass(frozen=True)
class Commitment:
    """One Savings Plan or reservation; money in units of 1e-10 dollars an hour.

    `hourly` of a plan is its commitment, of a reservation the price of one reserved hour; of both,
    `upfront_hourly` was paid before and `recurring_hourly` is paid each month. `percent` is the
    part of the on-demand rate that covered usage costs.
    """

    name: str
    owner: str
    meters: str  # the `plan` column of meters.csv
    is_plan: bool
    recurring_hourly: int
    upfront_hourly: int
    start: date
    end: date
    arn: str
    offering: str
    payment: str
    term: str
    percent: int = 0
    count: int = 0
    upfront: int = 0

    @property
    def hourly(self) -> int:
        """What an hour of it costs, paid before or each month."""
        return self.recurring_hourly + self.upfront_hourly


_ARN = "arn:aws:savingsplans::"

#: The last one was bought by mistake and returned two days later: it covers nothing.
COMMITMENTS = (
    Commitment(
        name="r5 instance plan",
        owner="shop-prod",
        meters="r5",
        is_plan=True,
        recurring_hourly=company.units_of("4.7"),
        upfront_hourly=company.units_of("4.7"),
        start=date(2026, 7, 3),
        end=date(2027, 7, 3),
        arn=f"{_ARN}118204957731:savingsplan/1f7a52c4-6b0e-4d51-9a83-0c2d9be4a6f1",
        offering="EC2InstanceSavingsPlans",
        payment="Partial Upfront",
        term="1yr",
        percent=63,
        upfront=company.units_of("41172"),  # 4.70 x 8,760 hours
    ),
    Commitment(
        name="compute plan",
        owner="larkmoor-payer",
        meters="compute",
        is_plan=True,
        recurring_hourly=company.units_of("26"),
        upfront_hourly=0,
        start=date(2025, 3, 11),
        end=date(2028, 3, 11),
        arn=f"{_ARN}004870112236:savingsplan/8c3b9e10-25d4-47f6-b1aa-7e60d1f3c958",
        offering="ComputeSavingsPlans",
        payment="No Upfront",
        term="3yr",
        percent=54,
    ),
    Commitment(
        name="db.r6g reservation",
        owner="shop-prod",
        meters="rds-r6g",
        is_plan=False,
        recurring_hourly=company.units_of("0.3795"),
        upfront_hourly=0,
        start=date(2026, 1, 15),
        end=date(2027, 1, 15),
        arn="arn:aws:rds:eu-west-1:118204957731:ri:ri-2026-01-15-09-12-44-120",
        offering="standard",
        payment="No Upfront",
        term="1yr",
        count=11,
    ),
    Commitment(
        name="cache.r6g reservation",
        owner="shop-prod",
        meters="cache-r6g",
        is_plan=False,
        recurring_hourly=0,
        upfront_hourly=company.units_of("0.1475"),
        start=date(2026, 7, 1),
        end=date(2027, 7, 1),
        arn="arn:aws:elasticache:eu-west-1:118204957731:reserved-instance:ri-cache-2026-07",
        offering="standard",
        payment="All Upfront",
        term="1yr",
        count=5,
        upfront=company.units_of("6460.5"),  # 0.1475 x 8,760 hours x 5 nodes
    ),
    Commitment(
        name="returned plan",
        owner="shop-prod",
        meters="none",
        is_plan=True,
        recurring_hourly=0,
        upfront_hourly=company.units_of("0.2"),
        start=date(2026, 8, 3),
        end=date(2026, 8, 5),
        arn=f"{_ARN}118204957731:savingsplan/5e0d7b26-93fc-4a18-8d47-b62c1a09e3f4",
        offering="ComputeSavingsPlans",
        payment="All Upfront",
        term="1yr",
        percent=54,
        upfront=company.units_of("1752"),
    ),
)


@dataclass(frozen=True)
class Coverage:
    """What commitments pay of each line: the quantity, and which (-1: none)."""

    quantity: Floats
    commitment: Ints
    effective: Ints
    rate: Ints
    used: dict[int, int] = field(default_factory=dict)


def cover(meter: Ints, quantity: Floats, *, day: date, scale: int) -> Coverage:
    """Cover a day's usage lines, in their order, by each commitment until it is spent.

    The line at which a commitment runs out is covered in part. `used` counts hours of reservations
    and units of money of plans. `scale` multiplies the commitments, for bigger bills.
    """
    covered = np.zeros(len(meter))
    by = np.full(len(meter), -1, dtype=np.int64)
    effective = np.zeros(len(meter), dtype=np.int64)
    rates = np.zeros(len(meter), dtype=np.int64)
    used: dict[int, int] = {}
    for number, one in enumerate(COMMITMENTS):
        if not one.start <= day < one.end:
            continue
        eligible = np.flatnonzero((company.meters_of_plan(one.meters)[meter] > 0) & (by < 0))
        rate = _rate(one)[meter[eligible]]
        part = _within_budget(one, quantity[eligible], rate, scale)
        taken = part > 0
        at = eligible[taken]
        covered[at], by[at], rates[at] = part[taken], number, rate[taken]
        effective[at] = np.rint(part[taken] * rate[taken]).astype(np.int64)
        used[number] = int(effective[at].sum() if one.is_plan else np.rint(part.sum()))
    return Coverage(covered, by, effective, rates, used)


def _rate(one: Commitment) -> Ints:
    """The rate of covered usage, one place for each meter."""
    rates = company.prices().rate
    return rates * one.percent // 100 if one.is_plan else np.full_like(rates, one.hourly)


def _within_budget(one: Commitment, quantity: Floats, rate: Ints, scale: int) -> Floats:
    """The part of each line that a commitment still pays; of the last one a part to six places."""
    budget = scale * HOURS * (one.hourly if one.is_plan else one.count)
    cost = np.rint(quantity * rate) if one.is_plan else quantity
    before = np.cumsum(cost) - cost
    left = np.maximum(budget - before, 0)
    price = rate if one.is_plan else np.ones_like(rate)
    partly = np.floor(left / np.maximum(price, 1) * 10**6) / 10**6
    whole_line = cost <= left
    # Reserved hours are whole: a node is covered for the hours that are left.
    return np.where(whole_line, quantity, partly if one.is_plan else np.floor(left))
