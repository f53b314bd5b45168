"""Look at tags as they are now, over accounts and regions, and lay the bill's cost beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from typing import Protocol

from apportion.core.tags.coverage import tags_of
from apportion.core.tags.judged_rows import BilledCost
from apportion.core.tags.remediation.join_live_tags import (
    EXPLORER,
    TAGGING_API,
    Billed,
    Seen,
    billed_arn,
    joined,
)
from apportion.core.tags.remediation.probable_owner import problem_words
from apportion.core.tags.resource_types import resource_type
from apportion.core.templates import query
from apportion.model.errors.base import AwsError
from apportion.model.findings import live_tags as codes
from apportion.model.findings.finding import Finding
from apportion.model.money import EXACT
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.model.settings import Settings
from apportion.model.tags.live import LiveResource
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.open_run import allocated_periods

from .judge_resources import Judged, judged

_COLUMNS = (
    "month", "resource", "account", "region", "type", "seen", "problem", "cost", "currency", "tags",
)  # fmt: skip
#: Accounts and regions that are queried at once. AWS limits the requests of an account per second.
_AT_ONCE = 8
EVERY = "all"
_NOWHERE = {"", "global", "aws-global"}


class Live(Protocol):
    """The tags of an account and region."""

    def every(self) -> Iterator[LiveResource]:
        """Go through all resources that have or had tags."""


class Untagged(Protocol):
    """Resources that never had a tag."""

    def untagged(self) -> Iterator[LiveResource]:
        """Go through them."""


@dataclass(frozen=True)
class Where:
    """What to look at; `EVERY` is each account of the bill.

    Without regions, those that the bill names in each account.
    """

    accounts: tuple[str, ...]
    regions: tuple[str, ...] = ()
    period: str = ""


@dataclass(frozen=True)
class Scanned:
    """What was seen, in the month whose bill lies beside it."""

    month: Judged
    seen: tuple[Seen, ...]
    places: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]

    @property
    def period(self) -> str:
        """The bill's month."""
        return self.month.published.manifest.period


def look(
    context: RunContext,
    settings: Settings,
    where: Where,
    *,
    live: Callable[[str, str], Live],
    explorer: Untagged | None = None,
    today: date,
) -> Scanned:
    """Scan all places; one that cannot be read is a finding, and the others are scanned."""
    period = where.period or allocated_periods(context)[-1]
    month = judged(context, settings, period=period, today=today)
    lines = list(billed(context, month))
    places = list(_places(where, lines))
    accounts = len({account for account, _ in places})
    context.say(f"reading tags in {len(places)} regions of {accounts} accounts")
    found, findings, looked = _everywhere(places, live)
    if explorer is not None:
        context.say("searching untagged resources with Resource Explorer")
        try:
            found += [(one, EXPLORER) for one in explorer.untagged()]
        except AwsError as error:
            findings.append(_unseen("Resource Explorer", "all regions", error))
    seen = joined(found, lines, month.judge, places=looked)
    return Scanned(month, tuple(seen), tuple(places), tuple(findings))


def scan(scanned: Scanned, *, every: bool = False, most: int = 0) -> Outcome:
    """List what lacks valid mandatory tags now by its monthly cost; with `every`, all there is."""
    wrong = [one for one in scanned.seen if not one.verdict.compliant]
    listed = list(scanned.seen) if every else wrong
    shown = listed[:most] if most else listed
    rows = tuple(_row(scanned.period, one) for one in shown)
    findings = [*scanned.month.findings, *scanned.findings, *_wrong(scanned, wrong)]
    words = [
        (
            f"{len(scanned.seen):,} resources in {len(scanned.places)} places; {len(wrong):,} lack "
            f"valid mandatory tags. Costs are of {scanned.period}."
        )
    ]
    if len(shown) < len(listed):
        words.append(f"The {len(shown):,} that cost most are shown; --limit 0 shows all.")
    return Outcome(_COLUMNS, rows, tuple(findings), tuple(words))


def billed(context: RunContext, month: Judged) -> Iterator[Billed]:
    """Go through the resources of the month's bill, the costliest first."""
    costs = context.engine.rows(query("usecases/tags/billed_resources", judged=month.costs))
    for row in read_rows(BilledCost, costs):
        resource, account = row.resource_id, row.sub_account_id
        region, code = row.region_id, row.service_code
        yield Billed(
            resource=resource,
            arn=billed_arn(resource, account=account, region=region, service_code=code),
            account_id=account,
            account=row.account,
            region=region,
            environment=row.environment,
            service=row.service_name,
            type=resource_type(resource, code),
            owner=row.owner,
            source=row.owner_source,
            tags=tags_of(row.tags),
            verdict=month.verdicts[row.verdict],
            wrong=row.state in ("wrong", "missing"),
            cost=row.cost,
            currency=row.currency,
        )


def _places(where: Where, lines: Sequence[Billed]) -> Iterator[tuple[str, str]]:
    every = sorted({one.account_id for one in lines} - {""})
    for account in every if EVERY in where.accounts else where.accounts:
        own = {one.region for one in lines if one.account_id == account} - _NOWHERE
        # What belongs to no region (IAM, CloudFront) is tagged in this one.
        for region in where.regions or sorted(own | {"us-east-1"}):
            yield account, region


def _everywhere(
    places: Sequence[tuple[str, str]], live: Callable[[str, str], Live]
) -> tuple[list[tuple[LiveResource, str]], list[Finding], set[tuple[str, str]]]:
    found: list[tuple[LiveResource, str]] = []
    findings: list[Finding] = []
    looked: set[tuple[str, str]] = set()
    opened: list[tuple[str, str, Live]] = []
    closed: set[str] = set()
    for account, region in places:  # boto3 makes clients in one thread only
        if account in closed:
            continue
        try:
            opened.append((account, region, live(account, region)))
        except AwsError as error:  # its role cannot be taken
            closed.add(account)
            findings.append(_unseen(account, "all regions", error))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(_all_of, (one for _, _, one in opened))
        for (account, region, _), answer in zip(opened, answers, strict=True):
            if isinstance(answer, AwsError):
                findings.append(_unseen(account, region, answer))
                continue
            looked.add((account, region))
            found += [(replace(one, account=account, region=region), TAGGING_API) for one in answer]
    return found, findings, looked


def _all_of(live: Live) -> list[LiveResource] | AwsError:
    try:
        return list(live.every())
    except AwsError as error:
        return error


def _unseen(account: str, region: str, error: AwsError) -> Finding:
    text = str(error)
    return Finding(codes.NOT_SCANNED, account, region, found=text.rstrip("."))


def _wrong(scanned: Scanned, wrong: Sequence[Seen]) -> Iterable[Finding]:
    currencies = dict.fromkeys(one.billed.currency for one in wrong if one.billed)
    for currency in currencies:
        own = [one for one in wrong if one.billed and one.billed.currency == currency]
        with localcontext(EXACT):
            cost = sum((one.cost for one in own), Decimal())
        yield Finding(
            codes.SCANNED_WRONG,
            scanned.period,
            f"{len(own):,} resources",
            remedy="`apportion tags fix plan` proposes values.",
            amount=cost,
            currency=currency,
        )


def _row(period: str, one: Seen) -> Row:
    return {
        "month": period,
        "resource": one.arn or (one.billed.resource if one.billed else ""),
        "account": one.account,
        "region": one.region,
        "type": one.type,
        "seen": one.by,
        "problem": problem_words(one.verdict.problems),
        "cost": one.billed.cost if one.billed else None,
        "currency": one.billed.currency if one.billed else "",
        "tags": ", ".join(f"{key}={value}" for key, value in one.tags),
    }
