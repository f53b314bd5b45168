"""A plan for cost allocation tags as JSON and back; nothing but its two kinds of calls is read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from apportion.model.aws.export_definition import Call
from apportion.model.errors.plans import UnreadablePlanError
from apportion.model.tags.activation import ACTIVE, BACKFILL, INACTIVE, UPDATE, TagPlan

KIND = "cost-allocation-tags"
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])-01T00:00:00Z", re.ASCII)
_A_CALL = 20


def write_plan(plan: TagPlan) -> str:
    """Write a plan, for a person to read and approve."""
    content = {"apportion_plan": 1, "kind": KIND, **asdict(plan)}
    return json.dumps(content, indent=2) + "\n"


def read_plan(text: str, *, name: str) -> TagPlan:
    """Read a plan; raises UnreadablePlanError for anything that we would not have written."""
    try:
        fields = json.loads(text)
        if (fields["apportion_plan"], fields["kind"]) != (1, KIND):
            raise ValueError(f"it is of kind {fields['kind']!r}")  # noqa: TRY301 - reported once, below
        calls = tuple(_call(each) for each in fields["calls"])
        words = {key: _text(fields[key]) for key in ("account", "made", "rulebook", "sha256")}
        seen = {_text(key): _text(status) for key, status in fields["seen"].items()}
        asked = {_text(key): _text(place) for key, place in fields.get("asked", {}).items()}
        _check_seen(calls, seen)
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        raise UnreadablePlanError(name, str(fault) or type(fault).__name__) from fault
    return TagPlan(seen=seen, calls=calls, asked=asked, **words)


def _call(fields: Mapping[str, Any]) -> Call:
    if set(fields) != {"service", "operation", "parameters"} or fields["service"] != "ce":
        raise ValueError(f"the call {fields!r} is none of a plan's")
    parameters = fields["parameters"]
    if fields["operation"] == UPDATE and set(parameters) == {"CostAllocationTagsStatus"}:
        entries = [_entry(each) for each in parameters["CostAllocationTagsStatus"]]
        if not 0 < len(entries) <= _A_CALL:
            raise ValueError(f"a call changes 1 to {_A_CALL} keys, not {len(entries)}")
        return Call("ce", UPDATE, {"CostAllocationTagsStatus": entries})
    if fields["operation"] == BACKFILL and set(parameters) == {"BackfillFrom"}:
        if not _MONTH.fullmatch(since := _text(parameters["BackfillFrom"])):
            raise ValueError(f"a backfill begins on the first of a month, not {since!r}")
        return Call("ce", BACKFILL, {"BackfillFrom": since})
    raise ValueError(f"the call {fields['operation']!r} is none of a plan's")


def _entry(fields: Mapping[str, Any]) -> dict[str, str]:
    if set(fields) != {"TagKey", "Status"} or fields["Status"] not in (ACTIVE, INACTIVE):
        raise ValueError(f"{fields!r} is no key with a status")
    return {"TagKey": _text(fields["TagKey"]), "Status": fields["Status"]}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _check_seen(calls: tuple[Call, ...], seen: Mapping[str, str]) -> None:
    """Every changed key must have its earlier status, so that an old plan can be detected."""
    missing = [
        entry["TagKey"]
        for call in calls
        for entry in cast(
            "list[dict[str, str]]", call.parameters.get("CostAllocationTagsStatus", [])
        )
        if entry["TagKey"] not in seen
    ]
    if missing:
        raise ValueError(f"`seen` does not say what {', '.join(missing)} was")
