"""Expire superseded runs: list them, record the expiry, and only then delete files.

The record is the one commit point. Before it every run stands; after it the runs that it names are
expired, whatever of their files is still there, and the next expiry removes what is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from apportion.core.billing.retention import NUMBERS, expired, kept, past
from apportion.core.close.changes_since import closed_evidence
from apportion.core.identity import run_id
from apportion.model.manifest import Manifest, RunKind
from apportion.model.outcome import Outcome
from apportion.model.retention import Past, Policy, RetentionEvidence, UnreferencedFile
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.ports.ledger import ExpirableLedger
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.downloads import in_bytes

from .evidence import noted

COLUMNS = (
    *("period", "bill", "kind", "run", "at", "replaced"),
    *("action", "files", "bytes", "reason"),
)


@dataclass(frozen=True)
class Plan:
    """What would go: runs that the policy does not keep, and files that nothing kept leads to."""

    runs: tuple[Manifest, ...]
    past: tuple[Past, ...]
    loose: tuple[UnreferencedFile, ...]

    @property
    def going(self) -> list[Past]:
        """The runs for which there is no evidence."""
        return [each for each in self.past if not each.evidence]

    @property
    def bytes(self) -> int:
        """How many bytes would be free."""
        return sum(file.size for file in self.loose)


def plan_expiry(
    context: RunContext,
    ledger: ExpirableLedger,
    policy: Policy,
    *,
    delivered: Collection[RetentionEvidence] = (),
) -> Outcome:
    """List the runs that this policy expires, and those that evidence keeps; a dry run.

    `delivered` is evidence that the ledger does not know of itself.
    """
    made = _plan(context, ledger, policy, delivered)
    words = [*_would(made), *_unreadable(made, "could no longer")]
    if made.going or made.loose:
        words.append("Nothing was changed. Repeat the command with --yes to expire these runs.")
    return Outcome(COLUMNS, tuple(_rows(made, keep="keep", expire="expire")), messages=tuple(words))


def expire(
    context: RunContext,
    ledger: ExpirableLedger,
    policy: Policy,
    *,
    delivered: Collection[RetentionEvidence] = (),
    forget: Callable[[Collection[str]], None] = lambda _runs: None,
    wait: float = 0,
) -> Outcome:
    """Expire what the policy does not keep; finishes an earlier expiry that was killed.

    `forget` is given the runs that are still readable, by which copies of others can be removed.
    Raises LedgerDamagedError, with nothing expired, where a file of a current run is not whole:
    what came before may be all that there is.
    """
    with ledger.lock(wait=wait):
        made = _plan(context, ledger, policy, delivered)
        _check_current(made, ledger)
        if made.going:
            context.say("recording the expiry")
            ledger.record(_record(made, policy, context))
        if made.loose:
            context.say(f"removing {plural(len(made.loose), 'file')}")
        ledger.expire_snapshots(kept(made.runs, [each.number for each in made.going]))
        forget(_readable(ledger.runs()))
    words = (*_did(made), *_unreadable(made, "can no longer"))
    return Outcome(COLUMNS, tuple(_rows(made, keep="kept", expire="expired")), messages=words)


def _plan(
    context: RunContext,
    ledger: ExpirableLedger,
    policy: Policy,
    delivered: Collection[RetentionEvidence],
) -> Plan:
    context.say("listing the runs that must be kept")
    runs = ledger.runs()
    found = past(runs, policy, (*noted(ledger), *closed_evidence(runs), *delivered))
    going = [each.number for each in found if not each.evidence]
    return Plan(tuple(runs), tuple(found), tuple(ledger.unreferenced_files(kept(runs, going))))


def _check_current(made: Plan, ledger: ExpirableLedger) -> None:
    """Look at every file of the newest run of each month and bill."""
    newest = {(run.kind, run.period, run.bill): run for run in made.runs}
    for run in newest.values():
        for table in run.snapshots:
            ledger.files(table, run)


def _record(made: Plan, policy: Policy, context: RunContext) -> Manifest:
    numbers, at = ",".join(str(each.number) for each in made.going), context.now()
    return Manifest(
        run=run_id("expire", at, numbers, inputs=()),
        kind=RunKind.EXPIRE,
        period="",
        bill="",
        at=at,
        version=context.version,
        inputs=(),
        totals=(),
        snapshots={},
        details={
            NUMBERS: numbers,
            "keep": str(policy.newest),
            "replaced_before": policy.since,
            "files": str(len(made.loose)),
            "bytes": str(made.bytes),
        },
    )


def _readable(runs: Sequence[Manifest]) -> set[str]:
    gone = expired(runs)
    return {run.run for number, run in enumerate(runs, start=1) if number not in gone}


def _rows(made: Plan, *, keep: str, expire: str) -> Iterable[Row]:
    """One row for each run; a shared file is listed with its first run, the rest at the end."""
    listed: set[str] = set()
    parts: dict[tuple[str, str], list[UnreferencedFile]] = defaultdict(list)
    for file in made.loose:
        parts[file.period, file.bill].append(file)
    for each in sorted(made.past, key=lambda one: (one.run.period, one.number)):
        beside = parts[each.run.period, each.run.bill]
        files = [file for file in _own(each, beside) if file.name not in listed]
        listed |= {file.name for file in files}
        yield {
            "period": each.run.period,
            "bill": each.run.bill,
            "kind": str(each.run.kind),
            "run": each.run.run,
            "at": each.run.at,
            "replaced": each.replaced,
            "action": keep if each.evidence else expire,
            "files": len(files),
            "bytes": sum(file.size for file in files),
            "reason": _reason(each, files),
        }
    rest = [file for file in made.loose if file.name not in listed]
    if rest:
        empty = dict.fromkeys(("period", "bill", "run", "at", "replaced"), "")
        sums = {"files": len(rest), "bytes": sum(file.size for file in rest)}
        reason = "metadata, and files that no snapshot names"
        yield {**empty, "kind": "rest", "action": expire, **sums, "reason": reason}


def _reason(each: Past, files: Sequence[UnreferencedFile]) -> str:
    """The reason why a run stays, or why nothing is deleted with it."""
    if each.evidence:
        return "; ".join(f"{one.how} {one.where} {one.at[:10]}" for one in each.evidence)
    return "" if files else "kept snapshots still name its files"


def _own(each: Past, files: Iterable[UnreferencedFile]) -> list[UnreferencedFile]:
    """Pick a run's files of those that go with its month and bill."""
    if each.evidence:
        return []
    snapshots = each.run.snapshots
    return [file for file in files if snapshots.get(file.table) in file.snapshots]


