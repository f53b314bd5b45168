"""Outcomes: what an operation came to, as values that the command line and a library can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .finding import Finding


@dataclass(frozen=True)
class Outcome:
    """Rows with their columns in order, what to look at, and sentences for people.

    Money, shares and weights are Decimal, counts int, days date, all else text or None. A Decimal
    column whose name is or ends with `share` or `ratio` is a part of one (`0.25`), any other
    Decimal is money, but for those that `reports.columns` names.
    """

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]
    findings: tuple[Finding, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Branch:
    """A number and what it is made of: `branches` add up to `amount` where they carry amounts.

    `title` is a name or a sentence, `place` where the rule stands (file:line:column), `facts`
    whatever else is known by name: ratio, driver, weight, sha256.
    """

    title: str
    amount: Decimal | None = None
    currency: str = ""
    place: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """The tree behind a number."""

    trunk: Branch
    findings: tuple[Finding, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class RulesInForce:
    """The rulebook of a period as it was written, and each step of SQL that it compiles to."""

    file: str
    sha256: str
    effective: str
    text: str
    statements: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...] = ()
