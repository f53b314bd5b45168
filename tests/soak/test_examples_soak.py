"""The whole life in AWS as it is told to people, of two months: `make soak`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from life_in_aws import lives

pytestmark = pytest.mark.skipif(
    os.environ.get("APPORTION_SOAK") != "1", reason="takes minutes: make soak"
)


def test_the_whole_life_of_two_months_in_aws(tmp_path: Path) -> None:
    lives(tmp_path / "larkmoor", checks=20)
