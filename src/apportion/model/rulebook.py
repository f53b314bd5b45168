"""The rulebook: what a user writes, as values. `core.rules.rulebook` reads it from YAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from .findings.finding import Place
from .period import Period


@dataclass(frozen=True)
class Condition:
    """A predicate over the columns of a charge.

    `sql` is DuckDB SQL over quoted names only: FOCUS columns, `x_` columns, dimensions derived
    before, and `tag:<key>` / `account_tag:<key>` for tags, where <key> is normalised
    (`model.tags.tag_keys.normalise`). `columns` are the names it uses, sorted.
    """

    text: str
    sql: str
    columns: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class FromTag:
    """Take the value of the first of these tags that is there; keys are normalised.

    `written` has each key as the rulebook writes it, for people.
    """

    keys: tuple[str, ...]
    place: Place
    written: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class FromAccountTag:
    """Take the value of the first of these tags of the account; as FromTag."""

    keys: tuple[str, ...]
    place: Place
    written: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class FromLookup:
    """Take the value that a CSV file gives for the charge's own columns."""

    file: str
    place: Place


@dataclass(frozen=True)
class FromColumn:
    """Take the value of a FOCUS or `x_` column as it is."""

    column: str
    place: Place


@dataclass(frozen=True)
class FromCondition:
    """Give `value` to the charges that a condition holds for."""

    where: Condition
    value: str
    place: Place


ValueSource = FromTag | FromAccountTag | FromLookup | FromColumn | FromCondition


@dataclass(frozen=True)
class Value:
    """An allowed value of a dimension, and how people also write it."""

    name: str
    aliases: tuple[str, ...]
    place: Place


class OtherValues(StrEnum):
    """What becomes of a value that is not in the list of allowed ones."""

    REJECT = "reject"  # a finding, and the next source is used
    KEEP = "keep"


@dataclass(frozen=True)
class Dimension:
    """A column we derive: the first source that gives a value wins, `default` if none does.

    With `values` empty every value is allowed.
    """

    name: str
    sources: tuple[ValueSource, ...]
    values: tuple[Value, ...]
    other_values: OtherValues
    default: str
    place: Place


@dataclass(frozen=True)
class Even:
    """Every owner pays the same."""


@dataclass(frozen=True)
class Fixed:
    """Owners pay stated percentages, which add up to 100 (as a floor: to at most 100)."""

    percents: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Proportional:
    """Owners pay in proportion to what they spend, in all or where a condition holds."""

    where: Condition | None


class MissingDays(StrEnum):
    """The value of a driver on a day that it does not list."""

    MONTH = "month"  # split that day by the whole month's numbers
    KEEP = "keep"  # that day's cost stays with the pool


@dataclass(frozen=True)
class Usage:
    """Owners pay in proportion to numbers in a driver file."""

    file: str
    missing_days: MissingDays


@dataclass(frozen=True)
class TwoPart:
    """A fixed floor first (percentages of the pool), the rest by another split."""

    floor: Fixed
    rest: Even | Proportional | Usage


Split = Even | Fixed | Proportional | Usage | TwoPart


@dataclass(frozen=True)
class Limit:
    """The least and the most, in percent of the pool, that an owner may pay; None is no limit.

    `owner` is `*` for everyone without a limit of their own.
    """

    owner: str
    least: Decimal | None
    most: Decimal | None


class IfNothing(StrEnum):
    """What to do if the driver has no positive number."""

    KEEP = "keep"
    EVEN = "even"


@dataclass(frozen=True)
class Pool:
    """Cost that is shared out.

    `owner` is the value of the owner dimension whose cost this pool passes on: what other pools
    put on that owner flows through this pool. Empty: nothing lands here but by the pool's name.
    `to` empty means every owner.
    """

    name: str
    where: Condition
    split: Split
    to: tuple[str, ...]
    within: str
    if_nothing: IfNothing
    limits: tuple[Limit, ...]
    owner: str
    place: Place


class Method(StrEnum):
    """How pools that serve each other are settled."""

    DIRECT = "direct"  # pools pay nothing to each other
    STEP_DOWN = "step-down"  # in the rulebook's order; a later pool gives nothing back
    RECIPROCAL = "reciprocal"  # all at once, solved exactly


@dataclass(frozen=True)
class Rulebook:
    """One version of the rules, in force from a month until the next version's month."""

    name: str  # the file it was read from
    sha256: str
    effective: Period
    currency: str
    cost: str
    method: Method
    owner: str  # the dimension whose values carry cost; by default the first
    dimensions: tuple[Dimension, ...]
    pools: tuple[Pool, ...]

    def dimension(self, name: str) -> Dimension:
        """Find a dimension by its name."""
        return next(dimension for dimension in self.dimensions if dimension.name == name)

    def pool(self, name: str) -> Pool:
        """Find a pool by its name."""
        return next(pool for pool in self.pools if pool.name == name)
