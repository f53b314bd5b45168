"""What the ledger holds, and how it came to hold it."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from apportion.model.errors.base import NothingThereError
from stories import bill_of, delivered, parquet_bill, reopened, workspace_in

RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}]
"""
LINES = (
    {"day": "2026-09-01", "cost": "1.10"},
    {"day": "2026-09-01", "cost": "2.20", "currency": "EUR"},
    {"day": "2026-10-01", "cost": "4.40"},
)


def test_held_and_history(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES)
    assert workspace.held().rows == workspace.history().rows == ()
    assert not (tmp_path / "ledger").exists(), "looking makes nothing"
    content = parquet_bill(bill_of(LINES))
    workspace.ingest(delivered(tmp_path, content, name="bill.parquet"), bill="aws")
    assert [
        (row["period"], row["currency"], row["lines"], row["BilledCost"], row["allocated"])
        for row in workspace.held().rows
    ] == [
        ("2026-09", "EUR", 1, Decimal("2.20"), "not yet"),
        ("2026-09", "USD", 1, Decimal("1.10"), "not yet"),
        ("2026-10", "USD", 1, Decimal("4.40"), "not yet"),
    ]
    later = reopened(tmp_path, now="2026-12-01T00:00:00Z")
    later.allocate(["2026-09"])
    assert [row["allocated"] for row in later.held().rows] == [
        "2026-12-01T00:00:00Z",
        "2026-12-01T00:00:00Z",
        "not yet",
    ]
    rows = later.history("2026-09").rows
    assert [(row["kind"], row["currency"], row["EffectiveCost"]) for row in rows] == [
        ("ingest", "EUR", Decimal("2.20")),
        ("ingest", "USD", Decimal("1.10")),
        ("allocate", "EUR", Decimal("2.20")),
        ("allocate", "USD", Decimal("1.10")),
    ]
    assert sha256(content).hexdigest()[:12] in str(rows[0]["inputs"])
    assert sha256(RULES.encode()).hexdigest()[:12] in str(rows[2]["inputs"])
    with pytest.raises(NothingThereError, match=r"no period 2026-11\. Available: 2026-09, 2026-10"):
        later.history("2026-11")
