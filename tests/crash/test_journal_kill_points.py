"""A kill before any change of a file leaves journals as they were before, or as they are after."""

from __future__ import annotations

from pathlib import Path

from apportion.ledger.iceberg import IcebergLedger
from apportion.usecases.journal.records import recorded_batches
from crash_program import copies_before_every_change
from journal_ledger import make_journal_ledger


def sent_in(folder: Path) -> list[str]:
    """Read the batches of a copy: when each was sent, empty for one that was not."""
    return [each.sent_at for each in recorded_batches(IcebergLedger(folder / "ledger"))]


def test_an_export_is_recorded_before_its_file_is_there(tmp_path: Path) -> None:
    work = tmp_path / "work"
    make_journal_ledger(work)
    export = ("journal", "export", "--to", "journals.csv")
    copies = copies_before_every_change(work, *export, to=tmp_path / "export")
    written = (work / "journals.csv").read_bytes()
    assert len(copies) > 5
    states = [(sent_in(copy), (copy / "journals.csv").exists()) for copy in copies]
    assert set(map(str, states)) == {"([], False)", "([''], False)"}
    assert states == sorted(states, key=str, reverse=True), "no kill brings the old state back"

    [batch] = recorded_batches(IcebergLedger(work / "ledger"))
    mark = ("journal", "mark-sent", batch.batch.batch)
    copies = copies_before_every_change(work, *mark, to=tmp_path / "mark")
    assert [sent_in(copy) for copy in copies[:-1]] == [[""]] * (len(copies) - 1)
    assert sent_in(work)[0]

    copies_before_every_change(work, *export, to=tmp_path / "again")
    assert (work / "journals.csv").read_bytes() == written
