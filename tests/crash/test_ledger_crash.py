"""Whatever moment a writer is killed at, the ledger holds the old state or the new one."""

from __future__ import annotations

from pathlib import Path

from ledger_kills import (
    check_all_and_sweep,
    check_whole,
    kill_at_random,
    kill_while_made,
    run_one_writer,
)
from ledger_writer import acknowledged_by, start
from soak import SOAK, every

KILLS = 30 if SOAK else 10
#: `make soak` kills before every change of a file.
EVERY = every(6)


def test_killed_before_changes_of_files(tmp_path: Path) -> None:
    """A writer of one state is killed before its first change to a file, and before later ones."""
    folder = tmp_path / "ledger"
    run_one_writer(folder)  # so that the tables are there
    at = 1
    while True:
        process, pipe = start(folder, states=1, die_at=at)
        process.join()
        if process.exitcode == 0:
            break
        assert process.exitcode == -9
        check_whole(folder, acknowledged=acknowledged_by(pipe))
        at += EVERY
    assert at > 25, "the writer touched fewer files than a commit of two tables can"
    check_all_and_sweep(folder)


def test_killed_while_the_ledger_is_made(tmp_path: Path) -> None:
    kill_while_made(tmp_path, step=4 if SOAK else 10)


def test_killed_at_random_moments(tmp_path: Path) -> None:
    kill_at_random(tmp_path / "ledger", kills=KILLS, seed=20260901)
