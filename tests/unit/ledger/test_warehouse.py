"""The access of pyiceberg to the files of a ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.ledger.locations import location_of
from apportion.ledger.warehouse import FOLDER, WarehouseIO
from apportion.model.errors.base import LedgerDamagedError


def test_files_are_written_once_and_read_wherever_the_ledger_is_now(tmp_path: Path) -> None:
    place = tmp_path / "warehouse" / "apportion" / "costs" / "metadata" / "1.avro"
    io = WarehouseIO({FOLDER: str(tmp_path)})
    output = io.new_output(location_of(place))
    with output.create() as file:
        file.write(b"abc")
    assert output.exists()
    assert len(output) == 3
    with pytest.raises(FileExistsError):
        output.create()
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    elsewhere = WarehouseIO({FOLDER: str(moved)})
    with elsewhere.new_input(location_of(place)).open() as stream:
        assert stream.read() == b"abc"
    elsewhere.delete(location_of(place))
    assert not elsewhere.new_input(location_of(place)).exists()


@pytest.mark.parametrize("location", ["file:///etc/passwd", "s3://b/warehouse/apportion/../../x"])
def test_no_other_file_is_reached(tmp_path: Path, location: str) -> None:
    with pytest.raises(LedgerDamagedError, match="a place below"):
        WarehouseIO({FOLDER: str(tmp_path)}).new_input(location)


def test_a_file_that_is_gone_is_damage(tmp_path: Path) -> None:
    place = tmp_path / "warehouse" / "apportion" / "costs" / "data" / "1.parquet"
    with pytest.raises(LedgerDamagedError, match="expected a file, found nothing"):
        WarehouseIO({FOLDER: str(tmp_path)}).new_input(location_of(place)).open()
