"""The probable owner of a resource without an owner tag, the reason, and a message to send."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apportion.core.tags.policy.verdict import Judge, bare_key
from apportion.core.tags.resource_types import name_prefix
from apportion.model.cents import money
from apportion.model.rulebook import FromTag, Rulebook
from apportion.model.tags.tag_keys import normalise
from apportion.model.tags.tag_policy import (
    Fault,
    ListedValues,
    TagPolicy,
    TagProblem,
    Verdict,
)
from apportion.model.wording import join_words

#: Neighbours speak for a resource if there are as many, and as many percent of them agree.
_LEAST_NEIGHBOURS = 2
_AGREEING = 80


@dataclass(frozen=True)
class Untagged:
    """A resource of a bill; `owner` is the owner by the rules, from `source`."""

    resource: str
    account_id: str
    account: str
    environment: str
    service: str
    owner: str
    source: str
    tags: tuple[tuple[str, str], ...]
    verdict: Verdict
    cost: Decimal
    currency: str
    creator: str = ""  # the person who created it, from CloudTrail events


@dataclass(frozen=True)
class Guess:
    """A probable owner and the reason; both empty if unknown."""

    owner: str = ""
    because: str = ""


def owner_key(policy: TagPolicy, rulebook: Rulebook) -> str:
    """Find the tag that names owners: by its values, or because the rulebook takes owners of it."""
    dimension = rulebook.dimension(rulebook.owner)
    for key in policy.keys:
        if isinstance(key.values, ListedValues) and key.values.dimension == dimension.name:
            return key.name
    keys = {key for one in dimension.sources if isinstance(one, FromTag) for key in one.keys}
    named = (key.name for key in policy.keys if normalise(key.name) in keys)
    return next(named, "")


class Neighbours:
    """The owners of well-tagged resources, by account and name, and by project."""

    def __init__(
        self,
        judge: Judge,
        key: str,
        resources: Iterable[tuple[str, str, tuple[tuple[str, str], ...]]],
    ) -> None:
        """Take each resource's account, id and tags."""
        self._judge = judge
        self._named: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._projects: dict[str, Counter[str]] = defaultdict(Counter)
        for account, resource, tags in resources:
            found = judge.read(tags)
            owner = judge.canonical(key, found[key][1]) if key in found else None
            if owner is None:
                continue
            if prefix := name_prefix(resource):
                self._named[account, prefix][owner] += 1
            if project := self._project(tags):
                self._projects[project][owner] += 1

    def guess(self, account: str, resource: str, tags: tuple[tuple[str, str], ...]) -> Guess:
        """Ask those that share the beginning of the name, then those of the same project."""
        prefix = name_prefix(resource)
        named = self._named.get((account, prefix), Counter())
        if guess := _agreed(named, f"resources named {prefix} in this account"):
            return guess
        project = self._project(tags)
        of_project = self._projects.get(project, Counter())
        return _agreed(of_project, f"resources of project {project}") or Guess()

    def _project(self, tags: tuple[tuple[str, str], ...]) -> str:
        key = self._judge.policy.project
        found = self._judge.read(tags)
        if not key or key not in found:
            return ""
        return self._judge.canonical(key, found[key][1]) or found[key][1].strip()


def probable_owner(one: Untagged, key: str, neighbours: Neighbours) -> Guess:
    """Guess by the nearest evidence: its own tag, its neighbours, then the rules."""
    problem = one.verdict.problem(key)
    if key and problem is None:
        return Guess(one.owner, f"its tag {key}")
    if problem and problem.meant:
        return Guess(problem.meant, f"its tag {bare_key(problem.found)}")
    guess = neighbours.guess(one.account_id, one.resource, one.tags)
    ruled = Guess(one.owner, _by_rule(one.source)) if one.source != "default" else Guess()
    if not guess.owner:
        return ruled
    if ruled.owner in ("", guess.owner):
        return guess
    return Guess(guess.owner, f"{guess.because}; but {ruled.because}: {ruled.owner}")


def sentence(one: Untagged, known: Mapping[str, str], guess: Guess, *, period: str) -> str:
    """Write what to send to the probable owner.

    `known` has the values of missing tags, by key; the owner's is the guess.
    """
    told_of = [problem for problem in one.verdict.problems if problem.mandatory]
    lacks = [problem.key for problem in told_of if problem.fault is Fault.MISSING]
    wrong = join_words(
        [
            *([f"has no {join_words(lacks)}"] if lacks else []),
            *(_wrong(problem) for problem in told_of if problem.fault is not Fault.MISSING),
        ],
        last="and",
    )
    cost = money(one.cost, one.currency)
    about = f"{one.resource} ({one.service}, {one.account}) cost {cost} in {period} and {wrong}."
    sentences = [about, *([f"{one.creator} made it."] if one.creator else [])]
    guessed = any(guess.owner == known.get(p.key, "") and not p.meant for p in one.verdict.problems)
    if guess.owner and guessed:
        sentences.append(f"It looks like {guess.owner}'s: {guess.because}.")
    values = {
        problem.key: problem.meant or known.get(problem.key, "")
        for problem in one.verdict.problems
        if problem.mandatory
    }
    wanted = [f"{name} = {value}" if value else name for name, value in values.items()]
    end = ", or name its owner." if guessed or not guess.owner else "."
    return " ".join([*sentences, f"Please set {join_words(wanted, last='and')}{end}"])


def problem_words(problems: Sequence[TagProblem]) -> str:
    """Say in short what is wrong with the mandatory tags."""
    return "; ".join(
        f"{one.key} {one.fault}" + (f": {bare_key(one.found)}" if one.found else "")
        for one in problems
        if one.mandatory
    )


def _agreed(owners: Mapping[str, int], who: str) -> Guess | None:
    count = sum(owners.values())
    if count < _LEAST_NEIGHBOURS:
        return None
    owner = min(owners, key=lambda name: (-owners[name], name))
    agree = owners[owner]
    if agree * 100 < count * _AGREEING:
        return None
    return Guess(owner, f"{agree} of {count} {who}")


def _by_rule(source: str) -> str:
    kind, _, what = source.partition(":")
    words = {
        "account_tag": "the account's tag",
        "lookup": f"{what} names the account",
        "where": f"the rulebook's condition in {what}",
        "column": f"the bill's column {what}",
        "tag": f"its tag {what}",
    }
    return words.get(kind, source)


def _wrong(problem: TagProblem) -> str:
    found = bare_key(problem.found)
    return {
        Fault.MISSING: f"has no {problem.key}",
        Fault.KEY_SPELT: f"writes {problem.key} as {found}",
        Fault.UNKNOWN_VALUE: f"has {problem.key} = {found}, which is no allowed value",
        Fault.VALUE_SPELT: f"writes {problem.key} = {problem.meant} as {found}",
        Fault.RULE_BROKEN: f"has {problem.key} = {found}, not {problem.expected}",
    }[problem.fault]
