"""A small month in two currencies with two companies, to be posted: invoices, a pool, tax, credits.

USD (two places) and JPY (none). `platform` pays the invoices as company 1000; FIN-100 and ML are
departments of it, CX belongs to company 2000.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from larkmoor import Typed
from prepared import copied
from stories import bill_of, csv_bill, delivered, workspace_in

RULEBOOK = """\
apportion: 1
effective: 2026-01
currency: USD
cost: EffectiveCost
dimensions:
  cost_center:
    from: [{tag: CostCenter}]
    values: {FIN-100: [], CX: [], ML: [], "=cmd|'/c calc'!A0": [], "A;B,\\"C\\"": []}
    default: unallocated
shared:
  - name: support
    where: "ServiceName = 'AWS Support'"
    split: {proportional: "ChargeCategory = 'Usage'"}
"""

CHART = """\
apportion: 1
companies:
  "1000":
    name: Example Holding
    clearing: "1590"
    tax: "1576"
    intercompany:
      "2000": {receivable: "1400", payable: "3400"}
    fields: {ledger_id: "300000001", consultant: "29098", client: "55003", balancing: "01"}
  "2000":
    name: Example Retail
    tax: "1577"
    intercompany:
      "1000": {receivable: "1410", payable: "3410"}
    fields: {ledger_id: "300000002", consultant: "29098", client: "55004", balancing: "02"}
payers:
  "000000000001": "1000"
accounts:
  - {account: "6510", service_categories: [Compute, Storage]}
  - {account: "6500"}
owners: owners.csv
markups:
  - {name: Platform fee, percent: "3", account: "6590", income: "8400", owners: [CX, ML]}
"""

OWNERS = (
    """\
owner,company,cost_center,project,valid_from,valid_to
FIN-100,1000,4711,P-17,2026-01,
CX,2000,4800,,,2026-08
CX,2000,4801,,2026-09,
ML,1000,4712,,,
unallocated,1000,4999,,,
"=cmd|'/c calc'!A0",1000,4998,,,
"""
    '"A;B,""C""",1000,4997,,,\n'
)

#: The invoices of the month, and no invoice yet for what is without one.
LINES: tuple[Mapping[str, str], ...] = (
    {"cost": "100.333333", "tags": "CostCenter=FIN-100", "category": "Compute"},
    {"cost": "0.333333", "tags": "CostCenter=FIN-100", "category": "Storage"},
    {"cost": "50.111111", "tags": "CostCenter=CX", "category": "Compute"},
    {"cost": "20.005", "tags": "CostCenter=ML", "category": "AI and Machine Learning"},
    {"cost": "-70.25", "tags": "CostCenter=ML", "category": "Compute", "charge": "Credit"},
    {"cost": "10.00", "category": "Other", "service": "AWS Support"},
    {"cost": "0.004", "category": "Other", "service": "AWS Support"},
    {"cost": "19.07", "tags": "CostCenter=CX", "category": "Other", "charge": "Tax"},
    {"cost": "7.77", "category": "Databases"},
    {"cost": "0.0001", "tags": "CostCenter=ML", "category": "Databases", "invoice": "INV-2"},
    {"cost": "1.005", "tags": "CostCenter=FIN-100", "category": "Compute", "invoice": "INV-2"},
    {"cost": "1234.5", "tags": "CostCenter=FIN-100", "category": "Compute", "currency": "JPY"},
    {"cost": "765.5", "tags": "CostCenter=CX", "category": "Compute", "currency": "JPY"},
    {"cost": "3.21", "tags": "CostCenter==cmd|'/c calc'!A0", "category": "Compute"},
    {"cost": "4.32", "tags": 'CostCenter=A;B,"C"', "category": "Compute"},
)


def line(written: Mapping[str, str]) -> dict[str, str]:
    """Write a line in the words of `stories`."""
    key, _, value = written.get("tags", "").partition("=")
    return {
        "day": "2026-09-03",
        "cost": written["cost"],
        "currency": written.get("currency", "USD"),
        "category": written.get("charge", "Usage"),
        "service": written.get("service", "Amazon Elastic Compute Cloud"),
        "ServiceCategory": written["category"],
        "InvoiceId": written.get("invoice", "INV-1"),
        "Tags": json.dumps({key: value} if key else {}),
    }


def make_journal_ledger(
    folder: Path, lines: Iterable[Mapping[str, str]] = LINES, *, rulebook: str = RULEBOOK
) -> Typed:
    """Take the month into a new ledger, allocate it, and give a prompt in its folder."""
    lines = tuple(lines)
    name = (__name__, rulebook, json.dumps(lines))
    return Typed(copied(name, lambda place: _make(place, lines, rulebook), folder))


def _make(folder: Path, lines: tuple[Mapping[str, str], ...], rulebook: str) -> None:
    workspace = workspace_in(
        folder, rulebook, {"chart.yaml": CHART, "owners.csv": OWNERS, "apportion.toml": ""}
    )
    workspace.ingest(delivered(folder, csv_bill(bill_of(map(line, lines)))))
    workspace.allocate()
