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
    SecondReading,
    Total,
)


def to_plain(manifest: Manifest) -> dict[str, Any]:
    """Turn a manifest into mappings, lists and text, as JSON has them."""
    plain = asdict(manifest)
    for finding in plain["findings"]:
        amount = finding["amount"]
        finding["amount"] = None if amount is None else str(amount)
    return plain


def from_plain(plain: Mapping[str, Any]) -> Manifest:
    """Turn them back; what a manifest of an earlier version does not hold is empty.

    Raises LookupError, TypeError, ValueError or ArithmeticError if they are no manifest.
    """
    totals = (Total(**_amounts(total)) for total in plain["totals"])
    return Manifest(
        **{
            **plain,
            "kind": RunKind(plain["kind"]),
            "inputs": tuple(Input(**each) for each in plain["inputs"]),
            "totals": tuple(totals),
            "findings": tuple(_finding(each) for each in plain.get("findings", ())),
            "files": tuple(LedgerFile(**each) for each in plain.get("files", ())),
            "owners": tuple(_owner(each) for each in plain.get("owners", ())),
            **_of_a_delivery(plain),
        }
    )


def _owner(plain: Mapping[str, Any]) -> OwnerTotal:
    return OwnerTotal(**{**plain, "own": tuple(plain["own"]), "shared": tuple(plain["shared"])})


def _of_a_delivery(plain: Mapping[str, Any]) -> dict[str, Any]:
    identity, second = plain.get("identity"), plain.get("second_reading")
    return {
        "identity": identity and BillIdentity(**{**identity, "payers": tuple(identity["payers"])}),
        "second_reading": second and SecondReading(**second),
        "days": tuple(DayHeld(**_amounts(each)) for each in plain.get("days", ())),
        "periods": tuple(plain.get("periods", ())),
        "together": tuple(plain.get("together", ())),
        "replaced_bills": tuple(plain.get("replaced_bills", ())),
        "left_out": tuple(LeftOut(**_amounts(each)) for each in plain.get("left_out", ())),
    }


def _amounts(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {**plain, "amounts": tuple(plain["amounts"])}


def _finding(plain: Mapping[str, Any]) -> Finding:
    code = Code(**{**plain["code"], "severity": Severity(plain["code"]["severity"])})
    amount = None if plain["amount"] is None else Decimal(plain["amount"])
    return Finding(**{**plain, "code": code, "amount": amount})
