"""Estimate what the days of an allocated month cost when they are billed completely.

Estimates are shown beside an allocation and are part of none: the ledger and the proof do not
contain them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from apportion.core.nowcast.accuracy import ENOUGH_ERRORS, Widths
from apportion.core.nowcast.owner_days import (
    ClassCost,
    Completeness,
    Estimate,
    Group,
    OwnerDays,
    estimate_owners,
)
from apportion.core.nowcast.replay import replay
from apportion.core.nowcast.triangles import BillArrivals, begin_of, learn
from apportion.core.templates import each, name
from apportion.model import cents
from apportion.model.findings.finding import Finding
from apportion.model.findings.nowcast import MADE_TOO_EARLY, NOT_ESTIMATED, NOTHING_LEARNED
from apportion.model.money import EXACT
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.question import Question
from apportion.model.relation import Query, Relation
from apportion.model.result_columns import NOWCAST
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.usecases.context import RunContext
from apportion.usecases.reports.report import cost_column, find_columns, open_charges
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.open_run import Published, find

from .read_arrivals import read_all_arrivals

#: Places of estimates and of parts of them: they are statistics.
_PLACES, _SHARE = Decimal("0.000001"), Decimal("0.0001")

_CLASS = (
    '"ChargeDay" AS "#day", "BillingCurrency" AS "#currency", "BillingAccountId" AS "#account", '
    '"ServiceName" AS "#service", "ChargeCategory" AS "#category"'
)


@dataclass(frozen=True)
class EstimatedMonth:
    """The estimates of an allocated month, by columns of it."""

    columns: tuple[str, ...]
    days: OwnerDays
    known: Completeness


def nowcast(context: RunContext, question: Question) -> Outcome:
    """Estimate the final cost of each day of an allocated month, by owner or other columns.

    `complete_share` is the part of the expected cost that is billed, `low` and `high` are the
    interval: None until enough errors of such estimates are known.
    """
    published = find(context, period=question.period, as_of=question.as_of)
    cost = cost_column(question, published)
    context.say("comparing past deliveries")
    arrivals = read_all_arrivals(question.period, cost, context, known=published.bills)
    month = estimate_month(published, arrivals, question, context, widths=replay(arrivals).widths)
    return Outcome(
        columns=("day", *month.columns, *NOWCAST),
        rows=tuple(_rows(month)),
        findings=(*published.later, *_findings(question.period, month)),
        messages=tuple(_messages(published, cost, month)),
    )


def not_billed_yet(
    published: Published, context: RunContext, *, cost: str
) -> tuple[dict[tuple[str, str], Decimal], list[Finding]]:
    """What is expected beyond what is billed, by owner and currency, and what is not known.

    Only days that are not complete count; a complete one differs by rounding. No interval is made,
    so no past delivery is replayed.
    """
    period = published.manifest.period
    context.say("comparing past deliveries")
    arrivals = read_all_arrivals(period, cost, context, known=published.bills)
    question = Question(period, cost=cost)
    month = estimate_month(published, arrivals, question, context, widths={})
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    with localcontext(EXACT):
        for (_day, (owner,), currency), one in month.days.sums.items():
            if (_part(one) or 0) < 1:
                sums[str(owner), currency] += one.expected.quantize(_PLACES) - one.billed
    return sums, [*published.later, *_findings(period, month)]


def estimate_month(
    published: Published,
    arrivals: Sequence[BillArrivals],
    question: Question,
    context: RunContext,
    *,
    widths: Widths,
) -> EstimatedMonth:
    """Estimate the days of an allocation from the arrivals of its bills and of months before."""
    columns = find_columns(published, question.by or (published.rulebook.owner,))
    cost = cost_column(question, published)
    known = _completeness(published, arrivals, widths)
    tables, charges = open_charges(published, context, used=set(columns))
    costs = read_rows(ClassCost, context.engine.rows(_costs(charges, columns, cost)))
    pools = read_rows(ClassCost, context.engine.rows(_pool_costs(tables.allocations, cost)))
    return EstimatedMonth(columns, estimate_owners(costs, pools, known), known)


def _completeness(
    published: Published, arrivals: Sequence[BillArrivals], widths: Widths
) -> Completeness:
    bills = [bill for bill in arrivals if str(bill.period) == published.manifest.period]
    accounts = {
        total.billing_account: bill
        for bill in sorted(bills, key=lambda bill: bill.made[-1], reverse=True)
        for total in published.bills[bill.bill].totals
    }
    return Completeness(bills, accounts, learn(arrivals), widths)


def _costs(charges: Relation, columns: Sequence[str], cost: str) -> Query:
    """Cost by day, class and these columns, from the view of direct and shared cost."""
    by = each(map(name, columns), ", ")
    return Query.of(
        f'SELECT {_CLASS}, "#direct", SUM({name(cost)}) AS "#amount", {by} '
        f"FROM {charges} GROUP BY ALL ORDER BY ALL",
        charges,
    )


def _pool_costs(allocations: Relation, cost: str) -> Query:
    """Cost in pools by day and class."""
    return Query.of(
        f'SELECT {_CLASS}, FALSE AS "#direct", SUM({name(cost)}) AS "#amount" '
        f'FROM {allocations} WHERE NOT "Pool" IS NULL GROUP BY ALL ORDER BY ALL',
        allocations,
    )


def _rows(month: EstimatedMonth) -> Iterator[Row]:
    for (day, group, currency), one in sorted(month.days.sums.items(), key=_in_order):
        low, high = (None, None) if one.half is None else _interval(one.expected, one.half)
        yield {
            "day": day,
            **dict(zip(month.columns, group, strict=True)),
            "currency": currency,
            "billed": one.billed,
            "complete_share": _part(one),
            "expected": one.expected.quantize(_PLACES),
            "low": low,
            "high": high,
        }


_Item = tuple[tuple[date, Group, str], Estimate]


def _in_order(item: _Item) -> tuple[date, tuple[str, ...], str]:
    (day, group, currency), _ = item
    return day, tuple(value or "" for value in group), currency


def _interval(expected: Decimal, half: Decimal) -> tuple[Decimal, Decimal]:
    low, high = expected - half, expected + half
    return low.quantize(_PLACES), high.quantize(_PLACES)


def _part(one: Estimate) -> Decimal | None:
    """The billed part of an expected amount; None where it is not known or nothing is expected."""
    known = one.expected and (not one.unknown or one.expected != one.billed)
    return (one.billed / one.expected).quantize(_SHARE) if known else None


def _findings(period: str, month: EstimatedMonth) -> Iterator[Finding]:
    known = month.known
    for bill in known.bills:
        days = [change.day for change in bill.changes if not change.charge_class.monthly]
        if days and str(max(days)) > f"{bill.made[-1]:%Y-%m-%d}":
            yield Finding(
                MADE_TOO_EARLY,
                f"{period} bill {bill.bill}",
                "the newest delivery",
                expected=f"a time of its files after {max(days)}",
                found=f"{bill.made[-1]:%Y-%m-%d %H:%M} UTC",
                remedy="Restore the times of the files and check the clock of the machine that "
                "ingests, or ingest the export from S3.",
            )
    if not any(not each.monthly for each in known.developments.by_class):
        counts = (plural(len(bill.made), "delivery", "deliveries") for bill in known.bills)
        yield Finding(
            NOTHING_LEARNED,
            period,
            "completeness of days",
            expected="several deliveries while days fill up",
            found=", ".join(counts),
            remedy="Ingest every delivery of the export, for example once a day.",
        )
    elif month.days.unknown:
        yield from _not_estimated(period, month.days)


def _not_estimated(period: str, found: OwnerDays) -> Iterator[Finding]:
    for currency in sorted({of.currency for of in found.unknown}):
        classes = {of: cost for of, cost in found.unknown.items() if of.currency == currency}
        names = sorted({of.charge_class.service or of.charge_class.category for of in classes})
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        yield Finding(
            NOT_ESTIMATED,
            period,
            f"charges of {', '.join(names[:5])}{more}",
            expected="complete days or months of them",
            found="none",
            remedy="They count as billed so far.",
            amount=sum(classes.values(), Decimal()),
            currency=currency,
        )


def _messages(published: Published, cost: str, month: EstimatedMonth) -> Iterator[str]:
    manifest, known, found = published.manifest, month.known, month.days
    yield (
        f"{manifest.period}: estimated from run {manifest.run} and the deliveries up to "
        f"{known.as_of:%Y-%m-%d %H:%M} UTC, {cost}. Estimates are neither in the ledger nor in the "
        "proof."
    )
    for currency, one in sorted(_by_currency(found).items()):
        yield (
            f"Days up to {known.days[-1] if known.days else manifest.period}: "
            f"billed {cents.money(one.billed, currency)}, "
            f"expected when final {cents.money(one.expected, currency)}."
        )
        yield from _finality(manifest.period, month, one, currency)
    if any(one.half is None for one in found.sums.values()):
        yield f"Intervals need {ENOUGH_ERRORS} errors of past estimates of the same age."


def _by_currency(found: OwnerDays) -> dict[str, Estimate]:
    sums: dict[str, Estimate] = {}
    for (_day, _group, currency), one in found.sums.items():
        sums.setdefault(currency, Estimate()).add(one.billed, one.expected, one.half)
    return sums


def _finality(period: str, month: EstimatedMonth, one: Estimate, currency: str) -> Iterator[str]:
    """Whether a month that has ended is final, in money; nothing for a month that runs."""
    known = month.known
    if known.as_of < begin_of(Period.parse(period).next.first_day):
        return
    unknown = sum(
        (abs(cost) for of, cost in month.days.unknown.items() if of.currency == currency),
        Decimal(),
    )
    change = one.expected - one.billed
    if cents.to_cents(change):
        moves = cents.money_change(change, currency)
        yield f"{period} is not final: a change of {moves} is expected."
    elif not unknown:
        yield f"{period}: by past deliveries, no change in {currency} is expected any more."
    if unknown:
        yield (
            f"Whether {period} is final is not known of {cents.money(unknown, currency)}: "
            "no earlier month shows when such charges are complete."
        )
