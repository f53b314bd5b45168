"""Judges the tags of one resource by the policy: the only code that decides valid or invalid.

Pure, and on the standard library alone, so that bills, plans, templates, scans and the function
that hears of each creation all judge alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache

from apportion.model.tags.tag_keys import normalise, normalise_value
from apportion.model.tags.tag_policy import (
    LONGEST_VALUE,
    Case,
    Exemption,
    Fault,
    ListedValues,
    Mandatory,
    PatternValues,
    Tagged,
    TagKey,
    TagPolicy,
    TagProblem,
    TagRule,
    Verdict,
)

from .value_pattern import compiled

#: Resources carry the same few keys over and over.
_normal = lru_cache(maxsize=4096)(normalise)

#: A key in braces, in the text of a rule.
NAMED = re.compile(r"\{([^{}]+)\}")
#: How exports write a tag that users gave: a container, then `user:` or `user_`, or neither.
_EXPORTED = re.compile(r"(?:resource_?tags?[/_])?user[:_]", re.IGNORECASE)
_WORST_FIRST = tuple(Fault)
_SHOWN = 6


class Judge:
    """A policy made ready to judge many resources. Its values must be there (`with_rulebook`).

    `today` decides which exemptions are in force.
    """

    def __init__(self, policy: TagPolicy, *, today: date) -> None:
        self.policy = policy
        self._keys = {
            normalise(spelling): key for key in policy.keys for spelling in (key.name, *key.aliases)
        }
        self._exemptions = [one for one in policy.exemptions if one.until >= today]
        self._values = {key.name: _Values(key) for key in policy.keys}

    @property
    def by_resource(self) -> bool:
        """Whether verdicts depend on the id of a resource."""
        return any(one.resources for one in self._exemptions)

    def read(self, tags: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
        """Find the policy's keys among tags: for each, the key as written and its value.

        A key that is written right wins over its other spellings; empty values count as none.
        """
        found: dict[str, tuple[str, str]] = {}
        for raw, value in sorted(tags):
            key = self._keys.get(_normal(raw))
            if key is None or not value.strip():
                continue
            if key.name not in found or is_written(raw, key.name):
                found[key.name] = (raw, value)
        return found

    def verdict(self, resource: Tagged) -> Verdict:
        """Judge a resource: at most one problem a key, the gravest; the gravest first."""
        exempt = self._exempt(resource)
        found = self.read(resource.tags)
        environment = resource.environment or self._environment(found)
        problems = [
            problem
            for key in self.policy.keys
            if key.name not in exempt
            and (problem := self._problem(key, found, resource, environment))
        ]
        reported = exempt | {problem.key for problem in problems}
        broken = self._broken(found, reported, resource, environment)
        ordered = sorted([*problems, *broken], key=lambda one: _WORST_FIRST.index(one.fault))
        return Verdict(tuple(ordered), tuple(sorted(exempt)))

    def canonical(self, key: str, value: str) -> str | None:
        """Write a value as the policy does; None where it cannot be read as an allowed one."""
        return self._values[key].canonical(value)

    def allowed(self, key: str) -> tuple[str, ...]:
        """List the allowed values of a key; none where they are not listed."""
        return self._values[key].names

    def made_by_code(self, tags: Iterable[tuple[str, str]]) -> bool | None:
        """Whether code created a resource; None if the policy has no tag for it."""
        automated = self.policy.automated
        if automated is None:
            return None
        wanted = {normalise_value(value) for value in automated.values}
        key = normalise(automated.key)
        return any(normalise(raw) == key and normalise_value(v) in wanted for raw, v in tags)

    def _environment(self, found: Mapping[str, tuple[str, str]]) -> str:
        key = self.policy.environment
        if key not in found:
            return ""
        return self.canonical(key, found[key][1]) or found[key][1]

    def _exempt(self, resource: Tagged) -> set[str]:
        keys: set[str] = set()
        for one in self._exemptions:
            if _fits(one, resource):
                keys.update(one.keys or (key.name for key in self.policy.keys))
        return keys

    def _problem(
        self,
        key: TagKey,
        found: Mapping[str, tuple[str, str]],
        resource: Tagged,
        environment: str,
    ) -> TagProblem | None:
        name, values = key.name, self._values[key.name]
        needed = key.mandatory is not None and needs(key.mandatory, environment, resource)
        if name not in found:
            missing = TagProblem(name, Fault.MISSING, expected=values.expected)
            return missing if needed else None
        raw, value = found[name]
        meant = values.canonical(value)
        if not is_written(raw, name):
            return TagProblem(name, Fault.KEY_SPELT, raw, name, meant or "", needed)
        if meant is None:
            return TagProblem(name, Fault.UNKNOWN_VALUE, value, values.expected, "", needed)
        if meant != value:
            return TagProblem(name, Fault.VALUE_SPELT, value, meant, meant, needed)
        return None

    def _broken(
        self,
        found: Mapping[str, tuple[str, str]],
        reported: set[str],
        resource: Tagged,
        environment: str,
    ) -> Iterable[TagProblem]:
        for rule in self.policy.rules:
            key = self.policy.key(rule.key)
            if key is None or rule.key in reported or rule.key not in found:
                continue
            needed = key.mandatory is not None and needs(key.mandatory, environment, resource)
            parts = {name: self.canonical(name, v) or v for name, (_, v) in found.items()}
            made = made_of(rule, parts)
            written = found[rule.key][1]
            if made is not None and written != made:
                yield TagProblem(rule.key, Fault.RULE_BROKEN, written, made, made, needed)


@lru_cache(maxsize=4096)
def is_written(raw: str, key: str) -> bool:
    """Whether a key is spelt right, as on the resource or as an export writes it.

    CUR writes `CostCenter` as `user_cost_center` or `user:CostCenter`, and so `costcenter` as
    `user_costcenter`: that is another key. `cost_center` and `CostCenter` are the same in
    such an export, and count as right there.
    """
    if raw == key:
        return True
    prefix = _EXPORTED.match(raw)
    return bool(prefix) and raw[prefix.end() :] in (key, in_export(key)) if prefix else False


def bare_key(raw: str) -> str:
    """Take off what exports put before the keys of users, for people to read."""
    prefix = _EXPORTED.match(raw)
    return raw[prefix.end() :] if prefix else raw


def in_export(key: str) -> str:
    """Write a key as CUR 2.0 and its Athena table do: `CostCenter` becomes `cost_center`."""
    snake = "".join(
        f"_{letter}" if letter.isupper() and at and key[at - 1].islower() else letter
        for at, letter in enumerate(key)
    )
    return re.sub(r"[^a-z0-9_]", "_", snake.lower())


def needs(mandatory: Mandatory, environment: str, resource: Tagged) -> bool:
    """Whether a tag is mandatory on a resource.

    What is not known is taken as in need: an unnamed environment must not excuse a missing tag.
    """
    kind = resource.resource_type
    in_environment = not mandatory.environments or environment in ("", *mandatory.environments)
    of_type = not mandatory.resource_types or not kind or _any_like(kind, mandatory.resource_types)
    return in_environment and of_type


def made_of(rule: TagRule, values: Mapping[str, str]) -> str | None:
    """Make the value that a rule requires; None where a part of it is missing."""
    if any(name not in values for name in NAMED.findall(rule.equals)):
        return None
    return NAMED.sub(lambda match: values[match[1]], rule.equals)


def accepts(key: TagKey, value: str) -> bool:
    """Whether a value is allowed in exactly this spelling."""
    return _Values(key).canonical(value) == value


class _Values:
    """The allowed values of a key, made ready to compare."""

    def __init__(self, key: TagKey) -> None:
        self._pattern = key.values if isinstance(key.values, PatternValues) else None
        values = key.values.values if isinstance(key.values, ListedValues) else ()
        self.names = tuple(value.name for value in values)
        self._spellings = {
            normalise_value(spelling): value.name
            for value in values
            for spelling in (*value.aliases, value.name)
        }

    @property
    def expected(self) -> str:
        if self._pattern:
            return f"a text like {self._pattern.pattern}"
        more = [f"{len(self.names) - _SHOWN} more"] if len(self.names) > _SHOWN else []
        return " or ".join([", ".join(self.names[:_SHOWN]), *more]) or "any text"

    def canonical(self, value: str) -> str | None:
        if len(value) > LONGEST_VALUE:
            return None
        if self._pattern:
            return _fitted(self._pattern, value)
        if not self.names:
            return value if value.strip() else None
        return value if value in self.names else self._spellings.get(normalise_value(value))


def _fitted(pattern: PatternValues, value: str) -> str | None:
    bare = value.strip()
    cased = {Case.UPPER: bare.upper(), Case.LOWER: bare.lower(), Case.ANY: bare}[pattern.case]
    return cased if compiled(pattern.pattern).fullmatch(cased) else None


def _fits(exemption: Exemption, resource: Tagged) -> bool:
    return (
        (not exemption.accounts or resource.account in exemption.accounts)
        and (not exemption.resources or _any_like(resource.resource, exemption.resources))
        and (
            not exemption.resource_types
            or _any_like(resource.resource_type, exemption.resource_types)
        )
    )


def _any_like(text: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(text, glob.replace("[", "[[]")) for glob in globs)
