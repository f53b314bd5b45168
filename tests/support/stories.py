"""Bills of a few lines, written down short, and a workspace that takes them in.

A line of a story names what matters in it; `bill_of` makes a full line of FOCUS 1.2 of it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from apportion.app.workspace import Workspace
from apportion.model.focus import Type, columns_of
from apportion.model.settings import Settings

#: What a line of a story says in few letters, and the FOCUS columns that it means.
SHORT = {
    "payer": ("BillingAccountId",),
    "account": ("SubAccountId",),
    "account_name": ("SubAccountName",),
    "service": ("ServiceName",),
    "category": ("ChargeCategory",),
    "class": ("ChargeClass",),
    "currency": ("BillingCurrency", "PricingCurrency"),
    "cost": ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"),
}
COLUMNS = columns_of("1.2")
NOW = "2026-11-02T08:00:00Z"

Line = Mapping[str, str]


def bill_of(lines: Iterable[Line]) -> list[dict[str, str]]:
    """Make full lines of FOCUS 1.2 of a story's lines."""
    return [_charge(line) for line in lines]


def csv_bill(charges: Sequence[Line]) -> bytes:
    """Write charges as CSV."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _columns(charges), restval="", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(charges)
    return text.getvalue().encode()


def parquet_bill(charges: Sequence[Line]) -> bytes:
    """Write charges as Parquet: tags as a map, money as exact decimals, all else as text."""
    money = {column.name for column in COLUMNS if column.type is Type.DECIMAL}
    table = pa.table(
        {
            name: pa.array(
                [_typed(name, charge.get(name, ""), money) for charge in charges],
                type=_type_of(name, money),
            )
            for name in _columns(charges)
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink, write_page_checksum=True)
    return sink.getvalue()


def workspace_in(
    folder: Path, rulebook: str, files: Mapping[str, str | bytes] | None = None
) -> Workspace:
    """Make a workspace: a rulebook, the files it names, and a ledger not made yet."""
    (folder / "rulebook").mkdir(parents=True, exist_ok=True)
    (folder / "rulebook" / "rules.yaml").write_text(rulebook, "utf-8")
    for name, content in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(raw)
    return reopened(folder)


def reopened(folder: Path, *, now: str = NOW) -> Workspace:
    """Open a workspace that `workspace_in` made, as another process would."""
    settings = Settings("", folder / "ledger", folder / "rulebook", folder)
    return Workspace(settings, now=lambda: now)


def delivered(folder: Path, content: bytes, *, name: str = "bill.csv") -> list[Path]:
    """Put a bill's bytes where `ingest` can take them from."""
    path = folder / "bills" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return [path]


def total_of(rows: Iterable[Mapping[str, object]], column: str = "total") -> Decimal:
    """Add a column of a report up."""
    return sum((Decimal(str(row[column])) for row in rows), Decimal())


def _charge(line: Line) -> dict[str, str]:
    day = date.fromisoformat(line["day"])
    begins = date.fromisoformat(f"{line.get('period') or line['day'][:7]}-01")
    charge = {
        "BillingAccountId": "000000000001",
        "BillingAccountName": "payer",
        "BillingCurrency": "USD",
        "PricingCurrency": "USD",
        "BillingPeriodStart": f"{begins}T00:00:00Z",
        "BillingPeriodEnd": f"{_month_after(begins)}T00:00:00Z",
        "ChargePeriodStart": f"{day}T00:00:00Z",
        "ChargePeriodEnd": f"{day + timedelta(days=1)}T00:00:00Z",
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "SubAccountId": "000000000011",
        "ServiceName": "Amazon Elastic Compute Cloud",
        "InvoiceIssuerName": "AWS",
        "ProviderName": "AWS",
        "PublisherName": "AWS",
        "Tags": json.dumps(_tags(line.get("tags", "")), sort_keys=True),
    }
    for word, columns in SHORT.items():
        charge |= dict.fromkeys(columns, line[word]) if line.get(word) else {}
    own = set(SHORT) | {"day", "period", "tags"}
    return charge | {name: value for name, value in line.items() if name not in own and value}


def _tags(written: str) -> dict[str, str]:
    pairs = (pair.split("=", 1) for pair in written.split(";") if pair)
    return dict(pairs)


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _columns(charges: Sequence[Line]) -> list[str]:
    """All columns of FOCUS 1.2, and those that a line has beside them."""
    always = [column.name for column in COLUMNS]
    return list(dict.fromkeys([*always, *(name for charge in charges for name in charge)]))


def _type_of(name: str, money: set[str]) -> pa.DataType:
    if name in money:
        return pa.decimal128(38, 18)
    return pa.map_(pa.string(), pa.string()) if name == "Tags" else pa.string()


def _typed(name: str, value: str, money: set[str]) -> object:
    if name == "Tags":
        return list(json.loads(value).items())
    if name in money:
        return Decimal(value) if value else None
    return value or None
