"""The table `arrivals` shows what each delivery of a bill changed, and stays when runs expire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from apportion.app.scratch import Scratch
from apportion.core.billing.contained_charges import Held
from apportion.engines.duckdb import DuckDB
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.arrivals import CHANGE_COLUMNS, CLASS_COLUMNS
from apportion.model.manifest import Manifest, RunKind
from apportion.model.money import SQL_TYPE
from apportion.model.relation import everything
from apportion.model.retention import Policy
from apportion.ports.progress import ignore_step
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.arrivals import ARRIVALS, open_arrivals, write_arrivals
from late_bills import deliver_at
from older_ledger import OlderLedger
from plain_ledger import PlainLedger
from stories import Line, reopened, workspace_in

RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}]
"""
FIRST: Line = {"day": "2026-09-01", "tags": "Team=a", "cost": "1.5"}
MORE: Line = {"day": "2026-09-01", "tags": "Team=b", "cost": "2"}
NEXT: Line = {"day": "2026-09-02", "tags": "Team=b", "cost": "4"}
TAX: Line = {"day": "2026-09-01", "category": "Tax", "cost": "0.5"}
Texts = tuple[str | None, ...]
PART = ("2026-09", "000000000001")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    workspace_in(tmp_path, RULES)
    return tmp_path


def deliver_three(folder: Path) -> None:
    deliver_at(folder, [FIRST, TAX], "2026-09-02T06:00:00Z")
    deliver_at(folder, [FIRST, MORE, TAX], "2026-09-02T14:00:00Z")
    taxed: Line = {**TAX, "cost": "0.75"}
    deliver_at(folder, [FIRST, MORE, NEXT, taxed], "2026-09-03T06:00:00Z")


def newest(folder: Path) -> Manifest:
    return [run for run in IcebergLedger(folder / "ledger").runs() if run.kind is RunKind.INGEST][
        -1
    ]


def rows(folder: Path, columns: str = "ChargeDay, ChargeCategory, BilledCost") -> list[Texts]:
    files = IcebergLedger(folder / "ledger").files(ARRIVALS, newest(folder))
    arrivals = duckdb.read_parquet(files)
    assert set(CLASS_COLUMNS) < set(arrivals.columns)
    found = duckdb.sql(f"SELECT Delivery, MadeAt, {columns} FROM arrivals ORDER BY ALL").fetchall()
    return [tuple(str(value) if value is not None else None for value in row) for row in found]


def context_of(folder: Path) -> RunContext:
    return RunContext(
        ledger=IcebergLedger(folder / "ledger"),
        engine=DuckDB(Scratch().path / "spill"),
        now=lambda: "2026-09-04T00:00:00Z",
        say=ignore_step,
        version="0.1",
    )


def by_delivery(found: Sequence[Texts]) -> dict[str | None, Decimal]:
    totals: dict[str | None, Decimal] = {}
    for number, _made, _day, _category, cost in found:
        totals[number] = totals.get(number, Decimal()) + Decimal(str(cost))
    return totals


def test_each_delivery_adds_what_it_changed_and_when_the_provider_wrote_it(folder: Path) -> None:
    deliver_three(folder)
    zeros = ".000000000000000000"
    none = (None, None, "0E-18")
    first, second, third = (
        ("1", "2026-09-02T06:00:00Z"),
        ("2", "2026-09-02T14:00:00Z"),
        ("3", "2026-09-03T06:00:00Z"),
    )
    assert rows(folder) == [
        (*first, "2026-09-01", "Tax", "0.500000000000000000"),
        (*first, "2026-09-01", "Usage", "1.500000000000000000"),
        (*first, *none),
        (*second, "2026-09-01", "Usage", f"2{zeros}"),
        (*second, *none),
        (*third, "2026-09-01", "Tax", "0.250000000000000000"),
        (*third, "2026-09-02", "Usage", f"4{zeros}"),
        (*third, *none),
    ]


def test_the_changes_up_to_a_delivery_add_up_to_what_it_held(folder: Path) -> None:
    deliver_three(folder)
    fewer: Line = {**NEXT, "cost": "-4"}
    deliver_at(folder, [FIRST, TAX, fewer], "2026-09-03T14:00:00Z", replace=True)
    held = [
        sum((Decimal(day.amounts[0]) for day in run.days), Decimal())
        for run in IcebergLedger(folder / "ledger").runs()
    ]
    changes = by_delivery(rows(folder))
    arrived = [sum(list(changes.values())[: n + 1], Decimal()) for n in range(len(changes))]
    assert arrived == held == [2, 4, Decimal("8.25"), -2]


