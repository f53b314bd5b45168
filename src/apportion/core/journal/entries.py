"""Map what owners pay to accounts, and round it to minor units, per invoice and currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from apportion.core.allocation.rounding import round_together
from apportion.model.currencies import is_currency, units_in_minor
from apportion.model.finance.chart_map import ChartMap, Company, Markup, OwnerMapping
from apportion.model.finance.journal import InvoiceCost, LineKind, to_minor
from apportion.model.findings import journals as codes
from apportion.model.findings.finding import Code, Finding
from apportion.model.money import from_units
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import join_words


class EntryKey(NamedTuple):
    """What makes an entry one entry; texts only, so that keys can be sorted.

    `label` is the name of a mark-up, else empty. `credited` is the account that the company that
    pays the invoice credits.
    """

    payer: str
    invoice: str
    currency: str
    kind: str
    label: str
    owner: str
    company: str
    cost_center: str
    project: str
    account: str
    credited: str


@dataclass(frozen=True)
class Entry:
    """An amount that an owner's company debits and the paying company credits, in minor units."""

    key: EntryKey
    amount: int
    exact: Fraction


def map_entries(
    costs: Sequence[InvoiceCost], chart: ChartMap, *, posting_date: date
) -> tuple[list[Entry], list[Finding]]:
    """Map and round what owners pay; entries are sorted.

    The mapping of an owner is the one that is valid on the posting date. What is not mapped is a
    finding with its money. Amounts of an invoice in a currency add up to its rounded sum; those of
    a mark-up to its own.
    """
    mapper = _Mapper(chart, posting_date)
    exact: dict[EntryKey, Fraction] = defaultdict(Fraction)
    for cost in costs:
        for key, amount in mapper.keys(cost):
            exact[key] += amount
    findings = mapper.findings()
    findings += [] if findings else list(_check_intercompany(exact, chart))
    findings += _unused_mappings(costs, chart, posting_date)
    return _rounded(exact), findings


def _rounded(exact: dict[EntryKey, Fraction]) -> list[Entry]:
    groups: dict[tuple[str, ...], dict[EntryKey, Fraction]] = defaultdict(dict)
    for key, amount in exact.items():
        groups[key.payer, key.invoice, key.currency, key.label][key] = amount
    rounded = {
        key: count for group in groups.values() for key, count in round_together(group).items()
    }
    return [Entry(key, rounded[key], exact[key]) for key in sorted(exact)]


