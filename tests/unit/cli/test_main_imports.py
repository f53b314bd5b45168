"""Commands import no large library that they can do without: importing one takes their time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from explained_ledger import PERIOD, keep_books

#: Runs commands one after the other; prints the libraries that were imported after each.
SCRIPT = """
import json, sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from apportion.cli.main import run
from apportion.cli.session import Outside
imported = {}
for command in json.loads(sys.argv[1]):
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()) as err:
        assert run(command, Outside()) in (0, 1), err.getvalue()
    imported[command[0]] = sorted(set(json.loads(sys.argv[2])) & set(sys.modules))
print(json.dumps(imported))
"""
LARGE = ("boto3", "numpy", "pandas", "polars", "pyarrow", "pydantic", "pyiceberg.table")


def test_reading_needs_no_large_library_and_allocating_only_pyiceberg(tmp_path: Path) -> None:
    keep_books(tmp_path)
    (tmp_path / "apportion.toml").write_text('ledger = "ledger"\n', "utf-8")
    rulebook = tmp_path / "rulebook/2026-01.yaml"
    rulebook.write_text(rulebook.read_text("utf-8") + "# changed\n", "utf-8")
    month = ["--period", PERIOD]
    commands = (
        ["report", *month],
        ["explain", "CX", *month],
        ["compare", PERIOD],
        ["prove", *month],
        ["allocate", *month],
    )
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(commands), json.dumps(LARGE)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    imported = json.loads(done.stdout)
    assert imported.pop("allocate") == ["pydantic", "pyiceberg.table"]
    assert imported == {"report": [], "explain": [], "compare": [], "prove": []}
