"""`apportion serve` as a program: it says where pages are, ends by Ctrl-C, and opens no auth."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from web_ledger import PERIOD

APPORTION = Path(sys.executable).with_name("apportion")


@pytest.fixture(scope="module")
def folder(shown: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(shown, tmp_path_factory.mktemp("serve"), dirs_exist_ok=True)


@contextmanager
def program(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [str(APPORTION), "serve", *words], cwd=folder, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def refused(folder: Path, *words: str) -> str:
    with program(folder, *words) as process:
        _out, message = process.communicate()
        assert process.returncode == 2, message
        return " ".join(message.split())


def test_it_serves_until_ctrl_c(folder: Path) -> None:
    with program(folder, "--port", "0") as process:
        assert process.stderr is not None
        address = next(
            found[0] for line in process.stderr if (found := re.findall(r"http://\S+/", line))
        )
        assert address.startswith("http://127.0.0.1:")
        page = urllib.request.urlopen(f"{address}overview?period={PERIOD}").read().decode()
        assert "<h1>Cost in " in page
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert process.stderr.read() == (
            "error: Interrupted. Completed work is kept; unfinished work is discarded.\n"
        )


def test_other_machines_are_let_in_by_sign_in_alone(folder: Path) -> None:
    assert "without sign-in" in refused(folder, "--host", "0.0.0.0", "--port", "0")
    access = folder / "access.yaml"
    access.write_text("access: 1\nsign_in: {password: secret}\ngroups: {a: everything}\n")
    try:
        with program(folder, "--host", "0.0.0.0") as process:
            _out, message = process.communicate()
            assert process.returncode == 1
            assert "access.yaml:2" in message
        access.write_text(
            "access: 1\nsign_in: {secret_header: {secret_header: X-S, secret_from: NO_SUCH}}\n"
            "groups: {a: everything}\n"
        )
        assert "NO_SUCH" in refused(folder, "--host", "0.0.0.0")
    finally:
        access.unlink()


def test_a_port_that_is_taken_is_reported(folder: Path) -> None:
    with program(folder, "--port", "0") as process:
        assert process.stderr is not None
        port = next(found[0] for line in process.stderr if (found := re.findall(r":(\d+)/", line)))
        assert "--port" in refused(folder, "--port", port)
