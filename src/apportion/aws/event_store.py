"""The state of the validation function in one DynamoDB table: events, and the tag policy.

Items have the key `id`. An event is started with a lease: if the function dies, another invocation
can start it again when the lease is over. DynamoDB deletes items after `expiration`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from botocore.exceptions import ClientError

from .actions import REMEMBER
from .api_calls import Calls, Client

_REFUSED = "ConditionalCheckFailedException"
#: An event may come again for a day: EventBridge tries that long.
_KEPT_SECONDS = 7 * 24 * 3600


class DynamoEventStore:
    """`lease` is the seconds that one event may take: slightly more than the function's timeout."""

    def __init__(
        self,
        client: Client,
        *,
        table: str,
        lease: int = 120,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._calls = Calls(
            client, REMEMBER, budget=sys.maxsize, sleep=sleep, through=(_REFUSED,), resource=table
        )
        self._table = table
        self._lease = lease

    def policy(self) -> tuple[str, str]:
        """Read the tag policy, and the accounts' defaults, as texts; empty where there are none."""
        request = {"TableName": self._table, "Key": _key("policy")}
        item = self._calls.send("get_item", request).get("Item") or {}
        return item.get("policy", {}).get("S", ""), item.get("defaults", {}).get("S", "")

    def begin(self, event: str, now: int) -> bool:
        """Start an event; False where it was handled already.

        Raises BlockingIOError if another invocation is handling it, which may still fail.
        """
        item = {
            **_key(f"event {event}"),
            "state": {"S": "begun"},
            "lease": {"N": str(now + self._lease)},
            "expiration": {"N": str(now + _KEPT_SECONDS)},
        }
        try:
            self._calls.send(
                "put_item",
                {
                    "TableName": self._table,
                    "Item": item,
                    "ConditionExpression": "attribute_not_exists(id) OR "
                    "(#state = :begun AND #lease < :now)",
                    "ExpressionAttributeNames": {"#state": "state", "#lease": "lease"},
                    "ExpressionAttributeValues": {
                        ":begun": {"S": "begun"},
                        ":now": {"N": str(now)},
                    },
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                },
            )
        except ClientError as refused:
            there = refused.response.get("Item") or {}
            if there.get("state", {}).get("S") == "begun":
                raise BlockingIOError(event) from None
            return False
        return True

    def done(self, event: str) -> None:
        """Mark an event as handled."""
        self._calls.send(
            "update_item",
            {
                "TableName": self._table,
                "Key": _key(f"event {event}"),
                "UpdateExpression": "SET #state = :done",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": {":done": {"S": "done"}},
            },
        )

    def forget(self, event: str) -> None:
        """Remove an event that failed, so that it can be retried at once."""
        self._calls.send("delete_item", {"TableName": self._table, "Key": _key(f"event {event}")})


def _key(id_: str) -> dict[str, dict[str, str]]:
    return {"id": {"S": id_}}
