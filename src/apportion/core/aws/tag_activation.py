"""Plans for tag keys that AWS writes into bills: those of the rulebook and the tag policy.

Limits are those of the API reference of Cost Explorer: twenty keys a call, a backfill from the
first day of a month at most twelve months back, one in twenty-four hours and none while one runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from apportion.core.rulebook.rule_columns import conditions
from apportion.model.aws.export_definition import Call
from apportion.model.errors.plans import BackfillMonthError
from apportion.model.findings import accounts as codes
from apportion.model.findings.finding import Finding
from apportion.model.period import Period
from apportion.model.rulebook import FromAccountTag, FromTag, Rulebook
from apportion.model.tags.activation import (
    ACTIVE,
    BACKFILL,
    INACTIVE,
    UPDATE,
    Backfill,
    KnownKey,
    NeededKey,
    PlannedTags,
    TagPlan,
    TagState,
)
from apportion.model.tags.tag_keys import normalise
from apportion.model.tags.tag_policy import TagPolicy
from apportion.model.timestamp import utc_text
from apportion.model.wording import join_words

COLUMNS = ("key", "kind", "place", "known_to_aws_as", "type", "status", "last_used", "plan")
_A_CALL = 20
_MOST_ACTIVE = 500
_BETWEEN = timedelta(hours=24)
_RUNS = "PROCESSING"
#: `Tags['Cost Center']` and `"tag:CostCenter"`.
_KEYS_IN_TEXT = re.compile(r"""\[\s*'([^']+)'\s*\]|tag:([^"]+)\"""")


def needed_keys(rulebook: Rulebook) -> list[NeededKey]:
    """List the tag keys of a rulebook, each once, in the order of the file."""
    found: dict[str, NeededKey] = {}
    for dimension in rulebook.dimensions:
        for source in dimension.sources:
            if isinstance(source, FromTag | FromAccountTag):
                kind = "tag" if isinstance(source, FromTag) else "account_tag"
                for normal, written in zip(source.keys, source.written, strict=True):
                    found.setdefault(normal, NeededKey(normal, written, kind, str(source.place)))
    for condition in conditions(rulebook):
        for column in condition.columns:
            kind, colon, normal = column.partition(":")
            if colon and kind in ("tag", "account_tag"):
                written = _as_written(condition.text, normal)
                found.setdefault(normal, NeededKey(normal, written, kind, str(condition.place)))
    return list(found.values())


def keys_of_policy(policy: TagPolicy) -> list[NeededKey]:
    """List the keys of a tag policy; optional ones are spare."""
    names = [
        (name, str(key.place), key.mandatory is None or name != key.name)
        for key in policy.keys
        for name in (key.name, *key.aliases)
    ]
    names += [(policy.automated.key, policy.name, True)] if policy.automated else []
    return [
        NeededKey(normalise(name), name, "tag", place, spare=spare) for name, place, spare in names
    ]


def plan_tags(
    rulebook: Rulebook,
    state: TagState,
    *,
    now: datetime,
    backfill: Period | None = None,
    policy: TagPolicy | None = None,
) -> PlannedTags:
    """Decide what to activate, and whether a backfill may begin now.

    Keys in AWS are case-sensitive, keys in the rulebook are not: all spellings are activated. A key
    is never deactivated. Raises BackfillMonthError.
    """
    wanted = _each_once([*needed_keys(rulebook), *(keys_of_policy(policy) if policy else ())])
    spelt = {need.normal: _spelt(need, state.keys) for need in wanted}
    needed = [need for need in wanted if spelt[need.normal] or not need.spare]
    inactive = sorted(
        {key.key for keys in spelt.values() for key in keys if key.status == INACTIVE}
    )
    calls = [_activation(inactive[at : at + _A_CALL]) for at in range(0, len(inactive), _A_CALL)]
    findings = [*_unknown(needed, spelt), *_too_many(state, inactive)]
    if backfill is not None:
        _check_month(backfill, now)
        waits = backfill_waits(state.backfills, now)
        findings += [_waits(state, waits)] if waits else _applies_to_all(state, inactive)
        calls += [] if waits else [_backfill(backfill)]
    plan = TagPlan(
        account=state.account,
        made=utc_text(now),
        rulebook=rulebook.name,
        sha256=rulebook.sha256,
        seen=dict.fromkeys(inactive, INACTIVE),
        calls=tuple(calls),
        asked={
            key.key: need.place
            for need in needed
            for key in spelt[need.normal]
            if key.status == INACTIVE
        },
    )
    rows = tuple(row for need in needed for row in _rows(need, spelt[need.normal]))
    words = _words(plan, inactive, backfill)
    return PlannedTags(plan, rows, tuple(findings), words)


