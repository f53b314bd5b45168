"""List resources without valid mandatory tags by cost, with the person to contact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from apportion.core.tags.coverage import tags_of
from apportion.core.tags.events.cloudtrail import creators, read_calls
from apportion.core.tags.judged_rows import TaggedResource, UntaggedCost
from apportion.core.tags.remediation.probable_owner import (
    Neighbours,
    Untagged,
    owner_key,
    probable_owner,
    problem_words,
    sentence,
)
from apportion.core.tags.resource_types import resource_type
from apportion.core.templates import query
from apportion.model.cents import money
from apportion.model.money import EXACT
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.model.settings import Settings
from apportion.model.wording import plural
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import money_of, read_rows
from apportion.usecases.runs.open_run import allocated_periods

from .judge_resources import Judged, judged

_COLUMNS = (
    "month", "resource", "account", "service", "type", "cost", "currency", "problem", "made",
    "owner", "because", "creator", "message",
)  # fmt: skip
BY_HAND, BY_CODE = "by hand", "by code"


@dataclass(frozen=True)
class Wanted:
    """Which resources are listed: `most` of them (0: all), only those made by hand."""

    period: str = ""
    most: int = 0
    by_hand: bool = False
    as_of: str = ""
    events: tuple[str, ...] = ()  # texts of CloudTrail records, which name creators


def untagged(context: RunContext, settings: Settings, wanted: Wanted, *, today: date) -> Outcome:
    """List resources whose mandatory tags are missing or wrong, the costliest first."""
    period = wanted.period or allocated_periods(context)[-1]
    month = judged(context, settings, period=period, as_of=wanted.as_of, today=today)
    known = creators(call for text in wanted.events for call in read_calls(text)[0])
    rows = _rows(context, month, known)
    every = [row for row in rows if not wanted.by_hand or row["made"] == BY_HAND]
    shown = every[: wanted.most] if wanted.most else every
    words = (*_words(month, every, len(shown)), month.words)
    return Outcome(_COLUMNS, tuple(shown), month.findings, words)


def tagged_resources(
    context: RunContext, month: Judged
) -> Iterator[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Go through the resources of a judged month: account, id and tags."""
    resources = context.engine.rows(query("core/tags/to_judge", tagged=month.tagged))
    for row in read_rows(TaggedResource, resources):
        yield row.sub_account_id, row.resource_id, tags_of(row.tags)


def _rows(context: RunContext, month: Judged, creator: Mapping[str, str]) -> Iterator[Row]:
    period = month.published.manifest.period
    key = owner_key(month.policy, month.published.rulebook)
    neighbours = Neighbours(month.judge, key, tagged_resources(context, month))
    lacking = context.engine.rows(query("core/tags/untagged", judged=month.costs))
    for row in read_rows(UntaggedCost, lacking):
        one = Untagged(
            resource=row.resource_id,
            account_id=row.sub_account_id,
            account=row.account,
            environment=row.environment,
            service=row.service_name,
            owner=row.owner,
            source=row.owner_source,
            tags=tags_of(row.tags),
            verdict=month.verdicts[row.verdict],
            cost=row.cost,
            currency=row.currency,
            creator=creator.get(row.resource_id, ""),
        )
        guess = probable_owner(one, key, neighbours)
        known = _known(month, one, {key: guess.owner})
        yield {
            "month": period,
            "resource": one.resource,
            "account": one.account,
            "service": one.service,
            "type": resource_type(one.resource, row.service_code),
            "cost": one.cost,
            "currency": one.currency,
            "problem": problem_words(one.verdict.problems),
            "made": _made(month, one),
            "owner": guess.owner,
            "because": guess.because,
            "creator": one.creator,
            "message": sentence(one, known, guess, period=period),
        }


def _known(month: Judged, one: Untagged, owner: dict[str, str]) -> dict[str, str]:
    """The values that a resource's tags should have, if known: owner and environment."""
    key = month.policy.environment
    value = month.judge.canonical(key, one.environment) if key and one.environment else None
    return owner | ({key: value} if value else {})


def _made(month: Judged, one: Untagged) -> str:
    made = month.judge.made_by_code(one.tags)
    return "" if made is None else BY_CODE if made else BY_HAND


def _words(month: Judged, rows: list[Row], shown: int) -> Iterator[str]:
    if not rows:
        yield "Every resource has its mandatory tags."
        return
    automated = month.policy.automated
    for currency in dict.fromkeys(str(row["currency"]) for row in rows):
        own = [row for row in rows if row["currency"] == currency]
        by_hand = [row for row in own if row["made"] == BY_HAND]
        sentence = f"{plural(len(own), 'resource')}, {money(_sum(own), currency)}"
        if automated:
            code = f"{automated.key} = {' or '.join(automated.values)}"
            sentence += (
                f"; {len(by_hand):,} of them, {money(_sum(by_hand), currency)}, are made by hand"
            )
            sentence += f" (not {code})"
        yield f"{sentence}."
    if shown < len(rows):
        yield f"The {shown:,} that cost most are shown; --limit 0 shows all."


def _sum(rows: list[Row]) -> Decimal:
    with localcontext(EXACT):
        return sum((money_of(row["cost"]) for row in rows), Decimal())
