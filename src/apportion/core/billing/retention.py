"""Choose superseded runs to expire, and find those that have expired.

Runs are named by their number in the order in which they were recorded, from one: the same bill
that comes again is the same run once more, and may be expired once and current later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from apportion.model.manifest import Manifest, RunKind
from apportion.model.retention import EvidenceKind, Past, Policy, RetentionEvidence, Snapshots

#: In the record of an expiry: the numbers of the runs that it expired, by commas.
NUMBERS = "runs"

#: Runs that later ones of the same month and bill supersede. Accounts are of no month, and small.
_SUPERSEDED = (RunKind.INGEST, RunKind.ALLOCATE)


def expired(runs: Sequence[Manifest]) -> dict[int, Manifest]:
    """The runs, by number, that were expired, and their expiry."""
    return {
        int(number): run
        for run in runs
        if run.kind is RunKind.EXPIRE
        for number in run.details[NUMBERS].split(",")
    }


def number_of(run: Manifest, runs: Sequence[Manifest]) -> int:
    """Find a run's number; it must be the very one that is in the list."""
    return next(number for number, each in enumerate(runs, start=1) if each is run)


def deliveries_of(allocation: Manifest, runs: Sequence[Manifest]) -> dict[str, int]:
    """Find the numbers of the deliveries that an allocation read, by bill."""
    before = list(enumerate(runs[: number_of(allocation, runs) - 1], start=1))
    return {
        bill: next(
            number
            for number, run in reversed(before)
            if (run.kind, run.bill, run.run) == (RunKind.INGEST, bill, delivered)
        )
        for bill, delivered in allocation.bills.items()
    }


def past(
    runs: Sequence[Manifest], policy: Policy, evidence: Iterable[RetentionEvidence]
) -> list[Past]:
    """List, in order, what the policy does not keep, with the evidence for which it stays.

    What stays keeps what it stands on: no allocation loses a delivery that it read.
    """
    reasons = _reasons(evidence, policy)
    found = {each.number: each for each in _beyond(runs, policy)}
    for number, each in found.items():
        if each.run.kind is RunKind.ALLOCATE:
            found[number] = Past(number, each.run, each.replaced, reasons.get(each.run.run, ()))
    gone = {number for number, each in found.items() if not each.evidence} | expired(runs).keys()
    for number, run in enumerate(runs, start=1):
        if run.kind is RunKind.ALLOCATE and number not in gone:
            for delivery in deliveries_of(run, runs).values():
                found.pop(delivery, None)
    return [found[number] for number in sorted(found)]


def kept(runs: Sequence[Manifest], gone: Iterable[int]) -> Snapshots:
    """The snapshots of runs that were not expired and are not among these."""
    out = {*gone, *expired(runs)}
    needed: dict[str, set[int]] = defaultdict(set)
    for number, run in enumerate(runs, start=1):
        if number not in out:
            for table, snapshot in run.snapshots.items():
                needed[table].add(snapshot)
    return {table: frozenset(snapshots) for table, snapshots in needed.items()}


def _reasons(
    evidence: Iterable[RetentionEvidence], policy: Policy
) -> Mapping[str, tuple[RetentionEvidence, ...]]:
    """The evidence that keeps each run; of publications, each month's newest in each place."""
    reasons: dict[str, tuple[RetentionEvidence, ...]] = {}
    seen: dict[tuple[str, str], RetentionEvidence] = {}
    for each in sorted(evidence, key=lambda one: one.at):
        if each.how is EvidenceKind.PUBLISHED:
            seen[each.period, each.where] = each
        elif each.how is EvidenceKind.CLOSED or each.how not in policy.also:
            reasons[each.run] = (*reasons.get(each.run, ()), each)
    for each in seen.values() if EvidenceKind.PUBLISHED not in policy.also else ():
        reasons[each.run] = (*reasons.get(each.run, ()), each)
    return reasons


def _beyond(runs: Sequence[Manifest], policy: Policy) -> Iterator[Past]:
    """List what a policy does not keep, evidence aside, and was not expired before.

    Runs in a row that stand on the same snapshots are one state of a month and bill: the same
    bytes that came again under another name.
    """
    gone = expired(runs)
    for states in _states(runs):
        superseded = [pair for pair in pairwise(states) if pair[0][0][0] not in gone]
        for state, after in superseded[: max(len(superseded) - policy.newest, 0)]:
            replaced, period = after[0][1].at, state[0][1].period
            if replaced < policy.since and period in (policy.periods or (period,)):
                yield from (Past(number, run, replaced) for number, run in state)


def _states(runs: Sequence[Manifest]) -> Iterable[list[list[tuple[int, Manifest]]]]:
    """List the states of each month and bill, oldest first: runs with their numbers."""
    groups: dict[tuple[RunKind, str, str], list[list[tuple[int, Manifest]]]] = defaultdict(list)
    for number, run in enumerate(runs, start=1):
        if run.kind in _SUPERSEDED:
            states = groups[run.kind, run.period, run.bill]
            if states and states[-1][-1][1].snapshots == run.snapshots:
                states[-1].append((number, run))
            else:
                states.append([(number, run)])
    return groups.values()