def backfill_waits(backfills: Iterable[Backfill], now: datetime) -> str:
    """Explain why a backfill cannot begin now; empty if it can."""
    for each in sorted(backfills, key=lambda each: each.requested, reverse=True):
        if each.status == _RUNS:
            return f"one from {each.since[:10]} on is running since {_minute(each.requested)}"
        if now - each.requested < _BETWEEN:
            last = f"one was requested at {_minute(each.requested)}"
            return f"{last}; the next is possible at {_minute(each.requested + _BETWEEN)}"
    return ""


def stale(plan: TagPlan, state: TagState, *, now: datetime) -> list[str]:
    """List what has changed since the plan was made."""
    if plan.account != state.account:
        return [
            f"it was made for account {plan.account}, and these credentials are {state.account}'s"
        ]
    status = {key.key: key.status for key in state.keys}
    reasons = [
        f"{key} is {status.get(key, 'gone')}, and was {seen}"
        for key, seen in sorted(plan.seen.items())
        if status.get(key) != seen
    ]
    for call in plan.calls:
        if call.operation == BACKFILL:
            waits = backfill_waits(state.backfills, now)
            reasons += [f"the backfill has to wait: {waits}"] if waits else []
            if not _within(Period.parse(str(call.parameters["BackfillFrom"])[:7]), now):
                reasons.append("the backfill begins more than twelve months ago by now")
    return reasons


def refused(errors: Iterable[Mapping[str, str]]) -> list[Finding]:
    """Findings for keys that AWS did not change, though the call succeeded."""
    return [
        Finding(
            codes.NOT_ACTIVATED,
            "ce:UpdateCostAllocationTagsStatus",
            str(error.get("TagKey", "")),
            found=f"{error.get('Code', '')}: {error.get('Message', '')}".strip(": "),
            remedy="Make a new plan when the cause is gone; it has the remaining keys.",
        )
        for error in errors
    ]


def _each_once(needs: Iterable[NeededKey]) -> list[NeededKey]:
    """Merge the uses of one key, with all their places."""
    found: dict[str, NeededKey] = {}
    for need in needs:
        known = found.setdefault(need.normal, need)
        if need.place not in known.place.split(", "):
            found[need.normal] = replace(
                known, place=f"{known.place}, {need.place}", spare=known.spare and need.spare
            )
    return list(found.values())


def _as_written(condition: str, normal: str) -> str:
    """Find the spelling of a key in a condition's text."""
    keys = (key for pair in _KEYS_IN_TEXT.findall(condition) for key in pair)
    return next((key for key in keys if key and normalise(key) == normal), normal)


def _spelt(need: NeededKey, known: Iterable[KnownKey]) -> list[KnownKey]:
    """Find the keys that are this one in some spelling; AWS's own keys keep their prefix."""
    found = [key for key in known if normalise(key.key) == need.normal]
    return sorted(found, key=lambda key: (key.key != need.written, len(key.key), key.key))


def _activation(keys: Sequence[str]) -> Call:
    entries = [{"TagKey": key, "Status": ACTIVE} for key in keys]
    return Call("ce", UPDATE, {"CostAllocationTagsStatus": entries})


