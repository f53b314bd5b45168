"""The engine for files that the ledger reads and writes itself: DuckDB with one thread."""

from __future__ import annotations

from functools import cache

import duckdb


def open_engine() -> duckdb.DuckDBPyConnection:
    """Open a session, to be closed; several threads may each have one.

    None of the settings of an engine of bills apply. The database is made once for a process: that
    takes longer than to read a file.
    """
    return _database().cursor()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})
