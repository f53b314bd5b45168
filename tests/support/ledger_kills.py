"""Kills writers of a ledger, and checks after each kill that every run reads as it was written."""

from __future__ import annotations

import random
import time
from pathlib import Path

from apportion.ledger.catalog import Catalog
from apportion.ledger.iceberg import IcebergLedger
from apportion.ledger.iceberg_catalog import IcebergCatalog
from ledger_writer import acknowledged_by, expected_state, read_state, start


def kill_while_made(place: Path, *, step: int) -> None:
    """Kill the first writer of a new ledger before every so-manieth change of a file."""
    points = 1
    while True:
        folder = place / f"ledger-{points}"
        process, pipe = start(folder, states=1, die_at=points)
        process.join()
        if process.exitcode == 0:
            break
        check_whole(folder, acknowledged=acknowledged_by(pipe))
        run_one_writer(folder)
        points += step
    assert points > 40, "making three tables touches more files than that"


def kill_at_random(folder: Path, *, kills: int, seed: int) -> None:
    """Kill writers of one ledger, one after the other, and look at it after each."""
    moments = random.Random(seed)
    process, pipe = start(folder, states=2)
    assert [pipe.recv(), pipe.recv()] == ["ready", 1]
    began = time.monotonic()
    assert pipe.recv() == 2
    longest = time.monotonic() - began  # that a state takes here, once everything is there
    process.join()
    for _ in range(kills):
        process, pipe = start(folder)
        assert pipe.recv() == "ready", "the killed writer before left its lock behind"
        time.sleep(moments.uniform(0, longest))
        process.kill()
        process.join()
        check_whole(folder, acknowledged=acknowledged_by(pipe))
    check_all_and_sweep(folder)


def run_one_writer(folder: Path) -> None:
    process, pipe = start(folder, states=1)
    process.join()
    assert process.exitcode == 0
    check_whole(folder, acknowledged=acknowledged_by(pipe))


def check_whole(folder: Path, *, acknowledged: list[int]) -> None:
    """Nothing that was acknowledged is lost, and the newest and oldest runs read as written."""
    ledger = IcebergLedger(folder)
    runs = ledger.runs()
    assert [run.run for run in runs] == [str(number) for number in range(1, len(runs) + 1)]
    assert not acknowledged or len(runs) - acknowledged[-1] in (0, 1)
    for run in {id(run): run for run in (*runs[:1], *runs[-1:])}.values():
        assert read_state(ledger, run) == expected_state(int(run.run))


def check_all_and_sweep(folder: Path) -> None:
    """Crashes left something behind; sweeping it leaves every run readable."""
    ledger = IcebergLedger(folder)
    costs = IcebergCatalog(Catalog(folder)).find("costs")
    assert costs is not None
    left_over = ledger.sweep()
    unrecorded = len(costs.snapshots()) - len(ledger.runs())
    assert left_over or unrecorded, "no crash fell between the first file and the record"
    assert ledger.orphans() == []
    for run in ledger.runs():
        assert read_state(ledger, run) == expected_state(int(run.run))