def _backfill(since: Period) -> Call:
    return Call("ce", BACKFILL, {"BackfillFrom": f"{since}-01T00:00:00Z"})


def _check_month(month: Period, now: datetime) -> None:
    if not _within(month, now):
        this = Period.of(now.date())
        raise BackfillMonthError(str(month), str(_earliest(now)), str(this))


def _within(month: Period, now: datetime) -> bool:
    return _earliest(now) <= month <= Period.of(now.date())


def _earliest(now: datetime) -> Period:
    """The month a year ago: the earliest that AWS accepts."""
    return Period(now.year - 1, now.month)


def _rows(need: NeededKey, spelt: Sequence[KnownKey]) -> list[Mapping[str, object]]:
    first = (need.written, need.kind, need.place)
    if not spelt:
        return [dict(zip(COLUMNS, (*first, "", "", "not seen", "", "wait"), strict=True))]
    return [
        dict(
            zip(
                COLUMNS,
                (
                    *first,
                    *(key.key, key.type, key.status, key.last_used[:10]),
                    "activate" if key.status == INACTIVE else "",
                ),
                strict=True,
            )
        )
        for key in spelt
    ]


def _unknown(needed: Iterable[NeededKey], spelt: Mapping[str, Sequence[KnownKey]]) -> list[Finding]:
    return [
        Finding(
            codes.KEY_UNKNOWN,
            need.place,
            f"{need.kind}:{need.written}",
            found="no such key in AWS",
            remedy="Tag a resource with it and plan again a day later, or correct the key."
            if need.kind == "tag"
            else "`apportion aws accounts sync` gives the tags of accounts without AWS's help.",
        )
        for need in needed
        if not spelt[need.normal]
    ]


def _too_many(state: TagState, inactive: Sequence[str]) -> list[Finding]:
    active = sum(key.status == ACTIVE for key in state.keys)
    if active + len(inactive) <= _MOST_ACTIVE or not inactive:
        return []
    remedy = "Deactivate unused keys, or request a higher quota from AWS."
    found = f"{active} active, {len(inactive)} to activate"
    subject, expected = "active keys", f"at most {_MOST_ACTIVE}"
    return [Finding(codes.NEAR_QUOTA, f"account {state.account}", subject, expected, found, remedy)]


def _waits(state: TagState, why: str) -> Finding:
    remedy = "The plan has no backfill. Make another one then."
    place = f"account {state.account}"
    return Finding(codes.BACKFILL_WAITS, place, "the backfill", found=why, remedy=remedy)


def _applies_to_all(state: TagState, activated: Sequence[str]) -> list[Finding]:
    """A finding for keys that lose past values: those still inactive after the plan."""
    lost = sorted({key.key for key in state.keys if key.status == INACTIVE} - {*activated})
    if not lost:
        return []
    return [
        Finding(
            codes.BACKFILL_ALL,
            f"account {state.account}",
            "values of inactive keys disappear from the months that are written again",
            found=f"{len(lost)} such keys: {join_words(lost, last='and', most=5)}",
            remedy="If one was active in those months and is still needed, activate it first.",
        )
    ]


def _words(plan: TagPlan, inactive: Sequence[str], backfill: Period | None) -> tuple[str, ...]:
    if not plan.calls:
        return ("Nothing to do: every requested key that AWS knows is active.",)
    calls = f"{len(plan.calls)} call{'' if len(plan.calls) == 1 else 's'}"
    what = [f"activate {join_words(inactive, last='and')}"] if inactive else []
    if any(call.operation == BACKFILL for call in plan.calls):
        what.append(f"write the past from {backfill}-01 on")
    words = [f"{calls}: {', '.join(what)}. Nothing was changed."]
    if inactive and backfill is None:
        words.append(
            "Earlier months get no values of them: --backfill-from YEAR-MONTH requests them."
        )
    return tuple(words)


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
