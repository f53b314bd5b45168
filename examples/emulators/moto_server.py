"""Moto's server over HTTP, with what a request costs kept low: tests send it many thousands."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server


@contextmanager
def serving() -> Iterator[int]:
    """Run a server for as long as it is needed; gives its port on 127.0.0.1, one that was free."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs every request
    server = make_server("127.0.0.1", 0, _Dispatcher(), threaded=True, request_handler=_Handler)
    Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


class _Dispatcher(DomainDispatcherApplication):
    """Finds the backend of a host once: moto lists the folder of its package for each request."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self._backends: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        if host not in self._backends:
            self._backends[host] = super().get_backend_for_host(host)
        return self._backends[host]


class _Handler(MotoRequestHandler):
    """Keeps connections open, as AWS does."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_expect_100(self) -> bool:
        """Leave it to werkzeug, which answers it, too."""
        return True
