"""Journals: balanced entries of a company in a currency, in minor units."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from apportion.model.money import UNITS_IN_ONE


class LineKind(StrEnum):
    """What a journal line is for."""

    COST = "cost"
    TAX = "tax"
    MARKUP = "markup"
    INTERCOMPANY = "intercompany"
    CLEARING = "clearing"
    ROUNDING = "rounding"  # between the provider's invoice and its lines


class InvoiceCost(NamedTuple):
    """What an owner pays of an invoice in a service category; `units` as in `money`.

    `invoice` is empty as long as the provider has not issued it. Tax is apart.
    """

    billing_account: str
    invoice: str
    currency: str
    owner: str
    service_category: str
    tax: bool
    units: int


class LineKey(NamedTuple):
    """What makes a journal line one line; texts only, so that keys can be sorted.

    `contra` is the account on the other side of the entry; lines that balance all others of an
    invoice have none. `partner` is the other company of an intercompany line.
    """

    company: str
    currency: str
    invoice: str
    kind: str
    account: str
    contra: str
    cost_center: str
    project: str
    partner: str
    owner: str
    label: str


@dataclass(frozen=True)
class JournalLine:
    """A line: `amount` in minor units, debits positive, credits negative; never zero.

    `exact` is the amount before it was rounded, in minor units.
    """

    key: LineKey
    amount: int
    exact: Fraction

    @property
    def deviation(self) -> Fraction:
        """How much rounding changed the line, in minor units."""
        return self.amount - self.exact


@dataclass(frozen=True)
class Journal:
    """The lines of a company in a currency; they add up to zero."""

    journal: str  # its id, in the finance system the external id
    company: str
    currency: str
    lines: tuple[JournalLine, ...]

    @property
    def debit(self) -> int:
        """The sum of all debits, in minor units."""
        return sum(line.amount for line in self.lines if line.amount > 0)


@dataclass(frozen=True)
class JournalBatch:
    """All journals of a file: a month, or what changed since earlier batches were sent.

    `batch` is a hash of period, run, template, chart map and the rest that decides the file.
    `after` are the batches that were sent before, the first one first: if there are some, this one
    is an adjustment. `companies` and `currencies` are those that were chosen; empty for all.
    """

    batch: str
    period: str
    run: str
    made_at: str  # when the run was recorded; UTC, ISO 8601
    template: str
    decided_by: str  # hash of all that decides the batch, but not of the batches before it
    posting_date: date
    companies: tuple[str, ...]
    currencies: tuple[str, ...]
    after: tuple[str, ...]
    journals: tuple[Journal, ...] = field(default=())
    purpose: str = ""  # of a batch that is an estimate: accrual, or its reversal

    def includes(self, company: str, currency: str) -> bool:
        """Return whether journals of a company in a currency were chosen for the batch."""
        return (not self.companies or company in self.companies) and (
            not self.currencies or currency in self.currencies
        )


def to_minor(units: int, units_in_minor: int) -> Fraction:
    """Turn smallest units of money into minor units, exactly."""
    assert UNITS_IN_ONE % units_in_minor == 0
    return Fraction(units, units_in_minor)
