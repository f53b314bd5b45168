"""The request in an event: a manifest or a month, and the key that identifies the event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from apportion.model.period import Period


@dataclass(frozen=True)
class IngestRequest:
    """`location` is an export or one of its manifests; `key` is empty if repeats are allowed."""

    location: str
    periods: tuple[str, ...]
    key: str


def request_of(event: Mapping[str, Any], environment: Mapping[str, str]) -> IngestRequest | None:
    """Read an event; None if it is about something else.

    An event is `Object Created` of S3 from EventBridge, an S3 notification sent directly to the
    function, a location (`{"manifest": "s3://…"}`), or a month of the export
    (`{"period": "2026-09"}`, `{}`). Only manifests of the export in APPORTION_EXPORT count.
    """
    export = environment.get("APPORTION_EXPORT", "").rstrip("/")
    if "detail" in event:
        detail = event["detail"]
        return _created(detail["bucket"]["name"], detail["object"], export)
    if event.get("Records"):
        record = event["Records"][0]["s3"]
        created = {**record["object"], "key": unquote_plus(record["object"]["key"])}
        return _created(record["bucket"]["name"], created, export)
    if event.get("manifest"):
        return IngestRequest(str(event["manifest"]), (), "")
    periods = (str(Period.parse(str(event["period"]))),) if event.get("period") else ()
    return IngestRequest(export, periods, "")


def _created(bucket: str, created: Mapping[str, Any], export: str) -> IngestRequest | None:
    """Make a request from a new object; None unless it is a manifest of the export."""
    location = f"s3://{bucket}/{created['key']}"
    if not location.startswith(f"{export}/") or not location.lower().endswith("manifest.json"):
        return None
    # An object that is overwritten is another event: its version or its content differs.
    names = ("version-id", "versionId", "etag", "eTag")
    version = next((created[name] for name in names if created.get(name)), "")
    return IngestRequest(location, (), f"{location} {version}" if version else "")
