"""The tutorial: its commands run in order, on the files that it shows, and write what it shows."""

from __future__ import annotations

import io
import re
import shlex
import shutil
from pathlib import Path

from apportion.cli.main import run
from apportion.cli.session import Outside
from demo_ran import Demo
from docs_pages import DOCS, blocks, calls

PAGE = DOCS / "tutorial/first-chargeback.md"


def test_the_tutorial_does_what_it_shows(demo: Demo, tmp_path: Path) -> None:
    shutil.copytree(demo.workspace / "bills" / "larkmoor-cur2", tmp_path / "cur2")
    folder, shown = tmp_path, 0
    for block in blocks(PAGE, "console", "yaml", "csv"):
        if block.language != "console":
            (folder / block.title).write_text(block.text, "utf-8")
            continue
        for call in calls(block):
            program, *words = shlex.split(call.words)
            if program == "cd":
                folder = folder / words[0]
                continue
            # A file is written to the folder of the process, and this one is not there.
            words = [str(folder / word) if word == "chargeback.csv" else word for word in words]
            out, err = io.StringIO(), io.StringIO()
            outside = Outside(folder=folder, environment={"COLUMNS": "100"}, out=out, err=err)
            assert run(words, outside) == 0, (call.words, err.getvalue())
            shown += _assert_shows(call.shown, out.getvalue())
    assert shown > 20
    assert "FIN-100" in (folder / "chargeback.csv").read_text("utf-8")


def _assert_shows(shown: tuple[str, ...], written: str) -> int:
    """Find each line that the page shows, in order; returns how many there are."""
    lines = iter(written.splitlines())
    wanted = [line for line in shown if line != "…"]
    assert [line for line in wanted if line not in lines] == []
    return len(wanted)


def test_the_tutorial_fits_in_an_hour() -> None:
    minutes = re.findall(r"^## \d.*\((\d+) minutes\)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sum(map(int, minutes)) <= 60
