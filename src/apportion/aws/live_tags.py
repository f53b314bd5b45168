"""Current tags of resources from the Resource Groups Tagging API of an account and region.

The API lists resources that have or had tags; only Resource Explorer lists those that never had.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from apportion.model.tags.live import LiveResource

from .actions import EXPLORE, FIX_TAGS, SEE_RESOURCES
from .api_calls import Calls, Client

#: What one call takes, by AWS's reference.
A_PAGE, LOOKED_UP, CHANGED = 100, 100, 20
#: A million resources in one region, and an end for what goes round in circles.
_BUDGET = 10_000


class LiveTags:
    """Reads with one list of actions and writes with another, so that readers need no writes."""

    def __init__(self, client: Client, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._looks = Calls(client, SEE_RESOURCES, budget=_BUDGET, sleep=sleep)
        self._changes = Calls(client, FIX_TAGS, budget=_BUDGET, sleep=sleep)

    def every(self) -> Iterator[LiveResource]:
        """List all resources of the account and region that have or had tags."""
        yield from self._pages({"ResourcesPerPage": A_PAGE})

    def look(self, arns: Sequence[str]) -> dict[str, tuple[tuple[str, str], ...]]:
        """Read the tags of some resources; those that the API does not know are left out."""
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for at in range(0, len(arns), LOOKED_UP):
            request = {"ResourceARNList": list(arns[at : at + LOOKED_UP])}
            found |= {one.arn: one.tags for one in self._pages(request)}
        return found

    def tag(self, arns: Sequence[str], tags: Mapping[str, str]) -> dict[str, str]:
        """Set tags on at most 20 resources; returns the reasons of AWS by refused ARN."""
        request = {"ResourceARNList": list(arns), "Tags": dict(tags)}
        return _failed(self._changes.send("tag_resources", request))

    def untag(self, arns: Sequence[str], keys: Sequence[str]) -> dict[str, str]:
        """Remove tags from at most 20 resources; returns the reasons of AWS by refused ARN."""
        request = {"ResourceARNList": list(arns), "TagKeys": list(keys)}
        return _failed(self._changes.send("untag_resources", request))

    def _pages(self, request: Mapping[str, object]) -> Iterator[LiveResource]:
        token: Mapping[str, object] = {}
        while True:
            answer = self._looks.send("get_resources", {**request, **token})
            for item in answer.get("ResourceTagMappingList") or ():
                pairs = ((str(t["Key"]), str(t["Value"])) for t in item.get("Tags") or ())
                yield LiveResource(str(item["ResourceARN"]), tuple(sorted(pairs)))
            if not answer.get("PaginationToken"):
                return
            token = {"PaginationToken": answer["PaginationToken"]}


class Explorer:
    """Resource Explorer through a view: it lists resources without tags in all its regions.

    `ListResources` has no limit; `Search` stops at 1,000.
    """

    def __init__(
        self, client: Client, *, view: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._calls = Calls(client, EXPLORE, budget=_BUDGET, sleep=sleep, resource=view)
        self._view = view

    def untagged(self) -> Iterator[LiveResource]:
        """List the resources without user tags that the view shows."""
        request: dict[str, object] = {
            "Filters": {"FilterString": "tag:none"},
            "ViewArn": self._view,
            "MaxResults": 1_000,
        }
        while True:
            answer = self._calls.send("list_resources", request)
            for item in answer.get("Resources") or ():
                yield _explored(item)
            if not answer.get("NextToken"):
                return
            request = {**request, "NextToken": answer["NextToken"]}


def _explored(item: Mapping[str, Any]) -> LiveResource:
    account, region = str(item.get("OwningAccountId", "")), str(item.get("Region", ""))
    return LiveResource(str(item["Arn"]), (), account, region)


def _failed(answer: Mapping[str, Any]) -> dict[str, str]:
    return {
        str(arn): " ".join(
            str(why[part]) for part in ("ErrorCode", "ErrorMessage") if why.get(part)
        )
        or str(why.get("StatusCode", "no reason given"))
        for arn, why in (answer.get("FailedResourcesMap") or {}).items()
    }
