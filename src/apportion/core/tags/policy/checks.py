"""Checks across a tag policy: names that exist, values that agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice, product

from apportion.model.findings import tags as codes
from apportion.model.findings.finding import Finding, Place, add
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.tags.tag_keys import normalise, normalise_value
from apportion.model.tags.tag_policy import (
    LONGEST_KEY,
    LONGEST_VALUE,
    ListedValues,
    TagKey,
    TagPolicy,
    TagRule,
)
from apportion.model.wording import join_words

from .verdict import NAMED, accepts, made_of

#: `\w` without case: letters and digits of every script, as AWS takes them.
_TAKEN_BY_AWS = re.compile(r"[\w \-.:/=+@]*")
#: Combinations of values that a rule is tried on; a longer list is tried on its first ones.
_TRIED = 400


def check_policy(policy: TagPolicy, place: Place, findings: list[Finding]) -> None:
    """Add findings about a policy as it is written."""
    _check_names(policy, findings)
    for key in policy.keys:
        _check_values(key, findings)
    names = [key.name for key in policy.keys]
    for subject, at, used in _named(policy, place):
        for name in used:
            if name not in names:
                add(findings, codes.UNKNOWN_TAG, at, f"{subject} names {shown(name)}",
                     join_words(names), did_you_mean(name, names))  # fmt: skip
    _check_circles(policy, findings)
    for exemption in policy.exemptions:
        if not (exemption.accounts or exemption.resources or exemption.resource_types):
            add(findings, codes.EXEMPT_EVERYTHING, exemption.place,
                 f"the exemption of {shown(exemption.owner)}",
                 "`accounts`, `resources` or `resource_types`")  # fmt: skip
    targets = policy.targets
    if not targets.crawl <= targets.walk <= targets.run:
        found = f"{targets.crawl}, {targets.walk}, {targets.run}"
        add(findings, codes.TARGETS_CROSS, place, f"the targets are {found}", "rising ones")
    if not any(key.mandatory for key in policy.keys):
        add(findings, codes.NOTHING_MANDATORY, place, "no key is mandatory",
             remedy="Add `mandatory: always` to those that each resource needs.")  # fmt: skip


def check_resolved(policy: TagPolicy, findings: list[Finding]) -> None:
    """Add findings that need the rulebook's values."""
    _check_environments(policy, findings)
    for rule in policy.rules:
        _check_rule(policy, rule, findings)


def _check_names(policy: TagPolicy, findings: list[Finding]) -> None:
    first: dict[str, tuple[str, str]] = {}
    for key in policy.keys:
        for spelling in (key.name, *key.aliases):
            other, of = first.setdefault(normalise(spelling), (spelling, key.name))
            if of != key.name:
                add(findings, codes.SAME_KEY, key.place,
                     f"{shown(other)} (of {of}) and {shown(spelling)} (of {key.name}) are the same",
                     "keys that differ in more than case and separators")  # fmt: skip
        if _refused(key.name, LONGEST_KEY) or key.name.casefold().startswith("aws:"):
            add(findings, codes.REFUSED_KEY, key.place, f"the key {shown(key.name)}",
                 f"at most {LONGEST_KEY} letters, digits, spaces and _.:/=+-@")  # fmt: skip


def _check_values(key: TagKey, findings: list[Finding]) -> None:
    if not isinstance(key.values, ListedValues):
        return
    first: dict[str, str] = {}
    for value in key.values.values:
        for spelling in (value.name, *value.aliases):
            of = first.setdefault(normalise_value(spelling), value.name)
            if of != value.name:
                add(findings, codes.SAME_TAG_VALUE, key.place,
                     f"{shown(spelling)} of {key.name} is written for {of} and {value.name}",
                     "values that differ in more than case and separators")  # fmt: skip
        if _refused(value.name, LONGEST_VALUE):
            add(findings, codes.REFUSED_VALUE, key.place,
                 f"the value {shown(value.name)} of {key.name}",
                 f"at most {LONGEST_VALUE} letters, digits, spaces and _.:/=+-@")  # fmt: skip


def _refused(text: str, longest: int) -> bool:
    return len(text) > longest or not _TAKEN_BY_AWS.fullmatch(text)


def _named(policy: TagPolicy, place: Place) -> Iterable[tuple[str, Place, Sequence[str]]]:
    """Where keys are named, and which."""
    for rule in policy.rules:
        yield "a rule", rule.place, (rule.key, *NAMED.findall(rule.equals))
    for exemption in policy.exemptions:
        yield "an exemption", exemption.place, exemption.keys
    yield "`enforce`", place, policy.enforcement.keys
    for word, key in (("environment", policy.environment), ("project", policy.project)):
        if key:
            yield f"`{word}`", place, (key,)


def _check_circles(policy: TagPolicy, findings: list[Finding]) -> None:
    needs = {rule.key: set(NAMED.findall(rule.equals)) for rule in policy.rules}
    for rule in policy.rules:
        reached, found = set(needs[rule.key]), False
        for _ in needs:
            reached |= {more for key in reached for more in needs.get(key, ())}
            found = rule.key in reached
        if found:
            add(findings, codes.RULE_OF_ITSELF, rule.place, f"{rule.key} is made of itself",
                 "other tags")  # fmt: skip


def _check_environments(policy: TagPolicy, findings: list[Finding]) -> None:
    named = policy.key(policy.environment)
    values = named.values if named else None
    known = [value.name for value in values.values] if isinstance(values, ListedValues) else []
    for key in policy.keys:
        environments = key.mandatory.environments if key.mandatory else ()
        if environments and named is None:
            add(findings, codes.ENVIRONMENT_UNNAMED, key.place,
                 f"{key.name} is mandatory in {join_words(environments, last='and')}",
                 remedy="Add `environment:` with the key that names it.")  # fmt: skip
        for environment in environments:
            if known and environment not in known:
                add(findings, codes.UNKNOWN_ENVIRONMENT, key.place,
                     f"{key.name} is mandatory in {shown(environment)}",
                     join_words(known), remedy=did_you_mean(environment, known))  # fmt: skip


def _check_rule(policy: TagPolicy, rule: TagRule, findings: list[Finding]) -> None:
    """Try a rule on combinations of allowed values; it is wrong if none makes an allowed value."""
    key = policy.key(rule.key)
    parts = [policy.key(name) for name in dict.fromkeys(NAMED.findall(rule.equals))]
    if key is None or not parts or not all(part and _lists(part) for part in parts):
        return
    texts = [
        [(part.name, value.name) for value in part.values.values][:20]
        for part in parts
        if part and isinstance(part.values, ListedValues)
    ]
    made = [made_of(rule, dict(pairs)) for pairs in islice(product(*texts), _TRIED)]
    if made and not any(accepts(key, value) for value in made if value is not None):
        add(findings, codes.RULE_NEVER_HOLDS, rule.place,
             f"{rule.key} = {rule.equals}, as in {shown(str(made[0]))}",
             f"an allowed value of {rule.key}")  # fmt: skip


def _lists(key: TagKey) -> bool:
    return isinstance(key.values, ListedValues)
