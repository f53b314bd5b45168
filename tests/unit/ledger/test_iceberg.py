"""A period and bill is replaced as a whole, and what was recorded can be read for ever."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest
from pyiceberg.catalog.sql import SqlCatalog

from apportion.ledger.catalog import Catalog
from apportion.ledger.iceberg import IcebergLedger
from apportion.ledger.iceberg_catalog import IcebergCatalog
from apportion.model.errors.base import LedgerDamagedError, LedgerRefusesError
from apportion.model.money import SQL_TYPE
from ledger_writer import (
    acknowledged_by,
    expected_state,
    manifest,
    read_state,
    start,
)

MONTH, OTHER_MONTH = "2026-09", "2026-10"
Write = Callable[..., list[str]]


@pytest.fixture
def ledger(tmp_path: Path) -> IcebergLedger:
    return IcebergLedger(tmp_path / "ledger")


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.fixture
def write(ledger: IcebergLedger, con: duckdb.DuckDBPyConnection) -> Write:
    """Write rows of a SELECT into a staging folder, as the engine does."""

    def write_rows(
        table: str, columns: str, *, period: str = MONTH, bill: str = "acme", rows: int = 3
    ) -> list[str]:
        folder = Path(ledger.new_folder(table))
        con.execute(
            f"COPY (SELECT ? AS Period, ? AS Bill, {columns} FROM range({rows}) AS t(i)) "
            f"TO '{folder}' (FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT true)",
            [period, bill],
        ).fetchall()
        return sorted(map(str, folder.glob("*.parquet")))

    return write_rows


def cost(amount: int) -> str:
    return f"i AS KeyId, DATE '2026-09-01' AS ChargeDay, {amount}::{SQL_TYPE} AS BilledCost"


def test_an_absent_ledger_has_no_runs_and_is_not_made_by_reading(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    assert IcebergLedger(folder).runs() == []
    assert IcebergLedger(folder).orphans() == []
    assert not folder.exists()


def test_files_written_by_the_engine_are_read_back(
    ledger: IcebergLedger, write: Write, con: duckdb.DuckDBPyConnection
) -> None:
    files = write("costs", cost(7), rows=400_000)
    snapshot = ledger.replace("costs", period=MONTH, bill="acme", files=files)
    found = ledger.files_at("costs", snapshot=snapshot, period=MONTH, bill="acme")
    assert found == [str(file) for file in files]
    assert total(con, found) == (400_000, 2_800_000)


def test_every_one_of_twenty_replacements_stays_readable(
    ledger: IcebergLedger, write: Write, con: duckdb.DuckDBPyConnection
) -> None:
    """And the manifests of what was replaced do not accumulate."""
    for amount in range(20):
        files = write("costs", cost(amount))
        snapshot = ledger.replace("costs", period=MONTH, bill="acme", files=files)
        ledger.record(manifest(str(amount), snapshots={"costs": snapshot}))
    again = IcebergLedger(ledger_folder(ledger))
    for run in again.runs():
        found = again.files_at("costs", snapshot=run.snapshots["costs"], period=MONTH, bill="acme")
        assert total(con, found) == (3, 3 * int(run.run))
    assert len(again.runs()) == 20
    table = IcebergCatalog(Catalog(ledger_folder(ledger))).find("costs")
    assert table is not None
    current = table.current_snapshot()
    assert current is not None
    assert len(current.manifests(table.io)) == 2  # of the file there is, and of the last removed


def test_other_bills_and_periods_stay_as_they_are(
    ledger: IcebergLedger, write: Write, con: duckdb.DuckDBPyConnection
) -> None:
    places = [(MONTH, "acme"), (MONTH, "other"), (OTHER_MONTH, "acme"), (MONTH, "")]
    for amount, (period, bill) in enumerate(places):
        files = write("costs", cost(amount), period=period, bill=bill)
        ledger.replace("costs", period=period, bill=bill, files=files)
    again = write("costs", cost(100))
    snapshot = ledger.replace("costs", period=MONTH, bill="acme", files=again)
    found = [
        total(con, ledger.files_at("costs", snapshot=snapshot, period=period, bill=bill))
        for period, bill in places
    ]
    assert found == [(3, 300), (3, 3), (3, 6), (3, 9)]


@pytest.mark.parametrize(
    "bill", ["", "a'b; DROP TABLE runs --", "../../etc", "x" * 300, "Grün 法", "a/b=c%20d", "NULL"]
)
def test_a_bill_may_have_any_name(
    ledger: IcebergLedger, write: Write, con: duckdb.DuckDBPyConnection, bill: str
) -> None:
    """Long names have their statistics cut, empty ones are easily mistaken for none."""
    for amount in (1, 2):
        files = write("costs", cost(amount), bill=bill)
        snapshot = ledger.replace("costs", period=MONTH, bill=bill, files=files)
    assert total(con, ledger.files_at("costs", snapshot=snapshot, period=MONTH, bill=bill)) == (
        3,
        6,
    )
    assert ledger.files_at("costs", snapshot=snapshot, period=MONTH, bill=bill + "x") == []


def test_a_new_dimension_becomes_a_column_that_is_empty_in_what_was_there(
    ledger: IcebergLedger, write: Write, con: duckdb.DuckDBPyConnection
) -> None:
    first, second = "'cx' AS team, 1::BIGINT AS Lines", "'lake' AS project, 2::BIGINT AS Lines"
    ledger.replace("allocations", period=MONTH, bill="", files=write("allocations", first, bill=""))
    files = write("allocations", second, period=OTHER_MONTH, bill="")
    snapshot = ledger.replace("allocations", period=OTHER_MONTH, bill="", files=files)
    found = [
        file
        for period in (MONTH, OTHER_MONTH)
        for file in ledger.files_at("allocations", snapshot=snapshot, period=period, bill="")
    ]
    rows = con.execute(
        "SELECT DISTINCT Period, team, project FROM read_parquet(?, union_by_name = true)", [found]
    ).fetchall()
    assert sorted(rows) == [(MONTH, "cx", None), (OTHER_MONTH, None, "lake")]


def test_a_plain_reader_of_iceberg_sees_the_same_rows(ledger: IcebergLedger, write: Write) -> None:
    """Through pyiceberg's own catalog and file access, with nothing of ours."""
    for dimension in ("team", "project"):
        files = write("allocations", f"'x' AS {dimension}, i AS Lines", bill=dimension)
        ledger.replace("allocations", period=MONTH, bill=dimension, files=files)
    folder = ledger_folder(ledger)
    catalog = SqlCatalog("apportion", uri=f"sqlite:///{folder}/catalog.db")
    rows = catalog.load_table("apportion.allocations").scan().to_arrow().to_pylist()
    assert {(row["Bill"], row["team"], row["project"], row["Lines"]) for row in rows} == {
        (bill, team, project, lines)
        for bill, team, project in (("team", "x", None), ("project", None, "x"))
        for lines in range(3)
    }
    catalog.close()


