"""Larkmoor, an invented retailer of things for house and garden: accounts, prices and workloads.

The tables lie beside the code (`tables/*.csv`), so that the company can be read and changed.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from .deterministic_random import Floats, Ints

NAME = "larkmoor"
PAYER = "larkmoor-payer"

#: Ten decimals, as AWS prints them: rates and amounts are counted in units of 1e-10 dollars.
UNITS = 10**10

#: Meters whose amount is a month's: each day bills its part of it.
_MONTHLY_UNITS = ("GB-Mo", "User-Mo", "Keys", "Metrics", "Secrets", "WebACL", "HostedZone")


@dataclass(frozen=True)
class Account:
    """One account; `account_tag` is its CostCenter tag in AWS Organizations, often missing."""

    account_id: str
    account_name: str
    environment: str
    cost_center: str
    region: str
    unit: str
    account_tag: str


@dataclass(frozen=True)
class Meter:
    """One price: what a service counts. `plan` names the commitment that may cover it."""

    meter: str
    product_code: str
    service_name: str
    category: str
    subcategory: str
    family: str
    usage_type: str
    operation: str
    unit: str
    rate: str
    instance_type: str
    resource: str
    region: str
    plan: str
    per: str

    @property
    def monthly(self) -> bool:
        """Whether a day bills the month's amount divided by its days."""
        return self.unit in _MONTHLY_UNITS

    @property
    def rate_units(self) -> int:
        """The rate in units of 1e-10 dollars."""
        return units_of(self.rate)


@dataclass(frozen=True)
class Workload:
    """Alike resources of one project in one account, each counted by one or more meters."""

    account: str
    project: str
    cost_center: str
    meters: tuple[str, ...]
    count: int
    quantities: tuple[str, ...]
    pattern: str
    hourly: bool


@cache
def accounts() -> tuple[Account, ...]:
    """The payer first, then the others."""
    return tuple(Account(**row) for row in _table("accounts.csv"))


@cache
def meters() -> tuple[Meter, ...]:
    """The price list."""
    return tuple(Meter(**row) for row in _table("meters.csv"))


@cache
def workloads() -> tuple[Workload, ...]:
    """What runs where."""
    return tuple(
        Workload(
            account=row["account"],
            project=row["project"],
            cost_center=row["cost_center"] or _owner(row["account"]),
            meters=tuple(row["meters"].split("+")),
            count=int(row["count"]),
            quantities=tuple(row["quantities"].split("+")),
            pattern=row["pattern"],
            hourly=row["hourly"] == "yes",
        )
        for row in _table("workloads.csv")
    )


@cache
def account_number(name: str) -> int:
    """The place of an account in `accounts()`."""
    return next(n for n, account in enumerate(accounts()) if account.account_name == name)


@cache
def meter_number(name: str) -> int:
    """The place of a meter in `meters()`."""
    return next(n for n, meter in enumerate(meters()) if meter.meter == name)


@dataclass(frozen=True)
class Prices:
    """The price list as arrays, one place for each meter."""

    rate: Ints
    monthly: Ints
    product: Ints
    marketplace: Ints


@cache
def prices() -> Prices:
    """Turn the price list into arrays."""
    products = {code: n for n, code in enumerate(product_codes())}
    return Prices(
        rate=np.array([meter.rate_units for meter in meters()], dtype=np.int64),
        monthly=np.array([meter.monthly for meter in meters()], dtype=np.int64),
        product=np.array([products[meter.product_code] for meter in meters()], dtype=np.int64),
        marketplace=np.array([meter.meter.startswith("market-") for meter in meters()], np.int64),
    )


@cache
def product_codes() -> tuple[str, ...]:
    """Every product of the price list once."""
    return tuple(dict.fromkeys(meter.product_code for meter in meters()))


def meters_of_plan(plan: str) -> Floats:
    """Mark the meters that a commitment may cover."""
    return np.array([meter.plan == plan for meter in meters()], dtype=np.float64)


def dollars(units: int) -> str:
    """Write units of 1e-10 dollars as decimal text with all ten places."""
    whole, places = divmod(abs(units), UNITS)
    return f"{'-' if units < 0 else ''}{whole}.{places:010d}"


def units_of(dollars_text: str) -> int:
    """Read decimal text of at most ten places as units of 1e-10 dollars."""
    whole, _, places = dollars_text.partition(".")
    return int(whole) * UNITS + int(places.ljust(10, "0"))


def _owner(account_name: str) -> str:
    return accounts()[account_number(account_name)].cost_center


def _table(name: str) -> list[Mapping[str, str]]:
    text = files(__package__).joinpath("tables", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
