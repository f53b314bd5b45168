"""Queries of a provider's cost API (AWS Cost Explorer), and their results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from apportion.model.cents import money
from apportion.model.question import Granularity
from apportion.model.wording import plural


class Metric(StrEnum):
    """Which of AWS's five views of the same cost. Every request brings all of them."""

    UNBLENDED = "UnblendedCost"  # what is invoiced on the day it is invoiced
    NET_UNBLENDED = "NetUnblendedCost"  # the same after discounts
    AMORTIZED = "AmortizedCost"  # commitments spread over the days that they serve
    NET_AMORTIZED = "NetAmortizedCost"  # the same after discounts: nearest to FOCUS EffectiveCost
    BLENDED = "BlendedCost"  # averaged over the organisation


class GroupKind(StrEnum):
    """What kind of name costs can be grouped by."""

    DIMENSION = "dimension"
    TAG = "tag"
    CATEGORY = "category"


@dataclass(frozen=True)
class By:
    """One name to group by: `Kind.TAG` Project, `Kind.DIMENSION` SERVICE."""

    kind: GroupKind
    name: str

    def __str__(self) -> str:
        if self.kind is GroupKind.DIMENSION:
            return self.name.lower().removeprefix("linked_").replace("_", "-")
        return f"{self.kind}:{self.name}"


ACCOUNT = By(GroupKind.DIMENSION, "LINKED_ACCOUNT")
SERVICE = By(GroupKind.DIMENSION, "SERVICE")
RESOURCE = By(GroupKind.DIMENSION, "RESOURCE_ID")


@dataclass(frozen=True)
class Equals:
    """Costs whose tag, dimension or category has one of these values, letter by letter."""

    by: By
    values: tuple[str, ...]


@dataclass(frozen=True)
class Absent:
    """Costs that do not carry a tag or category."""

    by: By


@dataclass(frozen=True)
class Neither:
    """Costs that none of these filters lets through; two or more of them."""

    filters: tuple[Equals | Absent, ...]


Filter = Equals | Absent | Neither


@dataclass(frozen=True)
class CostQuery:
    """One question. `end` is exclusive, as AWS has it; `by` has at most two names.

    `resources` queries the report of single resources, which needs a filter.
    """

    start: date
    end: date
    by: tuple[By, ...] = ()
    where: Filter | None = None
    granularity: Granularity = Granularity.DAY
    resources: bool = False


@dataclass(frozen=True)
class CostLine:
    """The cost of one group in one day or month that begins at `start`.

    `keys` has a value for each name of the query's `by`; empty where a cost carries no such tag.
    """

    start: date
    keys: tuple[str, ...]
    amounts: Mapping[Metric, Decimal]
    currency: str
    estimated: bool  # the month is not closed, and the amounts will still change


@dataclass(frozen=True)
class CostAnswer:
    """All pages of the answer to one question; `names` are those of the accounts in it."""

    lines: tuple[CostLine, ...]
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Spent:
    """The requests sent so far, and the cached responses."""

    requests: int = 0
    kept: int = 0

    @property
    def price(self) -> Decimal:
        """In US dollars: AWS takes one cent a request, and each page is a request."""
        return Decimal("0.01") * self.requests

    def __str__(self) -> str:
        kept = f", {self.kept} kept from earlier" if self.kept else ""
        return f"{plural(self.requests, 'request')}, {money(self.price, 'USD')}{kept}"


@dataclass(frozen=True)
class Access:
    """How to reach Cost Explorer, and what may be spent on it.

    `profile` is one of the AWS configuration; empty takes what the environment gives. `budget`
    is the number of requests that may be sent. Answers are kept in the folder `kept` for
    `hours`; an empty folder or no hours keep none. `fresh` ignores cached responses.
    """

    profile: str = ""
    budget: int = 100
    kept: str = ""
    hours: int = 8
    fresh: bool = False
