"""Compare what the general ledger holds with the journals that were sent."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from apportion.core.rulebook.inputs.csv_rows import Row, Sheet, capped, read_csv
from apportion.model.currencies import from_minor
from apportion.model.finance.journal import JournalBatch, JournalLine, LineKind
from apportion.model.finance.journal_template import JournalTemplate
from apportion.model.findings import journals as codes
from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place, add
from apportion.model.suggestions import shown
from apportion.model.wording import join_words

from .template import FIELD

#: What columns of a trial balance are called, without case, spaces and punctuation.
_NAMES = {
    "company": {"company", "companycode", "subsidiary", "legalentity", "entity"},
    "currency": {"currency", "currencycode", "transactioncurrency"},
    "account": {"account", "accountnumber", "glaccount", "mainaccount", "ledgeraccount", "konto"},
    "cost_center": {"costcenter", "department", "kostenstelle", "kost1kostenstelle"},
    "journal": {"journal", "externalid", "reference", "documentno", "journalkey"},
    "debit": {"debit", "debitamount", "entereddebitamount"},
    "credit": {"credit", "creditamount", "enteredcreditamount"},
    "amount": {"amount", "balance", "net", "netamount"},
}
#: Columns by which amounts are compared, as far as the file has them.
_COMPARED = ("company", "currency", "account", "cost_center")

_AMOUNT = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)


@dataclass(frozen=True)
class GeneralLedger:
    """What a file of the finance system holds: amounts by the values of `columns`.

    Debits are positive. `skipped` lines belong to other journals.
    """

    columns: tuple[str, ...]
    amounts: Mapping[tuple[str, ...], Decimal]
    skipped: int


@dataclass(frozen=True)
class LedgerDifference:
    """An account, and what of the journals it should hold and holds."""

    place: Mapping[str, str]
    currency: str
    expected: Decimal
    found: Decimal
    is_recharge: bool  # has cost or tax of owners, not only what balances them

    @property
    def difference(self) -> Decimal:
        """What is there beyond what should be."""
        return self.found - self.expected

    @property
    def recharged(self) -> Decimal:
        """What of the expected amount is there: never more than it, never of the other sign."""
        bounds = sorted((Decimal(), self.expected))
        return min(max(self.found, bounds[0]), bounds[1])


def template_columns(template: JournalTemplate | None) -> dict[str, str]:
    """Find the columns that a template writes single fields to: column name to field."""
    return {
        column.name: field[1]
        for column in (template.columns if template else ())
        if (field := FIELD.fullmatch(column.value)) and field[1] in _NAMES
    }


def read_general_ledger(
    text: str, *, name: str, columns: Mapping[str, str], journals: Collection[str]
) -> tuple[GeneralLedger | None, list[Finding]]:
    """Read a trial balance or an export; None if any line cannot be read.

    `columns` names further columns by their field. If the file has a column with journal ids, only
    lines of `journals` count.
    """
    findings: list[Finding] = []
    sheet = read_csv(text, name=name, findings=findings)
    at = _columns(sheet, columns, findings) if sheet else None
    if sheet is None or at is None or findings:
        return None, capped(findings, name)
    compared = tuple(column for column in _COMPARED if column in at)
    amounts: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    skipped = 0
    for row in sheet.rows:
        if "journal" in at and not any(one in row.fields[at["journal"]] for one in journals):
            skipped += 1
            continue
        amount = _amount(row, at, name, findings)
        amounts[tuple(row.fields[at[column]] for column in compared)] += amount
    ledger = GeneralLedger(compared, amounts, skipped)
    return (None if findings else ledger), capped(findings, name)


def compare_general_ledger(
    ledger: GeneralLedger, batches: Iterable[JournalBatch], names: Mapping[str, str]
) -> list[LedgerDifference]:
    """Compare by the columns of the file, sorted; accounts without a journal line do not count.

    `names` are the companies' names: a file may name a company by its code or its name.
    """
    expected: dict[tuple[tuple[str, ...], str], Decimal] = defaultdict(Decimal)
    recharges: set[tuple[str, ...]] = set()
    written = _written_names(ledger, names)
    for line in (line for batch in batches for one in batch.journals for line in one.lines):
        key = _key(line, ledger, written)
        expected[key, line.key.currency] += from_minor(line.amount, line.key.currency)
        if line.key.kind in (LineKind.COST, LineKind.TAX):
            recharges.add(key)
    return [
        LedgerDifference(
            place=dict(zip(ledger.columns, key, strict=True)),
            currency=currency,
            expected=amount,
            found=ledger.amounts.get(key, Decimal()),
            is_recharge=key in recharges,
        )
        for (key, currency), amount in sorted(expected.items())
    ]


def check_currency(
    ledger: GeneralLedger, batches: Iterable[JournalBatch], name: str
) -> list[Finding]:
    """Find a file without currencies for journals in several."""
    currencies = sorted({journal.currency for batch in batches for journal in batch.journals})
    if "currency" in ledger.columns or len(currencies) < 2:
        return []
    subject = f"amounts in {join_words(currencies, last='and')}"
    place, remedy = str(Place(name, 1)), "Add the currency of each line to the file."
    return [Finding(rules.WRONG_HEADER, place, subject, "a column currency", "none", remedy)]


def recharge_rate(differences: Iterable[LedgerDifference]) -> dict[str, tuple[Decimal, Decimal]]:
    """Give what was recharged and what should have been, for each currency."""
    rates: dict[str, tuple[Decimal, Decimal]] = {}
    for each in differences:
        if each.is_recharge:
            recharged, expected = rates.get(each.currency, (Decimal(), Decimal()))
            rates[each.currency] = (recharged + each.recharged, expected + each.expected)
    return rates


def difference_findings(differences: Iterable[LedgerDifference], name: str) -> list[Finding]:
    """Make a finding of each account that differs."""
    return [
        Finding(
            codes.NOT_POSTED,
            name,
            " ".join(
                f"{column} {shown(value) or '(none)'}" for column, value in each.place.items()
            ),
            f"{each.expected:,f} {each.currency}",
            f"{each.found:,f} {each.currency}",
            "Import the journal, or correct the posting.",
            each.difference,
            each.currency,
        )
        for each in differences
        if each.difference
    ]


def _written_names(ledger: GeneralLedger, names: Mapping[str, str]) -> dict[str, str]:
    """Keep the names of companies that the file writes instead of their codes."""
    if "company" not in ledger.columns:
        return {}
    place = ledger.columns.index("company")
    used = {key[place] for key in ledger.amounts}
    return {code: name for code, name in names.items() if code not in used and name in used}


def _key(line: JournalLine, ledger: GeneralLedger, written: Mapping[str, str]) -> tuple[str, ...]:
    values = {
        "company": written.get(line.key.company, line.key.company),
        "currency": line.key.currency,
        "account": line.key.account,
        "cost_center": line.key.cost_center,
    }
    return tuple(values[column] for column in ledger.columns)


def _columns(
    sheet: Sheet, columns: Mapping[str, str], findings: list[Finding]
) -> dict[str, int] | None:
    at: dict[str, int] = {}
    for number, written in enumerate(sheet.header):
        bare = re.sub(r"[\W_]", "", written.casefold())
        field = columns.get(written) or next(
            (field for field, names in _NAMES.items() if bare in names), ""
        )
        if field:
            at.setdefault(field, number)
    has_sides = {"debit", "credit"} <= at.keys()
    if "account" not in at or not (has_sides or "amount" in at):
        found = join_words(sheet.header, last="and")
        add(findings, rules.WRONG_HEADER, Place(sheet.name, 1), "the columns of the file",
            "account, and amount or debit and credit", found)  # fmt: skip
        return None
    if has_sides:
        at.pop("amount", None)
    return at


def _amount(row: Row, at: Mapping[str, int], name: str, findings: list[Finding]) -> Decimal:
    if "amount" in at:
        return _number(row, at["amount"], name, findings)
    debit, credit = (_number(row, at[side], name, findings) for side in ("debit", "credit"))
    return debit - credit


def _number(row: Row, column: int, name: str, findings: list[Finding]) -> Decimal:
    written = row.fields[column]
    if written and not _AMOUNT.fullmatch(written):
        add(findings, codes.UNREADABLE_LINE, Place(name, row.line), "the amount",
            "a number like 1234.50", shown(written))  # fmt: skip
        return Decimal()
    return Decimal(written.replace(",", "") or 0)
