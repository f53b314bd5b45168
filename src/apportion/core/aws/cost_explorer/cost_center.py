"""The costs of a cost centre from Cost Explorer: queries and their result.

A report that filters by a tag silently loses all cost without it. So the rest is queried too, and
both together must equal the whole bill.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from apportion.model.aws.cost_center import (
    UNTAGGED,
    CostCenterCosts,
    DailyCost,
    LeftOut,
    ResultByTime,
)
from apportion.model.aws.cost_query import (
    Absent,
    By,
    CostAnswer,
    CostLine,
    CostQuery,
    Equals,
    GroupKind,
    Metric,
    Neither,
    Spent,
)
from apportion.model.findings.cost_explorer import NO_COST, OTHER_SPELLINGS
from apportion.model.findings.finding import Finding
from apportion.model.money import EXACT
from apportion.model.suggestions import did_you_mean
from apportion.model.tags.tag_keys import normalise_value
from apportion.model.wording import join_words

from .query_names import currency_of, name_of, told_days
from .reconcile import add_up, compare_parts, estimated, never_seen

#: A tag that is there without a value, which is not the same as no tag.
_EMPTY = "(empty)"


@dataclass(frozen=True)
class CenterQuestions:
    """The cost centre, the two parts of the rest, and the whole."""

    own: CostQuery
    untagged: CostQuery
    others: CostQuery
    whole: CostQuery


@dataclass(frozen=True)
class CenterAnswers:
    """The responses."""

    own: CostAnswer
    untagged: CostAnswer
    others: CostAnswer
    whole: CostAnswer


def center_questions(
    cost_center: str, *, tag_key: str, by: By, start: date, end: date
) -> CenterQuestions:
    """Write the four questions. The second and third are all that the first one's filter drops."""
    tag = By(GroupKind.TAG, tag_key)
    own, absent = Equals(tag, (cost_center,)), Absent(tag)
    return CenterQuestions(
        own=CostQuery(start, end, by=(by,), where=own),
        untagged=CostQuery(start, end, where=absent),
        others=CostQuery(start, end, by=(tag,), where=Neither((own, absent))),
        whole=CostQuery(start, end),
    )


def center_costs(
    cost_center: str, questions: CenterQuestions, got: CenterAnswers, metric: Metric, spent: Spent
) -> CostCenterCosts:
    """Put the answers together, and compare them."""
    start, end = questions.own.start, questions.own.end
    (by,), (tag,) = questions.own.by, questions.others.by
    left_out = _left_out(got, metric)
    return CostCenterCosts(
        cost_center=cost_center,
        metric=metric,
        currency=currency_of(got.whole.lines),
        start=start,
        end=end,
        days=tuple(
            DailyCost(line.start, name_of(by, line.keys[0]), line.amounts[metric], line.estimated)
            for line in sorted(got.own.lines, key=lambda line: (line.start, line.keys))
        ),
        left_out=left_out,
        whole=add_up(got.whole.lines, metric),
        findings=(
            *_compared(told_days(start, end), metric, got),
            *_doubts(told_days(start, end), cost_center, tag, got, left_out),
            *never_seen(told_days(start, end), by, (line.keys[0] for line in got.own.lines)),
            *estimated(told_days(start, end), got.whole.lines),
        ),
        spent=spent,
        by_time=tuple(_day(day, by, got) for day in _each_day(start, end)),
    )


def _each_day(start: date, end: date) -> Iterator[date]:
    return (start + timedelta(days=at) for at in range((end - start).days))


def _day(day: date, by: By, got: CenterAnswers) -> ResultByTime:
    """Write a day as AWS does: groups by key, and every metric, as each answer has all of them."""
    own = sorted((line for line in got.own.lines if line.start == day), key=lambda each: each.keys)
    return {
        "TimePeriod": {"Start": str(day), "End": str(day + timedelta(days=1))},
        "Total": {},
        "Groups": [
            {
                "Keys": [f"{by.name}${line.keys[0]}"],
                "Metrics": {
                    str(metric): {"Amount": f"{amount:f}", "Unit": line.currency}
                    for metric, amount in line.amounts.items()
                },
            }
            for line in own
        ],
        "Estimated": any(line.estimated for line in got.whole.lines if line.start == day),
    }


def _left_out(got: CenterAnswers, metric: Metric) -> tuple[LeftOut, ...]:
    """The untagged first, then the other cost centres, the dearest first."""
    sums: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for line in got.others.lines:
            name = line.keys[0] or _EMPTY
            sums[name] = sums.get(name, Decimal(0)) + line.amounts[metric]
    others = [LeftOut(name, sums[name]) for name in sorted(sums, key=lambda n: (-sums[n], n))]
    untagged = add_up(got.untagged.lines, metric)
    return (*([LeftOut(UNTAGGED, untagged)] if untagged else []), *others)


def _compared(place: str, metric: Metric, got: CenterAnswers) -> list[Finding]:
    parts: list[CostLine] = [*got.own.lines, *got.untagged.lines, *got.others.lines]
    return compare_parts(place, metric, whole=got.whole.lines, parts=parts)


def _doubts(
    place: str, cost_center: str, tag: By, got: CenterAnswers, left_out: tuple[LeftOut, ...]
) -> list[Finding]:
    """Findings for a cost centre without cost, and for money under other spellings of it."""
    others = [each for each in left_out if each.cost_center not in {UNTAGGED, _EMPTY}]
    same = [each for each in others if _same(each.cost_center, cost_center)]
    if same:
        with localcontext(EXACT):
            amount = sum((each.cost for each in same), Decimal(0))
        return [
            Finding(
                OTHER_SPELLINGS,
                place,
                f"{tag.name} {cost_center}",
                found=join_words([each.cost_center for each in same], last="and"),
                remedy="Write the tag the same everywhere, or list all spellings in a rulebook.",
                amount=amount,
                currency=currency_of(got.whole.lines),
            )
        ]
    if got.own.lines:
        return []
    if not others and got.untagged.lines:
        return never_seen(place, tag, [""])
    guess = did_you_mean(cost_center, [each.cost_center for each in others])
    return [Finding(NO_COST, place, f"{tag.name} {cost_center}", remedy=guess)]


def _same(one: str, other: str) -> bool:
    return normalise_value(one) == normalise_value(other)
