"""Count the requests to AWS of the demo's newest month, with the ledger in S3.

    python bench/aws_requests.py

S3 and Glue are moto's, behind a server that records each request. Two months are ingested,
allocated and published before, on another machine: the first command copies the ledger.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

EXAMPLES = Path(__file__).parents[1] / "examples"
sys.path.insert(0, str(EXAMPLES))

from emulators import s3_front  # noqa: E402 - found in the folder of examples
from emulators.s3_front import Front, ReceivedRequest  # noqa: E402

APPORTION = str(Path(sys.executable).with_name("apportion"))
BILLS = "bills/larkmoor-cur2/data"
REGION = "us-east-1"
BEFORE, NEWEST = ("2026-07", "2026-08"), "2026-09"
KINDS = ("S3 GET", "S3 HEAD", "S3 PUT", "S3 DELETE", "S3 LIST", "Glue")


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with TemporaryDirectory(prefix="apportion-bench-") as scratch, s3_front.serving() as front:
        folder = Path(scratch) / "demo"
        _run(["--quiet", "demo", str(folder)], Path(scratch), os.environ)
        front.client().create_bucket(Bucket="larkmoor")
        for month in BEFORE:
            for words in _month(month):
                _run(words, folder, _environment(front, Path(scratch) / "another"))
        environment = _environment(front, Path(scratch) / "cache")
        _print((name, _counted(front, words, folder, environment)) for name, words in _measured())


def _month(month: str) -> list[list[str]]:
    return [
        ["ingest", f"{BILLS}/BILLING_PERIOD={month}", "--bill", "larkmoor"],
        ["allocate", "--period", month],
        ["publish", "s3://larkmoor/lake", "--period", month],
    ]


def _measured() -> Iterable[tuple[str, list[str]]]:
    new = _month(NEWEST)
    for words in new:
        yield words[0], words
    for words in new:
        yield f"{words[0]}, unchanged", words


def _counted(
    front: Front, words: list[str], folder: Path, environment: Mapping[str, str]
) -> Counter[str]:
    before = len(front.requests)
    _run(words, folder, environment)
    return Counter(map(_kind, front.requests[before:]))


def _kind(request: ReceivedRequest) -> str:
    if request.headers.get("X-Amz-Target"):
        return "Glue"
    if request.method == "GET" and "list-type=" in request.query:
        return "S3 LIST"
    return "S3 DELETE" if "delete" in request.query else f"S3 {request.method}"


def _run(words: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [APPORTION, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):  # 1: findings that fail
        sys.exit(f"{' '.join(words)} failed:\n{done.stderr}")


def _environment(front: Front, cache: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return own | {
        "AWS_ENDPOINT_URL": front.endpoint,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "XDG_CACHE_HOME": str(cache),
        "APPORTION_LEDGER": "s3://larkmoor/ledger",
    }


def _print(counts: Iterable[tuple[str, Counter[str]]]) -> None:
    print(f"| command | {' | '.join(KINDS)} |\n|---{'|---:' * len(KINDS)}|")
    for name, found in counts:
        print(f"| `{name}` | {' | '.join(str(found.pop(kind, 0)) for kind in KINDS)} |")
        assert not found, found


if __name__ == "__main__":
    main()
