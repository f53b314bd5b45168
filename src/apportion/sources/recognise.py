"""Recognise the format of a file from its columns alone: file names are unreliable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apportion.model import focus
from apportion.model.delivery import Format
from apportion.model.findings import bills
from apportion.model.findings.finding import Finding
from apportion.model.suggestions import closest

from .native_exports import native_export

#: What a file must have to be of a format, by the format's own names.
_REQUIRED = {
    Format.FOCUS: ("BilledCost", "ChargePeriodStart"),
    Format.CUR_2: (
        "line_item_unblended_cost",
        "line_item_usage_account_id",
        "line_item_usage_start_date",
    ),
    Format.CUR_LEGACY: (
        "lineItem/UnblendedCost",
        "lineItem/UsageAccountId",
        "lineItem/UsageStartDate",
    ),
}
#: Columns that CUR 2.0 has and no legacy report: maps in the place of flat columns, and names.
_CUR_2_ALONE = (
    "resource_tags",
    "tags",
    "product",
    "cost_category",
    "discount",
    "bill_payer_account_name",
    "line_item_usage_account_name",
)
#: Beginnings of the flat columns that Athena makes of the legacy report.
_LEGACY_ALONE = ("resource_tags_", "cost_category_", "product_product_name")
#: Sections of the CUR that write their own name twice (`line_item_line_item_type`).
_SECTIONS = ("lineitem", "product", "reservation", "savingsplan", "capacityreservation")
#: What people separate columns by who have no commas left.
_SEPARATORS = ";\t|"
#: Columns by which the other datasets of FOCUS 1.3 and 1.4 are known.
_OTHER_DATASETS = {
    "ContractCommitmentType": "Contract Commitment",
    "BillingPeriodStatus": "Billing Period",
    "InvoiceDetailGrain": "Invoice Detail",
    "InvoiceDetailCreated": "Invoice Detail",
}
#: The shape of names that AWS and FOCUS do not share, to name the closest format.
_AWS_PARTS = ("lineitem", "bill", "identity", "pricing", "product", "reservation", "savingsplan")


@dataclass(frozen=True)
class Recognised:
    """A format and its version, which is empty for all but FOCUS."""

    format: Format
    version: str


def squeeze(name: str) -> str:
    """Write a column's name without case, separators and doubled sections, to compare it.

    `lineItem/LineItemType` and `line_item_line_item_type` become the same, and so do
    `savingsPlan/SavingsPlanARN`, `SavingsPlanArn` and `savings_plan_savings_plan_a_r_n`.
    """
    letters = re.sub(r"[\W_]+", "", name.casefold())
    doubled = next((part for part in _SECTIONS if letters.startswith(part * 2)), "")
    return letters.removeprefix(doubled)


def recognise(place: str, names: Sequence[str]) -> tuple[Recognised | None, list[Finding]]:
    """The format of a file's columns; a finding names the missing columns of the closest one."""
    if not _missing(Format.FOCUS, names):
        return Recognised(Format.FOCUS, focus_version(names)), []
    if not _missing(Format.CUR_2, names):
        return Recognised(_which_cur(names), ""), []
    return None, [_unknown(place, names)]


def other_dataset(names: Iterable[str]) -> str:
    """Name the FOCUS dataset that these columns are of, where it is not Cost and Usage."""
    squeezed = {squeeze(name) for name in names}
    if squeeze("ChargePeriodStart") in squeezed:
        return ""
    known = (name for mark, name in _OTHER_DATASETS.items() if squeeze(mark) in squeezed)
    return next(known, "")


def focus_version(names: Iterable[str]) -> str:
    """The newest FOCUS version that introduced one of these columns.

    Version 1.4 removed ProviderName and PublisherName, so a file of 1.3 without both is one of 1.4.
    """
    squeezed = {squeeze(name) for name in names}
    there = [column for column in focus.COLUMNS if squeeze(column.name) in squeezed]
    newest = max((focus.VERSIONS.index(column.since) for column in there), default=0)
    removed = {column.name for column in focus.COLUMNS if column.until}
    if focus.VERSIONS[newest] == "1.3" and not removed & {column.name for column in there}:
        return "1.4"
    return focus.VERSIONS[newest]


def _which_cur(names: Sequence[str]) -> Format:
    if any("/" in name for name in names):
        return Format.CUR_LEGACY
    lowered = [name.lower() for name in names]
    if any(name in _CUR_2_ALONE for name in lowered):
        return Format.CUR_2
    if any(name.startswith(_LEGACY_ALONE) for name in lowered):
        return Format.CUR_LEGACY
    return Format.CUR_2  # real slices of it leave out every map that is empty


def _unknown(place: str, names: Sequence[str]) -> Finding:
    if len(names) == 1 and any(mark in names[0] for mark in _SEPARATORS):
        return Finding(
            bills.UNKNOWN_FORMAT,
            place,
            "the header",
            expected="columns separated by commas",
            found=f"one column, {names[0][:60]!r}",
            remedy="Export the file again with commas: in a spreadsheet, as CSV UTF-8 under "
            "English settings. Better, use the provider's original file.",
        )
    native = native_export(map(squeeze, names))
    if native:
        return Finding(
            bills.UNKNOWN_FORMAT,
            place,
            "the columns",
            expected="FOCUS, or AWS's CUR 2.0 or legacy CUR",
            found=f"those of {native.name}",
            remedy=native.remedy,
        )
    likely = _closest(names)
    missing = _missing(likely, names)
    hints = []
    for name in missing:
        similar = closest(name, names)
        hints.append(f"{name} (did you mean {similar}?)" if similar else name)
    return Finding(
        bills.UNKNOWN_FORMAT,
        place,
        f"columns, closest to {likely}",
        expected=", ".join(_REQUIRED[likely]),
        found=f"no {', no '.join(hints)} among {len(names)} columns",
        remedy="Rename the columns as the format has them, or use the provider's original files.",
    )


def _closest(names: Sequence[str]) -> Format:
    known = {squeeze(column.name) for column in focus.COLUMNS}
    focus_like = sum(squeeze(name) in known for name in names)
    slashes = sum("/" in name for name in names)
    aws_like = sum(squeeze(name).startswith(_AWS_PARTS) for name in names)
    if focus_like >= aws_like:
        return Format.FOCUS
    return Format.CUR_LEGACY if slashes else _which_cur(names)


def _missing(likely: Format, names: Sequence[str]) -> list[str]:
    there = {squeeze(name) for name in names}
    return [name for name in _REQUIRED[likely] if squeeze(name) not in there]
