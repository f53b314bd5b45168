"""Outcomes: results of operations, as values for the command line and the library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from .cents import cent_off
from .findings.finding import Finding


@dataclass(frozen=True)
class Outcome:
    """Rows with ordered columns, findings, and messages for people.

    Money, shares and weights are Decimal, counts int, days date, all else text or None. A Decimal
    column whose name is or ends with `share` or `ratio` is a part of one (`0.25`), any other
    Decimal is money, but for those that `reports.columns` names.
    """

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]
    findings: tuple[Finding, ...] = ()
    messages: tuple[str, ...] = ()


class Of(StrEnum):
    """The kind of a subject of an explanation."""

    OWNER = "owner"
    POOL = "pool"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Subject:
    """An owner, a pool or an account, compared by its whole name."""

    of: Of
    name: str


@dataclass(frozen=True)
class Redacted:
    """Facts and title of a node for users without full access; an empty title is unchanged."""

    facts: Mapping[str, object] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class ExplanationNode:
    """An amount and its parts: `children` add up to `amount` where they carry amounts.

    `title` is a name or a sentence, `place` where the rule stands (file:line:column), `facts`
    further values by name: ratio, driver, weight, sha256. `subjects` are the owners, pools and
    accounts in title, amount and place: a user needs access to all of them, and then gets the
    `redacted` facts. A node without subjects is about the whole organisation.
    """

    title: str
    amount: Decimal | None = None
    currency: str = ""
    place: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    children: tuple[ExplanationNode, ...] = ()
    subjects: tuple[Subject, ...] = ()
    redacted: Redacted = field(default_factory=Redacted)

    @property
    def cents_off(self) -> bool:
        """Whether, as shown to the cent, parts do not add up: here, or anywhere below."""
        parts = [inner.amount for inner in self.children if inner.amount is not None]
        here = self.amount is not None and bool(parts) and cent_off(parts, self.amount)
        return here or any(inner.cents_off for inner in self.children)


@dataclass(frozen=True)
class Explanation:
    """The explanation of an amount, as a tree."""

    root: ExplanationNode
    findings: tuple[Finding, ...] = ()
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class RulesInForce:
    """The rulebook of a period as it was written, and each step of SQL that it compiles to."""

    file: str
    sha256: str
    effective: str
    text: str
    statements: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...] = ()
