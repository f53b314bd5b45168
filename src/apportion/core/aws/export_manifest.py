"""Manifests of exports: available months, the files of a delivery, and whether they agree.

AWS Data Exports keep the manifest of each month's newest delivery at
`<export>/metadata/BILLING_PERIOD=2026-09/<name>-Manifest.json`, the older Cost and Usage Report at
`<report>/20260901-20261001/<name>-Manifest.json`. It is written after the files that it names.
FOCUS exports write `billing_period=` in small letters.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apportion.core.identity import sha256
from apportion.model.aws.export import ExportDelivery, ExportMonth, PinnedObject, S3Location
from apportion.model.findings.exports import (
    BAD_MANIFEST,
    BEING_REWRITTEN,
    FOREIGN_FILE,
    MONTHS_BETWEEN,
    NO_MONTH,
    NO_OBJECT,
)
from apportion.model.findings.finding import Finding
from apportion.model.period import Period
from apportion.model.timestamp import utc_text

METADATA = "metadata"

_PARTITION = re.compile(r"billing_period=(\d{4}-(?:0[1-9]|1[0-2]))", re.IGNORECASE)
_SPAN = re.compile(r"(\d{4})(0[1-9]|1[0-2])\d\d-\d{8}")
_MANIFEST = re.compile(r"[^/]+-Manifest\.json", re.IGNORECASE)
_KINDS = (".csv", ".csv.gz", ".parquet", ".zip")
_LONGEST_PART = 255


def month_of(place: S3Location) -> tuple[S3Location, ExportMonth | None]:
    """Find the export and month of a manifest's location; any other location is an export's.

    The older report keeps a copy of the manifest beside each delivery's files; both copies mean
    the month's newest delivery.
    """
    *folders, last = place.key.split("/")
    if not _MANIFEST.fullmatch(last):
        return place, None
    for depth in (1, 2):
        end = folders[-depth] if len(folders) >= depth else ""
        below = folders[:-depth]
        if _PARTITION.fullmatch(end) and below[-1:] == [METADATA]:
            export = S3Location(place.bucket, "/".join(below[:-1]))
            return export, _month(export, end)
        if _SPAN.fullmatch(end):
            export = S3Location(place.bucket, "/".join(below))
            return export, _month(export, end)
    return place, None


def months_of(export: S3Location, folders: Sequence[str]) -> list[ExportMonth]:
    """Read the months from names of folders, oldest first."""
    found = [month for name in folders if (month := _month(export, name))]
    return sorted(found, key=lambda month: (month.period, month.manifest))


def chosen_months(
    export: S3Location, months: Sequence[ExportMonth], periods: Sequence[str]
) -> tuple[list[ExportMonth], list[Finding]]:
    """Choose the requested months, or all; findings for those that are missing or duplicate."""
    known = [month.period for month in months]
    findings = [_no_month(export, period, known) for period in periods if period not in known]
    wanted = [month for month in months if not periods or month.period in periods]
    twice = {period for period, count in Counter(m.period for m in wanted).items() if count > 1}
    findings += [_two_folders(export, months, period) for period in sorted(twice)]
    if not periods:
        findings += _months_between(export, known)
    return [month for month in wanted if month.period not in twice], findings


def read_delivery(
    export: S3Location, month: ExportMonth, pin: PinnedObject, content: bytes
) -> tuple[ExportDelivery | None, list[Finding]]:
    """Read a manifest; only files inside the export are accepted."""
    place = f"s3://{export.bucket}/{month.manifest}"
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None, [_bad(place, "JSON", "something else")]
    named = (
        document.get("dataFiles", document.get("reportKeys"))
        if isinstance(document, dict)
        else None
    )
    if not isinstance(named, list) or not all(isinstance(key, str) and key for key in named):
        return None, [_bad(place, "JSON with a list of dataFiles or reportKeys", "none")]
    stated = _stated_period(document)
    if stated not in {"", month.period}:
        return None, [_bad(place, f"the manifest of {month.period}", f"that of {stated}")]
    if not named:
        return None, [_bad(place, "the names of files", "an empty list")]
    keys = list(dict.fromkeys(named))
    findings = [problem for key in keys for problem in _foreign(export, month, place, key)]
    files = tuple(_key(key) for key in keys)
    if not findings and len({key.casefold() for key in files}) < len(files):
        findings.append(_bad(place, "files with names of their own", "names that differ in case"))
    if findings:
        return None, findings
    execution = str(document.get("executionId") or document.get("assemblyId") or "")
    decided = [execution or pin.written.isoformat(), sha256(content)]
    return ExportDelivery(
        export=export,
        manifest=month.manifest,
        period=month.period,
        execution=execution,
        delivery=sha256(json.dumps(decided).encode()),
        files=files,
        written=pin.written,
    ), []


def check_objects(
    delivery: ExportDelivery, pins: Mapping[str, PinnedObject | None]
) -> list[Finding]:
    """Compare the objects with the manifest: each is there, and none is newer.

    AWS writes the files first. A file newer than the manifest is of a delivery to come.
    """
    findings = []
    for key in delivery.files:
        pin = pins[key]
        if pin is None:
            findings.append(_no_object(delivery, key))
        elif pin.written > delivery.written:
            findings.append(_newer(delivery, pin))
    return findings


def local_name(delivery: ExportDelivery, key: str) -> str:
    """Name a file of the delivery below the export; `read_delivery` has looked at its parts."""
    start = f"{delivery.export.key}/" if delivery.export.key else ""
    return key.removeprefix(start)


def _month(export: S3Location, folder: str) -> ExportMonth | None:
    name = f"{export.name or export.bucket}-Manifest.json"
    if partition := _PARTITION.fullmatch(folder):
        return ExportMonth(partition[1], export.below(f"{METADATA}/{folder}/{name}"))
    if span := _SPAN.fullmatch(folder):
        return ExportMonth(f"{span[1]}-{span[2]}", export.below(f"{folder}/{name}"))
    return None


def _stated_period(document: Mapping[str, Any]) -> str:
    """Read the month in `20260901T000000.000Z` or `2026-09-01T00:00:00.000Z`; "" if none."""
    period = document.get("billingPeriod")
    start = period.get("start") if isinstance(period, dict) else None
    digits = re.sub(r"\D", "", str(start or ""))
    return f"{digits[:4]}-{digits[4:6]}" if len(digits) >= 6 else ""


def _key(written: str) -> str:
    return written.removeprefix("s3://").partition("/")[2] if "://" in written else written


def _foreign(export: S3Location, month: ExportMonth, place: str, written: str) -> Iterator[Finding]:
    """Refuse names that lead out of the export, or that could be no file of a bill here."""
    key = _key(written)
    parts = key.split("/")
    bucket = written.removeprefix("s3://").partition("/")[0] if "://" in written else export.bucket
    months = {match[1] for part in parts if (match := _PARTITION.fullmatch(part))}
    months |= {f"{match[1]}-{match[2]}" for part in parts if (match := _SPAN.fullmatch(part))}
    safe = all(
        part not in {"", ".", ".."}
        and part.isprintable()
        and "\\" not in part
        and len(part.encode()) <= _LONGEST_PART
        for part in parts
    )
    if (
        not safe
        or (bucket != export.bucket or ("://" in written and not written.startswith("s3://")))
        or not key.startswith(f"{export.key}/" if export.key else "")
        or not key.lower().endswith(_KINDS)
        or months - {month.period}
    ):
        yield Finding(
            FOREIGN_FILE,
            place,
            "a file that it names",
            expected=f"{', '.join(_KINDS)} of {month.period} below {export}/",
            found=repr(written[:200]),
            remedy="Nothing was fetched. Find out who wrote this manifest; AWS names only files "
            "of the export.",
        )


def _no_month(export: S3Location, period: str, known: Sequence[str]) -> Finding:
    return Finding(
        NO_MONTH,
        str(export),
        f"month {period}",
        expected="a manifest of it",
        found=f"manifests of {', '.join(known[-12:])}" if known else "none",
        remedy="AWS writes a month's first delivery on its first or second day; for months before "
        "the export was made, ask AWS Support for a backfill.",
    )


def _two_folders(export: S3Location, months: Sequence[ExportMonth], period: str) -> Finding:
    found = [month.manifest for month in months if month.period == period]
    remedy = "Two exports share this prefix. Give the location of the right manifest."
    return _bad(str(export), f"one manifest of {period}", ", ".join(found), remedy)


def _months_between(export: S3Location, known: Sequence[str]) -> list[Finding]:
    missing = []
    period = Period.parse(known[0]) if known else None
    while period and str(period) < known[-1]:
        if str(period) not in known:
            missing.append(str(period))
        period = period.next
    if not missing:
        return []
    return [
        Finding(
            MONTHS_BETWEEN,
            str(export),
            f"{len(missing)} months" if len(missing) > 1 else "a month",
            expected=f"every month from {known[0]} to {known[-1]}",
            found=f"no manifest of {', '.join(missing)}",
            remedy="Ask AWS Support for a backfill, or ingest these months from elsewhere.",
        )
    ]


def _bad(place: str, expected: str, found: str, remedy: str = "") -> Finding:
    return Finding(
        BAD_MANIFEST,
        place,
        "manifest",
        expected=expected,
        found=found,
        remedy=remedy or "Nothing was fetched. AWS writes it again with the next refresh.",
    )


def _no_object(delivery: ExportDelivery, key: str) -> Finding:
    return Finding(
        NO_OBJECT,
        f"s3://{delivery.export.bucket}/{delivery.manifest}",
        key.rpartition("/")[2],
        expected=f"the object s3://{delivery.export.bucket}/{key}",
        found="none",
        remedy="Nothing of the month was ingested. See the bucket's lifecycle rules; the next "
        "refresh writes it again.",
    )


def _newer(delivery: ExportDelivery, pin: PinnedObject) -> Finding:
    return Finding(
        BEING_REWRITTEN,
        f"s3://{delivery.export.bucket}/{delivery.manifest}",
        pin.key.rpartition("/")[2],
        expected=f"a file no newer than its manifest of {utc_text(delivery.written)}",
        found=f"one of {utc_text(pin.written)}",
        remedy="Nothing of the month was ingested. Try again within the hour. Where somebody "
        "copies the export, the manifests must be copied last.",
    )
