"""A ledger for dashboard tests: two months, two currencies, mutual pools, hostile names."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from apportion.app.dashboard import open_run_cache
from apportion.model.settings import Settings
from apportion.usecases.dashboard.run_cache import RunCache
from stories import bill_of, csv_bill, delivered, workspace_in

PERIOD, BEFORE = "2026-09", "2026-08"

#: Tag values that try to run code in a browser or a spreadsheet.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "<a href='javascript:alert(3)'>x</a>",
    "javascript:alert(4)",
    "{{7*7}}${7*7}%{x}",
    "=HYPERLINK('http://evil.example','x')",
    "</script><svg onload=alert(5)>",
    "<b>bold</b><sup>x</sup>",
    "';alert(6)//",
    "..\\..\\etc/passwd?a=b&c=d#e",
    "\u202egnp.exe \u0000null"[:-5],
    "%00%0d%0aSet-Cookie: a=b",
)

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
        value: SHOP
      - where: "ServiceName = 'Amazon Braket'"
        value: QUANTUM
    default: unallocated
  environment:
    from: [{tag: [Environment, env]}]
    values: {prod: [production], dev: []}
    default: none
  account:
    from: [{column: SubAccountName}]
    default: none

shared:
  - name: support
    where: "ServiceName LIKE 'AWS Support%'"
    split: proportional
  - name: platform
    where: "cost_center = 'PLATFORM'"
    split: {fixed: {SHOP: 20, FIN-100: 50, network: 30}}
  - name: network
    where: "cost_center = 'NETWORK'"
    split: {fixed: {SHOP: 45, FIN-100: 34, platform: 21}}
  - name: never
    where: "ServiceName = 'Amazon Honeycode'"
    split: even
"""
FILES = {"accounts.csv": "SubAccountId,cost_center\n000000000044,PLATFORM\n000000000055,NETWORK\n"}


def _lines(period: str, more: int, names: Sequence[str]) -> Iterator[dict[str, str]]:
    def line(day: int, cost: str, **words: str) -> dict[str, str]:
        tags = words.pop("tags", {})
        whole, _, cents = cost.partition(".")
        return {
            "day": f"{period}-{day:02d}",
            "cost": f"{int(whole) + more}.{cents}",
            "Tags": json.dumps(tags),
            "ResourceId": words.pop("resource", f"i-{day}{cost.replace('.', '')}"),
            "InvoiceId": "INV-1" if period == BEFORE else "",
            **words,
        }

    shop, finance = {"CostCenter": "SHOP"}, {"CostCenter": "FIN-100"}
    yield line(1, "1013.3711", tags={**shop, "Environment": "prod"}, account_name="shop")
    yield line(2, "2017.0913", tags={**shop, "env": "production"}, account_name="shop",
               service="Amazon RDS")  # fmt: skip
    yield line(3, "409.7701", service="Amazon Connect", account_name="shop")
    yield line(1, "3019.4133", tags=finance, account="000000000022", account_name="finance")
    yield line(2, "4021.2701", tags={**finance, "Environment": "TBD"}, account="000000000022",
               account_name="finance", service="Amazon RDS")  # fmt: skip
    yield line(5, "5003.6101", account="000000000044", account_name="platform")
    yield line(6, "6007.5703", account="000000000055", account_name="network")
    yield line(1, "701.8301", service="AWS Support (Business)", resource="")
    yield line(7, "811.1907", account="000000000099", account_name="nobody's")
    yield line(8, "907.6611", tags={"CostCenter": "EURO"}, currency="EUR", account_name="euro")
    for at, hostile in enumerate(names):
        yield line(
            9 + at,
            f"{1201 + at * 101}.{at:02d}31",
            tags={"CostCenter": hostile, hostile: hostile, "Environment": hostile},
            account=f"0000000001{at:02d}",
            account_name=hostile,
            service=hostile,
            resource=hostile,
        )


def settings_of(folder: Path) -> Settings:
    """The settings of a workspace in a folder."""
    toml = folder / "apportion.toml"
    return Settings(str(toml), folder / "ledger", folder / "rulebook", folder)


def make(folder: Path, names: Sequence[str] = HOSTILE) -> Path:
    """Create a workspace with both months allocated; `names` are tag values."""
    workspace = workspace_in(folder, RULEBOOK, FILES)
    (folder / "apportion.toml").write_text('rulebooks = "rulebook"\n')
    for period, more in ((BEFORE, 0), (PERIOD, 37)):
        bill = csv_bill(bill_of(list(_lines(period, more, names))))
        workspace.ingest(delivered(folder, bill, name=f"{period}.csv"), bill="test")
    workspace.allocate()
    return folder


def run_cache_of(folder: Path) -> RunCache:
    """Open the runs of a workspace for the dashboard."""
    return open_run_cache(settings_of(folder), Path(tempfile.mkdtemp(dir=folder.parent)))
