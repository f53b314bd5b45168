"""Gather the reports that make a month's workbook."""

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

from .report import answer
from .review_topics import review


def workbook(context: RunContext, *, period: str, as_of: str = "") -> Workbook:
    """Lay out a period's newest allocation, or the one at `as_of`, as a workbook."""
    published = find(context, period=period, as_of=as_of)
    manifest, rulebook = published.manifest, published.rulebook
    dimensions = tuple(dimension.name for dimension in rulebook.dimensions)
    owner = rulebook.owner
    first = (owner, *(name for name in dimensions if name != owner))

    context.say("reporting by dimension and day")
    *months, daily, detail = answer(
        published,
        [
            *(Question(period, (name,)) for name in first),
            Question(period, (owner,), Granularity.DAY),
            Question(period, first, Granularity.DAY),
        ],
        context,
    )
    month = WorkbookMonth(
        period=period,
        at=manifest.at,
        run=manifest.run,
        rulebook=rulebook.name,
        owner=owner,
        cost=rulebook.cost,
        currency=rulebook.currency,
        by_dimension={name: outcome.rows for name, outcome in zip(first, months, strict=True)},
        before=_before(context, period, owner),
        daily=daily.rows,
        detail=detail.rows,
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
    (outcome,) = answer(published, [Question(str(earlier), (owner,))], context)
    return outcome.rows
