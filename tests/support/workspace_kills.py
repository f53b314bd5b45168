"""Kills `ingest` and `allocate` of a workspace, and reads which state each kill left.

Version n of the bill has the same three lines n times over, so every figure shows its version.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from apportion.model.errors.base import NothingThereError
from apportion.model.findings.finding import failing
from apportion.model.question import Question
from crash_program import output_of, start
from stories import bill_of, delivered, parquet_bill, reopened, total_of, workspace_in

PERIOD = "2026-09"
LINES = (
    {"day": "2026-09-01", "tags": "Team=a", "cost": "1"},
    {"day": "2026-09-02", "tags": "Team=b", "cost": "3"},
    {"day": "2026-09-02", "service": "Support", "cost": "4"},
)
RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}]
shared:
  - {name: support, where: "ServiceName = 'Support'", split: proportional}
"""


@dataclass(frozen=True)
class State:
    """Which version of the bill is in the ledger, and which one the allocation is of; 0 is none."""

    delivered: int
    allocated: int


@contextmanager
def workspace_to_kill(place: Path) -> Iterator[Path]:
    """A workspace, and a place for what killed programs leave in the system's temporary folder."""
    work, scratch = place / "work", place / "scratch"
    scratch.mkdir()
    workspace_in(work, RULES, {"apportion.toml": ""})
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(scratch)
    yield work
    del os.environ["TMPDIR"]
    os.environ |= {"TMPDIR": before} if before else {}


def kill_at_changes(folder: Path, command: str, *, old: State, new: State, every: int) -> int:
    """Run a command again and again, killed before every n-th change of a file; count the changes.

    Once the new state is there, no later kill brings the old one back.
    """
    arguments = [command, "bills"] if command == "ingest" else [command]
    stood = old
    at = 1
    while True:
        process = start(folder, *arguments, die_at=at)
        process.join()
        if process.exitcode == 0:
            assert state_of(folder) == new
            return at
        assert process.exitcode == -9, output_of(folder)
        found = state_of(folder)
        assert found in ({old, new} if stood == old else {new}), f"killed before change {at}"
        stood, at = found, at + every


def kill_at_random(folder: Path, *, kills: int, seed: int) -> None:
    """Kill one run after the other at a random moment; each finds what the one before left."""
    chosen = random.Random(seed)
    run(folder, "--version")  # the server imports everything before the clock starts
    began = time.monotonic()
    take_in_and_allocate(folder, version=1)
    longest = (time.monotonic() - began) / 2
    state, landed = State(1, 1), {"ingest": 0, "allocate": 0}
    while sum(landed.values()) < kills:
        command = chosen.choice(["ingest", "allocate"])
        if command == "ingest":
            deliver(folder, version=state.delivered + 1)
            new = State(state.delivered + 1, state.allocated)
        else:
            state = with_something_to_allocate(folder, state)
            new = State(state.delivered, state.delivered)
        process = start(folder, command, *(["bills"] if command == "ingest" else []))
        process.join(chosen.uniform(0.02, longest))
        process.kill()
        process.join()
        landed[command] += process.exitcode == -9
        found = state_of(folder)
        assert found in (state, new)
        state = found
    assert min(landed.values()) > kills // 10, "one of the two commands was hardly ever killed"
    take_in_and_allocate(folder, version=state.delivered + 1)


def with_something_to_allocate(folder: Path, state: State) -> State:
    if state.delivered == state.allocated:
        deliver(folder, version=state.delivered + 1)
        run(folder, "ingest", "bills")
    return state_of(folder)


def take_in_and_allocate(folder: Path, *, version: int) -> None:
    """Take a version all the way, and find the ledger in order afterwards."""
    deliver(folder, version=version)
    run(folder, "ingest", "bills")
    run(folder, "allocate")
    assert state_of(folder) == State(version, version)


def deliver(folder: Path, *, version: int) -> None:
    delivered(folder, parquet_bill(bill_of(LINES * version)), name="bill.parquet")


def run(folder: Path, *arguments: str) -> None:
    process = start(folder, *arguments)
    process.join()
    assert process.exitcode == 0, output_of(folder)


def state_of(folder: Path) -> State:
    """Tell which versions the ledger holds, and that it holds all of each and proves it."""
    workspace = reopened(folder)
    held = [row for row in workspace.held().rows if row["period"] == PERIOD]
    if not held:
        return State(0, 0)
    (bill,) = held
    delivered_version = int(str(bill["lines"])) // len(LINES)
    assert bill["BilledCost"] == 8 * delivered_version
    try:
        proof = workspace.prove([PERIOD])
    except NothingThereError:
        return State(delivered_version, 0)
    assert not failing(list(proof.findings))  # a later delivery, not allocated yet, only warns
    assert proof.rows
    rows = workspace.report(Question(PERIOD)).rows
    allocated_version = int(total_of(rows)) // 8
    assert {row["team"]: row["total"] for row in rows} == {
        "a": 2 * allocated_version,
        "b": 6 * allocated_version,
    }
    return State(delivered_version, allocated_version)
