"""The definition of an export, and how an existing one compares with it.

Columns are listed one by one: AWS refuses `SELECT *`, and a list stays the same when AWS adds
columns. Properties of tables are given in full, so that no default decides the content of a bill.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from apportion.model.aws.export import S3Location
from apportion.model.aws.export_definition import Call, Export, Rewriting, Table, WantedExport
from apportion.model.errors.exports import ExportNameError
from apportion.model.findings.exports import COLUMNS_LEFT_OUT, EXPORT_DIFFERS, NAME_TAKEN
from apportion.model.findings.finding import Finding

TABLES = {
    Table.CUR_2: "COST_AND_USAGE_REPORT",
    Table.FOCUS_1_2: "FOCUS_1_2_AWS",
    Table.FOCUS_1_0: "FOCUS_1_0_AWS",
}

#: AWS allows `_` and `-` as the first letter too; files that begin with `_` are hidden to many.
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,127}")
_REWRITING = {
    Rewriting.OVERWRITE: "OVERWRITE_REPORT",
    Rewriting.CREATE_NEW: "CREATE_NEW_REPORT",
}
_DIFFERENT = (
    "It is left as it is. Delete it in AWS first, or name another one: a new export begins with "
    "the current month."
)


def properties(wanted: WantedExport, account: str, partition: str) -> dict[str, str]:
    """List all properties of the table; raises ExportNameError for an impossible name.

    The export must be below a prefix, as the API requires one.
    """
    if not _NAME.fullmatch(wanted.place.name):
        raise ExportNameError(
            str(wanted.place), "a name of letters, digits, - and _ as its last part"
        )
    if wanted.place.name == wanted.place.key:
        raise ExportNameError(str(wanted.place), "s3://bucket/prefix/name")
    steps = {"TIME_GRANULARITY": wanted.steps.value.upper()}
    if wanted.table is Table.FOCUS_1_0:
        return {}
    if wanted.table is Table.FOCUS_1_2:
        return steps
    return {
        **steps,
        "INCLUDE_RESOURCES": "TRUE",
        "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "TRUE" if wanted.split_cost else "FALSE",
        "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE",
        "INCLUDE_IAM_PRINCIPAL_DATA": "FALSE",
        "BILLING_VIEW_ARN": f"arn:{partition}:billing::{account}:billingview/primary",
    }


def creation(
    wanted: WantedExport, columns: Sequence[str], table: Mapping[str, str], region: str
) -> Call:
    """Write the call that makes an export of these columns; `table` are its properties."""
    name = TABLES[wanted.table]
    prefix = wanted.place.key.rpartition("/")[0]
    export = {
        "Name": wanted.place.name,
        "Description": "The bill, for Apportion",
        "DataQuery": {
            "QueryStatement": f"SELECT {', '.join(columns)} FROM {name}",
            "TableConfigurations": {name: dict(table)},
        },
        "DestinationConfigurations": {
            "S3Destination": {
                "S3Bucket": wanted.place.bucket,
                "S3Prefix": prefix,
                "S3Region": region,
                "S3OutputConfigurations": {
                    "OutputType": "CUSTOM",
                    "Format": "TEXT_OR_CSV" if wanted.csv else "PARQUET",
                    "Compression": "GZIP" if wanted.csv else "PARQUET",
                    "Overwrite": _REWRITING[wanted.rewriting],
                },
            }
        },
        "RefreshCadence": {"Frequency": "SYNCHRONOUS"},
    }
    return Call("bcm-data-exports", "create_export", {"Export": export})


def place_of(export: Export) -> S3Location:
    """Name the location of an export; `apportion ingest` takes it."""
    at = _destination(export.definition)
    name = str(export.definition["Name"])
    prefix = str(at.get("S3Prefix", "")).strip("/")
    return S3Location(str(at.get("S3Bucket", "")), f"{prefix}/{name}" if prefix else name)


def table_of(export: Export) -> str:
    """Name the table that an export is made of."""
    query: Any = export.definition["DataQuery"]
    match = re.search(r"\bFROM\s+(\w+)", str(query["QueryStatement"]), re.IGNORECASE)
    return match[1] if match else ""


def rewriting_of(export: Export) -> str:
    """Name the refresh mode of an export, or AWS's word for an unknown one."""
    word = str(_destination(export.definition).get("S3OutputConfigurations", {}).get("Overwrite"))
    return next((str(mode) for mode, aws in _REWRITING.items() if aws == word), word)


