"""Data Exports of AWS Billing over HTTP, as the API serves it (JSON 1.1), and who is asking (STS).

It refuses what the real one refuses: names twice, `SELECT *`, columns and properties that a table
does not have, and callers without both permissions. Lists come two a page.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ACCOUNT = "111111111111"
CALLER = f"arn:aws:sts::{ACCOUNT}:assumed-role/billing/anna"

TABLES = {
    "COST_AND_USAGE_REPORT": (
        {
            "TIME_GRANULARITY",
            "INCLUDE_RESOURCES",
            "INCLUDE_SPLIT_COST_ALLOCATION_DATA",
            "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY",
            "INCLUDE_IAM_PRINCIPAL_DATA",
            "BILLING_VIEW_ARN",
        },
        [
            *("bill_payer_account_id", "bill_billing_period_start_date"),
            *("line_item_usage_account_id", "line_item_usage_start_date"),
            *("line_item_unblended_cost", "resource_tags", "product", "tags"),
        ],
    ),
    "FOCUS_1_2_AWS": (
        {"TIME_GRANULARITY"},
        ["BilledCost", "BillingAccountId", "ChargePeriodStart", "EffectiveCost", "Tags"],
    ),
    "FOCUS_1_0_AWS": (set(), ["BilledCost", "BillingAccountId", "ChargePeriodStart"]),
}
_SPLIT = "split_line_item_split_cost"
_PAGE = 2


class RefusedError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass
class FakeDataExports:
    """`calls` are the operations that were asked for, refused ones included."""

    exports: dict[str, dict[str, Any]] = field(default_factory=dict)
    unhealthy: dict[str, str] = field(default_factory=dict)  # names, and AWS's reasons
    denied: set[str] = field(default_factory=set)  # IAM actions
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def answer(self, operation: str, asked: dict[str, Any]) -> Mapping[str, Any]:
        self.calls.append((operation, asked))
        needed = [f"bcm-data-exports:{operation}"]
        needed += ["cur:PutReportDefinition"] if operation == "CreateExport" else []
        for action in needed:
            if action in self.denied:
                raise RefusedError(
                    "AccessDeniedException",
                    f"User: {CALLER} is not authorized to perform: {action} on resource: "
                    f"arn:aws:bcm-data-exports:us-east-1:{ACCOUNT}:export/x because no "
                    "identity-based policy allows it",
                )
        return {
            "ListExports": self._list,
            "GetExport": self._get,
            "GetTable": self._table,
            "CreateExport": self._create,
        }[operation](asked)

    def _list(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        start = int(asked.get("NextToken") or 0)
        found = list(self.exports.items())
        page = [
            {"ExportArn": arn, "ExportName": export["Name"], "ExportStatus": self._status(export)}
            for arn, export in found[start : start + _PAGE]
        ]
        more = {"NextToken": str(start + _PAGE)} if len(found) > start + _PAGE else {}
        return {"Exports": page, **more}

    def _get(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        export = self.exports[asked["ExportArn"]]
        return {"Export": export, "ExportStatus": self._status(export)}

    def _status(self, export: Mapping[str, Any]) -> Mapping[str, Any]:
        reason = self.unhealthy.get(export["Name"])
        if reason:
            return {"StatusCode": "UNHEALTHY", "StatusReason": reason}
        return {"StatusCode": "HEALTHY", "LastRefreshedAt": 1790000000.0}

    def _table(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        columns = _columns(asked["TableName"], asked.get("TableProperties") or {})
        schema = [{"Name": name, "Type": "string", "Description": ""} for name in columns]
        return {"TableName": asked["TableName"], "Schema": schema}

    def _create(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        export = asked["Export"]
        if any(each["Name"] == export["Name"] for each in self.exports.values()):
            raise RefusedError("ValidationException", "An export with this name already exists")
        query = export["DataQuery"]
        match = re.fullmatch(r"SELECT (.+) FROM (\w+)", query["QueryStatement"])
        if not match or "*" in match[1]:
            raise RefusedError("ValidationException", "The query statement is not valid")
        properties = query["TableConfigurations"][match[2]]
        known = set(_columns(match[2], properties))
        if set(TABLES[match[2]][0]) != set(properties) or set(match[1].split(", ")) - known:
            raise RefusedError("ValidationException", "Table configuration or column not valid")
        arn = f"arn:aws:bcm-data-exports:us-east-1:{ACCOUNT}:export/{export['Name']}-1"
        self.exports[arn] = {**export, "ExportArn": arn}
        return {"ExportArn": arn}


def _columns(table: str, properties: Mapping[str, str]) -> list[str]:
    allowed, columns = TABLES[table]
    if set(properties) - allowed:
        raise RefusedError("ValidationException", "Unknown table property")
    split = properties.get("INCLUDE_SPLIT_COST_ALLOCATION_DATA") == "TRUE"
    return [*columns, *([_SPLIT] if split else [])]


@contextmanager
def serving(fake: FakeDataExports) -> Iterator[str]:
    """Serve both services on a free port; gives the endpoint."""

    class Serve(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            target = self.headers.get("X-Amz-Target", "")
            if not target:
                self._answer(200, _IDENTITY.encode(), "text/xml")
                return
            try:
                service, _, operation = target.partition(".")
                assert service == "AWSBillingAndCostManagementDataExports"
                status, content = 200, fake.answer(operation, json.loads(sent or b"{}"))
            except RefusedError as refused:
                status, content = 400, {"__type": refused.code, "message": refused.message}
            self._answer(status, json.dumps(content).encode(), "application/x-amz-json-1.1")

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Serve)
    server.daemon_threads = True
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


_IDENTITY = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>{CALLER}</Arn><UserId>A</UserId><Account>{ACCOUNT}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