def test_no_files_mean_that_nothing_is_held(ledger: IcebergLedger, write: Write) -> None:
    empty = ledger.replace("drivers", period=MONTH, bill="", files=[])
    assert ledger.files_at("drivers", snapshot=empty, period=MONTH, bill="") == []
    some = write("drivers", "'p' AS Pool", bill="")
    full = ledger.replace("drivers", period=MONTH, bill="", files=some)
    after = ledger.replace("drivers", period=MONTH, bill="", files=[])
    assert ledger.files_at("drivers", snapshot=full, period=MONTH, bill="") == [
        str(p) for p in some
    ]
    assert ledger.files_at("drivers", snapshot=after, period=MONTH, bill="") == []


def test_a_file_without_rows_is_kept_for_its_columns(
    ledger: IcebergLedger, write: Write, con: duckdb.DuckDBPyConnection
) -> None:
    files = write("drivers", "'p' AS Pool", bill="", rows=0)
    snapshot = ledger.replace("drivers", period=MONTH, bill="", files=files)
    found = ledger.files_at("drivers", snapshot=snapshot, period=MONTH, bill="")
    assert con.execute("SELECT Pool FROM read_parquet(?)", [found]).fetchall() == []
    full = ledger.replace(
        "drivers", period=MONTH, bill="", files=write("drivers", "'p' AS Pool", bill="")
    )
    assert len(ledger.files_at("drivers", snapshot=full, period=MONTH, bill="")) == 1


def test_nothing_is_true_before_the_record(ledger: IcebergLedger, write: Write) -> None:
    old = ledger.replace("costs", period=MONTH, bill="acme", files=write("costs", cost(1)))
    ledger.record(manifest("old", snapshots={"costs": old}))
    ledger.replace("costs", period=MONTH, bill="acme", files=write("costs", cost(2)))
    assert [run.run for run in ledger.runs()] == ["old"]