def _would(made: Plan) -> list[str]:
    if not made.going and not made.loose:
        return [_nothing(made)]
    return [f"{_runs(made)} would be expired: {_files(made)} would go."]


def _did(made: Plan) -> list[str]:
    if not made.going and not made.loose:
        return [_nothing(made)]
    return [f"{_runs(made)} expired: {_files(made)} went."]


def _nothing(made: Plan) -> str:
    if not made.past:
        return "There is nothing to expire: every run is current or kept by the options."
    return "There is nothing to expire: all other superseded runs are evidence and are kept."


def _unreadable(made: Plan, verb: str) -> list[str]:
    """List, by month, the times that --as-of no longer covers."""
    words = []
    allocations = [each for each in made.going if each.run.kind is RunKind.ALLOCATE]
    allocations.sort(key=lambda each: (each.run.period, each.number))
    for period, group in groupby(allocations, key=lambda each: each.run.period):
        several = list(group)
        first, last = several[0].run.at, several[-1].replaced
        words.append(
            f"{period}: --as-of {verb} read {plural(len(several), 'allocation')} that stood "
            f"between {first} and {last}. Totals and hashes stay in the history."
        )
    return words


def _files(made: Plan) -> str:
    return f"{plural(len(made.loose), 'file')}, {in_bytes(made.bytes)},"


def _runs(made: Plan) -> str:
    count = len(made.going)
    months = len({each.run.period for each in made.going})
    if not count:
        return "No run"
    return f"{plural(count, 'run')} of {plural(months, 'month')}"
