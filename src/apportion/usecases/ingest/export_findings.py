"""What can be wrong with a month of an export when it is ingested."""

from __future__ import annotations

from apportion.model.aws.export import ExportDelivery, ExportMonth, S3Location
from apportion.model.findings.deliveries import EMPTY_MONTH
from apportion.model.findings.exports import CHANGED_AGAIN, NO_MONTH, OTHER_EXPORT
from apportion.model.findings.finding import Finding
from apportion.model.manifest import Manifest
from apportion.model.money import text
from apportion.usecases.runs.history import sums


def other_export(before: Manifest, run: Manifest) -> Finding | None:
    """A bill comes from another export than before."""
    was, now = before.details.get("export", ""), run.details["export"]
    if was in {"", now}:
        return None
    return Finding(
        OTHER_EXPORT,
        f"{run.period} bill {run.bill}",
        "the export it comes from",
        expected=was,
        found=now,
        remedy="Its charges are those of this one. If both are meant to stand beside each other, "
        "name one with --bill.",
    )


def emptied(delivery: ExportDelivery, run: Manifest) -> Finding:
    """An export has no charges in a month that the ledger has."""
    amounts = sums(run, "ledger")
    return Finding(
        EMPTY_MONTH,
        f"{run.period} bill {run.bill}",
        f"the delivery of {delivery.export}",
        expected="charges, of which the ledger holds "
        + ", ".join(f"{text(a['BilledCost'])} {currency}" for currency, _, a in amounts),
        found="none",
        remedy=f"Nothing was ingested; run {run.run} of {run.at} stays in force. If the month has "
        "cost, have the export written again.",
        amount=amounts[0][2]["BilledCost"] if len(amounts) == 1 else None,
        currency=amounts[0][0] if len(amounts) == 1 else "",
    )


def no_manifest(export: S3Location, month: ExportMonth) -> Finding:
    """A month has no manifest."""
    return Finding(
        NO_MONTH,
        f"s3://{export.bucket}/{month.manifest}",
        f"month {month.period}",
        expected="its manifest",
        found="no such object",
        remedy="Its first delivery may not be complete yet: try again in some hours.",
    )


def changed_again(delivery: ExportDelivery, times: int) -> Finding:
    """A delivery changed each time it was read."""
    return Finding(
        CHANGED_AGAIN,
        f"s3://{delivery.export.bucket}/{delivery.manifest}",
        "the delivery",
        expected="the same manifest before and after the download",
        found=f"another one, {times} times",
        remedy="Nothing of the month was ingested. Try again in an hour.",
    )
