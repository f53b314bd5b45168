"""Proposes tags for resources that lack them, as data: what to set, what was there, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from apportion.core.tags.policy.verdict import Judge, bare_key, made_of
from apportion.model.errors.tag_fixes import UnreadableFixError
from apportion.model.money import text as money_text
from apportion.model.tags.live import FixPlan, TagFix
from apportion.model.tags.tag_policy import Fault

from .join_live_tags import Seen
from .probable_owner import Guess

KIND = "resource-tags"
_FIELDS = {"arn", "account", "region", "set", "remove", "before", "why", "cost"}


def propose(judge: Judge, one: Seen, key: str, guess: Guess) -> TagFix | None:
    """Propose values for a resource's mandatory tags; None if there are none.

    `key` is the tag that names owners, `guess` the probable one. A value that cannot be read is
    left as it is.
    """
    sets: dict[str, str] = {}
    why: dict[str, str] = {}
    known = {key: guess.owner} if guess.owner else {}
    because = {key: guess.because}
    environment = one.billed.environment if one.billed else ""
    if judge.policy.environment and environment:
        known[judge.policy.environment] = environment
        because[judge.policy.environment] = "the rulebook's environment"
    for problem in one.verdict.problems:
        if not problem.mandatory:
            continue
        if problem.meant:
            sets[problem.key] = problem.meant
            why[problem.key] = f"{problem.fault}: {bare_key(problem.found)}"
        elif problem.fault is Fault.MISSING and (value_known := known.get(problem.key)):
            value = judge.canonical(problem.key, value_known)
            if value:
                sets[problem.key], why[problem.key] = value, because[problem.key]
    _add_made(judge, one, sets, why)
    if not sets or not one.arn:
        return None
    have = dict(one.tags)
    before = {name: have.get(name) for name in sets}
    cost = money_text(one.billed.cost) if one.billed else ""
    return TagFix(one.arn, one.account, one.region, sets, (), before, why, cost)


def undo_of(plan: FixPlan, *, made: str, name: str) -> FixPlan:
    """Turn a plan round: what it set becomes what was there before."""
    fixes = tuple(
        TagFix(
            one.arn,
            one.account,
            one.region,
            {key: value for key, value in one.before.items() if value is not None},
            tuple(key for key, value in one.before.items() if value is None),
            one.after,
        )
        for one in plan.fixes
    )
    return FixPlan(made, plan.policy, fixes, undoes=name)


def write_fixes(plan: FixPlan) -> str:
    """Write a plan, for a person to read and approve."""
    fixes = [
        {
            "arn": one.arn,
            "account": one.account,
            "region": one.region,
            "cost": one.cost,
            "set": dict(one.set),
            "remove": list(one.remove),
            "before": dict(one.before),
            "why": dict(one.why),
        }
        for one in plan.fixes
    ]
    content = {
        "apportion_plan": 1,
        "kind": KIND,
        "made": plan.made,
        "policy": plan.policy,
        "undoes": plan.undoes,
        "fixes": fixes,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def read_fixes(text: str, *, name: str) -> FixPlan:
    """Read a plan; raises UnreadableFixError for anything that we would not have written."""
    try:
        document = json.loads(text)
        if (document["apportion_plan"], document["kind"]) != (1, KIND):
            raise ValueError(f"it is of kind {document['kind']!r}")  # noqa: TRY301 - reported once, below
        fixes = tuple(map(_fix, document["fixes"]))
        made, policy, undoes = (_text(document[key]) for key in ("made", "policy", "undoes"))
        return FixPlan(made, policy, fixes, undoes)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
        raise UnreadableFixError(name, str(fault) or type(fault).__name__) from fault


def _fix(document: Mapping[str, Any]) -> TagFix:
    if set(document) != _FIELDS:
        raise ValueError(f"a fix has {', '.join(sorted(_FIELDS))}")
    sets = {_text(key): _text(value) for key, value in document["set"].items()}
    remove = tuple(map(_text, document["remove"]))
    before = {_text(k): v if v is None else _text(v) for k, v in document["before"].items()}
    if not (sets or remove) or set(before) != {*sets, *remove} or set(sets) & set(remove):
        raise ValueError(f"`before` of {document['arn']} lacks the earlier value of a key")
    if any(key.casefold().startswith("aws:") for key in before):
        raise ValueError("keys that begin with aws: are AWS's own")
    why = {_text(key): _text(value) for key, value in document["why"].items()}
    arn, account, region, cost = (_text(document[k]) for k in ("arn", "account", "region", "cost"))
    return TagFix(arn, account, region, sets, remove, before, why, cost)


def _add_made(judge: Judge, one: Seen, sets: dict[str, str], why: dict[str, str]) -> None:
    """Add what rules make of the others, where that is missing or does not agree."""
    values = {
        name: value
        for name, (_, written) in judge.read(one.tags).items()
        if (value := judge.canonical(name, written))
    } | sets
    for rule in judge.policy.rules:
        problem = one.verdict.problem(rule.key)
        changed = rule.key in values and bool(sets)
        made = made_of(rule, values) if problem or changed else None
        if (
            made
            and judge.canonical(rule.key, made) == made
            and dict(one.tags).get(rule.key) != made
        ):
            sets[rule.key], why[rule.key] = made, rule.equals


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
