"""AWS Cost Categories as values: ordered rules that give charges a value, and split charges."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class ConditionKind(StrEnum):
    """What an expression looks at, by the name of AWS's field."""

    DIMENSION = "Dimensions"
    TAG = "Tags"
    CATEGORY = "CostCategories"


class How(StrEnum):
    """How values are compared."""

    EQUALS = "EQUALS"
    STARTS_WITH = "STARTS_WITH"
    ENDS_WITH = "ENDS_WITH"
    CONTAINS = "CONTAINS"
    ABSENT = "ABSENT"


@dataclass(frozen=True)
class Match:
    """Holds where one of the values fits; ABSENT has none, and holds where there is no value."""

    kind: ConditionKind
    key: str
    values: tuple[str, ...]
    how: How = How.EQUALS
    any_case: bool = False


@dataclass(frozen=True)
class And:
    """Holds where all parts hold."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Or:
    """Holds where one part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Not:
    """Holds where the part does not; also where what it looks at is not there."""

    part: Expression


Expression = Match | And | Or | Not

#: What an inherited value is taken from.
ACCOUNT_NAME, TAG = "LINKED_ACCOUNT_NAME", "TAG"


@dataclass(frozen=True)
class Regular:
    """Gives a value to charges that an expression holds for."""

    value: str
    where: Expression


@dataclass(frozen=True)
class Inherited:
    """Gives charges the name of their account, or the value of their tag `key`."""

    source: str
    key: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A rule that could not be read, and why; it is reported, never guessed."""

    value: str
    why: str


@dataclass(frozen=True)
class SplitCharge:
    """Splits one value's cost; `percents` go with the targets where the method is FIXED."""

    source: str  # empty: what no rule gave a value
    targets: tuple[str, ...]
    method: str  # FIXED, PROPORTIONAL or EVEN
    percents: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class CostCategory:
    """One definition: the first rule that matches gives the value, `default` if none does."""

    name: str
    rules: tuple[Regular | Inherited | LeftOut, ...]
    default: str = ""  # empty: charges stay without a value
    splits: tuple[SplitCharge, ...] = ()
    effective: str = ""  # the month that it begins with, like 2026-01
    ended: bool = False
