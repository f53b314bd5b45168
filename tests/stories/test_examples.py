"""The examples do what they show: programs that check themselves and end with 1 if it is not so."""

from __future__ import annotations

from pathlib import Path

from life_in_aws import lives


def test_the_whole_life_of_a_month_in_aws(tmp_path: Path) -> None:
    lives(tmp_path / "larkmoor", "--short", checks=13)
