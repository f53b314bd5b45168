"""Gather all that a month's workbook tells, from the reports that tell it one by one."""

from __future__ import annotations

from apportion.core.reporting.workbook import WorkbookMonth
from apportion.core.reporting.workbook import workbook as lay_out
from apportion.model.errors.base import NothingThereError
from apportion.model.period import Period
from apportion.model.question import Granularity, Question
from apportion.model.row import Row
from apportion.model.workbook import Workbook
from apportion.usecases.allocate.prove import prove
from apportion.usecases.context import RunContext
from apportion.usecases.runs.open_run import find

from .report import report
from .review_topics import review


def workbook(context: RunContext, *, period: str, as_of: str = "") -> Workbook:
    """Tell a period's newest allocation, or the one at `as_of`, as a workbook."""
    published = find(context, period=period, as_of=as_of)
    manifest, rulebook = published.manifest, published.rulebook
    dimensions = tuple(dimension.name for dimension in rulebook.dimensions)
    owner = rulebook.owner
    first = (owner, *(name for name in dimensions if name != owner))

    def told(*by: str, step: Granularity = Granularity.MONTH) -> tuple[Row, ...]:
        context.say(f"reporting by {', '.join(by)}")
        return report(context, Question(period, by, step, as_of=manifest.run)).rows

    month = WorkbookMonth(
        period=period,
        at=manifest.at,
        run=manifest.run,
        rulebook=rulebook.name,
        owner=owner,
        cost=rulebook.cost,
        currency=rulebook.currency,
        by_dimension={name: told(name) for name in first},
        before=_before(context, period, owner),
        daily=told(owner, step=Granularity.DAY),
        detail=told(*first, step=Granularity.DAY),
        review={
            name: outcome.rows
            for name, outcome in review(context, period=period, as_of=manifest.run)
        },
        proof=prove(context, period=period, as_of=manifest.run).rows,
        late=bool(published.later),
    )
    return lay_out(month)


def _before(context: RunContext, period: str, owner: str) -> tuple[Row, ...] | None:
    """The month before by the same dimension; None where it has no allocation, or no such owner."""
    earlier = Period.parse(period).before
    try:
        published = find(context, period=str(earlier))
    except NothingThereError:
        return None
    if published.rulebook.owner != owner:
        return None
    return report(context, Question(str(earlier), (owner,))).rows
