"""AWS Invoicing over HTTP, as moto has it not: pages, throttling and denial.

Requests and answers are checked against botocore's own model of the service.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import botocore.session
from botocore.validate import validate_parameters

_MODEL = botocore.session.get_session().get_service_model("invoicing")
_OPERATION = _MODEL.operation_model("ListInvoiceSummaries")


def summary(invoice: str, amount: str, **more: Any) -> dict[str, Any]:
    """Make an InvoiceSummary of September 2026 in dollars."""
    return {
        "AccountId": "123456789012",
        "InvoiceId": invoice,
        "InvoiceType": "INVOICE",
        "Entity": {"InvoicingEntity": "Amazon Web Services EMEA SARL", "BillingEntity": "AWS"},
        "BillingPeriod": {"Month": 9, "Year": 2026},
        "IssuedDate": datetime(2026, 10, 2, 23, 30, tzinfo=UTC),
        "DueDate": datetime(2026, 11, 1, tzinfo=UTC),
        "BaseCurrencyAmount": {"TotalAmount": amount, "CurrencyCode": "USD"},
        **more,
    }


@dataclass
class FakeInvoicing:
    """`summaries` are the documents. A page has `page` of them, the first one is empty.

    The next `throttled` requests are refused; all of them if `denied`.
    """

    summaries: list[dict[str, Any]] = field(default_factory=lambda: [summary("INV-1", "12.00")])
    page: int = 1
    throttled: int = 0
    denied: bool = False
    requests: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append(wanted)
        validate_parameters(wanted, _OPERATION.input_shape)
        if self.denied:
            stated = "User: arn:aws:iam::1:user/x is not authorized to perform: \
invoicing:ListInvoiceSummaries"
            return 400, {"__type": "AccessDeniedException", "message": stated}
        if self.throttled:
            self.throttled -= 1
            return 400, {"__type": "ThrottlingException", "message": "Rate exceeded"}
        at = int(wanted.get("NextToken", "-1"))
        chosen = [each for each in self.summaries if _is_wanted(each, wanted)]
        found = {"InvoiceSummaries": chosen[at : at + self.page] if at >= 0 else []}
        following = at + self.page if at >= 0 else 0
        token = {"NextToken": str(following)} if following < len(chosen) else {}
        validate_parameters({**found, **token}, _OPERATION.output_shape)
        return 200, {**found, **token}


@contextmanager
def serving(fake: FakeInvoicing) -> Iterator[str]:
    """Serve it on a port that is free."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["X-Amz-Target"] == "Invoicing.ListInvoiceSummaries"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, stated = fake.answer(json.loads(body))
            content = json.dumps(stated, default=datetime.timestamp).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Write no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def client_of(endpoint: str, region: str = "us-east-1") -> Any:
    """Make a client of the service; it repeats nothing, as that of the program."""
    return boto3.client(
        "invoicing",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="AKIATEST",
        aws_secret_access_key="secret",
        config=botocore.config.Config(retries={"mode": "standard", "total_max_attempts": 1}),
    )


def _is_wanted(each: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return (
        each.get("AccountId") == wanted["Selector"]["Value"]
        and each["BillingPeriod"] == wanted["Filter"]["BillingPeriod"]
    )