def compare(there: Export, wanted: S3Location, call: Call) -> list[Finding]:
    """Compare an export of the same name with the wanted one."""
    export: Any = call.parameters["Export"]
    if place_of(there) != wanted:
        return [
            Finding(
                NAME_TAKEN,
                str(wanted),
                f"export {wanted.name}",
                expected="a name that is free",
                found=f"an export of that name in {place_of(there)}",
                remedy=f"Ingest that one, or choose another name: s3://{wanted.bucket}/….",
            )
        ]
    wanted_facts, has = _facts(export), _facts(there.definition)
    findings = [
        Finding(
            EXPORT_DIFFERS,
            str(wanted),
            what,
            expected=wanted_facts.get(what, "nothing"),
            found=has.get(what, "nothing"),
            remedy=_DIFFERENT,
        )
        for what in sorted({*wanted_facts, *has})
        if wanted_facts.get(what) != has.get(what)
    ]
    missing = [name for name in _columns(export) if name not in set(_columns(there.definition))]
    if missing and wanted_facts["FROM"] == has["FROM"]:
        findings.append(
            Finding(
                COLUMNS_LEFT_OUT,
                str(wanted),
                f"{len(missing)} columns that the table offers",
                found=f"not in the export: {', '.join(missing)}",
                remedy="Nothing needs to be done, unless a rule needs one of them.",
            )
        )
    return findings


def bucket_policy(wanted: WantedExport, account: str, partition: str) -> dict[str, object]:
    """Make the statement that the bucket's policy needs for AWS to write there."""
    bucket = f"arn:{partition}:s3:::{wanted.place.bucket}"
    return {
        "Sid": "BillingWritesExports",
        "Effect": "Allow",
        "Principal": {
            "Service": ["billingreports.amazonaws.com", "bcm-data-exports.amazonaws.com"]
        },
        "Action": ["s3:PutObject", "s3:GetBucketPolicy"],
        "Resource": [bucket, f"{bucket}/*"],
        "Condition": {
            "StringLike": {
                "aws:SourceAccount": account,
                "aws:SourceArn": [
                    f"arn:{partition}:cur:us-east-1:{account}:definition/*",
                    f"arn:{partition}:bcm-data-exports:us-east-1:{account}:export/*",
                ],
            }
        },
    }


def _facts(definition: Mapping[str, Any]) -> dict[str, str]:
    """Collect the properties that decide the content of an export, without its columns."""
    query, at = definition["DataQuery"], _destination(definition)
    facts = {
        f"{table} {name}": str(value)
        for table, properties in (query.get("TableConfigurations") or {}).items()
        for name, value in properties.items()
    }
    facts |= {f"S3 {k}": str(v) for k, v in (at.get("S3OutputConfigurations") or {}).items()}
    where = re.search(r"\bFROM\s+(.*)", str(query["QueryStatement"]), re.IGNORECASE | re.DOTALL)
    return {**facts, "FROM": " ".join(where[1].split()) if where else ""}


def _destination(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = definition["DestinationConfigurations"]["S3Destination"]
    return found


def _columns(definition: Mapping[str, Any]) -> list[str]:
    statement = str(definition["DataQuery"]["QueryStatement"])
    match = re.match(r"\s*SELECT\s+(.*?)\s+FROM\b", statement, re.IGNORECASE | re.DOTALL)
    return [column.split()[-1] for column in match[1].split(",")] if match else []
