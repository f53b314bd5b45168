"""The tag policy: what tags resources carry, as values. `core.tags` reads it from YAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from apportion.model.findings.finding import Place

#: What AWS takes as a tag (facts of its tagging guide): longer keys and values are refused.
LONGEST_KEY = 128
LONGEST_VALUE = 256


class TagKind(StrEnum):
    """Who needs a tag: those who pay, or those who run things."""

    BUSINESS = "business"
    TECHNICAL = "technical"


class Case(StrEnum):
    """The letter case of values that a pattern allows."""

    ANY = "any"
    UPPER = "upper"
    LOWER = "lower"


@dataclass(frozen=True)
class TagValue:
    """An allowed value, and how people also write it."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnyValue:
    """Every text that is not empty is allowed."""


@dataclass(frozen=True)
class ListedValues:
    """The allowed values. `dimension` names the rulebook's dimension they were taken from."""

    values: tuple[TagValue, ...]
    dimension: str = ""


@dataclass(frozen=True)
class PatternValues:
    """Values that match a regular expression from their beginning to their end."""

    pattern: str
    case: Case = Case.ANY


@dataclass(frozen=True)
class DimensionValues:
    """The values of a dimension of the rulebook in force; `core.tags.tag_policy` puts them in."""

    dimension: str
    place: Place = field(compare=False)


AllowedValues = AnyValue | ListedValues | PatternValues | DimensionValues


@dataclass(frozen=True)
class Mandatory:
    """Where a tag has to be: in these environments and on these resource types; empty means all.

    Resource types are written as AWS's tag policies do, `ec2:instance`, or `ec2:*`.
    """

    environments: tuple[str, ...] = ()
    resource_types: tuple[str, ...] = ()

    @property
    def everywhere(self) -> bool:
        """Whether every resource needs the tag."""
        return not self.environments and not self.resource_types


@dataclass(frozen=True)
class TagKey:
    """A tag key as it is to be written. `mandatory` is None where the tag may be left out."""

    name: str
    about: str
    kind: TagKind
    mandatory: Mandatory | None
    values: AllowedValues
    aliases: tuple[str, ...] = ()
    example: str = ""
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True)
class TagRule:
    """A tag that is made of others: `AllocationKey` = `{CostCenter}-{Environment}`."""

    key: str
    equals: str
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True)
class Exemption:
    """What need not follow the policy, who answers for that, and until when.

    Each list that is not empty must fit; `keys` empty means every key. Accounts are ids, the other
    lists globs (`*`, `?`) over resource ids and types.
    """

    owner: str
    until: date
    why: str
    keys: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_types: tuple[str, ...] = ()
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True)
class Automated:
    """The tag that marks resources created by code."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Targets:
    """The parts of spend, in percent, that carry valid tags at each step of the way."""

    crawl: int = 80
    walk: int = 90
    run: int = 95


@dataclass(frozen=True)
class Enforcement:
    """What service control policies deny: creation without these keys, but by these principals.

    `keys` empty means every key that is mandatory everywhere. Of what a launch of instances makes,
    `launched` needs tags. `also` are calls that are left out unless they are named.
    """

    keys: tuple[str, ...] = ()
    exempt_principals: tuple[str, ...] = ()
    launched: tuple[str, ...] = ("instance",)
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class TagPolicy:
    """One policy, from which every layer is generated or checked."""

    name: str  # the file it was read from
    sha256: str
    keys: tuple[TagKey, ...]
    rules: tuple[TagRule, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    environment: str = ""  # the key that names the environment of a resource
    project: str = ""  # the key that names what resources belong together for
    automated: Automated | None = None
    targets: Targets = Targets()
    enforcement: Enforcement = Enforcement()

    def key(self, name: str) -> TagKey | None:
        """Find a key by its name as the policy writes it."""
        return next((key for key in self.keys if key.name == name), None)


class Fault(StrEnum):
    """What is wrong with one tag of a resource, the gravest first."""

    MISSING = "missing"
    KEY_SPELT = "key spelt otherwise"
    UNKNOWN_VALUE = "unknown value"
    VALUE_SPELT = "value spelt otherwise"
    RULE_BROKEN = "rule broken"


@dataclass(frozen=True)
class TagProblem:
    """What is wrong with one key: `key` as the policy writes it, `found` as the resource has it.

    `meant` is the value it should have, if that is known; `mandatory` whether the resource
    needs the tag.
    """

    key: str
    fault: Fault
    found: str = ""
    expected: str = ""
    meant: str = ""
    mandatory: bool = True


@dataclass(frozen=True)
class Tagged:
    """A resource to be judged. Empty texts are what is not known; tags are as they were written."""

    tags: tuple[tuple[str, str], ...]
    environment: str = ""
    account: str = ""
    resource: str = ""
    resource_type: str = ""


@dataclass(frozen=True)
class Verdict:
    """The result for one resource; `exempt` are the keys that it may lack."""

    problems: tuple[TagProblem, ...]
    exempt: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong, with tags that may be left out either."""
        return not self.problems

    @property
    def compliant(self) -> bool:
        """Whether every mandatory tag is there and right."""
        return not any(problem.mandatory for problem in self.problems)

    def problem(self, key: str) -> TagProblem | None:
        """Find what is wrong with a key."""
        return next((problem for problem in self.problems if problem.key == key), None)
