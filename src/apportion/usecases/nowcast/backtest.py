"""Measure the error of estimates: replay the ledger's own deliveries as they stood."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from apportion.core.billing.retention import expired
from apportion.core.nowcast.accuracy import ENOUGH_ERRORS, Replayed, accuracy, horizon_of
from apportion.core.nowcast.estimate import COMPLETE
from apportion.core.nowcast.owner_days import Estimate, Group
from apportion.core.nowcast.replay import ALL_SERVICES, replay
from apportion.core.nowcast.triangles import begin_of
from apportion.model.manifest import RunKind
from apportion.model.outcome import Outcome
from apportion.model.question import Question
from apportion.model.result_columns import BACKTEST
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.usecases.context import RunContext
from apportion.usecases.reports.report import cost_column
from apportion.usecases.runs.open_run import Published, find

from .nowcast import EstimatedMonth, estimate_month
from .read_arrivals import read_all_arrivals

#: Estimates of owners of days that are older are not compared.
_OLDEST = timedelta(hours=240)

_NOTHING = (
    "No estimate can be compared yet: no day that a delivery would have estimated is complete in "
    "the newest one. Ingest later deliveries."
)


def backtest(context: RunContext, question: Question) -> Outcome:
    """Compare past estimates with what was billed in the end, as shares of the true amounts.

    By age of the day for all services, then by service. Owners are compared where the ledger still
    holds earlier allocations of the month. Days that are not complete yet are left out.
    """
    published = find(context, period=question.period, as_of=question.as_of)
    cost = cost_column(question, published)
    context.say("replaying past deliveries")
    arrivals = read_all_arrivals(question.period, cost, context, known=published.bills)
    replayed = replay(arrivals).estimates
    days = [each for each in replayed if each.group == ALL_SERVICES]
    services = [each for each in replayed if each.group != ALL_SERVICES]
    owners = _replay_owners(published, replace(question, by=()), context)
    count = sum(len(bill.made) for bill in arrivals)
    nothing = () if replayed or owners else (_NOTHING,)
    return Outcome(
        columns=BACKTEST,
        rows=(
            *_rows("day", days, by_horizon=True),
            *_rows("service", services, by_horizon=True),
            *_rows("service", services, by_horizon=False),
            *_rows("owner", owners, by_horizon=True),
            *_rows("owner", owners, by_horizon=False),
        ),
        messages=(
            f"{plural(count, 'delivery', 'deliveries')} replayed, {cost}.",
            f"An interval needs {ENOUGH_ERRORS} earlier errors of its level and horizon.",
            *nothing,
        ),
    )


def _rows(level: str, replayed: Iterable[Replayed], *, by_horizon: bool) -> Iterator[Row]:
    """Rows by horizon of all groups, or by group of all horizons."""
    groups: dict[tuple[str, str], list[Replayed]] = defaultdict(list)
    for each in replayed:
        groups[each.horizon if by_horizon else each.group, each.currency].append(each)
    for (name, currency), estimates in sorted(groups.items()):
        found = accuracy(estimates)
        yield {
            "level": level,
            "horizon": name if by_horizon else "(all)",
            "group": "(all)" if by_horizon else name,
            "currency": currency,
            "estimates": found.estimates,
            "truth": found.truth,
            "wape_share": found.wape,
            "bias_share": found.bias,
            "intervals": found.intervals,
            "covered_share": found.covered,
        }


def _replay_owners(published: Published, question: Question, context: RunContext) -> list[Replayed]:
    """Estimate owners' days with each earlier allocation of the month that is still held."""
    final = _estimates(published, question, context)
    complete = _complete_days(final)
    found: list[Replayed] = []
    for run in _earlier(published, context):
        then = _estimates(find(context, period=question.period, as_of=run), question, context)
        for key, one in then.days.sums.items():
            age = then.known.as_of - begin_of(key[0])
            if key[0] in complete and age <= _OLDEST and one.expected != one.billed:
                truth = final.days.sums.get(key, Estimate()).billed
                found.append(_replayed(key, age, one.expected, truth))
    return found


def _replayed(
    key: tuple[date, Group, str], age: timedelta, estimate: Decimal, truth: Decimal
) -> Replayed:
    _day, (owner,), currency = key
    horizon = horizon_of(age / timedelta(hours=1))
    return Replayed(horizon, owner or "", currency, estimate, truth)


def _estimates(published: Published, question: Question, context: RunContext) -> EstimatedMonth:
    cost = cost_column(question, published)
    arrivals = read_all_arrivals(question.period, cost, context, known=published.bills)
    return estimate_month(published, arrivals, question, context, widths={})


def _complete_days(month: EstimatedMonth) -> set[date]:
    """The days that are billed nearly completely, of all owners together."""
    sums: dict[date, Estimate] = defaultdict(Estimate)
    for (day, _group, _currency), one in month.days.sums.items():
        sums[day].add(one.billed, one.expected, None)
    return {
        day
        for day, one in sums.items()
        if one.expected and abs(one.billed / one.expected) >= Decimal(str(COMPLETE))
    }


def _earlier(published: Published, context: RunContext) -> list[str]:
    """Earlier allocations of the month whose files the ledger holds."""
    runs = context.ledger.runs()
    gone = expired(runs)
    last = published.manifest
    same = [
        run.run
        for number, run in enumerate(runs, start=1)
        if (run.kind, run.period) == (RunKind.ALLOCATE, last.period) and number not in gone
    ]
    return list(dict.fromkeys(same[: same.index(last.run)]))
