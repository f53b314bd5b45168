"""What an event asks for: which manifest or month, and the key by which it is known again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from apportion.model.period import Period


@dataclass(frozen=True)
class IngestRequest:
    """`location` is an export or a manifest of it; `key` empty if it may be done again."""

    location: str
    periods: tuple[str, ...]
    key: str


def asked_for(event: Mapping[str, Any], environment: Mapping[str, str]) -> IngestRequest | None:
    """Read an event; None if it is about something else.

    S3's own by EventBridge (`Object Created`), S3's own sent straight to the function, an address
    (`{"manifest": "s3://…"}`), or a month of the export (`{"period": "2026-09"}`, `{}`). Only
    manifests of the export that APPORTION_EXPORT names are looked at.
    """
    export = environment.get("APPORTION_EXPORT", "").rstrip("/")
    if "detail" in event:
        detail = event["detail"]
        return _created(detail["bucket"]["name"], detail["object"], export)
    if event.get("Records"):
        record = event["Records"][0]["s3"]
        thing = {**record["object"], "key": unquote_plus(record["object"]["key"])}
        return _created(record["bucket"]["name"], thing, export)
    if event.get("manifest"):
        return IngestRequest(str(event["manifest"]), (), "")
    periods = (str(Period.parse(str(event["period"]))),) if event.get("period") else ()
    return IngestRequest(export, periods, "")


def _created(bucket: str, thing: Mapping[str, Any], export: str) -> IngestRequest | None:
    """Take a new object for a manifest of the export, if it is one."""
    location = f"s3://{bucket}/{thing['key']}"
    if not location.startswith(f"{export}/") or not location.lower().endswith("manifest.json"):
        return None
    # The same object written again is another one: its version or its content differs.
    state = thing.get("version-id") or thing.get("versionId") or thing.get("etag")
    state = state or thing.get("eTag") or ""
    return IngestRequest(location, (), f"{location} {state}" if state else "")
