"""A recorded run names its files with their sha256, and what is read is what was recorded."""

from __future__ import annotations

import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from apportion.ledger.file_hashes import FileHashes
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.errors.base import LedgerDamagedError
from apportion.model.manifest import Manifest, RunKind
from ledger_writer import BILL, PERIOD, manifest, read_state, write_state


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    ledger = IcebergLedger(folder)
    with ledger.lock(wait=0):
        write_state(ledger, 1)
        write_state(ledger, 2)
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "ledger"))


def newest(folder: Path) -> Manifest:
    return IcebergLedger(folder).runs()[-1]


def test_the_record_names_every_file_with_its_size_and_hash(folder: Path) -> None:
    run = newest(folder)
    assert [file.table for file in run.files] == ["allocations"] * 2 + ["costs"] * 2
    for file in run.files:
        content = (folder / file.name).read_bytes()
        assert (file.size, file.sha256) == (len(content), sha256(content).hexdigest())
    found = IcebergLedger(folder).files("costs", run)
    assert found == sorted(str(folder / file.name) for file in run.files_of("costs"))


def test_one_flipped_bit_is_reported_with_the_file_and_what_to_do(folder: Path) -> None:
    run = newest(folder)
    file = run.files_of("costs")[0]
    whole = (folder / file.name).read_bytes()
    result = (
        f"{file.name} is damaged: expected sha256 {file.sha256}, found sha256 .*Ingest the files"
    )
    for at in range(0, len(whole), 97):
        bits = bytes([whole[at] ^ 1 << at % 8])
        (folder / file.name).write_bytes(whole[:at] + bits + whole[at + 1 :])
        with pytest.raises(LedgerDamagedError, match=result):
            IcebergLedger(folder).files("costs", run)
    assert IcebergLedger(folder).files("allocations", run)


def test_files_exchanged_for_each_other_or_for_an_older_one_are_reported(folder: Path) -> None:
    before, run = IcebergLedger(folder).runs()
    one, other = (folder / file.name for file in run.files_of("costs"))
    old = folder / before.files_of("costs")[0].name
    assert one.stat().st_size == old.stat().st_size
    one.write_bytes(old.read_bytes())
    with pytest.raises(LedgerDamagedError, match=one.name):
        IcebergLedger(folder).files("costs", run)
    one.write_bytes(other.read_bytes()[:-1] + b"x")
    with pytest.raises(LedgerDamagedError, match=one.name):
        IcebergLedger(folder).files("costs", run)


def test_a_file_that_is_emptied_or_gone_is_reported(folder: Path) -> None:
    run = newest(folder)
    path = folder / run.files_of("costs")[0].name
    path.write_bytes(b"")
    with pytest.raises(LedgerDamagedError, match=r"found 0 bytes\. Ingest the files of 2026-09"):
        IcebergLedger(folder).files("costs", run)
    path.unlink()
    with pytest.raises(LedgerDamagedError, match=r"found nothing\. Ingest the files of 2026-09"):
        IcebergLedger(folder).files("costs", run)


def test_readers_need_no_manifests_of_iceberg(folder: Path) -> None:
    """A record names its files, so damaged lists of files mislead no reader."""
    ledger = IcebergLedger(folder)
    runs = ledger.runs()
    files = ledger.files("costs", runs[-1])
    for path in (folder / "warehouse").rglob("*.avro"):
        path.write_bytes(b"")
    again = IcebergLedger(folder)
    assert again.runs() == runs
    assert again.files("costs", runs[-1]) == files


def test_a_record_of_a_snapshot_that_is_gone_is_damage(folder: Path) -> None:
    run = newest(folder)
    with pytest.raises(LedgerDamagedError, match="snapshot 7, found no such snapshot"):
        IcebergLedger(folder).files("costs", replace(run, snapshots={"costs": 7}))


def test_metadata_that_has_lost_its_current_snapshot_is_no_empty_ledger(folder: Path) -> None:
    """One flipped bit in the name of a field, and Iceberg knows no current snapshot."""
    metadata = folder / "warehouse" / "apportion" / "runs" / "metadata"
    newest = max(metadata.glob("*.metadata.json"))
    content = newest.read_bytes()
    newest.write_bytes(content.replace(b'"current-snapshot-id"', b'"current-snapshot-ie"'))
    with pytest.raises(LedgerDamagedError, match="its last snapshot is number 2, its current one"):
        IcebergLedger(folder).runs()


