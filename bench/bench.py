"""Measure: bill → proved allocation, a later delivery, a changed rule; beside DuckDB's own queries.

    python bench/bench.py --lines 5000000 [--form cur-2.0|focus-1.2] [--rounds 3] [--keep FOLDER]

Every work runs in a fresh process and the works alternate, so that a machine whose speed drifts
does not favour one. Ratios are of medians. The bill is the demo's generator's, one month.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from apportion.demo.bill import Form
from apportion.demo.generate import generate
from apportion.model.period import Period

HERE = Path(__file__).parent
PERIOD = Period(2026, 7)
Measured = dict[str, list[dict[str, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--form", choices=["cur-2.0", "focus-1.2"], default="cur-2.0")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="generate into this folder, or use what is there")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="apportion-bench-") as scratch:
        bill = _bill(
            arguments.keep or Path(scratch) / "bills", arguments.lines, Form(arguments.form)
        )
        later = _later(bill, Path(scratch) / "later")
        measured = _measure(
            bill, later, Path(scratch), arguments.rounds, simple=arguments.form == "cur-2.0"
        )
    _print(measured, arguments.lines, arguments.form, bill)


def _bill(folder: Path, lines: int, form: Form) -> Path:
    """Generate a month of `lines` lines; returns the folder of its data files."""
    data = folder / f"{form.value}-{lines}"
    if not data.exists():
        print(f"generating {lines:,} lines of {form.value} ...", flush=True)
        generate(data, lines=lines, months=(PERIOD,), forms=(form,))
    (found,) = {path.parent for path in data.rglob("*.parquet")}
    return found


def _later(bill: Path, folder: Path) -> Path:
    """The same month delivered again: the last file without its last thousand lines."""
    folder.mkdir()
    *whole, last = sorted(bill.glob("*.parquet"))
    for file in whole:
        (folder / file.name).symlink_to(file.resolve())
    table = pq.read_table(last)
    pq.write_table(table.slice(0, max(1, table.num_rows - 1000)), folder / last.name)
    return folder


def _measure(bill: Path, later: Path, scratch: Path, rounds: int, *, simple: bool) -> Measured:
    measured: Measured = {}
    for number in range(rounds):
        workspace = _workspace(scratch / f"workspace-{number}")
        works = [
            ("L1", "rollup", bill),
            ("L4", "read", bill),
            ("first", "deliver", bill),
            ("L4", "read", bill),
            ("later", "deliver", later),
            ("L1", "rollup", bill),
            ("rules changed", "allocate", bill),
            ("L1", "rollup", bill),
        ]
        if simple and number == 0:
            works += [("pandas", "pandas", bill), ("polars", "polars", bill)]
        for name, work, files_of in works:
            if name == "rules changed":
                _change_rule(workspace)
            measured.setdefault(name, []).append(_run(work, files_of, workspace))
            print(f"  {name:14} {measured[name][-1]['seconds']:8.2f} s", flush=True)
        shutil.rmtree(workspace)
    return measured


def _run(work: str, bill: Path, workspace: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, str(HERE / "works.py"), work, str(bill), str(workspace)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{work} failed:\n{done.stderr}")
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _workspace(folder: Path) -> Path:
    """The demo's rulebook, lookups and drivers."""
    with_files = files("apportion.demo") / "files"
    for path in ("rulebook/2026-07.yaml", "accounts.csv"):
        _copy(with_files / path, folder / path)
    for driver in (with_files / "drivers").iterdir():
        _copy(driver, folder / "drivers" / driver.name)
    return folder


def _copy(text: object, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(text.read_bytes())  # type: ignore[attr-defined]  # a Traversable


def _change_rule(workspace: Path) -> None:
    """Change who pays a shared cost."""
    path = workspace / "rulebook" / "2026-07.yaml"
    text = path.read_text("utf-8")
    changed = text.replace("SUP-300: 60, ECOM-200: 25", "SUP-300: 50, ECOM-200: 35")
    assert changed != text
    path.write_text(changed, "utf-8")


def _print(measured: Measured, lines: int, form: str, bill: Path) -> None:
    size = sum(path.stat().st_size for path in bill.glob("*.parquet"))
    print(f"\n{lines:,} lines, {form}, {size / 2**20:,.0f} MiB, seconds and MB: median (range)\n")
    for name, runs in measured.items():
        seconds = [run["seconds"] for run in runs]
        peak = max(run["peak_mb"] for run in runs)
        spread = f"({min(seconds):.2f}-{max(seconds):.2f})"
        print(f"{name:14} {statistics.median(seconds):8.2f} {spread:16} peak {peak:7,.0f} MB")
    median = {
        name: statistics.median([r["seconds"] for r in runs]) for name, runs in measured.items()
    }
    print()
    for name, base, bar in (
        ("first", "L4", 3.5),
        ("later", "L4", 2.0),
        ("rules changed", "L1", 4.0),
    ):
        print(f"{name:14} {median[name] / median[base]:6.2f} x {base}   (bar: {bar} x {base})")


if __name__ == "__main__":
    main()
