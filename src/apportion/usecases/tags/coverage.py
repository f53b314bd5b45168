"""Tag coverage: spend with valid tags, problems of the rest, changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from apportion.core.tags.coverage import (
    GROUPS,
    added,
    coverage_query,
    reached,
    share_of,
    with_shares,
)
from apportion.core.tags.judged_rows import VerdictCost
from apportion.core.tags.policy.verdict import bare_key
from apportion.core.templates import query
from apportion.model.cents import money
from apportion.model.errors.base import UnknownColumnError
from apportion.model.findings import tags as codes
from apportion.model.findings.finding import Finding
from apportion.model.money import EXACT
from apportion.model.outcome import Outcome
from apportion.model.settings import Settings
from apportion.model.suggestions import closest, shown
from apportion.model.tags.tag_policy import Fault, TagPolicy, TagProblem
from apportion.model.wording import join_words, percent
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows, text_of
from apportion.usecases.runs.open_run import allocated_periods

from .judge_resources import Judged, judged

_CODES = {
    Fault.MISSING: codes.MISSING_TAG,
    Fault.KEY_SPELT: codes.KEY_SPELT,
    Fault.UNKNOWN_VALUE: codes.UNKNOWN_TAG_VALUE,
    Fault.VALUE_SPELT: codes.VALUE_SPELT,
    Fault.RULE_BROKEN: codes.RULE_BROKEN,
}
_REMEDIES = {
    Fault.MISSING: "`apportion tags untagged` lists them by cost, with their probable owners.",
    Fault.KEY_SPELT: "Correct the key where it is written; AWS's own reports do not see it.",
    Fault.UNKNOWN_VALUE: "`apportion tags suggest` shows what was probably meant.",
    Fault.VALUE_SPELT: "`apportion tags suggest` lists each spelling with its money.",
    Fault.RULE_BROKEN: "Correct the tag, or those that it is made of.",
}
_MEASURES = (
    "spend", "taggable", "valid", "wrong", "missing", "exempt", "valid_share", "before_share",
    "resources", "resources_share", "reached",
)  # fmt: skip
_MONTH = "month"


@dataclass(frozen=True)
class CoverageQuery:
    """A query of coverage: months (none: the newest, or all by month) and groups."""

    period: str = ""
    by: tuple[str, ...] = ()
    fail_under: Decimal | None = None
    as_of: str = ""


def coverage(
    context: RunContext, settings: Settings, question: CoverageQuery, *, today: date
) -> Outcome:
    """Report spend and resources with valid mandatory tags by group, with the month before.

    Findings name what is wrong in the newest of these months, with its money.
    """
    allocated = allocated_periods(context)
    by, over_time = _groups(question.by)
    newest = question.period or allocated[-1]
    wanted = [one for one in allocated if one <= newest] if over_time else [newest]
    earlier = [one for one in allocated if one < wanted[0]][-1:]
    rows: list[dict[str, object]] = []
    before: list[dict[str, object]] = []
    month: Judged | None = None
    for period in [*earlier, *wanted]:
        as_of = question.as_of if period == newest else ""
        month = judged(context, settings, period=period, as_of=as_of, today=today)
        found = [dict(row) for row in context.engine.rows(coverage_query(by, month.costs))]
        if period in wanted:
            targets = steps(month.policy)
            shares = with_shares(found, before, by=by, targets=targets)
            rows += [{_MONTH: period, **row} for row in shares]
        before = found
    assert month is not None
    wholes = _wholes(before)
    findings = [*month.findings, *_problems(context, month), *_below(wholes, question, newest)]
    columns = (_MONTH, *by, "currency", *_MEASURES)
    words = (*_words(wholes, month.policy, newest), month.words)
    return Outcome(columns, tuple(rows), tuple(findings), words)


def steps(policy: TagPolicy) -> tuple[tuple[str, int], ...]:
    """Give the targets, the lowest first."""
    targets = policy.targets
    return (("crawl", targets.crawl), ("walk", targets.walk), ("run", targets.run))


def _groups(by: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    known = (*GROUPS, _MONTH)
    for word in by:
        if word not in known:
            raise UnknownColumnError(word, known, closest(word, known))
    groups = tuple(dict.fromkeys(word for word in by if word != _MONTH))
    return groups or (() if _MONTH in by else ("owner",)), _MONTH in by


def _wholes(rows: Sequence[Mapping[str, object]]) -> dict[str, dict[str, Decimal]]:
    """The newest month added up by currency, the largest first."""
    currencies = dict.fromkeys(text_of(row["currency"]) for row in rows)
    sums = {currency: added(rows, currency) for currency in currencies}
    return dict(sorted(sums.items(), key=lambda pair: -pair[1]["spend"]))


def _words(
    wholes: Mapping[str, Mapping[str, Decimal]], policy: TagPolicy, period: str
) -> Iterator[str]:
    for currency, sums in wholes.items():
        share = share_of(sums)
        if share is None:
            yield f"{period}: nothing in {currency or 'the bill'} can carry tags."
            continue
        targets = ", ".join(f"{word} is {least} %" for word, least in steps(policy))
        level = reached(share, steps(policy))
        at = "below the first target" if level == "below" else f"the target `{level}` is reached"
        yield (
            f"{period}: {percent(share, places=2)} of {money(sums['taggable'], currency)} that can "
            f"carry tags has valid mandatory tags; {at} ({targets})."
        )


def _below(
    wholes: Mapping[str, Mapping[str, Decimal]], question: CoverageQuery, period: str
) -> Iterator[Finding]:
    for currency, sums in wholes.items():
        share = share_of(sums)
        if question.fail_under is None or share is None or share * 100 >= question.fail_under:
            continue
        with localcontext(EXACT):
            lacking = sums["wrong"] + sums["missing"]
        yield Finding(
            codes.BELOW,
            period,
            "cost with valid mandatory tags",
            expected=f"{question.fail_under:f} % or more",
            found=percent(share, places=2),
            remedy="Begin with the resources that cost most: `apportion tags untagged`.",
            amount=lacking,
            currency=currency,
        )


@dataclass
class _Sum:
    problem: TagProblem
    cost: Decimal
    resources: int
    found: dict[str, Decimal]


def _problems(context: RunContext, month: Judged) -> list[Finding]:
    """One finding a key, fault and currency; money is that of resources with the problem."""
    sums: dict[tuple[str, Fault, str], _Sum] = {}
    with localcontext(EXACT):
        costs = context.engine.rows(query("core/tags/problems", judged=month.costs))
        for row in read_rows(VerdictCost, costs):
            verdict = month.verdicts[row.verdict]
            for problem in verdict.problems:
                at = (problem.key, problem.fault, row.currency)
                one = sums.setdefault(at, _Sum(problem, Decimal(), 0, {}))
                one.cost += row.cost
                one.resources += row.resources
                one.found[problem.found] = one.found.get(problem.found, Decimal()) + row.cost
    period = month.published.manifest.period
    return [_finding(month.policy, period, at, one) for at, one in sums.items()]


def _finding(policy: TagPolicy, period: str, at: tuple[str, Fault, str], one: _Sum) -> Finding:
    key, fault, currency = at
    place = next(one.place for one in policy.keys if one.name == key)
    costly = sorted(one.found, key=lambda found: (-one.found[found], found))
    found = join_words([shown(bare_key(text)) for text in costly if text], last="and", most=3)
    plural = "" if one.resources == 1 else "s"
    return Finding(
        _CODES[fault],
        str(place),
        f"{key} of {one.resources:,} resource{plural} in {period}",
        expected=one.problem.expected if fault in _SAME_EXPECTED else "",
        found=found,
        remedy=_REMEDIES.get(fault, ""),
        amount=one.cost,
        currency=currency,
    )


#: Faults whose problems all expect the same.
_SAME_EXPECTED = {Fault.MISSING, Fault.KEY_SPELT, Fault.UNKNOWN_VALUE}
