"""Cost allocation tags: the rulebook's keys, what AWS knows of them, and the calls between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.core.aws.tag_activation_plan import write_plan
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.settings import Settings
from apportion.model.tags.activation import PlannedTags, TagPlan
from apportion.ports.progress import Say, ignore_step
from apportion.usecases.aws import tag_activation

if TYPE_CHECKING:
    from apportion.aws.api_calls import Client

__all__ = ["apply_tags", "connect_tags", "plan_tags", "read_tag_plan", "write_plan"]

#: Makes a client of boto3 for a service and a region.
Clients = Callable[[str, str], "Client"]


def connect_tags(
    clients: Clients, *, role: str = "", say: Say = ignore_step
) -> tag_activation.Tags:
    """Reach the cost allocation tags of a payer, in a role where one is named."""
    from apportion.aws.connect import in_role
    from apportion.aws.tag_activation import TagActivation

    acting = in_role(clients, role)
    return TagActivation(acting("ce", ""), acting("sts", ""), say=say)


def plan_tags(
    tags: tag_activation.Tags, settings: Settings, *, now: datetime, backfill: Period | None = None
) -> PlannedTags:
    """Plan what this month's rulebook and the tag policy need; nothing is changed."""
    return tag_activation.plan(tags, settings, now=now, backfill=backfill)


def read_tag_plan(path: Path) -> TagPlan:
    """Read a plan from its file; raises UnreadablePlanError."""
    return tag_activation.read(path)


def apply_tags(planned: TagPlan, tags: tag_activation.Tags, *, name: str, now: datetime) -> Outcome:
    """Make exactly a plan's calls; raises StalePlanError where something changed since."""
    return tag_activation.apply(planned, tags, name=name, now=now)
