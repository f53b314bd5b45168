"""One writer at a time; a second one learns who writes, and a killed one leaves no lock."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from apportion.ledger.iceberg import IcebergLedger
from apportion.model.errors.base import LedgerBusyError
from ledger_writer import manifest, start


def test_a_second_process_gets_the_name_of_the_writer(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    process, pipe = start(folder)
    assert pipe.recv() == "ready"
    try:
        for wait, message in ((0, "waited 0 s"), (0.3, "waited 0.3 s")):
            begun = time.monotonic()
            with pytest.raises(LedgerBusyError, match=message) as refusal:
                hold(folder, wait=wait)
            assert wait <= time.monotonic() - begun
            assert f"process {process.pid} on " in str(refusal.value)
            assert str(folder) in str(refusal.value)
    finally:
        process.kill()
        process.join()


def test_waiting_ends_when_the_writer_is_done(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    process, pipe = start(folder, states=2)
    assert pipe.recv() == "ready"
    with IcebergLedger(folder).lock(wait=86400):
        assert [run.run for run in IcebergLedger(folder).runs()] == ["1", "2"]
    process.join()


def test_a_killed_writer_leaves_a_note_and_no_lock(tmp_path: Path) -> None:
    """Its note must not be taken for the word of the next holder either."""
    folder = tmp_path / "ledger"
    process, pipe = start(folder)
    assert pipe.recv() == "ready"
    process.kill()
    process.join()
    assert json.loads((folder / ".lock.json").read_text())["pid"] == process.pid
    hold(folder, wait=0)
    (folder / ".lock.json").write_text(
        json.dumps({"pid": process.pid, "host": os.uname().nodename, "command": "", "since": ""})
    )
    with busy_elsewhere(folder), pytest.raises(LedgerBusyError, match="held by another process;"):
        hold(folder, wait=0)


@pytest.mark.parametrize("note", ["", "{", "[]", "null", '{"pid": "x"}', "\x00"])
def test_a_broken_note_changes_nothing_but_a_word(tmp_path: Path, note: str) -> None:
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / ".lock.json").write_text(note)
    with busy_elsewhere(folder), pytest.raises(LedgerBusyError, match="another process"):
        hold(folder, wait=0)
    hold(folder, wait=0)
    assert not (folder / ".lock.json").exists()


def test_the_holder_may_hold_it_again_and_others_may_not(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    ledger = IcebergLedger(folder)
    with ledger.lock(wait=0):
        with ledger.lock(wait=0):
            ledger.record(manifest("1", snapshots={}))
        with pytest.raises(LedgerBusyError, match=f"process {os.getpid()} on "):
            hold(folder, wait=0)
        with pytest.raises(LedgerBusyError, match=f"process {os.getpid()} on "):
            hold(folder, wait=0.1)
        assert refused_in_a_thread(ledger)
    hold(folder, wait=0)


def test_a_fault_inside_lets_go(tmp_path: Path) -> None:
    ledger = IcebergLedger(tmp_path / "ledger")
    with pytest.raises(ZeroDivisionError), ledger.lock(wait=0):
        raise ZeroDivisionError
    hold(tmp_path / "ledger", wait=0)


def hold(folder: Path, *, wait: float) -> None:
    with IcebergLedger(folder).lock(wait=wait):
        assert json.loads((folder / ".lock.json").read_text())["pid"] == os.getpid()


def refused_in_a_thread(ledger: IcebergLedger) -> bool:
    refused = []

    def try_it() -> None:
        try:
            ledger.record(manifest("2", snapshots={}))
        except LedgerBusyError:
            refused.append(True)

    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join()
    return refused == [True]


def busy_elsewhere(folder: Path) -> FileLock:
    """Hold the lock as a process that has not signed yet."""
    return FileLock(folder / ".lock", timeout=0)
