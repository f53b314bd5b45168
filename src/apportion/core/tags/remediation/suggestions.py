"""What tags probably mean: values and keys in other spellings, projects with several owners.

Each has its cost and, if known, the value that was meant; some can be accepted as an alias.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from enum import StrEnum
from hashlib import sha256

from apportion.core.tags.policy.verdict import Judge, bare_key
from apportion.model.money import EXACT
from apportion.model.suggestions import closest
from apportion.model.tags.tag_keys import normalise
from apportion.model.tags.tag_policy import Fault, Verdict


class Suggested(StrEnum):
    """What a suggestion is about."""

    SPELLING = "value spelt otherwise"
    VALUE = "unknown value"
    KEY_SPELLING = "key spelt otherwise"
    KEY = "unknown key"
    PROJECT = "project with several owners"


#: Suggestions for the policy and the rulebook; the others are corrected on the resources.
ACCEPTABLE = frozenset({Suggested.VALUE, Suggested.KEY})


@dataclass(frozen=True)
class TagSpend:
    """Charges that have the same tags, account and environment, with their verdict."""

    tags: tuple[tuple[str, str], ...]
    account: str
    environment: str
    verdict: Verdict
    cost: Decimal
    currency: str
    resources: int


@dataclass
class Suggestion:
    """One correction; `meant` is empty if it is unknown."""

    about: Suggested
    key: str
    found: str
    meant: str
    currency: str
    project: str = ""
    cost: Decimal = Decimal()
    resources: int = 0
    accounts: set[str] = field(default_factory=set)
    environments: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        """An id to accept it by, the same for the same content."""
        content = "\0".join((self.about, self.key, self.found, self.meant, self.project))
        return sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:6]

    @property
    def acceptable(self) -> bool:
        """Whether an alias can be made of it."""
        return self.about in ACCEPTABLE and bool(self.meant)

    def add(self, spend: TagSpend) -> None:
        """Count charges to it."""
        with localcontext(EXACT):
            self.cost += spend.cost
        self.resources += spend.resources
        self.accounts.add(spend.account)
        self.environments.update({spend.environment} - {""})


def suggestions(judge: Judge, spends: Iterable[TagSpend], *, owner: str) -> list[Suggestion]:
    """Find tags that are spelt in several ways or contradict each other, by cost.

    `owner` is the key that names owners: projects are searched for it.
    """
    every = list(spends)
    found: dict[tuple[str, ...], Suggestion] = {}
    for spend in every:
        for one in (*_values(judge, spend), *_keys(judge, spend)):
            found.setdefault((one.id, one.currency), one).add(spend)
    suggestions = [*found.values(), *_projects(judge, every, owner)]
    return sorted(suggestions, key=lambda one: (-one.cost, one.about, one.key, one.found))


def _values(judge: Judge, spend: TagSpend) -> Iterator[Suggestion]:
    for problem in spend.verdict.problems:
        key, found = problem.key, problem.found
        match problem.fault:
            case Fault.VALUE_SPELT:
                yield Suggestion(Suggested.SPELLING, key, found, problem.meant, spend.currency)
            case Fault.UNKNOWN_VALUE:
                meant = nearest_value(judge, key, found)
                yield Suggestion(Suggested.VALUE, key, found, meant, spend.currency)
            case Fault.KEY_SPELT:
                about = Suggested.KEY_SPELLING
                yield Suggestion(about, key, bare_key(found), key, spend.currency)


def nearest_value(judge: Judge, key: str, found: str) -> str:
    """Find the allowed value that was probably meant; none where only digits differ.

    `FIN-110` is as near to `FIN-100` as a slip of the pen, but may be another cost centre.
    """
    names = judge.allowed(key)
    meant = closest(found, names) if len(found) > 1 else ""
    if meant and _letters(found) == _letters(meant) and found.casefold() != meant.casefold():
        return "" if any(map(str.isdigit, found)) else meant
    return meant


def _keys(judge: Judge, spend: TagSpend) -> Iterator[Suggestion]:
    """Unknown keys, close to one that is missing."""
    missing = [p.key for p in spend.verdict.problems if p.fault is Fault.MISSING]
    if not missing:
        return
    known = {normalise(s) for key in judge.policy.keys for s in (key.name, *key.aliases)}
    for raw, _value in spend.tags:
        bare = bare_key(raw)
        if normalise(raw) not in known and (meant := closest(bare, missing)):
            yield Suggestion(Suggested.KEY, meant, bare, meant, spend.currency)


def _projects(judge: Judge, spends: Iterable[TagSpend], owner: str) -> Iterator[Suggestion]:
    """Projects whose resources name several owners: each owner but the one with most spend."""
    project = judge.policy.project
    if not project or not owner or project == owner:
        return
    by_project: dict[tuple[str, str], dict[str, list[TagSpend]]] = defaultdict(dict)
    for spend in spends:
        names = judge.read(spend.tags)
        if project not in names or owner not in names:
            continue
        value = judge.canonical(owner, names[owner][1])
        named = judge.canonical(project, names[project][1]) or names[project][1].strip()
        if value:
            by_project[named, spend.currency].setdefault(value, []).append(spend)
    for (named, currency), owners in by_project.items():
        sums = {value: _sum(own) for value, own in owners.items()}
        most = min(sums, key=lambda value: (-sums[value], value))
        for value in sorted(set(owners) - {most}):
            one = Suggestion(Suggested.PROJECT, owner, value, most, currency, named)
            for spend in owners[value]:
                one.add(spend)
            yield one


def _sum(spends: Iterable[TagSpend]) -> Decimal:
    with localcontext(EXACT):
        return sum((spend.cost for spend in spends), Decimal())


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalpha())
