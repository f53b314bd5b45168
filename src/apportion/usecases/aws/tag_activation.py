"""Plan the activation of tag keys by the rulebook in force, and apply a plan that was approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from apportion.core.aws.tag_activation import plan_tags, refused, stale
from apportion.core.aws.tag_activation_plan import read_plan
from apportion.model.aws.export_definition import Call
from apportion.model.errors.base import FindingsError
from apportion.model.errors.plans import StalePlanError
from apportion.model.findings.finding import Finding
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.settings import Settings
from apportion.model.tags.activation import BACKFILL, PlannedTags, TagPlan, TagState
from apportion.usecases.runs.load_rules import rules_for
from apportion.usecases.tags.load_policy import written_policy

_DONE = ("operation", "subject", "status")


class Tags(Protocol):
    """Cost allocation tags in AWS."""

    def look(self) -> TagState:
        """Read their state."""

    def make(self, call: Call) -> list[Mapping[str, str]]:
        """Make one call of a plan; returns the refused keys."""


def plan(
    tags: Tags, settings: Settings, *, now: datetime, backfill: Period | None = None
) -> PlannedTags:
    """Plan what this month's rulebook and the tag policy need, if there is one.

    Raises FindingsError where either cannot be read.
    """
    folders = Path(settings.rulebooks), Path(settings.drivers)
    rules, findings = rules_for(Period.of(now.date()), *folders)
    if rules is None:
        raise FindingsError(findings)
    policy = written_policy(Path(settings.tags))
    return plan_tags(rules.rulebook, tags.look(), now=now, backfill=backfill, policy=policy)


def read(path: Path) -> TagPlan:
    """Read a plan from its file; raises UnreadablePlanError."""
    return read_plan(path.read_text("utf-8"), name=path.name)


def apply(planned: TagPlan, tags: Tags, *, name: str, now: datetime) -> Outcome:
    """Make exactly the calls of a plan, in order, if nothing has changed since it was made.

    Raises StalePlanError before any call. A key that AWS refuses is a failing finding, and the
    other calls are made. A failed call ends the plan; earlier calls stay in effect.
    """
    reasons = stale(planned, tags.look(), now=now)
    if reasons:
        raise StalePlanError(name, reasons)
    rows: list[Mapping[str, object]] = []
    findings: list[Finding] = []
    for call in planned.calls:
        errors = tags.make(call)
        findings += refused(errors)
        rows += _done(call, {str(error.get("TagKey", "")) for error in errors})
    done = sum(row["status"] != "refused" for row in rows)
    words = f"{len(planned.calls)} calls made, {done} of {len(rows)} as planned."
    more = "AWS needs up to a day for the keys, and another for their values, to appear in bills."
    return Outcome(_DONE, tuple(rows), tuple(findings), (words, more))


def _done(call: Call, refused_keys: set[str]) -> list[Mapping[str, object]]:
    if call.operation == BACKFILL:
        since = str(call.parameters["BackfillFrom"])[:10]
        return [{"operation": call.operation, "subject": f"from {since}", "status": "begun"}]
    return [
        {
            "operation": call.operation,
            "subject": key,
            "status": "refused" if key in refused_keys else status.lower(),
        }
        for key, status in _statuses(call)
    ]


def _statuses(call: Call) -> list[tuple[str, str]]:
    entries = call.parameters["CostAllocationTagsStatus"]
    assert isinstance(entries, list)
    return [(entry["TagKey"], entry["Status"]) for entry in entries]
