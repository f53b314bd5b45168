"""The rows of the queries of pages, one class for each query, and the query with its class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class PageQuery(Generic[T]):
    """A query over the aggregates of a run, before it is limited to a scope; `kind` is its row."""

    sql: str
    kind: Callable[..., T]


class Paid(NamedTuple):
    """What is paid in a currency, or by an owner."""

    name: str  # the currency or the owner
    direct: Decimal
    shared: Decimal
    total: Decimal

    @classmethod
    def nothing(cls, name: str) -> Paid:
        """What is paid without any cost."""
        return cls(name, Decimal(), Decimal(), Decimal())


class PaidDay(NamedTuple):
    """What an owner pays on a day."""

    day: date
    direct: Decimal
    shared: Decimal


class ValueDay(NamedTuple):
    """The cost of an owner, a pool or a value of a column on a day."""

    value: str
    day: date
    total: Decimal


class ValueTotal(NamedTuple):
    """The cost of a value of a column in the month."""

    value: str
    total: Decimal


class PoolPaid(NamedTuple):
    """What an owner pays of a pool; the pool of direct cost is empty."""

    pool: str
    owner: str
    total: Decimal


class SourceTotal(NamedTuple):
    """Direct cost that a source of the owner dimension gave an owner."""

    source: str
    total: Decimal
    lines: int


class FlowCell(NamedTuple):
    """Cost from an account or service, by its source, to an owner or into a pool."""

    origin: str
    source: str
    owner: str
    pool: str
    total: Decimal
    lines: int


class ChargeCell(NamedTuple):
    """Cost of an account by service and charge category, with the source of the owner."""

    source: str
    account: str
    service: str
    category: str
    total: Decimal
    lines: int


class PoolCell(NamedTuple):
    """Cost in a pool."""

    pool: str
    total: Decimal
    lines: int


class AccountName(NamedTuple):
    """An account and its name."""

    id: str
    name: str


class TagCost(NamedTuple):
    """Usage cost of a value of a column with a tag; the empty tag has all usage."""

    value: str
    tag: str
    total: Decimal


class UntaggedResource(NamedTuple):
    """A resource that lacks tags."""

    resource: str
    account: str
    account_name: str
    service: str
    owner: str
    source: str
    missing: str
    total: Decimal


class TagValue(NamedTuple):
    """A spelling of a value of a tag."""

    tag: str
    value: str
    resources: int
    total: Decimal


class RuleHit(NamedTuple):
    """What a source of a dimension decided."""

    dimension: str
    source: str
    total: Decimal
    lines: int


class MatchedCost(NamedTuple):
    """What the rule `at` this place would match without the rules before it."""

    dimension: str
    at: int
    cost: Decimal


class PoolRow(NamedTuple):
    """A pool of a month. Amounts and payers are None in a scope."""

    pool: str
    cost: Decimal | None
    kept: Decimal | None
    payers: int | None
    split: str
    where: str
    place: str


class DriverRow(NamedTuple):
    """A part of a pool's split. What a scope does not show is None or empty."""

    pool: str
    within: str | None
    target: str
    kind: str
    number: Decimal | None
    ratio: Decimal | None
    driver: str | None
    line: str | None


class MonthStatus(NamedTuple):
    """The last day of a month's charges in a currency, and whether every line has an invoice."""

    currency: str
    last: date | None
    lines: int
    invoiced: int