def test_append_adds_to_what_was_recorded(
    ledger: IcebergLedger, write: Write, con: duckdb.DuckDBPyConnection
) -> None:
    """Keys of a run that was killed before its record are not beside their second coming."""

    def append(amount: int) -> int:
        return ledger.append("keys", period=MONTH, bill="acme", files=write("keys", cost(amount)))

    first = append(1)
    ledger.record(manifest("1", snapshots={"keys": first}))
    append(20)  # killed here
    second = append(20)
    assert total(con, ledger.files_at("keys", snapshot=second, period=MONTH, bill="acme")) == (
        6,
        63,
    )
    ledger.record(manifest("2", snapshots={"keys": second}))
    ledger.replace("keys", period=MONTH, bill="acme", files=[])  # killed here
    third = append(300)
    assert total(con, ledger.files_at("keys", snapshot=third, period=MONTH, bill="acme")) == (
        9,
        963,
    )
    assert total(con, ledger.files_at("keys", snapshot=first, period=MONTH, bill="acme")) == (3, 3)


def test_append_for_the_first_time_does_not_find_what_a_killed_run_left(
    ledger: IcebergLedger, write: Write, con: duckdb.DuckDBPyConnection
) -> None:
    ledger.append("keys", period=MONTH, bill="acme", files=write("keys", cost(1)))  # killed here
    again = ledger.append("keys", period=MONTH, bill="acme", files=write("keys", cost(1)))
    assert total(con, ledger.files_at("keys", snapshot=again, period=MONTH, bill="acme")) == (3, 3)


def test_runs_come_in_the_order_of_their_records(ledger: IcebergLedger) -> None:
    """Fifty, so that their files were merged thrice; equal hashes are not the same run."""
    names = [str(number % 7) for number in range(50)]
    for name in names:
        ledger.record(manifest(name, snapshots={}))
    folder = ledger_folder(ledger)
    assert [run.run for run in ledger.runs()] == names
    assert IcebergLedger(folder).runs() == ledger.runs()
    assert len(list((folder / "warehouse/apportion/runs/data").iterdir())) < 50
    assert ledger.orphans() == []


def test_a_run_that_names_an_unknown_snapshot_is_not_recorded(ledger: IcebergLedger) -> None:
    with pytest.raises(LedgerDamagedError, match="snapshot 17"):
        ledger.record(manifest("1", snapshots={"costs": 17}))
    assert ledger.runs() == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("1.5::DOUBLE AS BilledCost", r"column BilledCost as DECIMAL\(38, 18\), found DOUBLE"),
        ("1::HUGEINT AS Lines", "column Lines as BIGINT, found DOUBLE"),
        ("1::INTEGER AS Lines", "column Lines as BIGINT, found INT"),
        ("'x' AS billedcost", "expected column BilledCost, found column billedcost"),
        ("[1] AS Tags", r"Tags with a type of the ledger, found (INTEGER\[\]|a nested type)"),
    ],
)
def test_a_column_of_another_type_is_refused(
    ledger: IcebergLedger, write: Write, columns: str, expected: str
) -> None:
    old = ledger.replace("costs", period=MONTH, bill="acme", files=write("costs", cost(1)))
    with pytest.raises(LedgerRefusesError, match=expected):
        ledger.replace("costs", period=MONTH, bill="acme", files=write("costs", columns))
    assert len(ledger.files_at("costs", snapshot=old, period=MONTH, bill="acme")) == 1


def test_two_files_that_disagree_about_a_new_column_are_refused(
    ledger: IcebergLedger, write: Write
) -> None:
    files = [*write("allocations", "'x' AS team"), *write("allocations", "i AS team")]
    with pytest.raises(LedgerRefusesError, match="column team as VARCHAR, found BIGINT"):
        ledger.replace("allocations", period=MONTH, bill="acme", files=files)


