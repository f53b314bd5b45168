"""A kill before any change of any file leaves a ledger that another machine reads whole.

`kill_points.py` copies the ledger before every change; `test_crash.py` kills processes with a
signal to see the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kill_points import (
    kill_through_a_life,
    kill_through_a_life_in_s3,
    kill_while_delivering,
    kill_while_publishing,
)
from moto_world import MotoWorld, serving
from published_months import allocated


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as running:
        yield running


def test_a_ledger_in_a_folder(tmp_path: Path) -> None:
    """One life of a month: a second delivery, its allocation, the expiry of what it replaced."""
    allocated(tmp_path / "work")
    kills = kill_through_a_life(tmp_path, version=2, every=12, proved=lambda _: False)
    assert kills >= 100, "three commands change more files than that"


def test_a_ledger_in_s3(world: MotoWorld, tmp_path: Path) -> None:
    assert kill_through_a_life_in_s3(world, tmp_path, every=12) > 3


def test_published_tables(world: MotoWorld, tmp_path: Path) -> None:
    assert kill_while_publishing(world, tmp_path, every=12) > 3


def test_delivered_reports(world: MotoWorld, tmp_path: Path) -> None:
    assert kill_while_delivering(world, tmp_path) > 8
