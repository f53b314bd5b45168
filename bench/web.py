"""Measure the pages: the aggregates, each page cold, and warm answers under wrk.

    python bench/web.py WORKSPACE [--seconds 10] [--connections 16]

Cold is a page's first answer by a server that has just started and whose aggregates are there: the
time within the server, over HTTP on this machine. Warm is the same address asked again and again
by `wrk` on the same cores. The workspace must have an allocation; `bench/bench.py` and
`apportion demo --lines N` make some.
"""

from __future__ import annotations

import argparse
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PAGES = (
    "/overview", "/overview?by=ServiceName", "/overview?by=SubAccountId", "/flow",
    "/flow?by=ServiceName", "/owners", "/pools", "/tags", "/proof", "/rules",
    "/api/v1/overview", "/files/overview/owners.csv",
)  # fmt: skip
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=16)
    arguments = parser.parse_args()
    shutil.rmtree(arguments.workspace / "ledger" / "aggregates", ignore_errors=True)
    first = _started(arguments.workspace)
    print(f"first start, with the aggregates to be made: {first.seconds:.1f} s")
    first.stop()
    cold: dict[str, list[float]] = {page: [] for page in PAGES}
    for number in range(ROUNDS):
        server = _started(arguments.workspace)
        if number == 0:
            print(f"start with aggregates: {server.seconds:.1f} s\n")
        server.ask("/health")
        for page in PAGES:
            cold[page].append(server.ask(page) * 1000)
        if number == ROUNDS - 1:
            _print(cold, server, arguments.connections, arguments.seconds)
        server.stop()


class Server:
    """`apportion serve` in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], address: str, seconds: float) -> None:
        self._process = process
        self.address = address
        self.seconds = seconds

    def ask(self, path: str) -> float:
        """Ask for a page; returns the seconds it took."""
        request = urllib.request.Request(
            f"{self.address}{path}", headers={"Accept-Encoding": "gzip"}
        )
        begun = time.perf_counter()
        try:
            urllib.request.urlopen(request).read()
        except urllib.error.HTTPError as error:
            error.read()
        return time.perf_counter() - begun

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self._process.send_signal(2)
        self._process.wait(20)


def _started(workspace: Path) -> Server:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("apportion")
    begun = time.perf_counter()
    process = subprocess.Popen(
        [str(program), "serve", "--port", str(port)],
        cwd=workspace,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if f":{port}/" in line:
            break
    return Server(process, f"http://127.0.0.1:{port}", time.perf_counter() - begun)


def _print(cold: dict[str, list[float]], server: Server, connections: int, seconds: int) -> None:
    print(f"{'page':34} {'cold ms':>8}  (range)        {'warm: req/s':>12} {'p50':>8} {'p95':>8}")
    for page, times in cold.items():
        rate, p50, p95 = _wrk(f"{server.address}{page}", connections, seconds)
        spread = f"({min(times):.0f}-{max(times):.0f})"
        print(
            f"{page:34} {statistics.median(times):8.0f}  {spread:14} {rate:>12} {p50:>8} {p95:>8}"
        )
    print(f"\ncold: median of {ROUNDS} starts; warm: wrk -t2 -c{connections} -d{seconds}s, packed")


def _wrk(address: str, connections: int, seconds: int) -> tuple[str, str, str]:
    script = Path(__file__).with_name("p95.lua")
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "-s", str(script),
               "-H", "Accept-Encoding: gzip", address]  # fmt: skip
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = dict(re.findall(r"^(p50|p95) ([\d.]+) ms$", output, re.MULTILINE))
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert rate is not None, output
    errors = re.search(r"Non-2xx.*", output)
    assert errors is None, output
    return f"{float(rate[1]):,.0f}", f"{found['p50']} ms", f"{found['p95']} ms"


if __name__ == "__main__":
    main()
