"""A small organisation's month in a real ledger, with every kind of split, to be explained."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from apportion.engines.duckdb import DuckDB
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.period import Period
from apportion.sources.local_files import LocalFiles
from apportion.usecases.allocate.allocate import Allocated, allocate
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.ingest import ingest
from apportion.usecases.runs.load_rules import rules_for

PERIOD = "2026-09"

RULEBOOK = """\
apportion: 1
effective: 2026-01
currency: USD
cost: EffectiveCost

dimensions:
  cost_center:
    from:
      - tag: CostCenter
      - lookup: accounts.csv
      - where: "ServiceName = 'Amazon Connect'"
        value: CX
    values:
      FIN-100: [fin100]
      CX: []
      OPS: []
      PLATFORM: []
    default: unallocated
  environment:
    from: [{tag: Environment}]
    default: none

shared:
  - name: support
    where: "ServiceName LIKE 'AWS Support%'"
    split: {proportional: "ChargeCategory = 'Usage'"}
  - name: platform
    where: "cost_center = 'PLATFORM' AND ServiceName <> 'AmazonCloudWatch'"
    owner: PLATFORM
    split: {usage: drivers/cpu.csv}
  - name: observability
    where: "ServiceName = 'AmazonCloudWatch'"
    split: {fixed: {platform: 20, FIN-100: 50, CX: 30}}
  - name: network
    where: "ServiceName = 'Amazon VPC'"
    split: proportional
    within: environment
  - name: lake
    where: "ServiceName = 'AWS Lake Formation'"
    split: {usage: {file: drivers/queries.csv, missing_days: keep}}
  - name: queues
    where: "ServiceName = 'Amazon SQS'"
    split: {fixed: {topics: 100}}
  - name: topics
    where: "ServiceName = 'Amazon SNS'"
    split: {fixed: {queues: 100}}
