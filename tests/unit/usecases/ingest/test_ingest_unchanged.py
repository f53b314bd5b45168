"""The same bytes again are recognised by their hashes, before anything of them is decoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from apportion.app.workspace import Workspace
from apportion.core.billing.bill_identity import newest
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.charges import SplitCost
from apportion.model.delivery import Delivery, Intent, LinePlace, RawLine, ReadLimit
from apportion.model.errors.base import FindingsError
from apportion.model.findings.finding import Finding
from apportion.model.manifest import Input, Manifest, RunKind
from apportion.sources.local_files import LocalFiles
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.ingest import Ingested, ingest
from stories import Line, bill_of, csv_bill, parquet_bill, workspace_in

RULES = "apportion: 1\neffective: 2026-01\ncurrency: USD\ndimensions:\n  team: {from: [{tag: T}]}\n"
SEPTEMBER = {"day": "2026-09-01", "tags": "T=a", "cost": "1"}
OCTOBER = {"day": "2026-10-01", "tags": "T=a", "cost": "10"}
Write = Callable[[Sequence[Line]], list[Path]]


@pytest.fixture
def context(tmp_path: Path) -> RunContext:
    workspace: Workspace = workspace_in(tmp_path, RULES)
    return workspace._context


@pytest.fixture(params=["bill.csv", "bill.parquet"])
def write(tmp_path: Path, request: pytest.FixtureRequest) -> Write:
    def written(lines: Sequence[Line]) -> list[Path]:
        file = tmp_path / request.param
        make = csv_bill if file.suffix == ".csv" else parquet_bill
        file.write_bytes(make(bill_of(lines)))
        return [file]

    return written


class Counted:
    """Local files that count how often they are decoded."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._source = LocalFiles(paths, scratch=paths[0].parent / "scratch")
        self.decoded = 0

    def deliver(self) -> tuple[list[Delivery], list[Finding]]:
        self.decoded += 1
        return self._source.deliver()

    def same_as(self, inputs: Sequence[Input]) -> tuple[Delivery, list[Finding]] | None:
        return self._source.same_as(inputs)

    def read_lines(
        self,
        delivery: Delivery,
        places: Sequence[LinePlace],
        columns: Sequence[str],
        limit: ReadLimit,
    ) -> list[RawLine]:
        return self._source.read_lines(delivery, places, columns, limit)


def take(paths: Sequence[Path], context: RunContext, intent: Intent | None = None) -> bool:
    """Ingest, and return whether the files were decoded."""
    source = Counted(paths)
    ingest(source, context, intent=intent or Intent())
    return bool(source.decoded)


class Overtaken(Counted):
    """Local files of which another process ingests a later delivery while they are hashed."""

    def __init__(self, paths: Sequence[Path], later: Callable[[], object]) -> None:
        super().__init__(paths)
        self._later = later

    def same_as(self, inputs: Sequence[Input]) -> tuple[Delivery, list[Finding]] | None:
        same = super().same_as(inputs)
        self._later()
        return same


def test_a_delivery_that_was_replaced_meanwhile_does_not_come_back(
    context: RunContext, write: Write, tmp_path: Path
) -> None:
    paths = write([SEPTEMBER])
    assert take(paths, context)
    later = tmp_path / "later.csv"
    later.write_bytes(csv_bill(bill_of([SEPTEMBER, {**SEPTEMBER, "day": "2026-09-02"}])))
    source = Overtaken(paths, lambda: take([later], context))
    with pytest.raises(FindingsError, match="L009"):
        ingest(source, context, details={"execution": "another"})
    assert source.decoded == 1
    (last,) = newest(context.ledger.runs(), RunKind.INGEST, "2026-09").values()
    assert [file.name for file in last.inputs] == [str(later)]


def test_the_same_bytes_are_not_decoded(context: RunContext, write: Write) -> None:
    paths = write([SEPTEMBER, OCTOBER])
    assert take(paths, context)
    runs = context.ledger.runs()
    assert [run.periods for run in runs] == [("2026-09", "2026-10")] * 2
    source = Counted([paths[0].rename(paths[0].with_stem("renamed"))])
    assert ingest(source, context) == Ingested((), tuple(runs), ())
    assert source.decoded == 0
    assert context.ledger.runs() == runs


def test_their_bill_may_be_named(context: RunContext, write: Write) -> None:
    paths = write([SEPTEMBER])
    take(paths, context)
    assert not take(paths, context, Intent(context.ledger.runs()[0].bill))
    assert take(paths, context, Intent("other", replace=True))


def test_other_bytes_of_the_same_size_are_decoded(context: RunContext, write: Write) -> None:
    take(write([SEPTEMBER]), context)
    assert take(write([{**SEPTEMBER, "cost": "2"}]), context)
    assert len(context.ledger.runs()) == 2


def test_bytes_that_were_replaced_since_are_decoded(context: RunContext, write: Write) -> None:
    take(write([SEPTEMBER]), context)
    take(write([{**SEPTEMBER, "cost": "2"}]), context)
    assert take(write([SEPTEMBER]), context, Intent(replace=True))
    assert len(context.ledger.runs()) == 3


def test_another_way_of_reading_decodes(context: RunContext, write: Write) -> None:
    paths = write([SEPTEMBER])
    take(paths, context)
    source = Counted(paths)
    ingest(source, context, intent=Intent(replace=True), split_cost=SplitCost.CHILDREN)
    assert source.decoded == 1


def test_a_list_that_states_another_hash_is_believed(
    context: RunContext, write: Write, tmp_path: Path
) -> None:
    (path,) = write([SEPTEMBER])
    take([path], context)
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  {path.name}\n")
    assert LocalFiles([path], scratch=tmp_path).same_as(context.ledger.runs()[0].inputs) is None


def test_a_damaged_ledger_file_is_written_again(context: RunContext, write: Write) -> None:
    paths = write([SEPTEMBER])
    take(paths, context)
    (file,) = context.ledger.files("costs", context.ledger.runs()[0])
    Path(file).write_bytes(b"damaged")
    assert take(paths, context)
    assert len(context.ledger.runs()) == 2


class Killed(IcebergLedger):
    """A ledger whose process ends before the second run of its life."""

    records = 0

    def record(self, manifest: Manifest) -> Manifest:
        self.records += 1
        if self.records > 1:
            raise KeyboardInterrupt
        return super().record(manifest)


def test_a_month_that_a_killed_ingest_did_not_record_is_recorded(
    context: RunContext, write: Write, tmp_path: Path
) -> None:
    paths = write([SEPTEMBER, OCTOBER])
    with pytest.raises(KeyboardInterrupt):
        take(paths, replace(context, ledger=Killed(tmp_path / "ledger")))
    assert [run.period for run in context.ledger.runs()] == ["2026-09"]
    assert take(paths, context)
    assert [run.period for run in context.ledger.runs()] == ["2026-09", "2026-10"]
