"""DuckDB behind its port: exact, quoted, drained, and bounded in memory."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.engines.duckdb import DuckDB
from apportion.model.delivery import Encoding
from apportion.model.errors.base import EngineError
from apportion.model.errors.engine import EngineMemoryError
from apportion.model.money import SQL_TYPE
from apportion.model.relation import Query
from apportion.model.settings import EngineSettings

LONGEST = Decimal("12345678901234567890.123456789012345678")


@pytest.fixture
def engine(tmp_path: Path) -> DuckDB:
    return DuckDB(tmp_path / "spill")


def test_the_longest_amount_goes_in_and_out_to_the_last_digit(
    engine: DuckDB, tmp_path: Path
) -> None:
    columns = {"owner": "VARCHAR", "day": "DATE", "cost": SQL_TYPE, "kept": "BOOLEAN"}
    rows = [("A", date(2024, 2, 29), LONGEST, True), ("B", None, -LONGEST, False)]
    engine.load("made", columns, rows)
    (file,) = engine.write(Query('SELECT * FROM "made"'), str(tmp_path / "out"))
    engine.open_parquet("back", [str(file)])
    assert [
        tuple(row.values()) for row in engine.rows(Query("SELECT * FROM back ORDER BY owner"))
    ] == rows


#: A value of each kind that a table is made of, and its column.
KINDS = {
    "text": ("VARCHAR", "1,5\n\"é\x00'; --"),
    "empty": ("VARCHAR", ""),
    "nothing": ("VARCHAR", None),
    "number": ("BIGINT", -(2**63)),
    "truth": ("BOOLEAN", False),
    "day": ("DATE", date(1, 1, 1)),
    "small": (SQL_TYPE, Decimal("1E-18")),
    "zero": (SQL_TYPE, Decimal("-0E+3")),
    "long": (SQL_TYPE, LONGEST),
    "of_text": (SQL_TYPE, "0.10"),
    "whole": (SQL_TYPE, 3),
}


@pytest.mark.parametrize("rows", [1, 50_000], ids=["few", "many, as Arrow"])
def test_every_kind_of_value_goes_in_and_out(engine: DuckDB, rows: int) -> None:
    columns = {name: sql_type for name, (sql_type, _) in KINDS.items()}
    values = [value for _, value in KINDS.values()]
    engine.load("made", columns, [values] * rows)
    distinct = engine.rows(Query("SELECT DISTINCT * FROM made"))
    numbers = {"of_text": Decimal("0.10"), "whole": Decimal(3), "zero": Decimal(0)}
    expected = {name: value for name, (_, value) in KINDS.items()} | numbers
    assert distinct == [expected]
    assert engine.rows(Query("SELECT COUNT(*) AS n FROM made")) == [{"n": rows}]


def test_a_table_without_rows_is_a_table(engine: DuckDB, tmp_path: Path) -> None:
    engine.load("empty", {"owner": "VARCHAR", "cost": SQL_TYPE}, [])
    files = engine.write(Query("SELECT * FROM empty"), str(tmp_path / "out"))
    engine.open_parquet("back", [str(file) for file in files])
    assert engine.rows(Query("SELECT COUNT(*) AS n, SUM(cost) AS cost FROM back")) == [
        {"n": 0, "cost": None}
    ]


def test_text_in_a_csv_stays_text(engine: DuckDB, tmp_path: Path) -> None:
    bill = tmp_path / "bill [1]*?'.csv"
    bill.write_text('id,note\n000000000042,"a, ""b""\nc"\n,\n', "utf-8")
    (tmp_path / "bill 1x.csv").write_text("id,note\nnot,me\n", "utf-8")
    engine.open_bill("bill", [str(bill)], Encoding.CSV)
    assert engine.rows(Query('SELECT id, note, "#row" FROM bill')) == [
        {"id": "000000000042", "note": 'a, "b"\nc', "#row": None},
        {"id": None, "note": None, "#row": None},
    ]


def test_a_bill_of_many_csvs_fits_into_little_memory(tmp_path: Path) -> None:
    engine = DuckDB(tmp_path / "spill", memory="200MB")
    long = "x" * 500_000
    files = []
    for number in range(40):
        file = tmp_path / f"bill-{number}.csv.gz"
        file.write_bytes(gzip.compress(f"id,note\n{number:03},{long}\n".encode()))
        files.append(str(file))
    engine.open_bill("bill", files, Encoding.CSV)
    (row,) = engine.rows(
        Query("SELECT COUNT(DISTINCT id) AS ids, MIN(LEN(note)) AS shortest FROM bill")
    )
    assert row == {"ids": 40, "shortest": len(long)}


def test_csvs_are_united_by_name(engine: DuckDB, tmp_path: Path) -> None:
    texts = ["id,note\n1,a\n", "id,note\n", "\ufeffNOTE,ID\nb,2\n", '"id","no\nte"\n3,c\n']
    files = []
    for number, text in enumerate(texts):
        file = tmp_path / f"{number}.csv"
        file.write_text(text, "utf-8")
        files.append(str(file))
    engine.open_bill("bill", files, Encoding.CSV)
    rows = engine.rows(Query('SELECT id, note, "no\nte" AS other FROM bill ORDER BY id'))
    assert [tuple(row.values()) for row in rows] == [
        ("1", "a", None),
        ("2", "b", None),
        ("3", None, "c"),
    ]


def test_lines_of_parquet_have_a_place(engine: DuckDB, tmp_path: Path) -> None:
    files = []
    for number in range(2):
        (file,) = engine.write(
            Query(f"SELECT {number} * 10 + i AS i FROM range(3) AS r(i)"),
            str(tmp_path / str(number)),
        )
        files.append(str(file))
    engine.open_bill("bill", files, Encoding.PARQUET)
    rows = engine.rows(Query('SELECT i, "#file", "#row" FROM bill ORDER BY i'))
    assert [tuple(row.values()) for row in rows] == [
        *((0, 0, 0), (1, 0, 1), (2, 0, 2)),
        *((10, 1, 0), (11, 1, 1), (12, 1, 2)),
    ]


def test_files_may_lack_each_other_s_columns(engine: DuckDB, tmp_path: Path) -> None:
    (one,) = engine.write(Query("SELECT 1 AS a"), str(tmp_path / "one"))
    (two,) = engine.write(Query("SELECT 2 AS b"), str(tmp_path / "two"))
    engine.open_parquet("united", [str(one), str(two)])
    assert engine.rows(Query("SELECT a, b FROM united ORDER BY ALL")) == [
        {"a": 1, "b": None},
        {"a": None, "b": 2},
    ]


def test_what_the_engine_refuses_is_one_sentence(engine: DuckDB) -> None:
    with pytest.raises(EngineError, match=r"The engine failed: .*Nothing was published"):
        engine.rows(Query("SELECT * FROM nowhere"))
    assert engine.rows(Query("SELECT 1 AS one")) == [{"one": 1}]  # and it goes on


@pytest.mark.parametrize(
    ("broken", "shows"),
    [
        ('1,"x"y,3', ":30002: a quote inside a value is not doubled"),
        ("1,2", ":30002: a record has more or fewer fields"),
        ('1,"a\rb",3\r', "are mixed"),
    ],
)
def test_a_csv_that_cannot_be_read_is_reported_with_file_and_line(
    engine: DuckDB, tmp_path: Path, broken: str, shows: str
) -> None:
    file = tmp_path / "bill.csv"
    file.write_text("\n".join(["a,b,c", *["1,x,3"] * 30_000, broken, ""]), newline="")
    with pytest.raises(EngineError) as failed:
        read_all(engine, file)
    result = str(failed.value)
    assert result.startswith(f"{file}:")
    assert shows in result
    assert "strict_mode" not in result


def read_all(engine: DuckDB, file: Path) -> None:
    engine.open_bill("bill", [str(file)], Encoding.CSV)
    engine.rows(Query("SELECT * FROM bill"))


def test_amounts_that_cannot_be_added_are_reported_in_words(engine: DuckDB) -> None:
    engine.load("made", {"cost": SQL_TYPE}, [(Decimal(10**20 - 1),)] * 2)
    with pytest.raises(EngineError, match=r"A total has more than 20 digits.*wrong"):
        engine.rows(Query("SELECT SUM(cost) FROM made"))


def test_names_with_quotes_are_names(engine: DuckDB) -> None:
    hostile = 'a"; DROP TABLE x; --'
    engine.load(hostile, {hostile: "VARCHAR"}, [("kept",)])
    quoted = hostile.replace('"', '""')
    assert engine.rows(Query(f'SELECT * FROM "{quoted}"')) == [{hostile: "kept"}]


def test_what_no_file_has_room_for_is_reported_in_words(tmp_path: Path) -> None:
    program = f"""
