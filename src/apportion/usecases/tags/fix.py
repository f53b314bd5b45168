"""Plan tags for what lacks them, apply a plan that was approved, and take it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from apportion.core.tags.remediation.fix_plan import propose, undo_of
from apportion.core.tags.remediation.join_live_tags import UNSEEN, Billed, Seen
from apportion.core.tags.remediation.probable_owner import (
    Guess,
    Neighbours,
    Untagged,
    owner_key,
    probable_owner,
)
from apportion.model.errors.tag_fixes import StaleFixError
from apportion.model.findings import live_tags as codes
from apportion.model.findings.finding import Finding
from apportion.model.outcome import Outcome
from apportion.model.tags.live import FixPlan, TagFix
from apportion.model.timestamp import utc_text
from apportion.ports.progress import Say, ignore_step
from apportion.usecases.context import RunContext

from .scan import Scanned
from .untagged import tagged_resources

Tags = tuple[tuple[str, str], ...]
PLANNED = ("resource", "account", "region", "cost", "set", "was", "because")
_DONE = ("resource", "account", "region", "set", "removed", "status", "reason")
_A_CALL = 20
#: A plan that is older must be made and approved again; in days.
DAYS = 14


class Live(Protocol):
    """Tags on resources of an account and region."""

    def look(self, arns: Sequence[str]) -> dict[str, Tags]:
        """Return the tags of known resources."""

    def tag(self, arns: Sequence[str], tags: Mapping[str, str]) -> dict[str, str]:
        """Set tags on at most 20; returns refusals by ARN."""

    def untag(self, arns: Sequence[str], keys: Sequence[str]) -> dict[str, str]:
        """Take tags off at most 20; returns refusals by ARN."""


def plan(
    context: RunContext, scanned: Scanned, *, now: datetime, most: int = 0
) -> tuple[FixPlan, Outcome]:
    """Propose tags for the resources that lack them, the costliest first."""
    month = scanned.month
    key = owner_key(month.policy, month.published.rulebook)
    neighbours = Neighbours(month.judge, key, tagged_resources(context, month))
    lacking = [one for one in scanned.seen if not one.verdict.compliant]
    wrong = [one for one in lacking if one.by != UNSEEN]
    fixes: list[TagFix] = []
    without: list[Seen] = []
    for one in wrong:
        guess = _guess(one, key, neighbours)
        fix = propose(month.judge, one, key, guess)
        if fix is None:
            without.append(one)
        else:
            fixes.append(fix)
    kept = fixes[:most] if most else fixes
    made = FixPlan(utc_text(now), month.policy.sha256, tuple(kept))
    findings = (*month.findings, *scanned.findings, *_left(scanned, without))
    words: tuple[str, ...] = (f"{len(kept):,} of {len(wrong):,} resources get tags by this plan.",)
    if unseen := len(lacking) - len(wrong):
        words += (f"{unseen:,} others are only in the bill, with tags: they are gone, or unknown.",)
    rows = tuple(row for fix in kept for row in _planned(fix))
    return made, Outcome(PLANNED, rows, findings, words)


def apply(
    planned: FixPlan,
    live: Callable[[str, str], Live],
    *,
    name: str,
    now: datetime,
    keep: Callable[[FixPlan], None],
    say: Say = ignore_step,
) -> Outcome:
    """Make exactly a plan's changes, if all is still as it was when they were planned.

    Raises StaleFixError with nothing changed. `keep` is given the plan that takes it all back
    before anything is changed, and once more at the end, with what was changed. What AWS refuses is
    a failing finding, and the others are changed. A call that fails ends it: what was changed stays
    so, and can be taken back, or the plan applied again.
    """
    open_fixes, already = _checked(planned, live, name=name, now=now, say=say)
    made = utc_text(now)
    keep(undo_of(replace(planned, fixes=tuple(open_fixes)), made=made, name=name))
    refused: dict[str, str] = {}
    for at, (where, call, some) in enumerate(_batches(open_fixes)):
        say(f"changing tags in {where[0]} {where[1]}, call {at + 1}")
        refused |= call(live(*where), [one.arn for one in some])
    # Had a call failed, its effect would be unknown: the undo file still names all changes.
    changed = [one for one in open_fixes if one.arn not in refused]
    keep(undo_of(replace(planned, fixes=tuple(changed)), made=made, name=name))
    findings = [
        Finding(codes.FIX_REFUSED, f"{one.account} {one.region}", one.arn, found=refused[one.arn])
        for one in planned.fixes
        if one.arn in refused
    ]
    rows = [_done(one, refused, already) for one in planned.fixes]
    words = (
        f"{len(changed):,} of {len(planned.fixes):,} resources changed"
        + (f", {len(already):,} were so already" if already else "")
        + (f", {len(refused):,} refused" if refused else "")
        + ".",
    )
    return Outcome(_DONE, tuple(rows), tuple(findings), words)


def _checked(
    planned: FixPlan,
    live: Callable[[str, str], Live],
    *,
    name: str,
    now: datetime,
    say: Say,
) -> tuple[list[TagFix], set[str]]:
    """Read the tags as they are now; raises where they are neither as planned nor done."""
    reasons = list(_too_old(planned, now))
    open_fixes: list[TagFix] = []
    already: set[str] = set()
    for where, some in _by_place(planned.fixes).items():
        say(f"reading tags of {len(some)} resources in {where[0]} {where[1]}")
        found = live(*where).look([one.arn for one in some])
        for one in some:
            have = dict(found.get(one.arn, ()))
            current = {key: have.get(key) for key in one.before}
            if current == one.after:
                already.add(one.arn)
            elif current == dict(one.before):
                open_fixes.append(one)
            else:
                key = next(key for key in current if current[key] != one.before[key])
                was, now_is = (value or "no value" for value in (one.before[key], current[key]))
                reasons.append(f"{one.arn} had {key} = {was} and has {now_is}")
    if reasons:
        raise StaleFixError(name, reasons)
    return open_fixes, already


def _too_old(planned: FixPlan, now: datetime) -> Iterator[str]:
    if planned.undoes:
        return  # what was there before stays true
    try:
        made = datetime.fromisoformat(planned.made)
        age = (now - made).days
    except (ValueError, TypeError):
        yield f"it has no valid time of its making: {planned.made!r}"
        return
    if age > DAYS:
        yield f"it was made {age} days ago, and holds for {DAYS}"


_Call = Callable[[Live, Sequence[str]], dict[str, str]]


def _batches(fixes: Sequence[TagFix]) -> Iterator[tuple[tuple[str, str], _Call, list[TagFix]]]:
    """Put alike changes of a place together, at most twenty a call."""
    for where, some in _by_place(fixes).items():
        for alike in _groups(some):
            first = alike[0]
            for at in range(0, len(alike), _A_CALL):
                yield where, _call_of(first), alike[at : at + _A_CALL]


def _call_of(fix: TagFix) -> _Call:
    def call(live: Live, arns: Sequence[str]) -> dict[str, str]:
        refused = live.tag(arns, fix.set) if fix.set else {}
        left = [arn for arn in arns if arn not in refused]
        return refused | (live.untag(left, fix.remove) if fix.remove and left else {})

    return call


def _groups(fixes: Sequence[TagFix]) -> Iterator[list[TagFix]]:
    groups: dict[tuple[Tags, tuple[str, ...]], list[TagFix]] = {}
    for one in fixes:
        groups.setdefault((tuple(sorted(one.set.items())), one.remove), []).append(one)
    yield from groups.values()


def _by_place(fixes: Sequence[TagFix]) -> dict[tuple[str, str], list[TagFix]]:
    places: dict[tuple[str, str], list[TagFix]] = {}
    for one in fixes:
        places.setdefault((one.account, one.region), []).append(one)
    return places


def _guess(one: Seen, key: str, neighbours: Neighbours) -> Guess:
    line = one.billed
    if line is None:
        return neighbours.guess(one.account, one.arn, one.tags)
    return probable_owner(_as_untagged(one, line), key, neighbours)


def _as_untagged(one: Seen, line: Billed) -> Untagged:
    return Untagged(
        resource=line.resource,
        account_id=line.account_id,
        account=line.account,
        environment=line.environment,
        service=line.service,
        owner=line.owner,
        source=line.source,
        tags=one.tags,
        verdict=one.verdict,
        cost=line.cost,
        currency=line.currency,
    )


def _left(scanned: Scanned, without: Sequence[Seen]) -> Iterator[Finding]:
    nameless = sum(not one.arn for one in without)
    if nameless:
        yield Finding(codes.NO_ARN, scanned.period, f"{nameless:,} resources")
    if others := len(without) - nameless:
        yield Finding(codes.NOTHING_DERIVED, scanned.period, f"{others:,} resources")


def _planned(fix: TagFix) -> Iterator[Mapping[str, object]]:
    for key, value in fix.set.items():
        yield {
            "resource": fix.arn,
            "account": fix.account,
            "region": fix.region,
            "cost": Decimal(fix.cost) if fix.cost else None,
            "set": f"{key}={value}",
            "was": fix.before.get(key) or "",
            "because": fix.why.get(key, ""),
        }


def _done(one: TagFix, refused: Mapping[str, str], already: set[str]) -> Mapping[str, object]:
    status = "refused" if one.arn in refused else "as it was" if one.arn in already else "changed"
    return {
        "resource": one.arn,
        "account": one.account,
        "region": one.region,
        "set": ", ".join(f"{key}={value}" for key, value in one.set.items()),
        "removed": ", ".join(one.remove),
        "status": status,
        "reason": refused.get(one.arn, ""),
    }
