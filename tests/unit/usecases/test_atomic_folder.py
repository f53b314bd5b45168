"""A folder appears whole or not at all, whoever else writes it and whatever was killed before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from apportion.model.errors.output_files import FolderFilledError
from apportion.usecases.atomic_folder import new_folder


def write(beside: Path, text: str) -> None:
    beside.mkdir(parents=True)
    (beside / "a.txt").write_text(text)


def both(folder: Path) -> None:
    with new_folder(folder) as slow:
        write(slow, "slow")
        with new_folder(folder) as fast:
            write(fast, "fast")


def test_of_two_that_write_at_once_the_first_one_stands(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with pytest.raises(FolderFilledError, match=r"found a\.txt in it"):
        both(folder)
    assert (folder / "a.txt").read_text() == "fast"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_what_was_killed_goes_after_a_day(tmp_path: Path) -> None:
    old, young, another = (
        tmp_path / name
        for name in (".out.0123456789ab.part", ".out.ba9876543210.part", ".out.mine.part")
    )
    for left in (old, young, another):
        left.mkdir()
        os.utime(left, (0, 0) if left != young else None)
    with new_folder(tmp_path / "out") as beside:
        write(beside, "x")
    assert {entry.name for entry in tmp_path.iterdir()} == {"out", young.name, another.name}
