"""Moto's S3 behind a front that writes every request down, and does what a bad day would do.

`faults` are called with each request, in order; the first that answers decides. They answer once
for each time they were put in, unless they are `always`.
"""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import boto3
from botocore.config import Config

from emulators import moto_server

_HOP = {"connection", "transfer-encoding", "content-length", "date", "server"}


@dataclass(frozen=True)
class ReceivedRequest:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]

    @property
    def of_data(self) -> bool:
        """Whether a file of a delivery is read, and not its manifest or a listing."""
        return self.method == "GET" and bool(re.search(r"\.(parquet|csv\.gz|zip)$", self.path))

    @property
    def region(self) -> str:
        """The region that the request is signed for."""
        found = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers.get("Authorization", ""))
        return found[1] if found else ""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    only: int | None = None  # send so many bytes of the body, then break the line
    until: threading.Event | None = None  # or wait for this, before it breaks


#: Gives an answer of its own, changes the real one, or returns None for neither.
Fault = Callable[[ReceivedRequest, Callable[[], Answer]], Answer | None]


@dataclass
class Front:
    endpoint: str = ""
    requests: list[ReceivedRequest] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    always: list[Fault] = field(default_factory=list)

    def client(self, service: str = "s3", region: str = "us-east-1") -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region or "us-east-1",
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            config=Config(
                retries={"mode": "standard", "total_max_attempts": 1},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                max_pool_connections=16,
            ),
        )

    def data(self) -> list[ReceivedRequest]:
        """The requests for files of deliveries."""
        return [request for request in self.requests if request.of_data]

    def decide(self, request: ReceivedRequest, real: Callable[[], Answer]) -> Answer:
        self.requests.append(request)
        for fault in list(self.faults):
            answer = fault(request, real)
            if answer:
                self.faults.remove(fault)
                return answer
        for fault in self.always:
            answer = fault(request, real)
            if answer:
                return answer
        return real()


def refused(status: int, code: str, message: str = "", **headers: str) -> Answer:
    """Answer as S3 does when it refuses."""
    body = f"<Error><Code>{code}</Code><Message>{message or code}</Message></Error>"
    return Answer(status, {"Content-Type": "application/xml", **headers}, body.encode())


def answer_lost(method: str, ends: str, *, target: str = "") -> Fault:
    """Do the request for a path that ends so, or of an operation of Glue, and answer with 500."""

    def fault(request: ReceivedRequest, real: Callable[[], Answer]) -> Answer | None:
        named = request.headers.get("X-Amz-Target", "").endswith(target)
        if (request.method, named) != (method, True) or not request.path.endswith(ends):
            return None
        done = real()
        return refused(500, "InternalError") if done.status < 300 else None

    return fault


@contextmanager
def serving() -> Iterator[Front]:
    with moto_server.serving() as port:
        front = Front()
        server = _Quiet(("127.0.0.1", 0), _server_of(front, port))
        server.daemon_threads = True
        front.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        serve = partial(server.serve_forever, poll_interval=0.01)
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield front
        finally:
            server.shutdown()
            server.server_close()


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that were killed."""


def _server_of(front: Front, port: int) -> type[BaseHTTPRequestHandler]:
    class Serve(_Serve):
        served, behind = front, port

    return Serve


class _Serve(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: Front
    behind: int

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        request = ReceivedRequest(self.command, unquote(path), query, dict(self.headers.items()))
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._give(self.served.decide(request, lambda: self._real(sent)))

    do_PUT = do_HEAD = do_POST = do_DELETE = do_GET  # noqa: N815 - names of the library

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _give(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(answer.body[: answer.only])
        if answer.only is not None:
            self.wfile.flush()
            if answer.until:
                answer.until.wait()
            self.close_connection = True

    def _real(self, sent: bytes) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.behind)
        connection.request(self.command, self.path, sent, dict(self.headers.items()))
        got = connection.getresponse()
        body = got.read()
        headers = {k: v for k, v in got.getheaders() if k.lower() not in _HOP}
        if self.command == "HEAD":
            headers["Content-Length"] = got.getheader("Content-Length") or "0"
        connection.close()
        return Answer(got.status, headers, body)
