"""Read the general ledger back, and show what of the journals that were sent it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import localcontext
from pathlib import Path

from apportion.core.allocation.rounding import part_of
from apportion.core.journal.general_ledger import (
    LedgerDifference,
    check_currency,
    compare_general_ledger,
    difference_findings,
    read_general_ledger,
    recharge_rate,
    template_columns,
)
from apportion.model.cents import exact
from apportion.model.errors.base import FindingsError, NothingThereError
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.journal_template import JournalTemplate
from apportion.model.findings.finding import Place
from apportion.model.money import EXACT
from apportion.model.outcome import Outcome
from apportion.model.wording import percent, plural
from apportion.ports.ledger import ExpirableLedger
from apportion.usecases.runs.load_rules import read_text

from .records import sent_batches

_COLUMNS = ("company", "currency", "account", "cost_center", "expected", "found", "difference")


def verify_general_ledger(
    ledger: ExpirableLedger,
    path: Path,
    *,
    period: str,
    chart: ChartMap,
    template: JournalTemplate | None,
) -> Outcome:
    """Compare a CSV file of the finance system with the journals of a month that were sent.

    Rows are accounts; messages have the general ledger recharge rate. Raises NothingThereError if
    no journal of the month was sent, and FindingsError for a file that cannot be read.
    """
    batches = sent_batches(ledger, period)
    if not batches:
        remedy = "Run `apportion journal export` and `apportion journal mark-sent` first."
        raise NothingThereError(f"journal of {period} that was sent", [], remedy)
    text, findings = read_text(path, path.name, Place(path.name))
    if text is None:
        raise FindingsError(findings)
    held, findings = read_general_ledger(
        text,
        name=path.name,
        columns=template_columns(template),
        journals={journal.journal for batch in batches for journal in batch.journals},
    )
    findings += check_currency(held, batches, path.name) if held else []
    if held is None or findings:
        raise FindingsError(findings)
    names = {code: company.name for code, company in chart.companies.items()}
    with localcontext(EXACT):
        differences = compare_general_ledger(held, batches, names)
        rows = tuple(_row(each) for each in differences)
        messages = (*_rates(differences), *_skipped(held.skipped))
        return Outcome(_COLUMNS, rows, tuple(difference_findings(differences, path.name)), messages)


def _row(each: LedgerDifference) -> dict[str, object]:
    return {
        **dict.fromkeys(_COLUMNS, ""),
        **each.place,
        "currency": each.currency,
        "expected": each.expected,
        "found": each.found,
        "difference": each.difference,
    }


def _rates(differences: Iterable[LedgerDifference]) -> Iterator[str]:
    for currency, (recharged, expected) in sorted(recharge_rate(differences).items()):
        rate = part_of(recharged, expected)
        shown = "none" if rate is None else percent(rate)
        yield (
            f"General ledger recharge rate: {shown} ({exact(recharged)} of {exact(expected)} "
            f"{currency})."
        )


def _skipped(count: int) -> Iterator[str]:
    if count:
        yield f"{plural(count, 'line')} of other journals skipped."
