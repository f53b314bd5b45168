"""Replays past creations against service control policies: which of them would have been denied."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apportion.core.tags.events.cloudtrail import Call
from apportion.core.tags.policy.verdict import Judge
from apportion.model.tags.generated import Document
from apportion.model.tags.tag_policy import Tagged, TagPolicy

from .create_actions import CreateAction, create_actions, tag_actions
from .iam_evaluator import FULL_ACCESS, Decision, Request, evaluate_all
from .prove import create_requests, tag_context


@dataclass(frozen=True)
class Replayed:
    """A past call, whether it would have been denied, by which statements, and what it lacked."""

    call: Call
    denied: bool
    by: tuple[str, ...]
    lacked: str


def replay(
    policy: TagPolicy, documents: Sequence[Document], calls: Iterable[Call], judge: Judge
) -> tuple[list[Replayed], int]:
    """Replay the calls that created or tagged something; also how many others there were.

    A call that failed then is left out. What services did with their own roles is not denied.
    """
    trees = [FULL_ACCESS, *(json.loads(document.text) for document in documents)]
    known = {action.name: action for action in create_actions()}
    tagging = {action.name for action in tag_actions()}
    replayed, others = [], 0
    for call in calls:
        if call.error or (call.action not in known and call.action not in tagging):
            others += 1
            continue
        requests = _requests(policy, call, known.get(call.action))
        answer = evaluate_all(trees, requests)
        denied = answer.decision is Decision.DENIED and not _service(call)
        lacked = _lacked(judge, call) if call.action in known else ""
        replayed.append(Replayed(call, denied, answer.by if denied else (), lacked))
    return replayed, others


def _requests(policy: TagPolicy, call: Call, action: CreateAction | None) -> list[Request]:
    tags = dict(call.tags)
    principal = call.principal or "arn:aws:iam::000000000000:role/unknown"
    if action is not None:
        return create_requests(policy, action, tags, principal=principal)
    return [Request(call.action, "*", principal, tag_context(tags))]


def _service(call: Call) -> bool:
    """Service-linked roles, and services that act by themselves, are never affected by an SCP."""
    return (
        "/aws-service-role/" in call.principal
        or "AWSServiceRoleFor" in call.principal
        or (not call.principal and bool(call.via))
    )


def _lacked(judge: Judge, call: Call) -> str:
    verdict = judge.verdict(Tagged(call.tags, account=call.account))
    return "; ".join(f"{one.key} {one.fault}" for one in verdict.problems if one.mandatory)
