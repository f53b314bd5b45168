"""Find accounts that are closed on the posting date of a batch which posts to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from apportion.model.currencies import from_minor
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.journal import Journal, JournalBatch
from apportion.model.finance.journal_template import JournalTemplate, Rows
from apportion.model.findings import journals as codes
from apportion.model.findings.finding import Finding

_REMEDY = "Map to another account, or post on an earlier day with `--date`."
_REMEDY_OF_ADJUSTMENT = (
    "Post on an earlier day with `--date`, or open the account. Mapping to another account does "
    "not help: what was sent is reversed on this one."
)


def closed_accounts(
    batch: JournalBatch, template: JournalTemplate, chart: ChartMap
) -> Iterator[Finding]:
    """Yield a finding for each closed account and currency of what the file of a batch posts.

    Its money is the sum of all its debits and credits, without their signs.
    """
    closed: dict[tuple[str, str], int] = defaultdict(int)
    for journal in batch.journals:
        for account, amount in _postings(journal, template):
            if account in chart.closed and chart.closed[account] <= batch.posting_date:
                closed[account, journal.currency] += abs(amount)
    remedy = _REMEDY_OF_ADJUSTMENT if batch.after else _REMEDY
    for (account, currency), amount in sorted(closed.items()):
        yield Finding(codes.ACCOUNT_CLOSED, chart.name, f"account {account}",
                      f"an account that is open on {batch.posting_date}",
                      f"closed from {chart.closed[account]}", remedy,
                      from_minor(amount, currency), currency)  # fmt: skip


def _postings(journal: Journal, template: JournalTemplate) -> Iterator[tuple[str, int]]:
    """Give accounts and amounts; a row with a contra account posts to both."""
    for line in journal.lines:
        if template.rows is Rows.LINES:
            yield line.key.account, line.amount
        elif line.key.contra:
            yield line.key.account, line.amount
            yield line.key.contra, -line.amount
