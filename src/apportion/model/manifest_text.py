"""A manifest as plain values and back, so that every file that holds one reads alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from .findings.finding import Code, Finding, Severity
from .manifest import (
    BillIdentity,
    DayHeld,
    Input,
    LedgerFile,
    LeftOut,
    Manifest,
    OwnerTotal,
    RunKind,
    Total,
)


def to_plain(manifest: Manifest) -> dict[str, Any]:
    """Turn a manifest into mappings, lists and text, as JSON has them."""
    plain = asdict(manifest)
    for finding in plain["findings"]:
        amount = finding["amount"]
        finding["amount"] = None if amount is None else str(amount)
    return plain


def from_plain(said: Mapping[str, Any]) -> Manifest:
    """Turn them back; what a manifest of an earlier version does not hold is empty.

    Raises LookupError, TypeError, ValueError or ArithmeticError if they are no manifest.
    """
    totals = (Total(**_amounts(total)) for total in said["totals"])
    return Manifest(
        **{
            **said,
            "kind": RunKind(said["kind"]),
            "inputs": tuple(Input(**each) for each in said["inputs"]),
            "totals": tuple(totals),
            "findings": tuple(_finding(each) for each in said.get("findings", ())),
            "files": tuple(LedgerFile(**each) for each in said.get("files", ())),
            "owners": tuple(_owner(each) for each in said.get("owners", ())),
            **_of_a_delivery(said),
        }
    )


def _owner(said: Mapping[str, Any]) -> OwnerTotal:
    return OwnerTotal(**{**said, "own": tuple(said["own"]), "shared": tuple(said["shared"])})


def _of_a_delivery(said: Mapping[str, Any]) -> dict[str, Any]:
    identity = said.get("identity")
    return {
        "identity": identity and BillIdentity(**{**identity, "payers": tuple(identity["payers"])}),
        "days": tuple(DayHeld(**_amounts(each)) for each in said.get("days", ())),
        "periods": tuple(said.get("periods", ())),
        "together": tuple(said.get("together", ())),
        "replaced_bills": tuple(said.get("replaced_bills", ())),
        "left_out": tuple(LeftOut(**_amounts(each)) for each in said.get("left_out", ())),
    }


def _amounts(said: Mapping[str, Any]) -> dict[str, Any]:
    return {**said, "amounts": tuple(said["amounts"])}


def _finding(said: Mapping[str, Any]) -> Finding:
    code = Code(**{**said["code"], "severity": Severity(said["code"]["severity"])})
    amount = None if said["amount"] is None else Decimal(said["amount"])
    return Finding(**{**said, "code": code, "amount": amount})
