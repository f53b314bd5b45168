"""The crash test of the ledger, a thousand kills long: `make soak`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger_kills import kill_at_random, kill_while_made
from soak import only_in_soak

pytestmark = only_in_soak


@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_kills_of_one_ledger(tmp_path: Path, seed: int) -> None:
    kill_at_random(tmp_path / "ledger", kills=100, seed=seed)


def test_killed_before_every_change_while_the_ledger_is_made(tmp_path: Path) -> None:
    kill_while_made(tmp_path, step=1)
