"""Locations of files, as text: paths, and URIs."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.model.location import local_path


@pytest.mark.parametrize("location", ["/ledger/it's 100% [a].parquet", "C:/ledger/a.parquet"])
def test_a_path_is_a_location(location: str) -> None:
    assert local_path(location) == Path(location)


def test_a_file_uri_is_the_path_after_it() -> None:
    assert local_path("file:///ledger/a b.parquet") == Path("/ledger/a b.parquet")


def test_a_location_elsewhere_has_no_path() -> None:
    with pytest.raises(ValueError, match=r"s3://bucket/a\.parquet is not on this machine"):
        local_path("s3://bucket/a.parquet")
