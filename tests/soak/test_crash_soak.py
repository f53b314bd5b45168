"""The crash test of the whole pipeline, a thousand kills long: `make soak`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from workspace_kills import kill_at_random, workspace_to_kill

pytestmark = pytest.mark.skipif(
    os.environ.get("APPORTION_SOAK") != "1", reason="takes minutes: make soak"
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with workspace_to_kill(tmp_path) as work:
        yield work


@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_kills_of_one_workspace(folder: Path, seed: int) -> None:
    kill_at_random(folder, kills=100, seed=seed)
