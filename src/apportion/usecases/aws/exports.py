"""List the exports of an account; plan and create one."""

from __future__ import annotations

from dataclasses import dataclass

from apportion.core.aws.export_definition import (
    TABLES,
    bucket_policy,
    compare,
    creation,
    place_of,
    properties,
    rewriting_of,
    table_of,
)
from apportion.model.aws.export_definition import Call, Export, WantedExport
from apportion.model.findings.exports import UNHEALTHY
from apportion.model.findings.finding import Finding
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.ports.bills import Exports

_COLUMNS = ("export", "table", "rewriting", "format", "status", "refreshed", "place")


@dataclass(frozen=True)
class ExportPlan:
    """The calls that create an export; none if it exists or cannot be created.

    `policy` is the statement that the bucket's policy must have, which is not among the calls.
    """

    calls: tuple[Call, ...]
    policy: dict[str, object]
    findings: tuple[Finding, ...]
    messages: tuple[str, ...]


def existing(exports: Exports) -> Outcome:
    """List the exports of the account; `ingest` takes the location of one."""
    found = exports.list_exports()
    words = () if found else ("The account has no exports.",)
    findings = tuple(_unhealthy(export) for export in found if export.status == "UNHEALTHY")
    return Outcome(_COLUMNS, tuple(map(_row, found)), findings, words)


def plan(exports: Exports, wanted: WantedExport, *, region: str) -> ExportPlan:
    """Compare the wanted export with the existing ones; only reads from AWS."""
    account, partition = exports.identity()
    table = properties(wanted, account, partition)
    columns = exports.columns(TABLES[wanted.table], table)
    call = creation(wanted, columns, table, region)
    policy = bucket_policy(wanted, account, partition)
    for there in exports.list_exports():
        if there.definition["Name"] == wanted.place.name:
            findings = compare(there, wanted.place, call)
            if there.status == "UNHEALTHY":
                findings.append(_unhealthy(there))
            words = (f"{place_of(there)} exists: nothing to do.",)
            return ExportPlan((), policy, tuple(findings), () if findings else words)
    sentence = (
        f"One call creates {wanted.place} with {len(columns)} columns of {TABLES[wanted.table]}. "
        f"The policy of bucket {wanted.place.bucket} must let AWS Billing write there."
    )
    return ExportPlan((call,), policy, (), (sentence,))


def apply(exports: Exports, planned: ExportPlan) -> Outcome:
    """Make the planned calls."""
    arns = [exports.create(call) for call in planned.calls]
    words = tuple(f"Created {arn}. Its first files arrive within a day." for arn in arns)
    return Outcome((), (), planned.findings, words or planned.messages)


def _row(export: Export) -> Row:
    destination = export.definition["DestinationConfigurations"]
    assert isinstance(destination, dict)
    output = destination["S3Destination"].get("S3OutputConfigurations", {})
    return {
        "export": str(export.definition["Name"]),
        "table": table_of(export),
        "rewriting": rewriting_of(export),
        "format": str(output.get("Compression", "")),
        "status": export.status,
        "refreshed": export.refreshed,
        "place": str(place_of(export)),
    }


def _unhealthy(export: Export) -> Finding:
    return Finding(
        UNHEALTHY,
        str(place_of(export)),
        f"export {export.definition['Name']}",
        expected="HEALTHY",
        found=f"{export.status} {export.reason}".rstrip(),
        remedy=_REMEDIES.get(export.reason, "Open the export in the Billing console."),
    )


_REMEDIES = {
    "INSUFFICIENT_PERMISSION": "The bucket's policy must let AWS Billing write; `apportion aws "
    "exports plan` writes the statement.",
    "BILL_OWNER_CHANGED": "Another account is the payer now: create the export there.",
    "DEPRECATED": "AWS has retired its table: create an export of another one.",
}
