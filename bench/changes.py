"""Measure what changes of a lookup cost: a month of 10,000 accounts without one, and with 31.

    python bench/changes.py [--accounts 10000] [--keys 8] [--rounds 3]

The lookup has a line for each account. With changes, one account changes hands on each day of the
month. Printed are the CPU seconds (user and system) of an allocation and the rows of `allocations`;
allocations without and with changes alternate, and the ratio is of the smallest.
"""

from __future__ import annotations

import argparse
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from apportion.app.workspace import Workspace
from apportion.model.focus import COLUMNS, COST_COLUMNS
from apportion.model.period import Period
from apportion.model.settings import Settings

MONTH = Period(2026, 7)
RULEBOOK = """\
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}, {lookup: accounts.csv}]
shared:
  - name: support
    where: "ServiceName = 'Support'"
    split: proportional
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--keys", type=int, default=8, help="resources of each account")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    accounts = [f"{number:012}" for number in range(1, arguments.accounts + 1)]
    with TemporaryDirectory(prefix="apportion-bench-") as scratch:
        folder = Path(scratch)
        (folder / "rulebook").mkdir()
        (folder / "rulebook" / "rules.yaml").write_text(RULEBOOK, "utf-8")
        Workspace(_settings(folder)).ingest([_bill(folder, accounts, arguments.keys)])
        _measure(folder, accounts, arguments.rounds)


def _measure(folder: Path, accounts: list[str], rounds: int) -> None:
    """Allocate with another last line of the lookup each time, so that no run is a repetition."""
    seconds: dict[int, list[float]] = {0: [], MONTH.last_day.day: []}
    for number in range(rounds):
        for changes, measured in seconds.items():
            _write_lookup(folder, accounts, changes, number)
            began = time.process_time()
            Workspace(_settings(folder)).allocate([str(MONTH)])
            measured.append(time.process_time() - began)
            print(f"{changes:2} changes: {measured[-1]:.2f} CPU s, {_rows(folder):,} allocations")
    without, with_changes = map(min, seconds.values())
    print(f"ratio {with_changes / without:.2f}")


def _write_lookup(folder: Path, accounts: list[str], changes: int, number: int) -> None:
    """On each day of the month, another account goes to another team."""
    lines = ["SubAccountId,team,valid_from,valid_to"]
    day = timedelta(days=1)
    for at, account in enumerate(accounts):
        team = f"team {at % 50}"
        change = MONTH.first_day + at * day
        if at < changes:
            lines += [f"{account},{team},,{change - day}", f"{account},moved,{change},"]
        else:
            lines.append(f"{account},{team},,")
    lines.append(f"none,round {number},,")
    (folder / "accounts.csv").write_text("\n".join(lines) + "\n", "utf-8")


def _bill(folder: Path, accounts: list[str], keys: int) -> Path:
    """Write FOCUS 1.2: a resource costs 1.25 on every tenth day; one of an account is Support."""
    days = [MONTH.first_day + timedelta(days=at) for at in range(0, 31, 10)]
    lines = [(account, key, day) for day in days for account in accounts for key in range(keys)]
    texts = {
        "BillingAccountId": "999999999999",
        "BillingAccountName": "payer",
        "BillingCurrency": "USD",
        "PricingCurrency": "USD",
        "BillingPeriodStart": _time(MONTH.first_day),
        "BillingPeriodEnd": _time(MONTH.next.first_day),
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "InvoiceIssuerName": "AWS",
        "ProviderName": "AWS",
        "PublisherName": "AWS",
    }
    columns: dict[str, list[object]] = {name: [text] * len(lines) for name, text in texts.items()}
    columns |= dict.fromkeys(COST_COLUMNS, [Decimal("1.25")] * len(lines))
    columns |= {
        "ChargePeriodStart": [_time(day) for _account, _key, day in lines],
        "ChargePeriodEnd": [_time(day + timedelta(days=1)) for _account, _key, day in lines],
        "SubAccountId": [account for account, _key, _day in lines],
        "ResourceId": [f"{account}-{key}" for account, key, _day in lines],
        "ServiceName": ["Amazon EC2" if key else "Support" for _account, key, _day in lines],
    }
    absent = [column.name for column in COLUMNS if column.name not in columns]
    columns |= dict.fromkeys(absent, [None] * len(lines))
    schema = {name: _type(name) for name in columns}
    file = folder / "bill.parquet"
    pq.write_table(pa.table(columns, pa.schema(schema)), file, write_page_checksum=True)
    return file


def _type(column: str) -> pa.DataType:
    if column == "Tags":
        return pa.map_(pa.string(), pa.string())
    return pa.decimal128(38, 18) if column in COST_COLUMNS else pa.string()


def _time(day: date) -> str:
    return f"{day}T00:00:00Z"


def _settings(folder: Path) -> Settings:
    return Settings("", folder / "ledger", folder / "rulebook", folder)


def _rows(folder: Path) -> int:
    """The rows of the newest allocation, read from its files."""
    files = (folder / "ledger").glob("**/allocations/**/*.parquet")
    by_folder: dict[Path, list[Path]] = {}
    for file in files:
        by_folder.setdefault(file.parent, []).append(file)
    newest = max(by_folder.values(), key=lambda found: max(each.stat().st_mtime for each in found))
    return sum(pq.read_metadata(file).num_rows for file in newest)


if __name__ == "__main__":
    main()
