"""Whatever moment `ingest` or `allocate` is killed at, the old state stands or the new one."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apportion.ledger.iceberg import IcebergLedger
from crash_program import output_of, start
from soak import SOAK, every
from workspace_kills import (
    State,
    deliver,
    kill_at_changes,
    kill_at_random,
    run,
    state_of,
    take_in_and_allocate,
    workspace_to_kill,
)

RANDOM_KILLS = 20 if SOAK else 8
#: `make soak` kills before every change of a file; test_kill_points.py looks before each of them.
EVERY = every(16)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with workspace_to_kill(tmp_path) as work:
        yield work


def test_ingest_killed_before_changes_of_files(folder: Path) -> None:
    take_in_and_allocate(folder, version=1)
    deliver(folder, version=2)
    changes = kill_at_changes(folder, "ingest", old=State(1, 1), new=State(2, 1), every=EVERY)
    assert changes > 25, "taking in two tables and a record changes more files than that"
    take_in_and_allocate(folder, version=3)


def test_allocate_killed_before_changes_of_files(folder: Path) -> None:
    take_in_and_allocate(folder, version=1)
    deliver(folder, version=2)
    run(folder, "ingest", "bills")
    changes = kill_at_changes(folder, "allocate", old=State(2, 1), new=State(2, 2), every=EVERY)
    assert changes > 40, "publishing three tables and a record changes more files than that"
    take_in_and_allocate(folder, version=3)


def test_killed_at_random_moments(folder: Path) -> None:
    kill_at_random(folder, kills=RANDOM_KILLS, seed=20260930)


def test_a_second_writer_gets_the_holder_of_the_ledger(folder: Path) -> None:
    take_in_and_allocate(folder, version=1)
    deliver(folder, version=2)
    with IcebergLedger(folder / "ledger").lock(wait=0):
        for command in (("ingest", "bills"), ("allocate",)):
            second = start(folder, *command, "--wait", "0")
            second.join()
            assert second.exitcode == 3
            assert f"is held by process {os.getpid()}" in " ".join(output_of(folder).split())
            assert state_of(folder) == State(1, 1)
        waiting = start(folder, "ingest", "bills", "--wait", "86400")
        time.sleep(0.5)
        assert waiting.is_alive()
    waiting.join()
    assert waiting.exitcode == 0
    assert state_of(folder) == State(2, 1)


def test_two_at_once_end_as_one_after_the_other(folder: Path) -> None:
    take_in_and_allocate(folder, version=1)
    for version in (2, 3):
        deliver(folder, version=version)
        both = [
            start(folder, *command, "--wait", "86400")
            for command in (("ingest", "bills"), ("allocate",), ("ingest", "bills"))
        ]
        for process in both:
            process.join()
        assert [process.exitcode for process in both] == [0, 0, 0]
        state = state_of(folder)
        assert state.delivered == version
        assert state.allocated in (version - 1, version)
        run(folder, "allocate")
        assert state_of(folder) == State(version, version)
