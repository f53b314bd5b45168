"""Accrue a month: what it is expected to cost when its bill is final, as a journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from apportion.core.identity import run_id
from apportion.core.journal.accruals import (
    NotBilled,
    accrual_batches,
    accrual_chart,
    expected_costs,
)
from apportion.core.journal.batches import journal_lines
from apportion.core.journal.entries import map_entries
from apportion.core.journal.render import render
from apportion.model.errors.close import ReversedTooEarlyError
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.close import CloseAction, Decision
from apportion.model.finance.journal import InvoiceCost, JournalBatch
from apportion.model.finance.journal_template import Cell, JournalTemplate
from apportion.model.findings.finding import Finding, failing
from apportion.model.money import from_units, to_units
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.row import Row
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import stop_if_failing
from apportion.usecases.invoices.read_invoice_costs import read_invoice_costs
from apportion.usecases.nowcast.nowcast import not_billed_yet
from apportion.usecases.runs.open_run import Published, find, open_tables

from .conditions import ends_early
from .decide import checked, decide, refuse_if_closed

COLUMNS = ("currency", "billed", "not_billed_yet", "accrued")

#: The rows of a file of journals.
Rows = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Accrual:
    """The rows of both files; `outcome` lists owners with what is accrued for them."""

    posted: Rows
    reversed: Rows
    outcome: Outcome


def accrue_month(
    context: RunContext,
    period: str,
    decision: Decision,
    *,
    chart: ChartMap,
    template: JournalTemplate,
    reverse_on: date,
    wait: float = 0,
) -> Accrual:
    """Make the journal of what a month is expected to cost, and record the decision.

    Nothing of it enters the proof. Raises ClosedAlreadyError, ReversedTooEarlyError, and
    FindingsError if something is not mapped or breaks a limit of the template.
    """
    decision = checked(decision)
    if reverse_on <= Period.parse(period).last_day:
        raise ReversedTooEarlyError(str(reverse_on), period)
    with context.ledger.lock(wait=wait):
        refuse_if_closed(period, context.ledger.runs())
        published = find(context, period=period)
        expected, findings = _expected(context, published, chart)
        posted, more = _journals(published, expected, chart, template, reverse_on)
        findings += more
        stop_if_failing(findings)
        decide(
            CloseAction.ACCRUE, published.manifest, decision, context, reverses_on=str(reverse_on)
        )
    sentence = (
        f"{period} is accrued on run {published.manifest.run} by {decision.approver}: an estimate, "
        f"which reverses itself on {reverse_on}."
    )
    owner = published.rulebook.owner
    rows = tuple(_owners(expected, owner))
    findings += ends_early(published)
    return Accrual(*posted, Outcome((owner, *COLUMNS), rows, tuple(findings), (sentence,)))


@dataclass(frozen=True)
class _Expected:
    """What is billed so far, and what is not."""

    billed: Sequence[InvoiceCost]
    not_billed: NotBilled


def _expected(
    context: RunContext, published: Published, chart: ChartMap
) -> tuple[_Expected, list[Finding]]:
    cost = chart.cost or published.rulebook.cost
    tables = open_tables(published, context)
    billed = read_invoice_costs(published, tables, context, cost=cost)
    missing, findings = not_billed_yet(published, context, cost=cost)
    units = {key: to_units(amount) for key, amount in missing.items()}
    return _Expected(billed, units), findings


def _journals(
    published: Published,
    expected: _Expected,
    chart: ChartMap,
    template: JournalTemplate,
    reverse_on: date,
) -> tuple[tuple[Rows, Rows], list[Finding]]:
    """Map what is expected, and write both journals as cells; empty where a finding fails."""
    mapped, findings = accrual_chart(chart)
    costs = expected_costs(expected.billed, expected.not_billed)
    last = Period.parse(published.manifest.period).last_day
    entries, more = map_entries(costs, mapped, posting_date=last)
    findings += more
    if failing(findings):
        return ((), ()), findings
    batch = _batch(published, chart, template, costs)
    lines = journal_lines(entries, mapped)
    rendered = [
        render(each, template, mapped)
        for each in accrual_batches(batch, lines, reverse_on=reverse_on)
    ]
    (posted, broken), (back, also_broken) = rendered
    written = tuple(map(tuple, posted)), tuple(map(tuple, back))
    return written, [*findings, *broken, *also_broken]


def _batch(
    published: Published,
    chart: ChartMap,
    template: JournalTemplate,
    costs: Sequence[InvoiceCost],
) -> JournalBatch:
    manifest = published.manifest
    expected = [f"{cost.owner} {cost.currency} {cost.units}" for cost in costs]
    batch = run_id("accrual", manifest.run, template.sha256, chart.sha256, *expected, inputs=())
    return JournalBatch(
        batch=batch,
        period=manifest.period,
        run=manifest.run,
        made_at=manifest.at,
        template=template.name,
        decided_by=batch,
        posting_date=Period.parse(manifest.period).last_day,
        companies=(),
        currencies=(),
        after=(),
    )


def _owners(expected: _Expected, owner: str) -> list[Row]:
    not_billed = expected.not_billed
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for cost in expected.billed:
        sums[cost.owner, cost.currency] += cost.units
    return [
        {
            owner: name,
            "currency": currency,
            "billed": from_units(sums.get((name, currency), 0)),
            "not_billed_yet": from_units(not_billed.get((name, currency), 0)),
            "accrued": from_units(
                sums.get((name, currency), 0) + not_billed.get((name, currency), 0)
            ),
        }
        for name, currency in sorted({*sums, *not_billed})
    ]
