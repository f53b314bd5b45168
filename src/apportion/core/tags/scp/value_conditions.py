"""The values of a tag as a service control policy can require them: a list, a glob, or any."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

from apportion.core.tags.policy.verdict import NAMED, made_of
from apportion.model.tags.tag_policy import ListedValues, PatternValues, TagPolicy, TagRule

#: More values than this would fill a document; then only the tag's presence is required.
MOST_VALUES = 60
_QUANTIFIER = re.compile(r"\*|\+|\?|\{(\d+)(,?)(\d*)\}")


def denied_values(policy: TagPolicy, key: str, condition_key: str) -> dict[str, object]:
    """Write the condition that holds when a tag is absent, or has a value that is not allowed.

    IAM's negated operators hold for an absent key, so one condition covers both. Globs have no
    classes: a pattern becomes one that allows more, never less.
    """
    exact, globs = asked_values(policy, key)
    if exact:
        return {"StringNotEquals": {condition_key: _one_or_many(exact)}}
    if globs:
        return {"StringNotLike": {condition_key: _one_or_many(globs)}}
    return {"Null": {condition_key: "true"}}


def asked_values(policy: TagPolicy, name: str) -> tuple[list[str], list[str]]:
    """Give the allowed values of a key, exact or as globs; neither where any text is allowed."""
    rule = next((rule for rule in policy.rules if rule.key == name), None)
    made = _made(policy, rule) if rule else None
    if made is not None:
        return made
    key = policy.key(name)
    values = key.values if key else None
    if isinstance(values, ListedValues) and len(values.values) <= MOST_VALUES:
        return [_literal(value.name) for value in values.values], []
    if isinstance(values, PatternValues):
        glob = glob_of(values.pattern)
        return [], [] if glob == "*" else [glob]
    return [], []


def glob_of(pattern: str) -> str:
    """Turn a pattern into a glob that matches all that it matches, and as little more as it can."""
    if "|" in pattern:
        return "*"
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        atom, at = _atom(pattern, at)
        quantifier = _QUANTIFIER.match(pattern, at)
        parts.append(_repeated(atom, quantifier))
        at = quantifier.end() if quantifier else at
    return re.sub(r"\*[*?]*\*|\*+", _merged, "".join(parts))


def _merged(match: re.Match[str]) -> str:
    """`*?*` requires as many characters as it has question marks."""
    return "?" * match[0].count("?") + "*"


def _atom(pattern: str, at: int) -> tuple[str, int]:
    character = pattern[at]
    if character == "[":
        end = pattern.index("]", at + 2 if pattern[at + 1] != "^" else at + 3)
        return "?", end + 1
    if character == "(":
        depth, end = 1, at + 1
        while depth:
            depth += {"(": 1, ")": -1}.get(pattern[end], 0)
            end += 1
        return "*", end
    if character == "\\":
        return ("?" if pattern[at + 1] in "dw" else _literal(pattern[at + 1])), at + 2
    if character in "^$":
        return "", at + 1
    return ("?" if character == "." else character), at + 1


def _repeated(atom: str, quantifier: re.Match[str] | None) -> str:
    if quantifier is None:
        return atom
    if quantifier[1] is None:
        return {"*": "*", "?": "*", "+": f"{atom}*"}[quantifier[0]]
    least = atom * int(quantifier[1])
    return least if not quantifier[2] or quantifier[1] == quantifier[3] else f"{least}*"


def _made(policy: TagPolicy, rule: TagRule) -> tuple[list[str], list[str]] | None:
    """The values that a rule makes: all of them, or globs where only some parts are listed."""
    names = list(dict.fromkeys(NAMED.findall(rule.equals)))
    exact = {name: asked_values(policy, name)[0] for name in names}
    count = 1
    for values in exact.values():
        count *= len(values)
    if 0 < count <= MOST_VALUES:
        return _combined(rule, [exact[name] for name in names], names), []
    few = sorted(names, key=lambda name: (not exact[name], len(exact[name]), name))[:1]
    wide = [exact[name] if name in few and exact[name] else ["*"] for name in names]
    globs = _combined(rule, wide, names)
    return ([], globs) if any(glob.strip("*") for glob in globs) else None


def _combined(rule: TagRule, values: Sequence[Sequence[str]], names: Sequence[str]) -> list[str]:
    made = (made_of(rule, dict(zip(names, each, strict=True))) for each in product(*values))
    return [value for value in made if value is not None]


def _literal(text: str) -> str:
    """Write a value so that no sign of it means anything to IAM."""
    return re.sub(r"\$(?=\{)|[*?](?=.*)", lambda match: f"${{{match[0]}}}", text)


def _one_or_many(values: Sequence[str]) -> object:
    return values[0] if len(values) == 1 else list(values)
