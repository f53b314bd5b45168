"""One piece of work in a process of its own: prints its seconds and its peak memory as JSON.

    python bench/works.py WORK BILL WORKSPACE

Seconds are of the work alone, without starting Python and importing; memory is of the process.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

PERIOD = "2026-07"
THREADS = 2


def main() -> None:
    work, bill, workspace = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    do = WORKS[work](sorted(bill.rglob("*.parquet")), workspace)
    begun = time.perf_counter()
    do()
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "peak_mb": _peak_kb() / 1024}))


def _peak_kb() -> int:
    """The peak of this process alone: getrusage also counts what its parent held before exec."""
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )
    return int(line.split()[1])


def rollup(files: list[Path], _workspace: Path) -> Callable[[], None]:
    """L1: what the bill costs by account, service and day. DuckDB, doubles."""
    names = _names(files)
    account, service, day, cost = (
        ("SubAccountId", "ServiceName", "ChargePeriodStart", "BilledCost")
        if "BilledCost" in names
        else (
            "line_item_usage_account_id",
            "line_item_product_code",
            "line_item_usage_start_date",
            "line_item_unblended_cost",
        )
    )
    query = f"SELECT {account}, {service}, CAST({day} AS DATE), SUM({cost}) FROM bill GROUP BY ALL"
    return lambda: _duckdb(files, query)


def read_all(files: list[Path], _workspace: Path) -> Callable[[], None]:
    """L4: every value of every column that rules and reports need, tags as the bill has them."""
    columns = _columns_needed(files)
    query = f"SELECT {', '.join(f'BIT_XOR(HASH({column}))' for column in columns)} FROM bill"
    return lambda: _duckdb(files, query)


def deliver(files: list[Path], workspace: Path) -> Callable[[], None]:
    """Bill → proved allocation: ingest and allocate, the first time or again."""
    from apportion.app.workspace import Workspace

    settings = _settings(workspace)

    def work() -> None:
        opened = Workspace(settings)
        opened.ingest(files)
        opened.allocate([PERIOD])

    return work


def allocate(_files: list[Path], workspace: Path) -> Callable[[], None]:
    """Allocate again after a rule changed."""
    from apportion.app.workspace import Workspace

    settings = _settings(workspace)
    return lambda: _ignore(Workspace(settings).allocate([PERIOD]))


def pandas(files: list[Path], _workspace: Path) -> Callable[[], None]:
    """A simple version in pandas: owner by tag, else by account; sums by owner and day; floats."""
    import pandas as pd
    import pyarrow.parquet as pq

    def work() -> None:
        parts = []
        for file in files:
            lines = pq.read_table(file, columns=SIMPLE).to_pandas()
            tags = lines["resource_tags"].map(
                lambda pairs: dict(pairs or ()).get("user_cost_center")
            )
            lines["owner"] = tags.fillna(lines["line_item_usage_account_id"])
            lines["day"] = lines["line_item_usage_start_date"].dt.date
            parts.append(lines.groupby(["owner", "day"])["line_item_unblended_cost"].sum())
        pd.concat(parts).groupby(level=[0, 1]).sum()

    return work


def polars(files: list[Path], _workspace: Path) -> Callable[[], None]:
    """The same in polars, lazily."""
    import polars as pl

    def work() -> None:
        # polars has a map type of its own, and no way into it yet but as a list of pairs.
        pairs = pl.List(pl.Struct({"key": pl.String, "value": pl.String}))
        tags = (
            pl.col("resource_tags")
            .cast(pairs)
            .list.eval(pl.element().filter(pl.element().struct.field("key") == "user_cost_center"))
        )
        owner = tags.list.first().struct.field("value")
        (
            pl.scan_parquet(files)
            .select(
                owner.fill_null(pl.col("line_item_usage_account_id")).alias("owner"),
                pl.col("line_item_usage_start_date").dt.date().alias("day"),
                pl.col("line_item_unblended_cost"),
            )
            .group_by("owner", "day")
            .agg(pl.col("line_item_unblended_cost").sum())
            .collect()
        )

    return work


SIMPLE = [
    "line_item_usage_account_id",
    "line_item_usage_start_date",
    "line_item_unblended_cost",
    "resource_tags",
]
WORKS = {
    "rollup": rollup,
    "read": read_all,
    "deliver": deliver,
    "allocate": allocate,
    "pandas": pandas,
    "polars": polars,
}


def _columns_needed(files: list[Path]) -> list[str]:
    """The raw columns that Apportion itself reads of this bill, asked of its own mapping."""
    from apportion.core.billing.charge_queries import charge_queries
    from apportion.model.charges import SplitCost
    from apportion.sources.local_files import LocalFiles

    with TemporaryDirectory() as scratch:
        (delivery,), _findings = LocalFiles(files[:1], scratch=Path(scratch)).deliver()
    queries, _findings = charge_queries(delivery, split_cost=SplitCost.PARENT)
    words = " ".join([queries.day, queries.period, *(sql for _column, sql in queries.measure)])
    measured = [f'"{column}"' for column in delivery.columns if f'"{column}"' in words]
    return list(dict.fromkeys([*queries.descriptors, *measured]))


def _duckdb(files: list[Path], query: str) -> None:
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}").fetchall()
    listed = ", ".join(f"'{file}'" for file in files)
    connection.execute(
        f"CREATE VIEW bill AS SELECT * FROM read_parquet([{listed}], union_by_name = true)"
    ).fetchall()
    connection.execute(query).fetchall()


def _names(files: list[Path]) -> set[str]:
    import pyarrow.parquet as pq

    return set(pq.read_schema(files[0]).names)


def _settings(workspace: Path) -> object:
    from apportion.model.settings import Settings

    return Settings("", workspace / "ledger", workspace / "rulebook", workspace)


def _ignore(_result: object) -> None:
    """What a work returns is not looked at."""


if __name__ == "__main__":
    main()
