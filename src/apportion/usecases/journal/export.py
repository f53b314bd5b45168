"""Export the journals of a month: from the recorded allocation to the cells of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from apportion.core.close.decisions import open_period, standing
from apportion.core.identity import run_id
from apportion.core.invoices.read_invoices import of_period
from apportion.core.journal.batches import journal_lines, make_journals, subtract_sent
from apportion.core.journal.entries import map_entries
from apportion.core.journal.invoice_differences import difference_entries
from apportion.core.journal.render import render
from apportion.model.errors.base import FindingsError
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.invoice import Invoice, fields_of
from apportion.model.finance.journal import (
    JournalBatch,
    JournalLine,
)
from apportion.model.finance.journal_template import Cell, JournalTemplate
from apportion.model.findings import journals as codes
from apportion.model.findings.finding import Finding, failing
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.wording import plural
from apportion.ports.ledger import ExpirableLedger
from apportion.usecases.context import RunContext
from apportion.usecases.invoices.read_invoice_costs import read_invoice_costs
from apportion.usecases.invoices.records import recorded_invoices
from apportion.usecases.runs.open_run import Published, find, open_tables

from .list_journals import deviation, journal_row
from .records import record_batch, recorded_batches, sent_before

COLUMNS = (
    *("period", "batch", "journal", "company", "currency", "lines", "debit", "credit"),
    "deviation",
)


@dataclass(frozen=True)
class Choice:
    """What is exported: companies and currencies, all if empty; the posting date."""

    companies: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    posting_date: date | None = None  # the last day of the month if None


@dataclass(frozen=True)
class ExportedJournals:
    """A batch as rows of cells, none if there is nothing to post; `outcome` lists its journals."""

    rows: tuple[tuple[Cell, ...], ...]
    outcome: Outcome


def export_journals(
    context: RunContext,
    ledger: ExpirableLedger,
    *,
    period: str,
    chart: ChartMap,
    template: JournalTemplate,
    choice: Choice,
) -> ExportedJournals:
    """Make the journals of the newest allocation, less what was sent, and record the batch.

    If the newest batch that was sent was made of the same inputs, it is written again. Raises
    FindingsError if something is not mapped or breaks a limit; then nothing is recorded.
    """
    published, booked_in = _booked(context, period)
    if choice.posting_date is None:
        choice = replace(choice, posting_date=Period.parse(booked_in).last_day)
    invoices = _invoices(ledger, published, chart)
    batch = _empty_batch(published, chart, template, choice, invoices)
    sent = sent_before(batch, recorded_batches(ledger, period))
    findings = list(published.later)
    if sent and sent[-1].decided_by == batch.decided_by:
        batch = sent[-1]
        words = [f"{_described(batch)}. It was marked as sent."]
        findings.append(_sent_before(batch))
    else:
        lines, more = _lines(published, context, chart, batch, invoices)
        findings += more
        batch = _filled(batch, lines, sent)
        words = [f"{_described(batch)}. {_next_step(batch)}", *_rounding(lines)]
    return _finished(ledger, batch, template, chart, findings, words)


def _booked(context: RunContext, period: str) -> tuple[Published, str]:
    """Find what is booked of a month, and the month in which it is dated.

    That of a closed month with an adjustment is the adjusted allocation, in the first open month.
    """
    published = find(context, period=period)
    runs = context.ledger.runs()
    held = standing(runs, period)
    if held.booked is None or held.booked is held.closed:
        return published, period
    adjusted = find(context, period=period, as_of=held.booked.run)
    return replace(adjusted, later=published.later), open_period(runs, period)


def _sent_before(batch: JournalBatch) -> Finding:
    return Finding(
        codes.SENT_BEFORE,
        batch.period,
        f"journal batch {batch.batch}",
        expected="a batch that was not sent",
        found="the batch that was marked as sent, unchanged",
        remedy="Do not import the file a second time.",
    )


def _finished(
    ledger: ExpirableLedger,
    batch: JournalBatch,
    template: JournalTemplate,
    chart: ChartMap,
    findings: Sequence[Finding],
    words: Sequence[str],
) -> ExportedJournals:
    if not batch.journals:
        nothing = Finding(codes.NOTHING_TO_POST, batch.period, "the journals", "amounts to post",
                          f"none{_since(batch)}")  # fmt: skip
        return ExportedJournals((), Outcome(COLUMNS, (), (*findings, nothing)))
    rows, broken = render(batch, template, chart)
    if failing(broken):
        raise FindingsError([*findings, *broken])
    record_batch(ledger, batch)
    outcome = Outcome(
        COLUMNS,
        tuple(journal_row(batch, journal) for journal in batch.journals),
        (*findings, *broken),
        tuple(words),
    )
    return ExportedJournals(tuple(map(tuple, rows)), outcome)


def _empty_batch(
    published: Published,
    chart: ChartMap,
    template: JournalTemplate,
    choice: Choice,
    invoices: Sequence[Invoice],
) -> JournalBatch:
    manifest = published.manifest
    day = choice.posting_date or Period.parse(manifest.period).last_day
    companies, currencies = sorted(set(choice.companies)), sorted(set(choice.currencies))
    part = [str(day), *companies, "", *currencies]
    part += [value for each in invoices for value in fields_of(each).values()]
    decided_by = run_id(
        "journal", manifest.period, manifest.run, template.sha256, chart.sha256, *part, inputs=()
    )
    return JournalBatch(
        batch="",
        period=manifest.period,
        run=manifest.run,
        made_at=manifest.at,
        template=template.name,
        decided_by=decided_by,
        posting_date=day,
        companies=tuple(companies),
        currencies=tuple(currencies),
        after=(),
    )


def _filled(
    batch: JournalBatch, lines: Sequence[JournalLine], sent: Sequence[JournalBatch]
) -> JournalBatch:
    """Add what is to be posted; the id is a hash of the inputs, and of the batches before."""
    after = tuple(each.batch for each in sent)
    batch_id = run_id("journal batch", batch.decided_by, *after, inputs=())
    before = [line for each in sent for journal in each.journals for line in journal.lines]
    rest = [
        line
        for line in subtract_sent(lines, before)
        if batch.includes(line.key.company, line.key.currency)
    ]
    return replace(batch, batch=batch_id, after=after, journals=make_journals(rest, batch_id))


def _lines(
    published: Published,
    context: RunContext,
    chart: ChartMap,
    batch: JournalBatch,
    invoices: Sequence[Invoice],
) -> tuple[list[JournalLine], list[Finding]]:
    tables = open_tables(published, context)
    costs = read_invoice_costs(published, tables, context, cost=_cost(published, chart))
    entries, findings = map_entries(costs, chart, posting_date=batch.posting_date)
    if failing(findings):
        raise FindingsError(findings)
    entries += difference_entries(costs, invoices, chart, period=batch.period)
    return journal_lines(entries, chart), findings


def _cost(published: Published, chart: ChartMap) -> str:
    return chart.cost or published.rulebook.cost


def _invoices(ledger: ExpirableLedger, published: Published, chart: ChartMap) -> list[Invoice]:
    """Read the invoices whose differences are posted; none if cost other than billed is posted."""
    if not chart.invoice_difference.account or _cost(published, chart) != "BilledCost":
        return []
    return of_period(recorded_invoices(ledger).values(), published.manifest.period)


def _described(batch: JournalBatch) -> str:
    what = "adjustment" if batch.after else "journal batch"
    return (
        f"{batch.period}: {what} {batch.batch} of run {batch.run} with "
        f"{plural(len(batch.journals), 'journal')}{_since(batch)}"
    )


def _next_step(batch: JournalBatch) -> str:
    return f"After the import, run `apportion journal mark-sent {batch.batch}`."


def _since(batch: JournalBatch) -> str:
    return f", the difference to {', '.join(batch.after)}" if batch.after else ""


def _rounding(lines: Sequence[JournalLine]) -> list[str]:
    """Report the largest deviation of a line, for each currency."""
    worst: dict[str, JournalLine] = {}
    for line in lines:
        known = worst.setdefault(line.key.currency, line)
        if abs(line.deviation) > abs(known.deviation):
            worst[line.key.currency] = line
    return [
        f"Rounding changed no line by more than {abs(deviation([line], currency))} {currency}."
        for currency, line in sorted(worst.items())
    ]
