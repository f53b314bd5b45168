"""Findings: problems in data or rules. Values, never raised, so all of them are shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from apportion.model import money


class Severity(StrEnum):
    """Only `error` makes a command end with exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True)
class Code:
    """A kind of finding: number, severity, title, and meaning (with the remedy)."""

    number: str
    severity: Severity
    title: str
    meaning: str


@dataclass(frozen=True)
class Place:
    """A position in a file; line and column begin at one, zero means none."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


@dataclass(frozen=True)
class Finding:
    """A problem in one place.

    `place` is file:line:column, a file and row, or a bill and period. `expected` and `found` can be
    empty. `amount` is the money at stake in `currency`, if it is known.
    """

    code: Code
    place: str
    subject: str
    expected: str = ""
    found: str = ""
    remedy: str = ""
    amount: Decimal | None = None
    currency: str = ""

    def __str__(self) -> str:
        facts = [self.subject]
        if self.expected:
            facts.append(f"expected {self.expected}")
        if self.found:
            facts.append(f"found {self.found}")
        if self.amount is not None:
            facts.append(f"{money.text(self.amount)} {self.currency}".strip())
        return f"{self.code.number} {self.place}: {', '.join(facts)}. {self.remedy}".rstrip()


def failing(findings: list[Finding]) -> list[Finding]:
    """Keep the findings that make a command fail."""
    return [finding for finding in findings if finding.code.severity is Severity.ERROR]


def add(
    findings: list[Finding],
    code: Code,
    place: Place,
    subject: str,
    expected: str = "",
    found: str = "",
    remedy: str = "",
) -> None:
    """Add a finding about a place in a file."""
    findings.append(Finding(code, str(place), subject, expected, found, remedy))