def test_a_flipped_bit_in_the_list_of_records_hides_no_run(folder: Path) -> None:
    """Metadata has no checksum: a bit may change which files the table of runs has."""
    known = IcebergLedger(folder).runs()
    metadata = max((folder / "warehouse" / "apportion" / "runs" / "metadata").glob("*.json"))
    whole = metadata.read_bytes()
    begin = whole.rindex(b'"apportion.files"')
    damaged = 0
    for at in range(begin, begin + 240, 7):
        metadata.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        try:
            assert IcebergLedger(folder).runs() == known
        except LedgerDamagedError:
            damaged += 1
    assert damaged > 20


def test_records_that_the_snapshot_does_not_list_are_found_by_iceberg(folder: Path) -> None:
    """Earlier versions of Apportion did not list them."""
    known = IcebergLedger(folder).runs()
    metadata = max((folder / "warehouse" / "apportion" / "runs" / "metadata").glob("*.json"))
    content = metadata.read_bytes()
    assert b'"apportion.files"' in content
    metadata.write_bytes(content.replace(b'"apportion.files"', b'"other"'))
    assert IcebergLedger(folder).runs() == known


def test_of_a_run_of_before_files_were_hashed_sizes_are_compared(folder: Path) -> None:
    unhashed = IcebergLedger(folder)
    old = manifest("old", snapshots=newest(folder).snapshots)
    assert len(unhashed.files("costs", old)) == 2
    path = folder / newest(folder).files_of("costs")[0].name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(LedgerDamagedError, match=r"expected \d+ bytes, found \d+ bytes"):
        unhashed.files("costs", old)


def test_a_run_that_is_recorded_again_keeps_its_files(folder: Path) -> None:
    run = newest(folder)
    ledger = IcebergLedger(folder)
    with ledger.lock(wait=0):
        again = ledger.record(replace(run, at="2026-10-05T00:00:00Z"))
    assert again.files == run.files
    assert IcebergLedger(folder).runs()[-1] == again
    assert read_state(ledger, again) == read_state(ledger, run)


def test_what_is_appended_to_is_hashed_with_what_is_added(folder: Path) -> None:
    ledger = IcebergLedger(folder)
    run = ledger.runs()[-1]
    with ledger.lock(wait=0):
        staged = Path(ledger.new_folder("costs"))
        added = staged / "more.parquet"
        added.write_bytes((folder / run.files_of("costs")[0].name).read_bytes())
        more = ledger.append("costs", period=PERIOD, bill=BILL, files=[str(added)])
        recorded = ledger.record(manifest("3", snapshots={"costs": more}))
    assert {*run.files_of("costs")} < {*recorded.files}
    assert len(recorded.files) == 3


def test_what_to_do_is_reported_for_each_kind_of_run(folder: Path) -> None:
    run = newest(folder)
    (folder / run.files_of("costs")[0].name).unlink()
    for kind, result in (
        (RunKind.ALLOCATE, "Run `apportion allocate --period 2026-09` again, .*--as-of"),
        (RunKind.ACCOUNTS, "run `apportion aws accounts sync`"),
    ):
        with pytest.raises(LedgerDamagedError, match=result):
            IcebergLedger(folder).files("costs", replace(run, kind=kind))


def test_a_file_is_read_again_only_once_it_was_written_to(tmp_path: Path) -> None:
    """Large files are hashed side by side, small ones one after the other; the answer is one."""
    files = [tmp_path / str(number) for number in range(3)]
    for file in files:
        file.write_bytes(file.name.encode() * (3 << 20))
    expected = [sha256(file.read_bytes()).hexdigest() for file in files]
    hashes = FileHashes()
    assert hashes.of(files) == expected
    for file in files:
        file.chmod(0)
    assert hashes.of(files) == expected
    for file in files:
        file.chmod(0o600)
    files[0].write_bytes(b"another")
    assert hashes.of(files) == [sha256(b"another").hexdigest(), *expected[1:]]
