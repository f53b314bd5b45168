"""The kills at every change of a file, a thousand and more, each copy proved: `make soak`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kill_points import (
    kill_through_a_life,
    kill_through_a_life_in_s3,
    kill_while_publishing,
)
from moto_world import MotoWorld, serving
from published_months import allocated
from soak import only_in_soak

pytestmark = only_in_soak


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as running:
        yield running


def test_a_thousand_kills_of_one_ledger_in_a_folder(tmp_path: Path) -> None:
    allocated(tmp_path / "work")
    kills, version = 0, 1
    while kills < 1000:
        version += 1
        kills += kill_through_a_life(tmp_path, version=version, every=1, proved=lambda _: True)


def test_before_every_change_in_s3(world: MotoWorld, tmp_path: Path) -> None:
    assert kill_through_a_life_in_s3(world, tmp_path, every=1) > 50


def test_before_every_change_of_published_tables(world: MotoWorld, tmp_path: Path) -> None:
    assert kill_while_publishing(world, tmp_path, every=1) > 40
