"""Gather the reports that make a month's workbook."""

from __future__ import annotations

from apportion.core.reporting.workbook import WorkbookMonth
from apportion.core.reporting.workbook import workbook as lay_out
from apportion.model.errors.base import NothingThereError
from apportion.model.period import Period
from apportion.model.question import Granularity
from apportion.model.row import Row
from apportion.model.workbook import Workbook

from .month_reports import MonthReports


def workbook(reports: MonthReports) -> Workbook:
    """Lay out an allocation as a workbook."""
    manifest, rulebook = reports.published.manifest, reports.published.rulebook
    names = [dimension.name for dimension in rulebook.dimensions]
    owner = rulebook.owner
    first = (owner, *(name for name in names if name != owner))
    reports.context.say("reporting by dimension and day")
    *months, daily, detail = reports.grouped(
        *(((name,), Granularity.MONTH) for name in first),
        ((owner,), Granularity.DAY),
        (first, Granularity.DAY),
    )
    month = WorkbookMonth(
        period=reports.period,
        at=manifest.at,
        run=manifest.run,
        rulebook=rulebook.name,
        owner=owner,
        cost=rulebook.cost,
        currency=rulebook.currency,
        by_dimension={name: outcome.rows for name, outcome in zip(first, months, strict=True)},
        before=_before(reports, owner),
        daily=daily.rows,
        detail=detail.rows,
        review={name: outcome.rows for name, outcome in reports.topics},
        proof=reports.proof,
        late=bool(reports.published.later),
    )
    return lay_out(month)


def _before(reports: MonthReports, owner: str) -> tuple[Row, ...] | None:
    """The month before by the same dimension; None where it has no allocation, or no such owner."""
    period = str(Period.parse(reports.period).before)
    try:
        earlier = MonthReports.open(reports.context, period=period)
    except NothingThereError:
        return None
    if earlier.published.rulebook.owner != owner:
        return None
    (outcome,) = earlier.grouped(((owner,), Granularity.MONTH))
    return outcome.rows
