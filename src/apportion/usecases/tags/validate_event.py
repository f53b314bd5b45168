"""Handle one CloudTrail event: judge the created resources, then do what the settings allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from apportion.core.tags.events.created_resources import read_event
from apportion.core.tags.events.origin import refusal
from apportion.core.tags.policy.verdict import Judge
from apportion.core.tags.remediation.actions import (
    RemediationDecision,
    RemediationSettings,
    message,
    owner_of,
    rule,
    subject,
)
from apportion.core.tags.remediation.probable_owner import problem_words
from apportion.model.errors.base import AwsRefusedError
from apportion.model.tags.events import AffectedResource, ResourceChange, TagEvent

Tags = tuple[tuple[str, str], ...]
_A_CALL = 20


class LiveTags(Protocol):
    """Tags on resources of an account and region."""

    def look(self, arns: Sequence[str]) -> dict[str, Tags]:
        """Return the tags of known resources."""

    def tag(self, arns: Sequence[str], tags: Mapping[str, str]) -> dict[str, str]:
        """Set tags on at most 20; returns refusals by ARN."""

    def untag(self, arns: Sequence[str], keys: Sequence[str]) -> dict[str, str]:
        """Take tags off at most 20; returns refusals by ARN."""


class TagNotifier(Protocol):
    """A channel for notifications."""

    def send(self, subject: str, text: str, about: Mapping[str, str]) -> None:
        """Send a notification; `about` has attributes to filter by."""


class EventStore(Protocol):
    """Which events were dealt with."""

    def begin(self, event: str, now: int) -> bool:
        """Take an event on; False where it was done. Raises BlockingIOError if it is in work."""

    def done(self, event: str) -> None:
        """Remember it."""

    def forget(self, event: str) -> None:
        """Let it be tried again."""


@dataclass(frozen=True)
class EventContext:
    """What a function judges with. `own` is the session by which its own calls are known.

    `account` is the one whose events are taken, empty where those of an organisation are.
    """

    judge: Judge
    orders: RemediationSettings
    memory: EventStore
    live: Callable[[str, str], LiveTags]  # of an account and region
    notices: TagNotifier | None = None
    own: str = ""
    account: str = ""


def validate(
    event: object, bench: EventContext, *, today: date, now: int
) -> list[dict[str, object]]:
    """Handle one event, once; returns a line for each resource, or one with the reason.

    Raises AwsError, where it is forgotten again and can be retried.
    """
    parsed = read_event(event)
    if why := refusal(event, account=bench.account):
        return [_aside(parsed, why)]
    if bench.own and parsed.caller.session == bench.own:
        return [_aside(parsed, "the function's own call")]
    if not parsed.touched:
        return [_aside(parsed, parsed.why)]
    if not bench.memory.begin(parsed.id, now):
        return [_aside(parsed, "done before")]
    try:
        lines = _dealt_with(parsed, bench, today=today)
    except BaseException:
        bench.memory.forget(parsed.id)
        raise
    bench.memory.done(parsed.id)
    return lines


def _dealt_with(parsed: TagEvent, bench: EventContext, *, today: date) -> list[dict[str, object]]:
    live = bench.live(parsed.touched[0].account, parsed.touched[0].region)
    rulings: list[RemediationDecision] = []
    unknown: list[AffectedResource] = []
    looked = _looked_up(parsed, bench, live)
    for one in parsed.touched:
        tags = looked.get(one.arn, one.tags if one.deed is ResourceChange.CREATED else None)
        if tags is None:
            unknown.append(one)
            continue
        day = today.isoformat()
        rulings.append(rule(bench.judge, one, tags, parsed.caller, bench.orders, today=day))
    refused = _changed(rulings, live)
    wrong = [one for one in rulings if not one.verdict.compliant]
    # A person who is editing tags is not notified at each step.
    created = [one for one in wrong if one.touched.deed is ResourceChange.CREATED]
    if bench.orders.notify and bench.notices and created:
        about = {
            "owner": owner_of(created, bench.judge, parsed.caller),
            "creator": parsed.caller.creator,
            "account": created[0].touched.account,
        }
        bench.notices.send(subject(parsed, created), message(parsed, created), about)
    return [
        *(
            _line(parsed, one, refused, notified=one in created and bench.orders.notify)
            for one in rulings
        ),
        *(_aside(parsed, "its tags cannot be read", one.arn) for one in unknown),
    ]


def _looked_up(parsed: TagEvent, bench: EventContext, live: LiveTags) -> dict[str, Tags]:
    """Ask for tags as they are now, but of what was created well.

    Many are tagged by a second call: a bucket cannot be created with tags by most programs.
    """
    unresolved = [
        one.arn
        for one in parsed.touched
        if one.deed is ResourceChange.TAGS_CHANGED
        or not rule(
            bench.judge, one, one.tags, parsed.caller, RemediationSettings(), today=""
        ).verdict.compliant
    ]
    try:
        return live.look(unresolved) if unresolved else {}
    except AwsRefusedError:  # a kind that the API does not know
        return {}


def _changed(rulings: Sequence[RemediationDecision], live: LiveTags) -> dict[str, str]:
    """Set and take off tags, alike ones together; returns why not, by ARN."""
    refused: dict[str, str] = {}
    adds: dict[tuple[tuple[str, str], ...], list[str]] = {}
    removes: dict[tuple[str, ...], list[str]] = {}
    for one in rulings:
        if one.add:
            adds.setdefault(tuple(sorted(one.add.items())), []).append(one.touched.arn)
        if one.remove:
            removes.setdefault(one.remove, []).append(one.touched.arn)
    for tags, arns in adds.items():
        for some in _batches(arns):
            refused |= live.tag(some, dict(tags))
    for keys, arns in removes.items():
        for some in _batches(arns):
            refused |= live.untag(some, keys)
    return refused


def _batches(arns: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(arns), _A_CALL):
        yield arns[at : at + _A_CALL]


def _line(
    parsed: TagEvent, one: RemediationDecision, refused: Mapping[str, str], *, notified: bool
) -> dict[str, object]:
    arn = one.touched.arn
    return {
        "event": parsed.id,
        "action": parsed.action,
        "resource": arn,
        "type": one.touched.type,
        "account": one.touched.account,
        "region": one.touched.region,
        "creator": parsed.caller.creator,
        "verdict": "valid" if one.verdict.compliant else "invalid",
        "problem": problem_words(one.verdict.problems),
        "added": {} if arn in refused else dict(one.add),
        "removed": [] if arn in refused else list(one.remove),
        "refused": refused.get(arn, ""),
        "notified": notified,
    }


def _aside(parsed: TagEvent, why: str, arn: str = "") -> dict[str, object]:
    return {
        "event": parsed.id,
        "action": parsed.action,
        "resource": arn,
        "verdict": "none",
        "reason": why,
    }