def test_rows_of_another_period_or_bill_are_refused(
    ledger: IcebergLedger, write: Write, con: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(LedgerRefusesError, match="Bill 'other' in every row, found 'acme'"):
        ledger.replace("costs", period=MONTH, bill="other", files=write("costs", cost(1)))
    folder = Path(ledger.new_folder("costs"))
    mixed = folder / "mixed.parquet"
    query = "SELECT '2026-09' AS Period, if(i = 7000, NULL, 'acme') AS Bill FROM range(9000) t(i)"
    con.execute(f"COPY ({query}) TO '{mixed}' (FORMAT parquet)").fetchall()
    with pytest.raises(LedgerRefusesError, match="Bill 'acme' in every row, found None"):
        ledger.replace("costs", period=MONTH, bill="acme", files=[str(mixed)])
    lacking = folder / "lacking.parquet"
    con.execute(f"COPY (SELECT 1 AS i) TO '{lacking}' (FORMAT parquet)").fetchall()
    with pytest.raises(LedgerRefusesError, match="expected column Period"):
        ledger.replace("costs", period=MONTH, bill="acme", files=[str(lacking)])


def test_only_staged_files_are_taken_in_and_only_once(
    ledger: IcebergLedger, write: Write, tmp_path: Path
) -> None:
    files = write("costs", cost(1))
    elsewhere = tmp_path / "data_0.parquet"
    elsewhere.write_bytes(Path(files[0]).read_bytes())
    with pytest.raises(LedgerRefusesError, match="staged for costs"):
        ledger.replace("costs", period=MONTH, bill="acme", files=[str(elsewhere)])
    with pytest.raises(LedgerRefusesError, match="staged for keys"):
        ledger.replace("keys", period=MONTH, bill="acme", files=files)
    ledger.replace("costs", period=MONTH, bill="acme", files=files)
    with pytest.raises(LedgerRefusesError, match="not committed yet"):
        ledger.replace("costs", period=MONTH, bill="acme", files=files)


def test_a_file_that_is_no_parquet_is_refused(ledger: IcebergLedger, write: Write) -> None:
    (file,) = write("costs", cost(1))
    Path(file).write_bytes(Path(file).read_bytes()[:-9])
    with pytest.raises(LedgerRefusesError, match="expected a Parquet file"):
        ledger.replace("costs", period=MONTH, bill="acme", files=[file])


def test_damage_is_reported_with_the_name_of_the_file(ledger: IcebergLedger, write: Write) -> None:
    files = write("costs", cost(1))
    snapshot = ledger.replace("costs", period=MONTH, bill="acme", files=files)
    ledger.record(manifest("1", snapshots={"costs": snapshot}))
    file = Path(files[0])
    whole, folder = file.read_bytes(), ledger_folder(ledger)

    def look() -> None:
        fresh = IcebergLedger(folder)
        fresh.files_at(
            "costs", snapshot=fresh.runs()[0].snapshots["costs"], period=MONTH, bill="acme"
        )

    file.write_bytes(whole[:-1])
    with pytest.raises(LedgerDamagedError, match=f"{files[0]}.*expected {len(whole)} bytes"):
        look()
    file.unlink()
    with pytest.raises(LedgerDamagedError, match=f"{files[0]}.*found nothing"):
        look()
    file.write_bytes(whole)
    look()
    for place in ("runs/data/*.parquet", "runs/metadata/*.json", "costs/metadata/*.json"):
        victims = {path: path.read_bytes() for path in (folder / "warehouse/apportion").glob(place)}
        for victim, content in victims.items():
            victim.write_bytes(content[: len(content) // 2])
        with pytest.raises(LedgerDamagedError, match=f"/{place.partition('/')[0]}/"):
            look()
        for victim, content in victims.items():
            victim.write_bytes(content)
    look()
    with pytest.raises(LedgerDamagedError, match="snapshot 17"):
        ledger.files_at("costs", snapshot=17, period=MONTH, bill="acme")
    with pytest.raises(LedgerDamagedError, match="snapshot 17"):
        ledger.files_at("shares", snapshot=17, period=MONTH, bill="")
    (folder / "catalog.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(LedgerDamagedError, match=r"catalog\.db"):
        look()


def test_a_moved_ledger_works_and_leaves_its_old_place_alone(
    ledger: IcebergLedger, write: Write, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    snapshot = ledger.replace("costs", period=MONTH, bill="acme", files=write("costs", cost(1)))
    ledger.record(manifest("1", snapshots={"costs": snapshot}))
    new = tmp_path / "elsewhere" / "warehouse" / "apportion" / "books"
    new.parent.mkdir(parents=True)
    ledger_folder(ledger).rename(new)
    moved = IcebergLedger(new)
    (run,) = moved.runs()
    found = moved.files_at("costs", snapshot=run.snapshots["costs"], period=MONTH, bill="acme")
    assert all(file.startswith(str(new)) for file in found)
    assert total(con, found) == (3, 3)
    process, pipe = start(new, states=1)
    process.join()
    assert acknowledged_by(pipe) == [2]
    assert read_state(moved, moved.runs()[-1]) == expected_state(2)
    assert moved.orphans() == []
    assert not ledger_folder(ledger).exists()


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "a b?c#d%20é'\"; x"
    IcebergLedger(folder).record(manifest("1", snapshots={}))
    assert [run.run for run in IcebergLedger(folder).runs()] == ["1"]
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_sweep_removes_what_no_one_leads_to_and_nothing_else(
    ledger: IcebergLedger, write: Write
) -> None:
    used = write("costs", cost(1))
    old = ledger.replace("costs", period=MONTH, bill="acme", files=used)
    ledger.record(manifest("1", snapshots={"costs": old}))
    unrecorded = write("costs", cost(2))
    ledger.replace("costs", period=MONTH, bill="acme", files=unrecorded)
    folder = ledger_folder(ledger)
    others = folder / "warehouse" / "apportion" / "costs" / "data" / "notes.txt"
    others.write_text("mine")
    killed = write("costs", cost(3))
    metadata = folder / "warehouse/apportion/costs/metadata/zz.metadata.json"
    metadata.write_text("{")
    fresh = IcebergLedger(folder)  # the one that staged it still may need it
    assert ledger.orphans() == [metadata]
    assert fresh.sweep() == sorted([*map(Path, killed), metadata])
    assert not Path(killed[0]).parent.exists()
    assert all(Path(file).exists() for file in (*used, *unrecorded, others))
    assert fresh.orphans() == []
    assert fresh.files_at("costs", snapshot=old, period=MONTH, bill="acme") == [str(used[0])]


def test_sweep_removes_nothing_where_metadata_cannot_be_read(
    ledger: IcebergLedger, write: Write
) -> None:
    ledger.replace("costs", period=MONTH, bill="acme", files=write("costs", cost(1)))
    folder = ledger_folder(ledger)
    before = sorted(folder.rglob("*.parquet"))
    for manifest_file in folder.rglob("costs/metadata/*-m0.avro"):
        manifest_file.write_bytes(b"Obj\x01 rubbish")
    with pytest.raises(LedgerDamagedError):
        IcebergLedger(folder).sweep()
    assert sorted(folder.rglob("*.parquet")) == before


def test_readers_see_whole_states_while_another_process_writes(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    process, pipe = start(folder, states=12)
    faults: list[Exception] = []
    looks = [0, 0]

    def read(reader: int) -> None:
        ledger = IcebergLedger(folder)
        try:
            while process.is_alive():
                for run in ledger.runs()[-1:]:
                    assert read_state(ledger, run) == expected_state(int(run.run))
                    looks[reader] += 1
        except Exception as fault:  # noqa: BLE001 - told to the test below
            faults.append(fault)

    readers = [threading.Thread(target=read, args=(number,)) for number in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    process.join()
    assert faults == []
    assert acknowledged_by(pipe) == list(range(1, 13))
    assert min(looks) > 5


def test_an_unknown_table_is_a_fault_of_the_caller(ledger: IcebergLedger) -> None:
    with pytest.raises(ValueError, match="cost' is no table"):
        ledger.new_folder("cost")
    with pytest.raises(ValueError, match="recorded, not replaced"):
        ledger.replace("runs", period=MONTH, bill="", files=[])


def test_nothing_warns(ledger: IcebergLedger, write: Write) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for amount in (1, 2):
            files = write("costs", cost(amount))
            ledger.replace("costs", period=MONTH, bill="acme", files=files)
        ledger.record(manifest("1", snapshots={}))


def total(con: duckdb.DuckDBPyConnection, files: Sequence[str]) -> tuple[int, int]:
    """Count the rows and add up BilledCost."""
    query = "SELECT COUNT(*), SUM(BilledCost) FROM read_parquet(?, union_by_name = true)"
    ((rows, amount),) = con.execute(query, [list(files)]).fetchall()
    return rows, int(amount)


def ledger_folder(ledger: IcebergLedger) -> Path:
    return ledger._folder
