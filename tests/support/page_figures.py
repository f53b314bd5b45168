"""A ledger with rounding differences, SQL over its Parquet files, and a parser of pages.

The figures of pages are computed here a second time, from the tables of the ledger and without code
of the project, so that both can be compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
from pyiceberg.catalog.sql import SqlCatalog

from stories import Line, bill_of, csv_bill, delivered, workspace_in

PERIOD, BEFORE = "2026-09", "2026-08"

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
    default: unallocated
  environment:
    from: [{tag: Environment}]
    default: none

shared:
  - name: credits
    where: "ChargeCategory = 'Credit'"
    split: {fixed: {SHOP: 60, FIN: 40}}
  - name: support
    where: "ServiceName = 'AWS Support'"
    split: proportional
  - name: platform
    where: "cost_center = 'PLATFORM'"
    split: {fixed: {SHOP: 20, FIN: 50, network: 30}}
  - name: network
    where: "cost_center = 'NETWORK'"
    split: {fixed: {SHOP: 45, FIN: 34, platform: 21}}
  - name: queues
    where: "ServiceName = 'Amazon SQS'"
    split: {fixed: {topics: 100}}
  - name: topics
    where: "ServiceName = 'Amazon SNS'"
    split: {fixed: {queues: 100}}
"""
ACCOUNTS = "SubAccountId,cost_center\n000000000044,PLATFORM\n000000000055,NETWORK\n"

#: Owner of the tag, day, cost, and what else a line of the story has.
_BOTH = (
    ("SHOP", 1, "100.005", {"account_name": "shop"}),
    ("SHOP", 2, "200.005", {"service": "Amazon RDS", "environment": "prod"}),
    ("FIN", 1, "300.005", {"account": "000000000022", "account_name": "finance"}),
    ("FIN", 3, "-40.015", {"account": "000000000022", "service": "Amazon RDS"}),
    ("total", 4, "10.125", {"account": "000000000033"}),
    ("", 3, "50.115", {"service": "Amazon Connect"}),
    ("", 5, "500.005", {"account": "000000000044", "account_name": "platform"}),
    ("", 6, "600.005", {"account": "000000000055", "account_name": "network"}),
    ("", 7, "70.335", {"account": "000000000099"}),
    ("", 1, "80.555", {"service": "AWS Support", "resource": ""}),
    ("", 2, "-30.225", {"category": "Credit", "resource": ""}),
    ("", 2, "3.335", {"service": "Amazon SQS"}),
    ("EURO", 8, "90.005", {"currency": "EUR"}),
    ("ZERO", 8, "5.00", {"currency": "GBP"}),
    ("ZERO", 9, "-5.00", {"currency": "GBP", "service": "Amazon RDS"}),
    ("", 8, "6.00", {"currency": "CHF"}),
    ("", 9, "-6.00", {"currency": "CHF", "service": "Amazon RDS"}),
)
_ONLY = {
    BEFORE: (("GONE", 9, "15.005", {}),),
    PERIOD: (("NEW", 9, "25.005", {}), ("SHOP", 9, "7.775", {"environment": "dev"})),
}


def _line(period: str, owner: str, day: int, cost: str, more: Mapping[str, str]) -> Line:
    words = dict(more)
    tags = {"CostCenter": owner, "Environment": words.pop("environment", "")}
    return {
        "day": f"{period}-{day:02d}",
        "cost": cost,
        "Tags": json.dumps({key: value for key, value in tags.items() if value}),
        "ResourceId": words.pop("resource", f"i-{day}{cost}"),
        **words,
    }


def make(folder: Path) -> Path:
    """Make a workspace with both months allocated."""
    workspace = workspace_in(folder, RULEBOOK, {"accounts.csv": ACCOUNTS})
    (folder / "apportion.toml").write_text('rulebooks = "rulebook"\n')
    for period, only in _ONLY.items():
        lines = [_line(period, *one) for one in (*_BOTH, *only)]
        bill = csv_bill(bill_of(lines))
        workspace.ingest(delivered(folder, bill, name=f"{period}.csv"), bill="test")
    workspace.allocate()
    return folder