class _Mapper:
    """Finds company, cost center and accounts of costs, and adds up what has none."""

    def __init__(self, chart: ChartMap, day: date) -> None:
        self._chart = chart
        self._day = day
        self._owners = {one.owner: one for one in chart.owners if one.holds_on(day)}
        self._unmapped: dict[Finding, int] = defaultdict(int)  # findings without their money

    def keys(self, cost: InvoiceCost) -> Iterator[tuple[EntryKey, Fraction]]:
        """Give the entries of a cost with exact amounts in minor units; none if a mapping lacks."""
        mapping = self._owners.get(cost.owner)
        payer = self._chart.companies.get(self._chart.payers.get(cost.billing_account, ""))
        account = self._account(cost, mapping)
        finding = self._not_mapped(cost, mapping, payer) or self._no_account(cost, mapping, account)
        if finding is not None:
            self._unmapped[finding] += cost.units
        if finding is not None or mapping is None or payer is None:
            return
        amount = to_minor(cost.units, units_in_minor(cost.currency))
        kind = LineKind.TAX if cost.tax else LineKind.COST
        yield self._key(cost, mapping, payer, kind, account), amount
        for markup in self._chart.markups if not cost.tax else ():
            if not markup.owners or cost.owner in markup.owners:
                key = self._key(cost, mapping, payer, LineKind.MARKUP, markup.account, markup)
                yield key, amount * markup.rate

    def findings(self) -> list[Finding]:
        """List what is not mapped, with the money that cannot be posted."""
        return [
            replace(finding, amount=from_units(units))
            for finding, units in sorted(
                self._unmapped.items(), key=lambda pair: (pair[0].code.number, pair[0].subject)
            )
        ]

    def _key(
        self,
        cost: InvoiceCost,
        mapping: OwnerMapping,
        payer: Company,
        kind: LineKind,
        account: str,
        markup: Markup | None = None,
    ) -> EntryKey:
        return EntryKey(
            payer=payer.code,
            invoice=cost.invoice,
            currency=cost.currency,
            kind=kind.value,
            label=markup.name if markup else "",
            owner=cost.owner,
            company=mapping.company,
            cost_center=mapping.cost_center,
            project=mapping.project,
            account=account,
            credited=markup.income if markup else payer.clearing,
        )

    def _account(self, cost: InvoiceCost, mapping: OwnerMapping | None) -> str:
        if mapping is None:
            return ""
        if cost.tax:
            return self._chart.companies[mapping.company].tax
        return self._chart.account(mapping.company, cost.service_category)

    def _not_mapped(
        self, cost: InvoiceCost, mapping: OwnerMapping | None, payer: Company | None
    ) -> Finding | None:
        if not is_currency(cost.currency):
            found = shown(cost.currency) or "none"
            remedy = "Correct `BillingCurrency` of the bill, ingest it again, and allocate."
            return self._finding(codes.UNKNOWN_CURRENCY, cost, "the currency of the bill",
                                 "a code like USD", found, remedy)  # fmt: skip
        if payer is None:
            subject = f"billing account {shown(cost.billing_account) or 'without id'}"
            remedy = "Add it to `payers`."
            return self._finding(codes.UNMAPPED_PAYER, cost, subject, "a company", "none", remedy)
        if mapping is None:
            return self._no_owner(cost)
        return None

    def _no_owner(self, cost: InvoiceCost) -> Finding:
        other = [one for one in self._chart.owners if one.owner == cost.owner]
        lines = join_words([f"line {one.place.line}" for one in other], last="and")
        found = f"mappings for other days in {lines}" if other else "none"
        near = did_you_mean(cost.owner, {one.owner for one in self._chart.owners})
        remedy = f"Add it to `owners`. {'' if other else near}".rstrip()
        return self._finding(codes.UNMAPPED_OWNER, cost, f"owner {shown(cost.owner)}",
                             f"a mapping that is valid on {self._day}", found,
                             remedy)  # fmt: skip

    def _no_account(
        self, cost: InvoiceCost, mapping: OwnerMapping | None, account: str
    ) -> Finding | None:
        if account or mapping is None:
            return None
        company = mapping.company
        if cost.tax:
            return self._finding(codes.NO_TAX_ACCOUNT, cost, f"company {company}", "a tax account",
                                 "none", "Add `tax:` to the company.")  # fmt: skip
        category = shown(cost.service_category) or "(none)"
        subject = f"service category {category} of company {company}"
        remedy = "Add a rule to `accounts`; one without service categories matches all others."
        return self._finding(codes.NO_ACCOUNT, cost, subject, "an account", "none", remedy)

    def _finding(
        self, code: Code, cost: InvoiceCost, subject: str, expected: str, found: str, remedy: str
    ) -> Finding:
        """Make a finding without its money; equal ones become one, with the sum of it."""
        return Finding(code, self._chart.name, subject, expected, found, remedy,
                       currency=cost.currency)  # fmt: skip


def _check_intercompany(exact: dict[EntryKey, Fraction], chart: ChartMap) -> Iterator[Finding]:
    """Find companies without intercompany accounts for each other."""
    missing: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for key, amount in exact.items():
        pairs = ((key.payer, key.company), (key.company, key.payer))
        for company, partner in pairs if key.company != key.payer else ():
            if partner not in chart.companies[company].intercompany:
                missing[company, partner, key.currency] += amount
    for (company, partner, currency), amount in sorted(missing.items()):
        place = str(chart.companies[company].place)
        yield Finding(codes.NO_INTERCOMPANY, place, f"company {company}",
                      f"intercompany accounts for {partner}", "none",
                      f"Add `intercompany: {{{partner}: …}}` to the company.",
                      _money(amount, currency), currency)  # fmt: skip


def _money(amount: Fraction, currency: str) -> Decimal:
    """Turn exact minor units into money; percentages may go beyond its last place."""
    units = amount * units_in_minor(currency)
    return from_units(round_together({"": units})[""])


def _unused_mappings(costs: Iterable[InvoiceCost], chart: ChartMap, day: date) -> Iterator[Finding]:
    paying = {cost.owner for cost in costs}
    for mapping in chart.owners:
        if mapping.holds_on(day) and mapping.owner not in paying:
            near = did_you_mean(mapping.owner, paying - {one.owner for one in chart.owners})
            yield Finding(codes.OWNER_NOT_IN_BILL, str(mapping.place),
                          f"owner {shown(mapping.owner)}", "cost in the month", "none",
                          near)  # fmt: skip
