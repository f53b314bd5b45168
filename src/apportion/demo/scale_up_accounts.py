"""The rest of a scaled bill: up to 133 more accounts, with resources for the wanted lines.

The shape is that of engine.md's bill: a resource has about 67 lines a month, and tag sets are some
30,000 however many resources there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from apportion.model.period import Period

from . import company
from .company import Account
from .deterministic_random import Floats, Ints, uniform, whole
from .fleet import PATTERNS, Fleet, Names, day_number
from .tagging import MISSPELT, UNKNOWN, Style

Marks = NDArray[np.bool_]

ACCOUNTS = 150
TAG_SETS = 30_000
LINES_OF_A_RESOURCE = 67
#: Lines that Larkmoor has by itself in a month, about.
LINES_OF_ITS_OWN = 82_000

_PROJECTS = 400
_HOURS = 24
_ACCOUNT, _METER, _TAGS, _AMOUNT, _HOURLY, _STYLE = range(40, 46)


@dataclass(frozen=True)
class Crowd:
    """Larkmoor's fleet and the rest, the accounts of both, and how commitments scale."""

    fleet: Fleet
    accounts: tuple[Account, ...]
    scale: int


def crowd(names: Names, *, own: Fleet, lines: int, first: date, last: date, seed: int) -> Crowd:
    """Add streams to a fleet until a month has about `lines` lines."""
    accounts = company.accounts() + _accounts(ACCOUNTS - len(company.accounts()))
    wanted = max(lines - LINES_OF_ITS_OWN, 0)
    count = wanted // LINES_OF_A_RESOURCE
    days = len(Period.of(first).days)
    resource = np.arange(count, dtype=np.int64) + 1_000_000
    meters = _meters()
    drawn = meters[whole(seed, _METER, len(meters), resource)]
    others = ACCOUNTS - len(company.accounts())
    usage = wanted - others * days * _products_of(count / others, meters)
    hourly = uniform(seed, _HOURLY, resource) < _hourly_part(count, usage, days)
    tag_sets, styles = _tag_sets(names)
    chosen = whole(seed, _TAGS, TAG_SETS, resource)
    untaggable = np.array([not meter.resource for meter in company.meters()])[drawn]
    more = Fleet(
        account=whole(seed, _ACCOUNT, others, resource) + len(company.accounts()),
        meter=drawn,
        resource=resource,
        project=np.full(count, names.project("service"), dtype=np.int64),
        tag_set=np.where(untaggable, 0, tag_sets[chosen]),
        style=np.where(untaggable, int(Style.UNTAGGABLE), styles[chosen]),
        quantity=_quantity(drawn, resource, hourly, days=days, seed=seed),
        pattern=np.full(count, PATTERNS.index("growth"), dtype=np.int64),
        hourly=hourly.astype(np.int64),
        first_day=np.full(count, day_number(first), dtype=np.int64),
        last_day=np.full(count, day_number(last), dtype=np.int64),
        parent=np.full(count, -1, dtype=np.int64),
    )
    return Crowd(more.after(own), accounts, 1 + count // 10_000)


def _quantity(meter: Ints, resource: Ints, hourly: Marks, *, days: int, seed: int) -> Floats:
    """Make each resource worth from 5 cents to 9 dollars a day, few of them much."""
    draw = uniform(seed, _AMOUNT, resource)
    worth: Floats = (draw * draw * draw * 9 + 0.05) * company.UNITS
    rate = company.prices().rate[meter]
    free = rate == 0
    quantity: Floats = worth / np.where(free, company.UNITS // 900, rate)
    monthly = company.prices().monthly[meter] > 0
    quantity *= np.where(monthly, float(days), 1.0)
    quantity /= np.where(hourly, float(_HOURS), 1.0)
    return np.maximum(np.round(quantity, 5), 0.00001)


def _products_of(resources: float, meters: Ints) -> float:
    """How many products an account of so many resources may expect to pay for.

    Each of them gets one line of discount a day.
    """
    paid = meters[company.prices().rate[meters] > 0]
    _, counts = np.unique(company.prices().product[paid], return_counts=True)
    return float((1 - (1 - counts / len(meters)) ** resources).sum())


def _hourly_part(count: int, wanted: float, days: int) -> float:
    """The part of resources that must bill by the hour for so many lines; the others by the day."""
    if count == 0:
        return 0.0
    return min(max((wanted / count - days) / (days * (_HOURS - 1)), 0.0), 1.0)


def _accounts(count: int) -> tuple[Account, ...]:
    stages = ("prod", "staging", "dev")
    centers = tuple(MISSPELT)
    return tuple(
        Account(
            account_id=f"{310_000_000_000 + n * 7_919_881:012d}",
            account_name=f"unit-{n:03d}-{stages[n % 3]}",
            environment=stages[n % 3],
            cost_center=centers[n % len(centers)],
            region=("eu-west-1", "eu-west-2", "us-east-1")[n % 3],
            unit=f"Unit {n:03d}",
            account_tag="",
        )
        for n in range(count)
    )


def _meters() -> Ints:
    """The meters that any account may use: not those of pods, fees and the marketplace."""
    not_for_all = ("eks-pod", "market-", "support", "shield", "savings-plan")
    chosen = [n for n, one in enumerate(company.meters()) if not one.meter.startswith(not_for_all)]
    return np.array(chosen, dtype=np.int64)


def _tag_sets(names: Names) -> tuple[Ints, Ints]:
    """Make the tag sets, all different: the number of each, and how it is tagged."""
    centers = tuple(MISSPELT)
    numbers, styles = [], []
    for n in range(TAG_SETS):
        center, style = centers[n % len(centers)], _style(n)
        tags = {
            "Project": f"project-{n % _PROJECTS:03d}",
            "Environment": ("prod", "staging", "dev")[n // 7 % 3],
            "Owner": f"team-{n // 11 % 120:03d}@larkmoor.example",
            "Application": f"app-{n:05d}",
            "ManagedBy": "terraform",
        }
        if style is Style.GOOD:
            tags["CostCenter"] = center
        elif style is Style.KEY_VARIANT:
            tags["costcenter"] = center
        elif style is Style.MISSPELT:
            tags["CostCenter"] = MISSPELT[center][n % len(MISSPELT[center])]
        elif style is Style.UNKNOWN:
            tags["CostCenter"] = UNKNOWN[n % len(UNKNOWN)]
        numbers.append(names.tag_sets.number(tags))
        styles.append(int(style))
    return np.array(numbers, dtype=np.int64), np.array(styles, dtype=np.int64)


def _style(number: int) -> Style:
    """Of a hundred tag sets, 74 are good."""
    place = number * 37 % 100
    for style, below in (
        (Style.GOOD, 74),
        (Style.KEY_VARIANT, 82),
        (Style.MISSPELT, 88),
        (Style.UNKNOWN, 90),
    ):
        if place < below:
            return style
    return Style.MISSING
