"""Cost allocation tags: which keys AWS writes into bills, and calls that change it, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apportion.model.aws.export_definition import Call
from apportion.model.findings.finding import Finding

ACTIVE, INACTIVE = "Active", "Inactive"
#: boto3's names of the two calls that change something.
UPDATE = "update_cost_allocation_tags_status"
BACKFILL = "start_cost_allocation_tag_backfill"


@dataclass(frozen=True)
class NeededKey:
    """A requested tag key: in comparable form, as it is written, and wherever it stands.

    A key that is `spare` may be missing: nothing is reported if AWS does not know it.
    """

    normal: str
    written: str
    kind: str  # tag or account_tag
    place: str
    spare: bool = False


@dataclass(frozen=True)
class KnownKey:
    """A key that AWS has seen on resources or accounts, as it is spelt there."""

    key: str
    type: str  # UserDefined or AWSGenerated
    status: str
    last_used: str = ""


@dataclass(frozen=True)
class Backfill:
    """A time at which a backfill of all keys was requested."""

    since: str
    requested: datetime
    status: str  # PROCESSING, SUCCEEDED or FAILED


@dataclass(frozen=True)
class TagState:
    """What stands in AWS: the paying account, the keys it knows, its backfills."""

    account: str
    keys: tuple[KnownKey, ...]
    backfills: tuple[Backfill, ...]


@dataclass(frozen=True)
class TagPlan:
    """The calls that give a rulebook its keys, and the state that they were decided on.

    `seen` is the status of each key that the calls change, `asked` where it is used.
    """

    account: str
    made: str  # UTC, ISO 8601
    rulebook: str
    sha256: str
    seen: Mapping[str, str]
    calls: tuple[Call, ...]
    asked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedTags:
    """A plan, with its rows and findings."""

    plan: TagPlan
    rows: tuple[Mapping[str, object], ...]
    findings: tuple[Finding, ...] = ()
    messages: tuple[str, ...] = field(default=())
