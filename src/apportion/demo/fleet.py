"""What is billed: streams, each one meter of one resource, with its account, tags and amount.

A fleet is a set of columns, not of objects, because a scaled bill has hundreds of thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np

from . import company
from .deterministic_random import Floats, Ints, uniform, whole
from .tagging import Style, TagSets, style_of, tags_of

PATTERNS = ("always", "flat", "growth", "office", "traffic", "batch")

#: Nodes of the shared cluster run this many pods each; who owns them, by namespace.
PODS_ON_A_NODE = 6
NAMESPACES = (
    ("checkout", "ECOM-200"),
    ("catalogue", "ECOM-200"),
    ("delivery", "SUP-300"),
    ("stock", "STO-400"),
    ("calls", "CX-600"),
    ("campaigns", "MKT-500"),
    ("detection", "SECURITY"),
    ("ingress", "NETWORK"),
)

#: Accounts and meters that bill by the month or once, outside the daily run.
_ONLY_FEES = (
    ("larkmoor-payer", "support"),
    ("larkmoor-payer", "savings-plan"),
    ("shop-prod", "savings-plan"),
    ("security", "shield"),
    ("platform", "market-observability"),
)

_PURPOSE = {"style": 1, "draw": 2, "start": 3, "life": 5}


@dataclass(frozen=True)
class Fleet:
    """Streams as columns of one length. Days count from 1970-01-01; `parent` is -1 for most."""

    account: Ints
    meter: Ints
    resource: Ints
    project: Ints
    tag_set: Ints
    style: Ints
    quantity: Floats
    pattern: Ints
    hourly: Ints
    first_day: Ints
    last_day: Ints
    parent: Ints  # of a pod: the stream of its node

    def __len__(self) -> int:
        return len(self.account)

    def after(self, other: Fleet) -> Fleet:
        """Put these streams after those of another fleet."""
        return Fleet(
            *(
                np.concatenate([getattr(other, one.name), getattr(self, one.name)])
                for one in fields(Fleet)
            )
        )

    def first(self, *, account: int, meter: int) -> int:
        """The first stream of an account and meter."""
        return int(np.flatnonzero((self.account == account) & (self.meter == meter))[0])


@dataclass
class Names:
    """Projects by number, and the tag sets; both grow while a fleet is made."""

    projects: dict[str, int]
    tag_sets: TagSets

    def project(self, name: str) -> int:
        """Find or add a project."""
        return self.projects.setdefault(name, len(self.projects))


@dataclass(frozen=True)
class _Stream:
    account: int
    meter: int
    resource: int
    project: int
    tag_set: int
    style: int
    quantity: float
    pattern: int = 0
    hourly: int = 0
    first_day: int = 0
    last_day: int = -1
    parent: int = -1


def organisation(names: Names, *, first: date, last: date, seed: int) -> Fleet:
    """Make Larkmoor's own streams, living somewhere between two days."""
    window = (day_number(first), day_number(last))
    streams: list[_Stream] = []
    resource = 0
    for workload in company.workloads():
        for _ in range(workload.count):
            streams += _resource(workload, names, resource=resource, window=window, seed=seed)
            resource += 1
    streams += _pods(streams, names, resource=resource, seed=seed)
    streams += [
        _Stream(company.account_number(account), company.meter_number(meter), -1, -1, 0, 0, 0.0)
        for account, meter in _ONLY_FEES
    ]
    return _columns(streams)


def _resource(
    workload: company.Workload, names: Names, *, resource: int, window: tuple[int, int], seed: int
) -> list[_Stream]:
    """One resource: a stream for each of its meters, all with the same tags and life."""
    account = company.accounts()[company.account_number(workload.account)]
    style = style_of(
        workload.account, workload.project, int(whole(seed, _PURPOSE["style"], 1000, resource)[0])
    )
    tags = tags_of(
        style,
        account=workload.account,
        project=workload.project,
        environment=account.environment,
        cost_center=workload.cost_center,
        draw=int(whole(seed, _PURPOSE["draw"], 1 << 20, resource)[0]),
    )
    first, last = _life(resource, window, seed)
    streams = []
    for meter_name, quantity in zip(workload.meters, workload.quantities, strict=True):
        number = company.meter_number(meter_name)
        taggable = bool(company.meters()[number].resource)
        streams.append(
            _Stream(
                account=company.account_number(workload.account),
                meter=number,
                resource=resource,
                project=names.project(workload.project),
                tag_set=names.tag_sets.number(tags) if taggable else 0,
                style=style if taggable else Style.UNTAGGABLE,
                quantity=float(quantity),
                pattern=PATTERNS.index(workload.pattern),
                hourly=workload.hourly,
                first_day=first,
                last_day=last,
            )
        )
    return streams


def _life(resource: int, window: tuple[int, int], seed: int) -> tuple[int, int]:
    """One resource in twenty starts within the window, and one ends."""
    first, last = window
    draw = int(whole(seed, _PURPOSE["life"], 20, resource)[0])
    within = int(whole(seed, _PURPOSE["start"], max(last - first, 1), resource)[0])
    if draw == 0:
        return first + within, last
    if draw == 1:
        return first, first + within
    return window


def _pods(streams: Sequence[_Stream], names: Names, *, resource: int, seed: int) -> list[_Stream]:
    """Put pods on the nodes of the shared cluster: two streams each, processor and memory."""
    node = company.meter_number("ec2-m6i.4xlarge")
    platform = company.account_number("platform")
    pods = []
    nodes = [n for n, one in enumerate(streams) if (one.account, one.meter) == (platform, node)]
    for at in range(len(nodes) * PODS_ON_A_NODE):
        parent = nodes[at // PODS_ON_A_NODE]
        namespace, _ = NAMESPACES[int(whole(seed, _PURPOSE["draw"], len(NAMESPACES), 7, at)[0])]
        tags = {
            "aws:eks:cluster-name": "larkmoor-prod",
            "aws:eks:namespace": namespace,
            "aws:eks:deployment": f"{namespace}-api",
        }
        pods += [
            _Stream(
                account=platform,
                meter=company.meter_number(meter),
                resource=resource + at,
                project=names.project(namespace),
                tag_set=names.tag_sets.number(tags),
                style=Style.UNTAGGABLE,
                quantity=amount * float(0.5 + uniform(seed, 8, at)[0]),
                first_day=streams[parent].first_day,
                last_day=streams[parent].last_day,
                parent=parent,
            )
            for meter, amount in (("eks-pod-cpu", 18.0), ("eks-pod-memory", 72.0))
        ]
    return pods


def _columns(streams: Sequence[_Stream]) -> Fleet:
    columns: dict[str, Any] = {
        one.name: np.array(
            [getattr(stream, one.name) for stream in streams],
            dtype=np.float64 if one.name == "quantity" else np.int64,
        )
        for one in fields(Fleet)
    }
    return Fleet(**columns)


def day_number(day: date) -> int:
    """Count the days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days