"""

FILES = {
    "rulebook/2026-01.yaml": RULEBOOK,
    "accounts.csv": (
        "SubAccountId,cost_center,valid_from,valid_to\n"
        "000000000222,CX,,2026-09-01\n"
        "000000000222,OPS,2026-09-02,\n"
        "000000000333,PLATFORM,,\n"
    ),
    "drivers/cpu.csv": "owner,number\nFIN-100,120\nCX,200\nobservability,80\n",
    "drivers/queries.csv": (
        "owner,number,day\nFIN-100,3,2026-09-01\nCX,1,2026-09-01\nCX,5,2026-09-02\n"
    ),
}

#: A line of a FOCUS bill; the lines of the story say what differs.
_LINE: Mapping[str, Any] = {
    "BillingAccountId": "000000000999",
    "BillingAccountName": "Acme",
    "BillingCurrency": "USD",
    "BillingPeriodStart": datetime(2026, 9, 1, tzinfo=UTC),
    "BillingPeriodEnd": datetime(2026, 10, 1, tzinfo=UTC),
    "ChargePeriodStart": datetime(2026, 9, 1, tzinfo=UTC),
    "ChargePeriodEnd": datetime(2026, 9, 2, tzinfo=UTC),
    "ChargeCategory": "Usage",
    "ChargeDescription": "a thing",
    "ChargeFrequency": "Usage-Based",
    "InvoiceIssuerName": "AWS",
    "ProviderName": "AWS",
    "PublisherName": "AWS",
    "ServiceCategory": "Compute",
    "ServiceName": "Amazon EC2",
    "SubAccountId": "000000000111",
    "SubAccountName": "payments",
    "ResourceId": None,
    "RegionId": "eu-west-1",
    "SkuMeter": "BoxUsage:m5.large",
    "Tags": [],
}
_CX = {"SubAccountId": "000000000222", "SubAccountName": "contact"}
_PLATFORM = {"SubAccountId": "000000000333", "SubAccountName": "platform"}
_LOST = {"SubAccountId": "000000000444", "SubAccountName": "sandbox"}
_FIN_PROD = {"Tags": [("CostCenter", "FIN-100"), ("Environment", "prod")]}


def line(cost: str, **differs: object) -> dict[str, Any]:
    """One charge; every cost column is the same but what is billed, which is nothing."""
    costs = {column: Decimal(cost) for column in ("EffectiveCost", "ListCost", "ContractedCost")}
    return {**_LINE, "BilledCost": Decimal(), **costs, **differs}


def day(number: int) -> dict[str, object]:
    return {
        "ChargePeriodStart": datetime(2026, 9, number, tzinfo=UTC),
        "ChargePeriodEnd": datetime(2026, 9, number + 1, tzinfo=UTC),
    }


def charges() -> list[dict[str, Any]]:
    """Direct cost by every source; pools that are a chain, a cycle, parted, and kept in part."""
    vpc = {"ServiceName": "Amazon VPC", "SkuMeter": "NatGateway-Bytes", "ResourceId": "nat-1"}
    lake = {"ServiceName": "AWS Lake Formation", "SkuMeter": "Requests"}
    return [
        line("100.10", ResourceId="i-01", **_FIN_PROD),
        line("50.05", ResourceId="i-01", **_FIN_PROD, **day(2)),
        *(line(f"{n}.000000000001", ResourceId=f"i-1{n}", **_FIN_PROD) for n in range(1, 9)),
        line("0.07", ServiceName="Amazon S3", ResourceId="arn:aws:s3:::bucket", **_FIN_PROD),
        line("-12.5", ChargeCategory="Credit", ServiceName="Amazon S3", **_FIN_PROD),
        line("30.00", ResourceId="i-02", Tags=[("costcenter", "fin100"), ("Environment", "dev")]),
        line("70", ResourceId="i-cx", Tags=[("Environment", "prod")], **_CX),
        line("11", ResourceId="i-cx", Tags=[("Environment", "prod")], **_CX, **day(2)),
        line("44.4", ServiceName="Amazon Connect", SubAccountId="000000000555"),
        line("9.99", ResourceId="i-lost", Tags=[("CostCenter", "fin10")], **_LOST),
        line("5", ServiceName="Amazon RDS", ResourceId="db-lost", **_LOST),
        line("3", ServiceName="Amazon RDS", ResourceId="db-untagged"),
        line("33.33", ServiceName="AWS Support (Enterprise)", ResourceId=None),
        line("400.0000000001", ResourceId="i-platform", **_PLATFORM),
        line("80", ServiceName="AmazonCloudWatch", SkuMeter="Metrics", **_PLATFORM),
        line("20", ServiceName="AmazonCloudWatch", SkuMeter="Metrics", ResourceId="log-1"),
        line("10.01", **vpc, Tags=[("Environment", "prod")]),
        line("6", **vpc, Tags=[("Environment", "dev")]),
        line("2", **vpc, Tags=[("Environment", "stage")]),
        line("8", **lake),
        line("8", **lake, **day(2)),
        line("4", **lake, **day(3)),
        line("1.5", ServiceName="Amazon SQS"),
        line("60", BillingCurrency="EUR", ResourceId="i-eur", **_FIN_PROD),
        line("7", BillingCurrency="EUR", ServiceName="AWS Support (Enterprise)"),
    ]


def write_bill(path: Path, lines: list[dict[str, Any]]) -> Path:
    """Write a FOCUS bill as Parquet with a map of tags."""
    types = {
        "Tags": pa.map_(pa.string(), pa.string()),
        "ResourceId": pa.string(),
        **dict.fromkeys(
            ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), pa.decimal128(38, 18)
        ),
    }
    columns = {name: pa.array([each[name] for each in lines], types.get(name)) for name in lines[0]}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def plugs_for(folder: Path, *, version: str = "1.0") -> RunContext:
    """Plugs over the ledger in a folder."""
    return RunContext(
        ledger=IcebergLedger(folder / "ledger"),
        engine=DuckDB(folder / "spill"),
        now=lambda: "2026-10-03T06:00:00Z",
        say=lambda _step: None,
        version=version,
    )


def keep_books(
    folder: Path, lines: list[dict[str, Any]] | None = None
) -> tuple[RunContext, Allocated]:
    """Take the month into a new ledger and allocate it."""
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    context = plugs_for(folder)
    bill = write_bill(folder / "bill" / "focus.parquet", lines or charges())
    ingest(LocalFiles([bill], scratch=folder / "scratch"), context)
    rules, findings = rules_for(Period.parse(PERIOD), folder / "rulebook", folder)
    assert rules is not None, "\n".join(map(str, findings))
    return context, allocate(Period.parse(PERIOD), rules, context)
