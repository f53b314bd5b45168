"""The crash test of the whole pipeline, a thousand kills long: `make soak`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from soak import only_in_soak
from workspace_kills import kill_at_random, workspace_to_kill

pytestmark = only_in_soak


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with workspace_to_kill(tmp_path) as work:
        yield work


@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_kills_of_one_workspace(folder: Path, seed: int) -> None:
    kill_at_random(folder, kills=100, seed=seed)
