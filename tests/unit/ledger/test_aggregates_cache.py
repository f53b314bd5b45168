"""Aggregates of a run: found as they were written, and never with a damaged file."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.ledger.aggregates_cache import AggregatesCache

RUN = "0a1b-1"


def kept(cache: AggregatesCache, content: bytes = b"cells of a run") -> Path:
    """Keep one table of one file; returns the file."""
    draft = cache.draft()
    (draft / "cells").mkdir()
    (draft / "cells" / "data_0.parquet").write_bytes(content)
    ((file,),) = cache.keep(draft, RUN).values()
    return file


def test_tables_are_found_as_they_were_written(tmp_path: Path) -> None:
    file = kept(AggregatesCache(tmp_path))
    assert AggregatesCache(tmp_path).find(RUN) == {"cells": [file]}
    assert AggregatesCache(tmp_path).find("ffff-1") is None


def test_one_flipped_bit_means_that_they_are_made_again(tmp_path: Path) -> None:
    file = kept(AggregatesCache(tmp_path))
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        assert AggregatesCache(tmp_path).find(RUN) is None
        assert not file.exists()
        kept(AggregatesCache(tmp_path))


@pytest.mark.parametrize("index", [b"", b"{}", b"\xff", b"[]", b'{"cells/data_0.parquet": "00"}'])
def test_a_damaged_index_proves_nothing(tmp_path: Path, index: bytes) -> None:
    place = kept(AggregatesCache(tmp_path)).parents[1]
    (place / "sha256.json").write_bytes(index)
    assert AggregatesCache(tmp_path).find(RUN) is None


def test_a_file_that_is_gone_or_added_is_noticed(tmp_path: Path) -> None:
    file = kept(AggregatesCache(tmp_path))
    file.with_name("data_1.parquet").write_bytes(b"of another run")
    assert AggregatesCache(tmp_path).find(RUN) is None
    kept(AggregatesCache(tmp_path)).unlink()
    assert AggregatesCache(tmp_path).find(RUN) is None


def test_damage_in_a_folder_that_cannot_be_written_to_is_passed_over(tmp_path: Path) -> None:
    ledger, scratch = tmp_path / "ledger", tmp_path / "scratch"
    kept(AggregatesCache(ledger)).write_bytes(b"damaged")
    own = kept(AggregatesCache(scratch))
    assert AggregatesCache(ledger, scratch).find(RUN) == {"cells": [own]}


def test_the_process_that_was_quicker_counts(tmp_path: Path) -> None:
    cache = AggregatesCache(tmp_path)
    slow = cache.draft()
    (slow / "cells").mkdir()
    (slow / "cells" / "data_0.parquet").write_bytes(b"the same, later")
    file = kept(AggregatesCache(tmp_path), b"first")
    assert cache.keep(slow, RUN) == {"cells": [file]}
    assert file.read_bytes() == b"first"
    assert not slow.exists()
    assert cache.clear(["0a1b"]) is None
    assert file.exists()
    cache.clear([])
    assert not file.exists()
