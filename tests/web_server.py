"""The pages on a real socket, for a browser: a server in a thread of its own."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from apportion.web.app import create_app
from apportion.web.door import open_door
from web_ledger import library_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a workspace's pages to this machine; gives the address."""
    door = open_door(None, {}, host="127.0.0.1")
    app = create_app(library_of(folder), door=door, watch=False)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