import resource, signal
from pathlib import Path
from apportion.engines.duckdb import DuckDB
from apportion.model.relation import Query
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
folder = Path({str(tmp_path)!r})
made = Query("SELECT hash(i) AS h FROM range(3000000) AS t(i)")
DuckDB(folder / "spill").write(made, str(folder / "out"))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    *_, message = done.stderr.splitlines()
    assert "EngineError: The engine failed: Could not write" in message
    assert "File too large. Nothing was published; the earlier state is unchanged." in message


def test_another_thread_reads_the_progress_of_a_query(engine: DuckDB) -> None:
    query = Query("SELECT sum(hash(range) % 7) AS n FROM range(100_000_000)")
    percentages: list[int] = []
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(engine.rows, query)
        while not running.done():
            if (percent := engine.progress()) is not None:
                percentages.append(percent)
            time.sleep(0.002)
    assert percentages
    assert percentages == sorted(percentages)
    assert all(0 <= percent <= 100 for percent in percentages)


def test_too_little_memory_names_the_setting(tmp_path: Path) -> None:
    engine = DuckDB.with_settings(tmp_path / "spill", EngineSettings(memory="20MB", threads=1))
    query = Query("SELECT LIST(i::TEXT || REPEAT('x', 500)) AS l FROM RANGE(200000) t(i)")
    with pytest.raises(EngineMemoryError, match="APPORTION_ENGINE_MEMORY"):
        engine.rows(query)
