"""The chart map: to which company, cost center and account each owner's cost is posted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from apportion.model.finance.invoice import InvoiceDifference
from apportion.model.findings.finding import Place


@dataclass(frozen=True)
class IntercompanyAccounts:
    """The accounts of a company for amounts that it and a partner owe each other."""

    receivable: str
    payable: str


@dataclass(frozen=True)
class Company:
    """A company that posts journals.

    `clearing` is the account that the provider's invoice was posted to, and that a journal
    credits; only a company that pays invoices needs one. `accrual` is the account that an accrual
    credits instead. `fields` are texts for templates.
    """

    code: str
    name: str
    clearing: str
    tax: str
    intercompany: Mapping[str, IntercompanyAccounts]
    fields: Mapping[str, str]
    place: Place
    accrual: str = ""


@dataclass(frozen=True)
class OwnerMapping:
    """To which company and cost center an owner's cost is posted; both days are included."""

    owner: str
    company: str
    cost_center: str
    project: str
    valid_from: date
    valid_to: date
    place: Place

    def holds_on(self, day: date) -> bool:
        """Return whether the mapping is valid on a day."""
        return self.valid_from <= day <= self.valid_to


@dataclass(frozen=True)
class AccountRule:
    """An expense account; without service categories or company, for all of them."""

    account: str
    service_categories: frozenset[str]
    company: str
    place: Place


@dataclass(frozen=True)
class Markup:
    """A part of each owner's cost without tax, 0.03 for 3 %; a negative one is a discount.

    The owner's company debits `account`, the company that pays the invoice credits `income`.
    Without owners, it is for all of them.
    """

    name: str
    rate: Fraction
    account: str
    income: str
    owners: frozenset[str]
    place: Place


@dataclass(frozen=True)
class ChartMap:
    """All mappings of one file; `cost` is a cost column, or empty for the rulebook's.

    `payers` maps billing accounts to the companies that pay their invoices. `closed` has the first
    day on which an account is closed for posting.
    """

    name: str
    sha256: str
    cost: str
    companies: Mapping[str, Company]
    payers: Mapping[str, str]
    accounts: tuple[AccountRule, ...]
    owners: tuple[OwnerMapping, ...]
    markups: tuple[Markup, ...] = ()
    closed: Mapping[str, date] = field(default_factory=dict)
    invoice_difference: InvoiceDifference = field(default_factory=InvoiceDifference)

    def account(self, company: str, service_category: str) -> str:
        """Find the expense account of a service category: the first rule that matches, or ""."""
        return next(
            (
                rule.account
                for rule in self.accounts
                if rule.company in ("", company)
                and (not rule.service_categories or service_category in rule.service_categories)
            ),
            "",
        )
