"""Small bills in every container, ways to damage them, and what becomes of the damaged ones."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from apportion.model.delivery import Delivery, Encoding
from apportion.model.findings.finding import failing
from apportion.model.focus import COST_COLUMNS
from apportion.model.money import to_units
from apportion.sources.local_files import LocalFiles

Totals = list[tuple[str, str, str, str, int, tuple[int, ...]]]


def bill(lines: int = 150) -> pa.Table:
    """Charges of seven accounts, two months and two currencies, with empty and negative costs."""
    chance = random.Random(3)
    rows = []
    for i in range(lines):
        cost = round(chance.random() * 10 - 0.5, chance.choice([2, 6, 10]))
        row = {
            "BillingAccountId": "001234567890",
            "SubAccountId": f"0{i % 7}1122334455" if i % 11 else None,
            "BillingCurrency": "USD" if i % 13 else "EUR",
            "BillingPeriodStart": datetime(2026, 8 if i % 17 else 7, 1, tzinfo=UTC),
            "ChargePeriodStart": datetime(2026, 8, 1 + i % 28, tzinfo=UTC),
            "ServiceName": f"Service {i % 5}",
            "ResourceId": f"i-{chance.getrandbits(40):x}",
            "Tags": f'{{"team": "{"ab"[i % 2]}"}}',
            "BilledCost": cost,
            "EffectiveCost": round(cost * 0.9, 12) if i % 3 else None,
            "ListCost": round(cost * 1.1, 12),
            "ContractedCost": cost,
        }
        rows.append(row)
    return pa.table(
        {
            name: pa.array(
                [row[name] for row in rows],
                pa.timestamp("us") if name.endswith("Start") else None,
            )
            for name in rows[0]
        }
    )


def as_parquet(**options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(bill(), sink, **options)
    return sink.getvalue()


def as_csv() -> bytes:
    sink = io.BytesIO()
    pa_csv.write_csv(bill(), sink)
    return sink.getvalue()


def as_zip() -> bytes:
    header, *lines = as_csv().splitlines(keepends=True)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bill-1.csv", header + b"".join(lines[:80]))
        archive.writestr("bill-2.csv", header + b"".join(lines[80:]))
    return sink.getvalue()


def sha256sums(name: str, content: bytes) -> bytes:
    return f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode()


def as_gzip() -> bytes:
    return gzip.compress(as_csv(), mtime=0)


def damage(content: bytes, chance: random.Random) -> bytes:
    """Cut off the end (2 of 10), put zeros over some bytes (1), or flip one bit (7)."""
    kind = chance.randrange(10)
    if kind < 2:
        return content[: chance.randrange(len(content))]
    damaged = bytearray(content)
    start = chance.randrange(len(content))
    if kind == 2:
        end = min(len(content), start + chance.choice([16, 64, 512]))
        damaged[start:end] = bytes(end - start)
    else:
        damaged[start] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def stated(delivery: Delivery) -> Totals:
    return sorted(
        (t.period, t.billing_account, t.sub_account, t.currency, t.lines, t.units)
        for t in delivery.stated
    )


def loaded(delivery: Delivery, connection: duckdb.DuckDBPyConnection) -> Totals:
    """Add up what DuckDB reads from the files that were delivered."""
    files = [file.path for file in delivery.files]
    read = (
        "read_parquet($files)"
        if delivery.encoding is Encoding.PARQUET
        else "read_csv($files, all_varchar = true, header = true, delim = ',', quote = '\"')"
    )
    costs = ", ".join(
        f"COALESCE(SUM(CAST(NULLIF(CAST({c} AS TEXT), '') AS DECIMAL(38, 18))), 0)"
        for c in COST_COLUMNS
    )
    rows = connection.execute(
        "SELECT LEFT(CAST(BillingPeriodStart AS TEXT), 7), BillingAccountId, "
        f"COALESCE(SubAccountId, ''), BillingCurrency, COUNT(*), {costs} FROM {read} GROUP BY ALL",
        {"files": files},
    ).fetchall()
    return sorted((*row[:5], tuple(map(to_units, row[5:]))) for row in rows)


@dataclass(frozen=True)
class Outcome:
    """How many damaged files were rejected, refused by the engine, right, or silently wrong."""

    counts: Counter[str]
    wrong: tuple[bytes, ...]


def try_damage(
    folder: Path,
    name: str,
    content: bytes,
    *,
    beside: Mapping[str, bytes] | None = None,
    times: int,
    seed: int,
) -> Outcome:
    """Deliver a bill, undamaged first, then damaged many times."""
    where = folder / "given"
    where.mkdir()
    for other, bytes_beside in (beside or {}).items():
        (where / other).write_bytes(bytes_beside)
    source = LocalFiles([where], folder / "scratch")
    connection = duckdb.connect(config={"threads": 1})
    (where / name).write_bytes(content)
    (delivery,), findings = source.deliver()
    assert not failing(findings)
    truth = stated(delivery)
    assert truth == loaded(delivery, connection), "the undamaged bill must be right"
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    wrong = []
    while sum(counts.values()) < times:
        damaged = damage(content, chance)
        if damaged == content:
            continue
        (where / name).write_bytes(damaged)
        outcome = _outcome(source, truth, connection)
        counts[outcome] += 1
        if outcome == "wrong":
            wrong.append(damaged)
    connection.close()
    return Outcome(counts, tuple(wrong))


def _outcome(source: LocalFiles, truth: Totals, connection: duckdb.DuckDBPyConnection) -> str:
    deliveries, findings = source.deliver()
    if failing(findings):
        return "rejected"
    (delivery,) = deliveries
    try:
        read = loaded(delivery, connection)
    except duckdb.Error:
        return "refused by the engine"
    return "right" if stated(delivery) == truth == read else "wrong"
