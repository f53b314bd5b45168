"""Puts resources as AWS shows them now beside the same ones in a bill, which names them otherwise.

Bills write ARNs of most services, bare ids of EC2 and names of buckets; AWS shows ARNs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apportion.core.tags.events.created_resources import arn_of
from apportion.core.tags.policy.verdict import Judge
from apportion.core.tags.resource_types import UNTAGGABLE, resource_type
from apportion.model.tags.live import LiveResource
from apportion.model.tags.tag_policy import Tagged, Verdict

#: How a resource came to be known. What carried tags in the bill and is not shown now is gone, or
#: of a service that the tagging API does not know.
TAGGING_API, EXPLORER, BILL, UNSEEN = "tags", "explorer", "bill", "unseen"


@dataclass(frozen=True)
class Billed:
    """A resource of a bill. `wrong` is whether its mandatory tags were, by the bill."""

    resource: str
    arn: str
    account_id: str
    account: str
    region: str
    environment: str
    service: str
    type: str
    owner: str
    source: str
    tags: tuple[tuple[str, str], ...]
    verdict: Verdict
    wrong: bool
    cost: Decimal
    currency: str


@dataclass(frozen=True)
class Seen:
    """A resource with its tags as they are now, what they lack, and the bill's line of it."""

    arn: str
    account: str
    region: str
    type: str
    tags: tuple[tuple[str, str], ...]
    by: str
    verdict: Verdict
    billed: Billed | None

    @property
    def cost(self) -> Decimal:
        """What it cost in the bill's month."""
        return self.billed.cost if self.billed else Decimal()


def joined(
    live: Iterable[tuple[LiveResource, str]],
    billed: Sequence[Billed],
    judge: Judge,
    *,
    places: set[tuple[str, str]],
) -> list[Seen]:
    """Judge what is there now, the costliest first; then what only the bill knows.

    `live` are resources with how they came to be known; `places` the accounts and regions that
    were looked at, where a resource that is billed and not seen never had a tag, or is gone.
    """
    by_name = {key: one for one in reversed(billed) for key in _names_in_bill(one)}
    seen: dict[tuple[str, str], Seen] = {}
    found: set[tuple[str, str]] = set()
    for resource, by in live:
        kind = resource_type(resource.arn)
        if (resource.account, resource.arn) in seen or kind in UNTAGGABLE:
            continue
        line = next((by_name[key] for key in _names_live(resource) if key in by_name), None)
        if line:
            found.add((line.account_id, line.resource))
        seen[resource.account, resource.arn] = _judged(resource, by, kind, line, judge)
    missed = [
        Seen(
            one.arn,
            one.account_id,
            one.region,
            one.type,
            one.tags,
            UNSEEN if one.tags else BILL,
            one.verdict,
            one,
        )
        for one in billed
        if one.wrong
        and (one.account_id, one.resource) not in found
        and (one.account_id, one.region) in places
    ]
    return sorted([*seen.values(), *missed], key=lambda one: (-one.cost, one.account, one.arn))


def _judged(resource: LiveResource, by: str, kind: str, line: Billed | None, judge: Judge) -> Seen:
    environment = line.environment if line else ""
    tagged = Tagged(resource.tags, environment, resource.account, resource.arn, kind)
    verdict = judge.verdict(tagged)
    where = (resource.account, resource.region)
    return Seen(resource.arn, *where, kind, resource.tags, by, verdict, line)


def _names_in_bill(one: Billed) -> Iterator[tuple[str, str]]:
    yield one.account_id, one.resource
    if one.arn:
        yield one.account_id, one.arn


def _names_live(resource: LiveResource) -> Iterator[tuple[str, str]]:
    yield resource.account, resource.arn
    rest = resource.arn.split(":", 5)[-1]
    yield resource.account, rest
    yield resource.account, rest.rpartition("/")[2]
    yield resource.account, rest.rpartition(":")[2]


def billed_arn(resource: str, *, account: str, region: str, service_code: str) -> str:
    """Write the ARN of a resource id of a bill; empty if the id is not enough."""
    return arn_of(resource, account=account, region=region, service_code=service_code)
