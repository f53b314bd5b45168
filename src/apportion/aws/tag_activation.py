"""Cost allocation tags in Cost Explorer: their state, and the two calls that change it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from apportion.model.aws.export_definition import Call
from apportion.model.tags.activation import Backfill, KnownKey, TagState
from apportion.ports.progress import Say, ignore_step

from .actions import CHANGE_TAGS, IDENTITY, LOOK_AT_TAGS
from .api_calls import Calls, Client

#: Far more pages than an account can have keys for.
_BUDGET = 1_000
_A_PAGE = 1_000


class TagActivation:
    """Reads with one list of actions and writes with another, so that plans need no writes."""

    def __init__(
        self,
        cost_explorer: Client,
        identity: Client,
        *,
        say: Say = ignore_step,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._looks = Calls(cost_explorer, LOOK_AT_TAGS, budget=_BUDGET, sleep=sleep)
        self._changes = Calls(cost_explorer, CHANGE_TAGS, budget=_BUDGET, sleep=sleep)
        self._identity = Calls(identity, IDENTITY, budget=_BUDGET, sleep=sleep)
        self._say = say

    def look(self) -> TagState:
        """Read every key that AWS knows, and the requested backfills."""
        self._say("reading cost allocation tags from AWS")
        account = str(self._identity.send("get_caller_identity", {})["Account"])
        keys = self._pages(
            "list_cost_allocation_tags", {"MaxResults": _A_PAGE}, "CostAllocationTags"
        )
        history = self._pages(
            "list_cost_allocation_tag_backfill_history",
            {"MaxResults": _A_PAGE},
            "BackfillRequests",
        )
        return TagState(account, tuple(map(_key, keys)), tuple(map(_backfill, history)))

    def make(self, call: Call) -> list[Mapping[str, str]]:
        """Make one call of a plan; returns the keys that AWS refused."""
        self._say(f"calling {CHANGE_TAGS[call.operation]}")
        answer = self._changes.send(call.operation, call.parameters)
        return [dict(error) for error in answer.get("Errors") or ()]

    def _pages(
        self, operation: str, request: Mapping[str, object], field: str
    ) -> Iterator[Mapping[str, Any]]:
        token: Mapping[str, object] = {}
        while True:
            answer = self._looks.send(operation, {**request, **token})
            yield from answer.get(field) or ()
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}


def _key(item: Mapping[str, Any]) -> KnownKey:
    return KnownKey(
        str(item["TagKey"]),
        str(item["Type"]),
        str(item["Status"]),
        str(item.get("LastUsedDate", "")),
    )


def _backfill(item: Mapping[str, Any]) -> Backfill:
    requested = datetime.fromisoformat(str(item["RequestedAt"]))
    return Backfill(
        str(item["BackfillFrom"]), requested.astimezone(UTC), str(item["BackfillStatus"])
    )
