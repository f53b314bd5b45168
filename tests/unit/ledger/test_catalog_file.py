"""The catalog of a ledger: a file of SQLite that pyiceberg's own catalog reads, too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError

from apportion.ledger.catalog import Catalog
from apportion.ledger.catalog_file import CatalogFile
from full_disk import files_of_at_most

FIRST, SECOND = "file:///warehouse/apportion/costs/1.json", "file:///warehouse/2.json"


@pytest.fixture
def catalog(tmp_path: Path) -> CatalogFile:
    made = CatalogFile(tmp_path / "catalog.db", timeout=0.05)
    made.make(tmp_path / ".new")
    return made


def test_a_table_is_added_once_and_replaced_from_what_it_was(catalog: CatalogFile) -> None:
    assert catalog.location("costs") is None
    assert catalog.add("costs", FIRST)
    assert not catalog.add("costs", SECOND)
    assert catalog.location("costs") == FIRST
    assert not catalog.replace("costs", SECOND, before=SECOND)
    assert catalog.location("costs") == FIRST
    assert catalog.replace("costs", SECOND, before=FIRST)
    assert catalog.location("costs") == SECOND


def test_pyiceberg_s_own_catalog_reads_it(catalog: CatalogFile) -> None:
    catalog.add("costs", FIRST)
    other = SqlCatalog("apportion", uri=f"sqlite:///{catalog.path}", init_catalog_tables="false")
    assert other.list_namespaces() == [("apportion",)]
    assert other.list_tables("apportion") == [("apportion", "costs")]
    with pytest.raises(NoSuchTableError):
        other.load_table(("apportion", "keys"))


def test_one_that_pyiceberg_made_is_read(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    SqlCatalog("apportion", uri=f"sqlite:///{path}").create_namespace("apportion")
    made = CatalogFile(path, timeout=0.05)
    assert made.location("costs") is None
    assert made.add("costs", FIRST)
    assert made.location("costs") == FIRST


def test_a_file_without_its_layout_is_completed(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE other (a INT)")
    found = CatalogFile(path, timeout=0.05)
    assert found.location("costs") is None
    found.complete()
    found.complete()
    assert found.add("costs", FIRST)


def test_a_full_disk_is_an_error_of_the_system_and_changes_nothing(tmp_path: Path) -> None:
    found = CatalogFile(tmp_path / "catalog.db", timeout=0.05)
    found.make(tmp_path / "draft")
    with files_of_at_most(100), pytest.raises(OSError, match=r"catalog\.db"):
        found.add("costs", FIRST)
    assert found.location("costs") is None
    assert found.add("costs", FIRST)


def test_a_ledger_that_is_a_file_is_not_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("not a folder")
    with pytest.raises(NotADirectoryError, match="ledger"):
        assert not Catalog(tmp_path / "ledger").there


def test_a_file_that_is_gone_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        CatalogFile(tmp_path / "catalog.db", timeout=0.05).location("costs")
    assert list(tmp_path.iterdir()) == []
