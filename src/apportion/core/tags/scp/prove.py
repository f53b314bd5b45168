"""Proves generated service control policies by evaluating every call against them.

For each call that creates a type: with right tags it has to go through, without each tag, or with a
wrong value, it has to be denied, and exempt principals are spared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from apportion.core.tags.policy.page import example_values
from apportion.core.tags.policy.verdict import needs
from apportion.model.money import EXACT
from apportion.model.tags.generated import Document, Enforced, TypeSpend
from apportion.model.tags.tag_policy import Tagged, TagPolicy

from .create_actions import CreateAction, TagsCheckedOn, actions_of_type
from .generate import (
    CAUTIOUS,
    LAUNCHED,
    enforced_keys,
    statements_resources,
    usable,
)
from .iam_conditions import matches
from .iam_evaluator import FULL_ACCESS, Decision, Request, evaluate_all
from .value_conditions import asked_values

_ENGINEER = "arn:aws:sts::111111111111:assumed-role/engineer/me"
#: Values that no sane policy allows; a glob may allow one of them and not the other.
_WRONG = ("-", "no-such-value/at-all")


@dataclass(frozen=True)
class Proved:
    """What the documents do about one type: `wrong` are calls that did not do what they should."""

    type: str
    status: Enforced
    actions: tuple[str, ...]
    cost: Decimal
    why: str
    wrong: tuple[str, ...] = ()


def prove_documents(
    policy: TagPolicy, documents: Sequence[Document], spend: Iterable[TypeSpend]
) -> list[Proved]:
    """Evaluate the documents for every call that creates a type of the bill, by cost."""
    evaluation = _Evaluation(policy, [json.loads(document.text) for document in documents])
    ordered = sorted(spend, key=lambda one: (-one.cost, one.type))
    return [_proved(evaluation, each) for each in ordered]


def covered(proved: Iterable[Proved]) -> tuple[Decimal, Decimal]:
    """Add up the cost of types whose creation is denied without tags, and of all of them."""
    every = list(proved)
    with localcontext(EXACT):
        enforced = (one.cost for one in every if one.status is Enforced.YES)
        return sum(enforced, Decimal()), sum((one.cost for one in every), Decimal())


def _proved(evaluation: _Evaluation, each: TypeSpend) -> Proved:
    actions = actions_of_type().get(each.type, ())
    possible, left = usable(evaluation.policy, each.type)
    denied = [action for action in actions if evaluation.denies(action)]
    wrong = tuple(word for action in actions for word in evaluation.wrongs(action))
    names = tuple(action.name for action in actions)
    if possible and len(denied) >= len(possible):
        spared = _spared(evaluation.policy, each.type, actions, possible)
        return Proved(each.type, Enforced.YES, names, each.cost, spared, wrong)
    if possible:
        missing = [one.name for one in possible if one not in denied]
        why = f"no document denies {missing[0]}" if missing else ""
        return Proved(each.type, Enforced.LEFT_OUT, names, each.cost, why, wrong)
    return Proved(each.type, left.status, names, each.cost, left.why, wrong)


def _spared(
    policy: TagPolicy,
    kind: str,
    actions: Sequence[CreateAction],
    possible: Sequence[CreateAction],
) -> str:
    """Name the calls that can still create a type without tags."""
    open_calls = [
        one.name
        for one in actions
        if one not in possible and one.checked_on is not TagsCheckedOn.NONE
    ]
    if open_calls:
        return f"but not {', '.join(open_calls)}: {CAUTIOUS[open_calls[0]]}"
    part = kind.removeprefix("ec2:")
    if part in LAUNCHED and part not in policy.enforcement.launched:
        return f"but not what a launch of instances makes; `launched: [instance, {part}]` adds it"
    return ""


class _Evaluation:
    """The documents, with the calls that they are evaluated for."""

    def __init__(self, policy: TagPolicy, documents: Sequence[Mapping[str, Any]]) -> None:
        self.policy = policy
        self._documents = [FULL_ACCESS, *documents]
        self._right = example_values(policy)
        self._keys = enforced_keys(policy)

    def denies(self, action: CreateAction) -> bool:
        """Whether the call is denied without each of the tags that it needs."""
        keys = self._needed(action)
        return bool(keys) and all(self._denied(action, self._without(key)) for key in keys)

    def wrongs(self, action: CreateAction) -> Iterator[str]:
        """Calls that go through and should not, or the other way round."""
        if not self.denies(action):
            if self._denied(action, self._right):
                yield f"{action.name} is denied with right tags"
            return
        if self._denied(action, self._right):
            yield f"{action.name} is denied with right tags"
        if action.checked_on is TagsCheckedOn.RESOURCE and self._denied(
            action, self._right, only=True
        ):
            yield f"{action.name} is denied when only what has to be tagged is"
        for key in self._needed(action):
            wrong = self._wrong_value(key)
            if wrong and not self._denied(action, {**self._right, key: wrong}):
                yield f"{action.name} goes through with {key} = {wrong}"
        for principal in self.policy.enforcement.exempt_principals:
            one = principal.replace("*", "111111111111", 1).replace("*", "x")
            if "?" not in one and self._denied(action, {}, principal=one):
                yield f"{action.name} is denied to {one}, which is exempt"

    def _needed(self, action: CreateAction) -> list[str]:
        found = []
        for name in self._keys:
            key = self.policy.key(name)
            mandatory = key.mandatory if key else None
            if mandatory is None or needs(mandatory, "", Tagged((), resource_type=action.type)):
                found.append(name)
        return found

    def _wrong_value(self, key: str) -> str:
        """A value that the documents have to deny; empty where they take any."""
        exact, globs = asked_values(self.policy, key)
        allowed = [glob for glob in (*exact, *globs) if glob]
        missing = (one for one in _WRONG if not any(matches(one, glob) for glob in allowed))
        return next(missing, "") if allowed else ""

    def _without(self, key: str) -> dict[str, str]:
        return {name: value for name, value in self._right.items() if name != key}

    def _denied(
        self,
        action: CreateAction,
        tags: Mapping[str, str],
        *,
        principal: str = _ENGINEER,
        only: bool = False,
    ) -> bool:
        requests = create_requests(self.policy, action, tags, principal=principal, only=only)
        return evaluate_all(self._documents, requests).decision is Decision.DENIED


def create_requests(
    policy: TagPolicy,
    action: CreateAction,
    tags: Mapping[str, str],
    *,
    principal: str = _ENGINEER,
    only: bool = False,
) -> list[Request]:
    """Make the requests that AWS authorises for a creating call, one for each resource in it.

    If tags are checked on resources, every created resource carries them, or with `only` just those
    that the policy requires; resources that the call only uses carry none.
    """
    context = tag_context(tags)
    if action.checked_on is not TagsCheckedOn.RESOURCE:
        return [Request(action.name, "*", principal, context)]
    required = statements_resources(policy, action)
    requests = [
        Request(action.name, _one(arn), principal, context if arn in required or not only else {})
        for arn in action.on
    ]
    return requests + [Request(action.name, _one(arn), principal) for arn in action.beside]


def tag_context(tags: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Write tags as the condition keys of a request."""
    if not tags:
        return {}
    values = {f"aws:RequestTag/{key}": (value,) for key, value in tags.items()}
    return values | {"aws:TagKeys": tuple(tags)}


def _one(arn: str) -> str:
    """A resource that a pattern stands for."""
    return arn.replace("*", "x")
