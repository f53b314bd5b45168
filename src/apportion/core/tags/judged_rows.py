"""Rows of the queries over judged costs: resources with their tags, cost and verdict."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class TaggedResource(NamedTuple):
    """A resource with one of its tag sets."""

    tags: str
    environment: str
    sub_account_id: str
    resource_id: str
    service_code: str


class UntaggedCost(NamedTuple):
    """The cost of a resource with mandatory tags that are missing or wrong."""

    resource_id: str
    resource_name: str
    sub_account_id: str
    account: str
    environment: str
    service_name: str
    service_code: str
    region_id: str
    owner: str
    owner_source: str
    tags: str
    verdict: int
    currency: str
    cost: Decimal


class BilledCost(NamedTuple):
    """The cost of a resource that can carry tags."""

    resource_id: str
    sub_account_id: str
    account: str
    environment: str
    service_name: str
    service_code: str
    region_id: str
    owner: str
    owner_source: str
    tags: str
    state: str
    verdict: int
    currency: str
    cost: Decimal


class TagSetCost(NamedTuple):
    """The cost of a tag set in an account and environment."""

    tags: str
    account: str
    environment: str
    verdict: int
    currency: str
    cost: Decimal
    resources: int


class VerdictCost(NamedTuple):
    """The cost of a verdict."""

    verdict: int
    currency: str
    cost: Decimal
    resources: int


class TypeCost(NamedTuple):
    """The cost of a resource, for its type."""

    resource_id: str
    service_code: str
    currency: str
    cost: Decimal
