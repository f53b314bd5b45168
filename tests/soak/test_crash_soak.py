"""The crash test of the whole pipeline, a thousand kills long: `make soak`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_crash import folder, kill_at_random

pytestmark = pytest.mark.skipif(
    os.environ.get("APPORTION_SOAK") != "1", reason="takes minutes: make soak"
)

__all__ = ["folder"]  # the fixture


@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_kills_of_one_workspace(folder: Path, seed: int) -> None:
    kill_at_random(folder, kills=100, seed=seed)
