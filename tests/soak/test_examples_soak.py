"""The example of a whole life in AWS, with two months: `make soak`."""

from __future__ import annotations

from pathlib import Path

from life_in_aws import lives
from soak import only_in_soak

pytestmark = only_in_soak


def test_the_whole_life_of_two_months_in_aws(tmp_path: Path) -> None:
    lives(tmp_path / "larkmoor", checks=20)
