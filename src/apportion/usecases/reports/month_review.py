"""Gather the content of the monthly review, and the effect of each change of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from apportion.core.reporting.review_document import ReviewMonth
from apportion.core.reporting.rule_changes import RuleChangeEffect
from apportion.model.errors.base import ApportionError, NothingThereError
from apportion.model.money import from_units
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.question import Granularity
from apportion.model.row import Row
from apportion.ports.rules_history import RulesHistory
from apportion.usecases.close.history import close_history
from apportion.usecases.context import RunContext
from apportion.usecases.nowcast.incomplete import incomplete_messages
from apportion.usecases.runs.load_rules import rules_for
from apportion.usecases.runs.open_run import Published, find

from .compare import Side, compare, paid_by, recorded
from .month_reports import MonthReports


@dataclass(frozen=True)
class Places:
    """Where, in what the history lays out, the rulebooks lie and the files that they name."""

    rulebooks: str
    beside: str


def gather(reports: MonthReports, history: RulesHistory, *, places: Places) -> ReviewMonth:
    """Gather all that the review shows of an allocation, beside the month before."""
    context, published = reports.context, reports.published
    manifest, rulebook = published.manifest, published.rulebook
    earlier = _earlier(context, published)
    by = ((rulebook.owner,), (rulebook.owner, "ServiceName"), (rulebook.owner, "Pool"))
    owners, services, pools = reports.grouped(*((each, Granularity.MONTH) for each in by))
    proof = reports.proof
    return ReviewMonth(
        period=reports.period,
        before=earlier.manifest.period if earlier else "",
        run=manifest.run,
        at=manifest.at,
        rulebook=rulebook.name,
        owner=rulebook.owner,
        cost=rulebook.cost,
        owners=owners.rows,
        services=services.rows,
        pools=pools.rows,
        compared=_compared(context, earlier, published).rows if earlier else (),
        review=_tables(reports),
        review_before=_tables(MonthReports(context, earlier)) if earlier else {},
        rules=_moved(
            context,
            history,
            published,
            since=earlier.manifest.at if earlier else "",
            places=places,
        ),
        findings=manifest.findings,
        later=published.later,
        decisions=close_history(context, period=manifest.period).rows,
        incomplete=_incomplete(context, *filter(None, (earlier, published))),
        difference=max((Decimal(str(row["difference"])) for row in proof), default=Decimal(0)),
    )


def _earlier(context: RunContext, published: Published) -> Published | None:
    """The newest allocation of the month before, if it gives cost to the same dimension."""
    period = str(Period.parse(published.manifest.period).before)
    try:
        found = find(context, period=period)
    except NothingThereError:
        return None
    return found if found.rulebook.owner == published.rulebook.owner else None


def _compared(context: RunContext, before: Published, after: Published) -> Outcome:
    return compare(context, recorded(context, before), recorded(context, after))


def _incomplete(context: RunContext, *months: Published) -> tuple[str, ...]:
    """Sentences about days that look cheap because their bill is not complete."""
    return tuple(
        sentence
        for each in months
        for sentence in incomplete_messages(
            each.manifest.period, each.bills, each.rulebook.cost, context
        )
    )


def _tables(reports: MonthReports) -> Mapping[str, Sequence[Row]]:
    return {name: outcome.rows for name, outcome in reports.topics}


def _moved(
    context: RunContext, history: RulesHistory, published: Published, *, since: str, places: Places
) -> list[RuleChangeEffect] | None:
    """What each committed change of the rules moved of this month, one after the other."""
    period = Period.parse(published.manifest.period)
    changes = history.changes(since=since or f"{period.first_day}T00:00:00Z")
    if not changes:
        return None if changes is None else []
    side = recorded(context, published)
    with TemporaryDirectory(prefix="apportion-rules-") as scratch:
        before = Path(scratch) / "before"
        there = history.before(changes[0].commit, before)
        paid = _paid(context, side, before, places) if there else None
        moved = []
        for number, change in enumerate(changes):
            after = Path(scratch) / str(number)
            there = history.after(change.commit, after)
            new = _paid(context, side, after, places) if there else None
            moved.append(RuleChangeEffect(change, _difference(paid, new)))
            paid = paid if new is None else new
    return moved


def _paid(
    context: RunContext, side: Side, laid_out: Path, places: Places
) -> Mapping[tuple[str, str], int] | None:
    """What owners would pay by rules that lie in a folder; None where they cannot be used."""
    try:
        rulebooks, beside = laid_out / places.rulebooks, laid_out / places.beside
        rules, _findings = rules_for(side.period, rulebooks, beside)
        return paid_by(context, side, rules) if rules else None
    except ApportionError:
        return None


def _difference(
    old: Mapping[tuple[str, str], int] | None, new: Mapping[tuple[str, str], int] | None
) -> Sequence[tuple[str, str, Decimal]] | None:
    if old is None or new is None:
        return None
    moves = [
        (owner, currency, from_units(new.get((currency, owner), 0) - old.get((currency, owner), 0)))
        for currency, owner in sorted(old.keys() | new.keys())
    ]
    return tuple(move for move in moves if move[2])
