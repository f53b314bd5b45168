"""A manifest as plain values and back, so that every file that holds one reads alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .manifest import Input, Kind, Manifest, Total


def to_plain(manifest: Manifest) -> dict[str, Any]:
    """Turn a manifest into mappings, lists and text, as JSON has them."""
    return asdict(manifest)


def from_plain(said: Mapping[str, Any]) -> Manifest:
    """Turn them back; raises LookupError, TypeError or ValueError if they are no manifest."""
    totals = (Total(**{**total, "amounts": tuple(total["amounts"])}) for total in said["totals"])
    return Manifest(
        **{
            **said,
            "kind": Kind(said["kind"]),
            "inputs": tuple(Input(**each) for each in said["inputs"]),
            "totals": tuple(totals),
        }
    )
