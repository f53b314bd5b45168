"""A writer of the ledger that tests start as a process of its own, and kill.

State number n is rows of value n in two tables, under one recorded run named n.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import preload
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.manifest import Manifest, RunKind

PERIOD, BILL = "2026-09", "acme"

_SCHEMA = pa.schema(
    [
        ("Period", pa.string()),
        ("Bill", pa.string()),
        ("ChargeDay", pa.date32()),
        ("BilledCost", pa.decimal128(38, 18)),
        ("Lines", pa.int64()),
    ]
)
_CHANGES = ("os.mkdir", "os.rename", "os.remove", "sqlite3.connect")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def start(
    folder: Path, *, states: int = 1_000_000, die_at: int = 0
) -> tuple[BaseProcess, Connection]:
    """Start a writer in its own process; the connection sends "ready", then each number it wrote.

    With `die_at` it kills itself just before the so-manieth time it changes a file of the ledger.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(preload.commands())
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_write, args=(str(folder), sending, states, die_at))
    process.start()
    sending.close()
    return process, receiving


def acknowledged_by(connection: Connection) -> list[int]:
    """The numbers that an ended writer has sent."""
    numbers: list[int] = []
    try:
        while True:
            stated = connection.recv()
            numbers += [stated] if isinstance(stated, int) else []
    except EOFError:
        return numbers


def write_state(ledger: IcebergLedger, number: int) -> None:
    """Replace the period's costs and allocations by state `number`, and record it."""
    snapshots = {
        table: ledger.replace(table, period=PERIOD, bill=BILL, files=_stage(ledger, table, number))
        for table in ("costs", "allocations")
    }
    ledger.record(manifest(str(number), snapshots=snapshots))


def manifest(run: str, *, snapshots: dict[str, int]) -> Manifest:
    """Write down a run that wrote these snapshots."""
    at = "2026-10-01T00:00:00Z"
    return Manifest(run, RunKind.INGEST, PERIOD, BILL, at, "0.1", (), (), snapshots)


def read_state(ledger: IcebergLedger, run: Manifest) -> set[tuple[str, Decimal]]:
    """Read all values of a run's snapshots."""
    return {
        (table, value)
        for table, snapshot in run.snapshots.items()
        for file in ledger.files_at(table, snapshot=snapshot, period=PERIOD, bill=BILL)
        for value in pq.ParquetFile(file).read(columns=["BilledCost"])["BilledCost"].to_pylist()
    }


def expected_state(number: int) -> set[tuple[str, Decimal]]:
    """Tell what `read_state` finds for a state that is whole."""
    return {("costs", Decimal(number)), ("allocations", Decimal(number))}


def _write(folder: str, pipe: Connection, states: int, die_at: int) -> None:
    ledger = IcebergLedger(Path(folder))
    with ledger.lock(wait=0):
        runs = ledger.runs()
        first = int(runs[-1].run) + 1 if runs else 1
        pipe.send("ready")
        if die_at:
            _die_at(die_at, folder)
        for number in range(first, first + states):
            write_state(ledger, number)
            pipe.send(number)


def _stage(ledger: IcebergLedger, table: str, number: int) -> list[str]:
    folder = Path(ledger.new_folder(table))
    rows = [
        {
            "Period": PERIOD,
            "Bill": BILL,
            "ChargeDay": date(2026, 9, 1),
            "BilledCost": Decimal(number),
            "Lines": 1,
        }
    ]
    files = [folder / f"data_{at}.parquet" for at in range(2)]
    for file in files:
        pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), file)
    return list(map(str, files))


def _die_at(count: int, folder: str) -> None:
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if _changes(event, arguments) and folder in str(arguments[0]):
            seen += 1
            if seen == count:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def _changes(event: str, arguments: tuple[object, ...]) -> bool:
    """Tell whether an audited event is about to change a file; those of SQLite are not seen."""
    if event == "open":
        _, mode, flags = arguments
        return bool(set(str(mode)) & set("wxa+")) or bool(int(str(flags)) & _WRITING)
    return event in _CHANGES