def test_a_delivery_that_changed_no_amount_is_there_with_its_time(folder: Path) -> None:
    deliver_at(folder, [FIRST], "2026-09-02T06:00:00Z")
    tagged: Line = {**FIRST, "tags": "Team=c"}
    deliver_at(folder, [tagged], "2026-09-02T14:00:00Z")
    assert [
        row for row in rows(folder, "ChargeDay") if isinstance(row, tuple) and row[0] == "2"
    ] == [("2", "2026-09-02T14:00:00Z", None)]


def test_a_file_of_a_later_time_than_the_clock_has_the_time_of_the_clock(folder: Path) -> None:
    deliver_at(folder, [FIRST], "2026-09-02T06:00:00Z")
    path = folder / "bills" / "bill.parquet"
    path.touch()  # the time of the test, years or months later
    more = deliver_at(folder, [FIRST, MORE], "2026-09-02T14:00:00Z")
    assert more.rows[0]["status"] == "recorded"
    assert {row[1] for row in rows(folder, "Lines")} == {
        "2026-09-02T06:00:00Z",
        "2026-09-02T14:00:00Z",
    }


def test_arrivals_stay_when_the_deliveries_expire(folder: Path) -> None:
    deliver_three(folder)
    before = rows(folder)
    workspace = reopened(folder, now="2026-12-01T00:00:00Z")
    workspace.expiry.expire(Policy(0, "2026-12-01T00:00:00Z"))
    assert rows(folder) == before
    deliver_at(folder, [FIRST, MORE, NEXT, NEXT, TAX], "2026-12-02T00:00:00Z", replace=True)
    assert rows(folder)[: len(before)] == before


def test_for_an_older_ledger_they_are_made_from_the_deliveries_that_it_holds(folder: Path) -> None:
    deliver_three(folder)
    context = context_of(folder)
    recorded = open_arrivals(PART, newest(folder), context)
    made = open_arrivals(PART, None, context)
    key = ("Delivery", "ChargeDay", "ChargeCategory", "BilledCost", "Lines", "MadeAt")
    one, other = (
        sorted(str([row[name] for name in key]) for row in context.engine.rows(everything(each)))
        for each in (made, recorded)
    )
    assert one == other


def test_those_made_for_an_earlier_delivery_end_with_it(folder: Path) -> None:
    deliver_three(folder)
    ledger = OlderLedger(folder / "ledger")
    context = replace(context_of(folder), ledger=ledger)
    for count, run in enumerate(ledger.runs(), start=1):
        made = open_arrivals(PART, run, context)
        numbers = {row["Delivery"] for row in context.engine.rows(everything(made))}
        assert numbers == set(range(1, count + 1))


def test_many_deliveries_have_few_files(tmp_path: Path) -> None:
    ledger = PlainLedger(tmp_path / "ledger")
    context = replace(context_of(tmp_path), ledger=ledger)
    current: Manifest | None = None
    counts = []
    for number in range(1, 21):
        written = write_arrivals(
            holding(number, context), current, part=PART, made=f"{number:02}", context=context
        )
        put = ledger.append if written.append else ledger.replace
        snapshot = put(ARRIVALS, period=PART[0], bill=PART[1], files=written.files)
        current = ledger.record(recorded_run(str(number), snapshot))
        counts.append(len(ledger.files(ARRIVALS, current)))
    assert counts == [*range(1, 17), *range(1, 5)]
    assert current is not None
    changes = duckdb.read_parquet(ledger.files(ARRIVALS, current)).filter("Lines <> 0")
    assert changes.order("Delivery").project("Delivery, Lines").fetchall() == [
        (number, 1) for number in range(1, 21)
    ]


def holding(lines: int, context: RunContext) -> Held:
    """A delivery of so many lines on one day."""
    described = {"KeyId": "BIGINT", **dict.fromkeys(CLASS_COLUMNS, "VARCHAR")}
    keys = context.engine.load("keys", described, [(1, *"ABCDE")])
    amounts = dict.fromkeys(CHANGE_COLUMNS, SQL_TYPE)
    costs = {"KeyId": "BIGINT", "ChargeDay": "DATE", **amounts, "Lines": "BIGINT"}
    row = (1, date(2026, 9, 1), *[Decimal(lines)] * len(CHANGE_COLUMNS), lines)
    return Held(context.engine.load("costs", costs, [row]), keys, frozenset(CLASS_COLUMNS))


def recorded_run(name: str, snapshot: int) -> Manifest:
    at = "2026-09-02T00:00:00Z"
    return Manifest(name, RunKind.INGEST, *PART, at, "0.1", (), (), {ARRIVALS: snapshot})
