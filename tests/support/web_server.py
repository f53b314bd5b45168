"""The dashboard on a real socket for a browser, in a thread."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from apportion.web.app import create_app
from apportion.web.auth.config import create_auth_config
from programs import needed
from waiting import until
from web_ledger import run_cache_of


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the dashboard of a workspace to this machine; gives the address."""
    auth = create_auth_config(None, {}, host="127.0.0.1")
    app = create_app(run_cache_of(folder), auth=auth, watch=False)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start the Chromium of this machine."""
    chromium = needed("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"], timeout=0
        )
        yield browser
        browser.close()
