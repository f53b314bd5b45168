"""A month of Cost Explorer's answers as a source of the ledger: a FOCUS file, read like any other.

The file is compared with totals that were requested separately, so that a lost line is found.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from apportion.core.aws.cost_explorer.bill import (
    METRICS,
    BillMonth,
    Cut,
    bill_months,
    cuts,
    names_of_cut,
    whole_months,
)
from apportion.core.aws.cost_explorer.query_names import told_days
from apportion.core.aws.cost_explorer.reconcile import compare_parts, estimated, never_seen
from apportion.model.aws.cost_query import ACCOUNT, By, CostAnswer, CostQuery
from apportion.model.delivery import Delivery, Intent, LinePlace, RawLine, ReadLimit
from apportion.model.findings.finding import Finding
from apportion.model.manifest import Input
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.ports.bills import CostReports, Source
from apportion.ports.progress import Say
from apportion.ports.reports import Report
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import stop_if_failing
from apportion.usecases.for_each_month import month_by_month
from apportion.usecases.outcomes import cost_explorer_outcome

from .ingest import ingest

#: Makes a source of files and a folder for what must be unpacked.
Read = Callable[[Sequence[Path], Path], Source]


class CostBill:
    """A `ports.bills.Source`. `write` makes CSV of rows, `read` finds the deliveries in a file."""

    def __init__(self, month: BillMonth, *, folder: Path, write: Report, read: Read) -> None:
        self._month = month
        self._folder = folder
        self._write = write
        self._read = read

    @property
    def period(self) -> Period:
        """The month that it is of."""
        return self._month.period

    @property
    def name(self) -> str:
        """What its file is called."""
        return f"cost-explorer-{self.period}.csv.gz"

    def deliver(self) -> tuple[list[Delivery], list[Finding]]:
        month = self._month
        # Without a time in it, the same answers are the same bytes, which change nothing.
        content = gzip.compress(self._write.write(month.rows, month.columns), mtime=0)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / self.name
        path.write_bytes(content)
        deliveries, findings = self._source().deliver()
        return [
            replace(
                delivery,
                files=tuple(replace(file, name=path.name) for file in delivery.files),
                stated=month.stated,
            )
            for delivery in deliveries
        ], [*month.findings, *findings]

    def same_as(self, inputs: Sequence[Input]) -> None:  # noqa: ARG002 - the port's signature
        return None  # its totals are those of the answers, and a month of it is small

    def read_lines(
        self,
        delivery: Delivery,
        places: Sequence[LinePlace],
        columns: Sequence[str],
        limit: ReadLimit,
    ) -> list[RawLine]:
        return self._source().read_lines(delivery, places, columns, limit)

    def _source(self) -> Source:
        return self._read([self._folder / self.name], self._folder)


def ask_for_bills(
    reports: CostReports,
    *,
    by: Sequence[By],
    payer: str,
    days: tuple[date, date],
    folder: Path,
    write: Report,
    read: Read,
) -> tuple[list[CostBill], list[Finding]]:
    """Ask for the whole, for each account, and for the lines; one source a month, oldest first.

    Raises FindingsError where the lines are not what is stated, before a month is ingested.
    """
    names = names_of_cut(by)
    start, end = whole_months(*days)
    accounts = reports.query(CostQuery(start, end, by=(ACCOUNT,)))
    whole = reports.query(CostQuery(start, end))
    answers = [(cut, reports.query(cut.query)) for cut in cuts(names, accounts, start, end)]
    months = bill_months(names, accounts, answers, payer=payer)
    findings: list[Finding] = []
    for metric in METRICS.values():
        place = told_days(start, end)
        findings += compare_parts(place, metric, whole=whole.lines, parts=accounts.lines)
    findings += _doubts(told_days(start, end), names, answers, whole)
    stop_if_failing([*findings, *(each for month in months for each in month.findings)])
    return [CostBill(month, folder=folder, write=write, read=read) for month in months], findings


def _doubts(
    place: str, names: Sequence[By], answers: Sequence[tuple[Cut, CostAnswer]], whole: CostAnswer
) -> list[Finding]:
    findings: list[Finding] = []
    for at, name in enumerate(reversed(names), 1):  # the account, where it is a key, comes first
        values = [line.keys[-at] for _, answer in answers for line in answer.lines]
        findings += never_seen(place, name, values)
    return findings + estimated(place, whole.lines)


def ingest_months(
    bills: Sequence[CostBill], context: RunContext, *, intent: Intent, wait: float = 0
) -> Outcome:
    """Ingest each month; what one of them raises is raised with the findings of all."""
    months = {each.period: each for each in bills}

    def ingest_month(period: Period, say: Say) -> Outcome:
        done = ingest(months[period], replace(context, say=say), intent=intent, wait=wait)
        return cost_explorer_outcome(done, months[period].name)

    done = month_by_month(list(months), ingest_month, say=context.say)
    if bills:
        return done
    return replace(done, messages=(*done.messages, "There was nothing to ingest."))
