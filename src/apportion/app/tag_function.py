"""The validation function, put together from its environment. It runs without DuckDB and YAML."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date

from apportion.aws.api_calls import Client
from apportion.aws.event_store import DynamoEventStore
from apportion.aws.live_tags import LiveTags
from apportion.aws.tag_notifications import TagNotifier
from apportion.core.tags.events.created_resources import partition_of
from apportion.core.tags.policy.json import NotAPolicyError, read_policy_json
from apportion.core.tags.policy.verdict import Judge
from apportion.core.tags.remediation.actions import RemediationSettings
from apportion.usecases.tags.validate_event import EventContext

#: Makes a client of boto3 for a service and a region.
Clients = Callable[[str, str], Client]
#: Makes such clients in a role.
InRole = Callable[[Clients, str, str], Clients]


class Function:
    """State kept between invocations; the policy is read again from time to time."""

    #: Seconds for which a policy is used before it is read again.
    FRESH = 300

    def __init__(self, environment: Mapping[str, str], clients: Clients, in_role: InRole) -> None:
        self._environment = environment
        self._clients = clients
        self._in_role = in_role
        lease = int(environment.get("APPORTION_LEASE") or 120)
        table = environment["APPORTION_TABLE"]
        self._memory = DynamoEventStore(clients("dynamodb", ""), table=table, lease=lease)
        self._own = environment.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self._bench: EventContext | None = None
        self._read = 0
        self._live: dict[tuple[str, str], LiveTags] = {}

    def bench(self, *, today: date, now: int) -> EventContext:
        """Give what to judge with; raises NotAPolicyError where the table has no policy."""
        stale = now - self._read > self.FRESH
        if self._bench is None or stale:
            text, defaults = self._memory.policy()
            if not text:
                raise NotAPolicyError("found none in the table: item `policy`, attribute `policy`")
            judge = Judge(read_policy_json(text), today=today)
            self._bench = EventContext(
                judge,
                self._orders(defaults),
                self._memory,
                self._live_tags,
                self._notices(),
                self._own,
                self._only_account(),
            )
            self._read = now
            self._live.clear()  # credentials of roles last an hour
        return self._bench

    def _only_account(self) -> str:
        """The account whose events are taken; with a role of members, those of any."""
        members = self._environment.get("APPORTION_MEMBER_ROLE", "")
        return "" if members else self._environment.get("APPORTION_ACCOUNT", "")

    def _orders(self, defaults: str) -> RemediationSettings:
        act = {word.strip() for word in self._environment.get("APPORTION_ACT", "").split(",")}
        read = json.loads(defaults) if defaults else {}
        return RemediationSettings(
            notify="notify" in act,
            tag="tag" in act,
            creator_tag=self._environment.get("APPORTION_CREATOR_TAG", ""),
            quarantine_tag=(
                self._environment.get("APPORTION_QUARANTINE_TAG", "apportion:quarantine")
                if "quarantine" in act
                else ""
            ),
            defaults={str(a): {str(k): str(v) for k, v in d.items()} for a, d in read.items()},
        )

    def _notices(self) -> TagNotifier | None:
        topic = self._environment.get("APPORTION_TOPIC", "")
        chat = self._environment.get("APPORTION_CHAT_TOPIC", "")
        if not topic and not chat:
            return None
        return TagNotifier(self._clients("sns", ""), topic=topic, chat=chat)

    def _live_tags(self, account: str, region: str) -> LiveTags:
        """Reach an account and region, in the role of members where one is named."""
        if (account, region) not in self._live:
            clients, role = self._clients, self._environment.get("APPORTION_MEMBER_ROLE", "")
            if role and account != self._environment.get("APPORTION_ACCOUNT", ""):
                arn = f"arn:{partition_of(region)}:iam::{account}:role/{role}"
                clients = self._in_role(self._clients, arn, self._own or "apportion")
            self._live[account, region] = LiveTags(clients("resourcegroupstaggingapi", region))
        return self._live[account, region]
