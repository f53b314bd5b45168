"""What came after a month was closed: deliveries and allocations that are not booked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apportion.core.billing.bill_identity import newest, not_read
from apportion.model.finance.close import CloseRecord
from apportion.model.findings.close import AFTER_CLOSE
from apportion.model.findings.finding import Finding
from apportion.model.manifest import Manifest, RunKind
from apportion.model.retention import EvidenceKind, RetentionEvidence

from .decisions import closed_months


def after_close(booked: CloseRecord, runs: Sequence[Manifest]) -> Iterator[Finding]:
    """A finding if something came after what was booked last of a closed month."""
    period = booked.period
    adjust = f"`apportion close adjust --period {period}`"
    delivered, allocated = newer_delivery(booked, runs), newer_allocation(booked, runs)
    if delivered or allocated:
        yield Finding(
            AFTER_CLOSE,
            period,
            f"the {booked.action} of {booked.at} by {booked.decision.approver}, run {booked.run}",
            expected="nothing new since",
            found=delivered or allocated,
            remedy=f"Run `apportion allocate --period {period}`, then {adjust}."
            if delivered
            else f"Book it with {adjust}.",
        )


def what_came(booked: CloseRecord, runs: Sequence[Manifest]) -> str:
    """Name the newest delivery or allocation that is not booked; empty if there is none."""
    return newer_delivery(booked, runs) or newer_allocation(booked, runs)


def newer_delivery(booked: CloseRecord, runs: Sequence[Manifest]) -> str:
    """Name a delivery that the newest allocation did not read."""
    allocation = newest(runs, RunKind.ALLOCATE, booked.period)[""]
    for run in not_read(allocation, runs):
        return f"the delivery of {run.at} of bill {run.bill}, run {run.run}"
    return ""


def newer_allocation(booked: CloseRecord, runs: Sequence[Manifest]) -> str:
    """Name the newest allocation, if it is another one than what is booked."""
    allocation = newest(runs, RunKind.ALLOCATE, booked.period)[""]
    if allocation.run == booked.run:
        return ""
    return f"the allocation of {allocation.at}, run {allocation.run}"


def closed_evidence(runs: Sequence[Manifest]) -> list[RetentionEvidence]:
    """What closed months stand on, which no expiry takes away."""
    return [
        RetentionEvidence(
            record.run, period, EvidenceKind.CLOSED, record.decision.approver, record.at
        )
        for period, held in closed_months(runs).items()
        for record in dict.fromkeys(filter(None, (held.closed, held.booked)))
    ]
