"""Generate what enforces the tag policy, prove it, and replay the past against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path

from apportion.core.allocation.rounding import part_of
from apportion.core.tags.coverage import NO_RESOURCE
from apportion.core.tags.events.cloudtrail import read_calls
from apportion.core.tags.generate import RANKING, generate_files, read_ranking
from apportion.core.tags.judged_rows import TypeCost
from apportion.core.tags.policy.verdict import Judge
from apportion.core.tags.resource_types import resource_type
from apportion.core.tags.scp.generate import LIMIT
from apportion.core.tags.scp.prove import covered, prove_documents
from apportion.core.tags.scp.replay import Replayed, replay
from apportion.core.templates import query
from apportion.model.cents import cents
from apportion.model.errors.base import NothingThereError
from apportion.model.findings import tags as codes
from apportion.model.findings.finding import Finding
from apportion.model.manifest import RunKind
from apportion.model.money import EXACT
from apportion.model.outcome import Outcome
from apportion.model.settings import Settings
from apportion.model.tags.generated import ControlPolicies, TypeSpend
from apportion.model.tags.tag_policy import TagPolicy
from apportion.model.wording import percent
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows

from .judge_resources import judged
from .load_policy import tag_policy

_PROVED = ("type", "status", "actions", "cost", "currency", "why")
_REPLAYED = ("time", "action", "account", "creator", "resource", "denied", "by", "lacks")


@dataclass(frozen=True)
class GenerateRequest:
    """What to generate: `folder` holds a ranking from before, unless it is to be made again."""

    folder: Path | None = None
    limit: int = LIMIT
    documents: int = 1
    period: str = ""
    rerank: bool = False


@dataclass(frozen=True)
class Generated:
    """The files by name, and what went into them."""

    policy: TagPolicy
    files: Mapping[str, str]
    controls: ControlPolicies
    spend: tuple[TypeSpend, ...]
    findings: tuple[Finding, ...]
    messages: tuple[str, ...]


def generate(
    context: RunContext, settings: Settings, wish: GenerateRequest, *, today: date
) -> Generated:
    """Write every file from the policy and the ranking of types; nothing is put on a disk."""
    policy, findings = tag_policy(settings, today=today)
    spend, word = _spend(context, settings, wish, today=today)
    files, controls = generate_files(policy, spend, limit=wish.limit, most=wish.documents)
    sizes = [
        f"{one.name}: {one.size:,} of {wish.limit:,} characters." for one in controls.documents
    ]
    return Generated(policy, files, controls, tuple(spend), tuple(findings), (word, *sizes))


def differences(made: Mapping[str, str], folder: Path) -> Iterator[Finding]:
    """Find files of a folder that differ from the generated ones."""
    for name, text in made.items():
        path = folder / name
        found = path.read_text("utf-8") if path.is_file() else None
        if found != text:
            yield Finding(
                codes.OUT_OF_DATE,
                f"{folder.name}/{name}",
                "the file",
                expected="the output of the tag policy",
                found="other content" if found is not None else "no file",
                remedy="Run `apportion tags generate`, review the changes and commit them.",
            )
    for path in sorted(folder.glob("scp-*.json")):
        if path.name not in made:
            remedy = "Detach it, then delete it."
            name, found = f"{folder.name}/{path.name}", "a file that is not generated any more"
            yield Finding(codes.OUT_OF_DATE, name, "the file", "no file", found, remedy)


def prove_controls(made: Generated, currency: str = "") -> Outcome:
    """Evaluate the generated documents for every call that creates a type of the bill."""
    proved = prove_documents(made.policy, made.controls.documents, made.spend)
    rows = tuple(
        {
            "type": one.type or "(not known)",
            "status": one.status.value,
            "actions": ", ".join(action.partition(":")[2] for action in one.actions),
            "cost": one.cost,
            "currency": currency,
            "why": one.why,
        }
        for one in proved
    )
    findings = [
        Finding(
            codes.CONTROL_WRONG,
            "scp",
            wrong,
            "only requests without a required tag are denied",
            amount=one.cost,
        )
        for one in proved
        for wrong in one.wrong
    ]
    enforced, whole = covered(proved)
    share = part_of(enforced, whole)
    words = (
        f"{cents(enforced)} of {cents(whole)}"
        + (f" ({percent(share)})" if share is not None else "")
        + " is spent on types whose creation is denied without "
        + (" and ".join(made.controls.keys) or "no tag")
        + "."
    )
    return Outcome(_PROVED, rows, (*made.findings, *findings), (words, *made.messages))


def replay_events(made: Generated, texts: Sequence[str], *, today: date) -> Outcome:
    """Find past calls that the documents would have denied."""
    calls, unread = [], 0
    for text in texts:
        read, wrong = read_calls(text)
        calls += read
        unread += wrong
    judge = Judge(made.policy, today=today)
    done, others = replay(made.policy, made.controls.documents, calls, judge)
    ordered = sorted(done, key=lambda one: (not one.denied, one.call.time, one.call.id))
    denied = sum(one.denied for one in done)
    words = [
        (
            f"{len(done):,} of {len(calls):,} calls created or tagged something; {denied:,} of "
            "them would have been denied."
        )
    ]
    words += [f"{others:,} others were left aside."] if others else []
    words += [f"{unread:,} records could not be read."] if unread else []
    return Outcome(_REPLAYED, tuple(map(_replayed, ordered)), made.findings, tuple(words))


def _replayed(one: Replayed) -> dict[str, object]:
    return {
        "time": one.call.time,
        "action": one.call.action,
        "account": one.call.account,
        "creator": one.call.creator or one.call.via,
        "resource": one.call.resources[0] if one.call.resources else "",
        "denied": one.denied,
        "by": ", ".join(one.by),
        "lacks": one.lacked,
    }


def _spend(
    context: RunContext, settings: Settings, wish: GenerateRequest, *, today: date
) -> tuple[list[TypeSpend], str]:
    """Take the pinned ranking, or add up a month of the ledger."""
    pinned = wish.folder / RANKING if wish.folder else None
    if pinned and pinned.is_file() and not wish.rerank and not wish.period:
        read = read_ranking(pinned.read_text("utf-8"))
        if read is not None:
            return read, f"Packed by the ranking in {pinned.name}; --rank-by-bill makes a new one."
    runs = [run.period for run in context.ledger.runs() if run.kind is RunKind.ALLOCATE]
    if not runs:
        raise NothingThereError("allocation", [], "Run `apportion allocate` first.")
    period = wish.period or max(runs)
    month = judged(context, settings, period=period, today=today)
    spend = query("core/tags/type_spend", no_resource=NO_RESOURCE, judged=month.costs)
    sums: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for row in read_rows(TypeCost, context.engine.rows(spend)):
            kind = resource_type(row.resource_id, row.service_code)
            sums[kind] = sums.get(kind, Decimal()) + row.cost
    return [
        TypeSpend(kind, cost) for kind, cost in sums.items()
    ], f"Packed by the bill of {period}."
