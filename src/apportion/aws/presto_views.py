"""Views as Athena keeps them in Glue: SQL and columns as JSON in base64 within a comment.

That is what Athena's own CREATE VIEW writes (Trino: hive views, `PRESTO_VIEW_PREFIX`). Written this
way, a view needs neither a workgroup nor a place for results.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from sqlglot import exp, parse_one

_TRINO = {"VARCHAR": "varchar", "BIGINT": "bigint", "DATE": "date", "BOOLEAN": "boolean"}
_HIVE = {**_TRINO, "VARCHAR": "string"}


def view_input(
    view: str, select: str, columns: Mapping[str, str], *, database: str
) -> dict[str, Any]:
    """Describe a view to Glue. Tables in its SQL are those of the database."""
    written = json.dumps(
        {
            "originalSql": qualified(select, database),
            "catalog": "awsdatacatalog",
            "schema": database,
            "columns": [{"name": n.lower(), "type": _type(t, _TRINO)} for n, t in columns.items()],
        }
    )
    encoded = base64.b64encode(written.encode()).decode()
    return {
        "Name": view.lower(),
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "ViewOriginalText": f"/* Presto View: {encoded} */",
        "ViewExpandedText": "/* Presto View */",
        "StorageDescriptor": {
            "Columns": [{"Name": n.lower(), "Type": _type(t, _HIVE)} for n, t in columns.items()],
            "SerdeInfo": {},
        },
    }


def qualified(select: str, database: str) -> str:
    """Name the database of each table, and write the SQL as Athena reads it."""
    parsed = parse_one(select, dialect="duckdb")
    for table in parsed.find_all(exp.Table):
        table.set("db", exp.to_identifier(database, quoted=True))
    return parsed.sql("athena", identify=True)


def _type(sql_type: str, names: Mapping[str, str]) -> str:
    return names.get(sql_type) or sql_type.lower().replace(" ", "")
