"""Athena over HTTP (JSON 1.1), which answers from a ledger instead of from published tables.

With `endless`, a query runs until it is stopped.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from apportion.model.outcome import Outcome

#: Answers SQL: `Workspace.publishing.query`.
Asking = Callable[[str], Outcome]
_TARGET = "AmazonAthena."


@dataclass
class FakeAthena:
    """`stopped` are the queries that were given up."""

    asking: Asking
    endless: bool = False
    stopped: list[str] = field(default_factory=list)
    _asked: dict[str, str] = field(default_factory=dict)

    def answer(self, operation: str, wanted: dict[str, Any]) -> Mapping[str, Any]:
        query = str(wanted.get("QueryExecutionId") or len(self._asked) + 1)
        match operation:
            case "StartQueryExecution":
                self._asked[query] = wanted["QueryString"]
                return {"QueryExecutionId": query}
            case "GetQueryExecution":
                state = "RUNNING" if self.endless else "SUCCEEDED"
                return {"QueryExecution": {"Status": {"State": state}}}
            case "StopQueryExecution":
                self.stopped.append(query)
                return {}
        assert operation == "GetQueryResults", operation
        return {"ResultSet": _results(self.asking(self._asked[query]))}


def _results(outcome: Outcome) -> Mapping[str, Any]:
    first = outcome.rows[0] if outcome.rows else {}
    info = [{"Name": name, "Type": _type(first.get(name))} for name in outcome.columns]
    rows = [{"Data": [_cell(row[name]) for name in outcome.columns]} for row in outcome.rows]
    names = {"Data": [{"VarCharValue": name} for name in outcome.columns]}
    return {"ResultSetMetadata": {"ColumnInfo": info}, "Rows": [names, *rows]}


def _type(value: object) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "bigint"
        case Decimal():
            return "decimal"
        case date():
            return "date"
    return "varchar"


def _cell(value: object) -> Mapping[str, str]:
    if value is None:
        return {}
    return {"VarCharValue": str(value).lower() if isinstance(value, bool) else str(value)}


@contextmanager
def serving(fake: FakeAthena) -> Iterator[str]:
    """Serve on a free port; gives the endpoint."""

    class Serve(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].removeprefix(_TARGET)
            body = json.dumps(fake.answer(operation, wanted)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    # One request at a time: a ledger's engine has one user.
    server = HTTPServer(("127.0.0.1", 0), Serve)
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