class Ledger:
    """The ledger's Parquet files, as DuckDB reads them.

    `line` is what was charged, each with its owner, or the pool it lies in; `paid` is what owners
    pay, their direct cost (no pool) and shared cost.
    """

    def __init__(self, folder: Path) -> None:
        self._con = duckdb.connect()
        catalog = SqlCatalog("apportion", uri=f"sqlite:///{folder / 'ledger' / 'catalog.db'}")
        for table in ("keys", "costs", "allocations", "shares", "drivers"):
            tasks = catalog.load_table(("apportion", table)).scan().plan_files()
            paths = [task.file.file_path.removeprefix("file://") for task in tasks]
            self._con.read_parquet(paths, union_by_name=True).create_view(table)
        self._con.sql(
            "CREATE VIEW line AS SELECT c.Period AS period, c.ChargeDay AS day, a.cost_center AS "
            "owner, a.cost_center_source AS source, a.environment, a.environment_source, "
            "COALESCE(a.Pool, '') AS pool, a.BillingCurrency AS currency, a.SubAccountId, "
            "COALESCE(a.SubAccountName, '') AS SubAccountName, a.ServiceName, a.ChargeCategory, "
            "k.ResourceId AS resource, k.Tags AS tags, c.EffectiveCost AS cost, c.Lines AS lines "
            "FROM costs c JOIN allocations a ON a.Period = c.Period AND a.KeyId = c.KeyId AND "
            "c.ChargeDay BETWEEN a.FirstDay AND a.LastDay "
            "JOIN keys k ON k.Period = c.Period AND k.KeyId = c.KeyId"
        )
        self._con.sql(
            "CREATE VIEW paid AS SELECT period, day, owner, '' AS pool, FALSE AS kept, currency, "
            "cost FROM line WHERE pool = '' UNION ALL SELECT Period, ChargeDay, Owner, Pool, Kept, "
            "BillingCurrency, EffectiveCost FROM shares"
        )

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Answer a query; each row by the names of its columns."""
        found = self._con.execute(query)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def sums(self, select: str, where: str) -> dict[str, Decimal]:
        """Answer a query of a name and an amount, where there is any."""
        query = f"SELECT {select} WHERE {where} GROUP BY 1"
        return {str(name): amount for name, amount in self._con.execute(query).fetchall()}

    def one(self, query: str) -> Decimal:
        """Answer a query of one amount; nothing is zero."""
        (row,) = self._con.execute(query).fetchall()
        return row[0] or Decimal(0)


@dataclass
class Seen:
    """The visible content of a page: figures, tables by section, sentences and chart data."""

    figures: list[str] = field(default_factory=list)
    tables: dict[str, list[list[tuple[str, str]]]] = field(default_factory=dict)
    charts: dict[str, dict[str, Any]] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)

    def body(self, section: str) -> list[list[str]]:
        """The rows of a table without head, total and notes."""
        return [[text for text, _ in row] for row in self.tables[section] if row[0][1] == "tbody"]

    def foot(self, section: str) -> list[list[str]]:
        """The total and the notes of a table."""
        return [[text for text, _ in row] for row in self.tables[section] if row[0][1] == "tfoot"]


class _Reader(HTMLParser):
    """Parses the HTML of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = Seen()
        self._section = self._part = self._chart = ""
        self._in_figure = False
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "section":
            self._section = of["id"]
        if tag in {"tbody", "tfoot", "thead"}:
            self._part = tag
        if tag == "tr":
            self.seen.tables.setdefault(self._section, []).append([])
        if tag == "script" and of.get("type") == "application/json":
            self._chart = of["id"].removesuffix("-figure")
        self._in_figure = tag == "span" and of.get("class") == "number" and not self._section
        if tag in {"td", "th", "h1", "p", "script"} or self._in_figure:
            self._text = []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._text is None or tag not in {"td", "th", "h1", "p", "script", "span"}:
            return
        text = "".join(self._text).strip()
        if tag in {"td", "th"}:
            self.seen.tables[self._section][-1].append((text, self._part))
        elif tag == "script" and self._chart:
            self.seen.charts[self._chart] = json.loads(text)
            self._chart = ""
        elif tag in {"h1", "p"}:
            self.seen.sentences.append(" ".join(text.split()))
        elif tag == "span" and self._in_figure:
            self.seen.figures.append(text)
        else:
            return
        self._text = None


def seen(page: str) -> Seen:
    """Read a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.seen


def amounts_in(sentences: Sequence[str]) -> Iterator[Decimal]:
    """Give the amounts in sentences, without their signs."""
    for sentence in sentences:
        for found in re.findall(r"[\d,]+\.\d\d(?!\d| %)", sentence):
            yield Decimal(found.replace(",", ""))
