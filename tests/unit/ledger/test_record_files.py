"""A manifest comes back from its row as it was written."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apportion.ledger import tables
from apportion.ledger.record_files import from_text, read, to_text, write
from apportion.model.errors.base import LedgerDamagedError
from apportion.model.manifest import Input, Manifest, RunKind, Total
from full_disk import files_of_at_most

MANIFEST = Manifest(
    run="ab" * 32,
    kind=RunKind.ALLOCATE,
    period="2026-09",
    bill="",
    at="2026-10-01T00:00:00Z",
    version="0.1.0",
    inputs=(Input("rulebook", "2026-01.yaml", "cd" * 32, 17),),
    totals=(Total("ledger", "000123", "", "USD", 3, ("1.00", "-0.000000000000000001")),),
    snapshots={"costs": 2**63 - 1},
    bills={"acme": "ef" * 32},
    details={"format": "focus 1.2"},
)
words = st.text(st.characters(exclude_categories=[]))
manifests = st.builds(
    Manifest,
    run=words,
    kind=st.sampled_from(RunKind),
    period=words,
    bill=words,
    at=words,
    version=words,
    inputs=st.tuples(st.builds(Input, words, words, words, st.integers(0))),
    totals=st.tuples(
        st.builds(Total, words, words, words, words, st.integers(), st.tuples(words, words))
    ),
    snapshots=st.dictionaries(words, st.integers(0, 2**63 - 1)),
    bills=st.dictionaries(words, words),
    details=st.dictionaries(words, words),
)


@given(manifest=manifests)
@example(manifest=MANIFEST)
def test_a_manifest_survives_being_text(manifest: Manifest) -> None:
    assert from_text(to_text(manifest)) == manifest


def test_records_survive_being_a_file(tmp_path: Path) -> None:
    path = write([(1, MANIFEST), (2, MANIFEST)], tmp_path, name="a")
    assert read([path]) == [[(1, MANIFEST), (2, MANIFEST)]]


def test_a_full_temporary_folder_is_an_error_of_the_system(tmp_path: Path) -> None:
    with files_of_at_most(100), pytest.raises(OSError, match=r"File too large.*records\.parquet"):
        write([(1, MANIFEST)], tmp_path, name="a")
    assert list(tmp_path.iterdir()) == []
    assert read([write([(1, MANIFEST)], tmp_path, name="a")]) == [[(1, MANIFEST)]]


def test_the_row_has_the_columns_of_its_table(tmp_path: Path) -> None:
    (row,) = pq.read_table(write([(1, MANIFEST)], tmp_path, name="a")).to_pylist()
    assert list(row) == list(tables.COLUMNS["runs"])
    assert json.loads(row["Manifest"])["snapshots"]["costs"] == 2**63 - 1


def test_every_flipped_bit_is_seen(tmp_path: Path) -> None:
    path = write([(1, MANIFEST)], tmp_path, name="a")
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        with pytest.raises(LedgerDamagedError, match=f"{path}.*sha256"):
            read([path])


@pytest.mark.parametrize("text", ["", "{}", "[]", to_text(MANIFEST).replace('"allocate"', '"x"')])
def test_a_text_that_is_no_manifest_is_damage(tmp_path: Path, text: str) -> None:
    draft = tmp_path / "draft"
    pq.write_table(pa.table({"Sequence": [1], "Manifest": [text]}), draft)
    path = draft.rename(tmp_path / f"a-{sha256(draft.read_bytes()).hexdigest()}.parquet")
    with pytest.raises(LedgerDamagedError, match=f"{path}.*expected a record of runs"):
        read([path])
