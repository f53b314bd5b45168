"""What is done about a resource whose tags are wrong: tags that can be derived, words for people.

Nothing that somebody wrote is ever overwritten: tags are only added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from apportion.core.tags.policy.verdict import Judge, made_of
from apportion.model.tags.events import AffectedResource, Caller, TagEvent
from apportion.model.tags.tag_policy import Fault, Tagged, Verdict

from .probable_owner import problem_words

_REFUSED = re.compile(r"[^\w .:/=+@-]", re.UNICODE)
_LONGEST_VALUE = 256
_SHOWN = 20


@dataclass(frozen=True)
class RemediationSettings:
    """What is done beside reporting. Empty texts and False are: nothing.

    `creator_tag` is the key that names who made a resource, `quarantine_tag` one that is set while
    mandatory tags are wrong. `defaults` are tags by account.
    """

    notify: bool = False
    tag: bool = False
    creator_tag: str = ""
    quarantine_tag: str = ""
    defaults: Mapping[str, Mapping[str, str]] | None = None


@dataclass(frozen=True)
class RemediationDecision:
    """A resource judged. `add` and `remove` are what the orders make of it; `after` is the rest."""

    touched: AffectedResource
    tags: tuple[tuple[str, str], ...]
    verdict: Verdict
    add: Mapping[str, str]
    remove: tuple[str, ...]
    after: Verdict


def rule(
    judge: Judge,
    touched: AffectedResource,
    tags: tuple[tuple[str, str], ...],
    caller: Caller,
    orders: RemediationSettings,
    *,
    today: str,
) -> RemediationDecision:
    """Judge a resource and decide what to do about it."""
    resource = Tagged(tags, "", touched.account, touched.arn, touched.type)
    verdict = judge.verdict(resource)
    add = derived(judge, resource, verdict, caller, orders) if orders.tag else {}
    have = dict(tags)
    add = {key: value for key, value in add.items() if key not in have}
    after = judge.verdict(replace(resource, tags=(*tags, *add.items()))) if add else verdict
    mark, remove = orders.quarantine_tag, tuple[str, ...]()
    if mark and not after.compliant and mark not in have:
        add = {**add, mark: today}
    if mark and after.compliant and mark in have:
        remove = (mark,)
    return RemediationDecision(touched, tags, verdict, add, remove, after)


def derived(
    judge: Judge, resource: Tagged, verdict: Verdict, caller: Caller, orders: RemediationSettings
) -> dict[str, str]:
    """Find values for tags that are missing, or whose key is misspelt, where possible.

    From the tag as it was meant, then the account's default, then the creator; then what rules
    make of the others. Only values that the policy allows.
    """
    defaults = (orders.defaults or {}).get(resource.account, {})
    found: dict[str, str] = {}
    for problem in verdict.problems:
        if problem.fault not in (Fault.MISSING, Fault.KEY_SPELT):
            continue
        creator = taggable(caller.creator) if problem.key == orders.creator_tag else ""
        for value in (problem.meant, defaults.get(problem.key, ""), creator):
            allowed = judge.canonical(problem.key, value) if value else None
            if allowed:
                found[problem.key] = allowed
                break
    known_key = judge.policy.key(orders.creator_tag) is not None
    if orders.creator_tag and caller.creator and not known_key:
        found[orders.creator_tag] = taggable(caller.creator)  # a key that allows any text
    wanted = {one.key for one in verdict.problems if one.fault is Fault.MISSING} - set(found)
    read = judge.read(resource.tags).items()
    known = {name: judge.canonical(name, value) for name, (_, value) in read}
    values = {name: value for name, value in known.items() if value}
    for one in judge.policy.rules:
        made = made_of(one, values | found) if one.key in wanted else None
        if made and judge.canonical(one.key, made) == made:
            found[one.key] = made
    return found


def taggable(text: str) -> str:
    """Write a text so that AWS takes it as the value of a tag."""
    return _REFUSED.sub("-", text).strip()[:_LONGEST_VALUE]


def owner_of(rulings: Sequence[RemediationDecision], judge: Judge, caller: Caller) -> str:
    """Name the recipient: the tag Owner if the policy has one, otherwise the creator."""
    key = judge.policy.key("Owner")
    for ruling in rulings if key else ():
        found = judge.read(ruling.tags).get("Owner")
        if found:
            return found[1]
    return caller.creator


def subject(event: TagEvent, rulings: Sequence[RemediationDecision]) -> str:
    """Say in a line what was found."""
    one = "a resource" if len(rulings) == 1 else f"{len(rulings)} resources"
    return f"Tags: {one} in {rulings[0].touched.account} ({event.action})"


def message(event: TagEvent, rulings: Sequence[RemediationDecision]) -> str:
    """Write to whoever made resources what is wrong with them, and what was done."""
    who = event.caller.name or "Someone"
    lines = [f"{who} called {event.action} on {event.time or 'an unknown day'}.", ""]
    for ruling in rulings[:_SHOWN]:
        lines += [f"{ruling.touched.arn}", f"  {problem_words(ruling.verdict.problems)}"]
        if ruling.add:
            added = ", ".join(f"{key} = {value}" for key, value in ruling.add.items())
            lines.append(f"  set for you: {added}")
        missing = [one for one in ruling.after.problems if one.mandatory]
        if missing:
            requests = [
                f"{one.key} ({one.expected})" if one.expected else one.key for one in missing
            ]
            lines.append(f"  please set: {'; '.join(requests)}")
    if len(rulings) > _SHOWN:
        lines.append(f"and {len(rulings) - _SHOWN} more")
    return "\n".join(lines) + "\n"
