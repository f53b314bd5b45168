"""Make balanced journals of entries, and the difference to what was sent before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from apportion.core.identity import run_id
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.journal import (
    Journal,
    JournalLine,
    LineKey,
    LineKind,
)

from .entries import Entry


def journal_lines(entries: Iterable[Entry], chart: ChartMap) -> list[JournalLine]:
    """Post entries to journals, in the order of the keys; lines of zero are left out.

    If the owner's company pays the invoice, it debits the expense and credits clearing. Otherwise
    the company that pays debits a receivable from the owner's company, and that credits a payable.
    """
    amounts: dict[LineKey, int] = defaultdict(int)
    exact: dict[LineKey, Fraction] = defaultdict(Fraction)
    for entry in entries:
        for key, sign in _posted(entry, chart):
            amounts[key] += sign * entry.amount
            # What balances an invoice is the sum of rounded lines: it is not rounded itself.
            exact[key] += sign * (entry.exact if key.contra and key.owner else entry.amount)
    return [JournalLine(key, amounts[key], exact[key]) for key in sorted(amounts) if amounts[key]]


def subtract_sent(lines: Sequence[JournalLine], sent: Iterable[JournalLine]) -> list[JournalLine]:
    """Give what must be posted in addition to the lines that were sent; lines of zero are left out.

    The deviation of a line is that of all its postings together.
    """
    there: dict[LineKey, int] = defaultdict(int)
    for line in sent:
        there[line.key] += line.amount
    wanted = {line.key: line for line in lines}
    gone = [JournalLine(key, 0, Fraction()) for key in there if key not in wanted]
    changed = [
        replace(
            line,
            amount=line.amount - there.get(line.key, 0),
            exact=line.exact - there.get(line.key, 0),
        )
        for line in [*lines, *gone]
    ]
    return sorted((line for line in changed if line.amount), key=lambda line: line.key)


def make_journals(lines: Iterable[JournalLine], batch: str) -> tuple[Journal, ...]:
    """Group lines into one journal for each company and currency; each adds up to zero."""
    groups: dict[tuple[str, str], list[JournalLine]] = defaultdict(list)
    for line in lines:
        groups[line.key.company, line.key.currency].append(line)
    for (company, currency), of_journal in groups.items():
        assert not sum(line.amount for line in of_journal), (company, currency)
    return tuple(
        Journal(run_id("journal", batch, *key, inputs=()), *key, tuple(of_journal))
        for key, of_journal in sorted(groups.items())
    )


def _posted(entry: Entry, chart: ChartMap) -> Iterator[tuple[LineKey, int]]:
    """Give the lines of an entry, with 1 for those that it debits and -1 for those it credits."""
    key = entry.key
    detail = LineKey(
        company=key.company, currency=key.currency, invoice=key.invoice, kind=key.kind,
        account=key.account, contra=key.credited, cost_center=key.cost_center,
        project=key.project, partner="", owner=key.owner, label=key.label,
    )  # fmt: skip
    plain = detail._replace(contra="", cost_center="", project="", owner="")
    clearing = plain._replace(
        company=key.payer, account=key.credited,
        kind=LineKind.MARKUP.value if key.label else LineKind.CLEARING.value,
    )  # fmt: skip
    yield clearing, -1
    if key.company == key.payer:
        yield detail, 1
        return
    receivable = chart.companies[key.payer].intercompany[key.company].receivable
    payable = chart.companies[key.company].intercompany[key.payer].payable
    between = plain._replace(kind=LineKind.INTERCOMPANY.value, label="")
    yield (
        between._replace(
            company=key.payer, account=receivable, contra=key.credited, partner=key.company
        ),
        1,
    )
    yield between._replace(account=payable, partner=key.payer), -1
    yield detail._replace(contra=payable, partner=key.payer), 1
