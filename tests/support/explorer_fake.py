"""Resource Explorer over HTTP, as no emulator has it: pages, a view; and a region that denies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

VIEW = "arn:aws:resource-explorer-2:eu-west-1:123456789012:view/all/1"


@dataclass
class FakeExplorer:
    """`resources` are those without tags: (arn, account, region). A page has `page` of them."""

    resources: list[tuple[str, str, str]] = field(default_factory=list)
    page: int = 2
    denied: bool = False
    requests: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append(wanted)
        if self.denied:
            stated = "User: arn:aws:iam::1:user/x is not authorized"
            return 403, {"__type": "AccessDeniedException", "message": stated}
        if wanted.get("Filters") != {"FilterString": "tag:none"} or wanted.get("ViewArn") != VIEW:
            return 400, {"__type": "ValidationException", "message": "no such view"}
        at = int(wanted.get("NextToken", "0"))
        more = at + self.page < len(self.resources)
        some = [
            {"Arn": arn, "OwningAccountId": account, "Region": region, "Service": arn.split(":")[2]}
            for arn, account, region in self.resources[at : at + self.page]
        ]
        token = {"NextToken": str(at + self.page)} if more else {}
        return 200, {"Resources": some, "ViewArn": VIEW, **token}


@contextmanager
def serving(fake: FakeExplorer) -> Iterator[str]:
    """Serve it on a port that is free."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/ListResources", self.path
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, stated = fake.answer(json.loads(body))
            content = json.dumps(stated).encode()
            self.send_response(status)
            if status != 200:
                self.send_header("x-amzn-errortype", stated["__type"])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with _running(Answers) as endpoint:
        yield endpoint


@contextmanager
def denying() -> Iterator[str]:
    """Serve the tagging API of a region in which nobody may look."""

    class Denies(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            stated = {"__type": "AccessDeniedException", "message": "a policy says no"}
            content = json.dumps(stated).encode()
            self.send_response(403)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with _running(Denies) as endpoint:
        yield endpoint


@contextmanager
def _running(answers: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), answers)
    Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
